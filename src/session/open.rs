//! Opening a session: to read it, or to go on with it.
//!
//! Responsible for the order of the checks, so that nothing is changed in a file before all of it
//! is known to be sound. Not responsible for writing; see `writer.rs`.

use std::path::{Path, PathBuf};

use super::backup::back_up;
use super::copy::copy;
use super::database::{Access, connect, use_wal};
use super::error::Error;
use super::format::{Header, VERSION};
use super::lock::{Lock, beside};
use super::recognise::recognise;
use super::rows;
use super::store::Store;
use super::writer::{Ack, Writer};
use crate::tree::Operation;

/// What a session holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// The file that it was read from.
    pub path: PathBuf,
    /// What the session says about itself.
    pub header: Header,
    /// All operations, in order.
    pub operations: Vec<Operation>,
}

/// Reads a session without changing anything, also while another program writes to it, after a
/// crash, or on read-only media.
///
/// # Errors
/// Returns what the file is instead, what is damaged, or why it cannot be read.
pub fn read(path: &Path) -> Result<Log, Error> {
    with_connection(path, |connection| {
        let header = Header::read(connection, path)?;
        let (operations, _) = rows::operations(connection, &header, path)?;
        Ok(Log { path: path.to_owned(), header, operations })
    })
}

/// Opens a session to go on with it. `acknowledge` is called on the writer's thread.
///
/// # Errors
/// Returns [`Error::InUse`] where another program has it open, [`Error::NotWritable`] where
/// writing is not allowed and [`Error::Newer`] where a newer pleach wrote it (all of these can
/// still be [`read`]); else what the file is instead, what is
/// damaged, or why it cannot be written to.
pub fn open(path: &Path, acknowledge: Box<dyn Fn(Ack) + Send>) -> Result<(Log, Writer), Error> {
    // The lock and SQLite's own files must be beside the file itself, not beside a link to it.
    let path = path.canonicalize().map_err(Error::io("open", path))?;
    recognise(&path)?;
    let lock = Lock::take(&path)?;
    // Again under the lock: the file may have been folded, moved or replaced in between.
    let was_closed = !recognise(&path)?.uses_wal;
    if !was_closed && !beside(&path, "-wal").exists() {
        tracing::warn!(path = %path.display(), "the session was taken away from its -wal file; its last changes may be missing");
    }
    let connection = connect(&path, Access::ReadWrite)?;
    let header = Header::read(&connection, &path)?;
    if header.version > VERSION {
        return Err(Error::Newer { path, found: header.version, supported: VERSION });
    }
    let (operations, tail) = rows::operations(&connection, &header, &path)?;
    if was_closed {
        back_up(&path, tail.sequence.unsigned_abs());
    }
    use_wal(&connection).map_err(Error::database("write to", &path))?;
    let store = Store::new(path.clone(), connection, header.clone(), tail, lock)?;
    let writer = Writer::start(store, acknowledge)?;
    Ok((Log { path, header, operations }, writer))
}

/// Calls `look` with a connection that sees the whole session and changes nothing of it.
pub(super) fn with_connection<T>(
    path: &Path,
    look: impl FnOnce(&rusqlite::Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    let unfolded = recognise(path)?.uses_wal
        || ["-wal", "-journal"].iter().any(|end| beside(path, end).exists());
    if unfolded {
        let copy = copy(path)?;
        let connection = connect(&copy.path, Access::ReadWrite)?;
        return look(&connection);
    }
    let connection = connect(path, Access::ReadOnly)?;
    // One transaction, so that all that is looked at is of one moment.
    connection.execute_batch("BEGIN").map_err(Error::database("read", path))?;
    look(&connection)
}
