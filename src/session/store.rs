//! The one connection that writes to a session: it appends rows, recovers and folds.
//!
//! Responsible for durability: [`Store::append`] returns only when the rows are in the file
//! that has the session's name. Not responsible for when to write; see `writer.rs`.
//!
//! Invariant: `tail` is the end of what was acknowledged. It never moves past rows whose
//! fate is unknown.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior, params};

use super::create::build;
use super::database::{Access, checkpoint, connect, fold, use_wal};
use super::error::Error;
use super::format::Header;
use super::lock::{Lock, beside};
use super::row::{Row, Tail};
use super::rows;

const INSERT: &str = "INSERT INTO operation(sequence, time, actor, kind, body, tokens, hash) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// An open session file, locked for this program.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    connection: Connection,
    header: Header,
    tail: Tail,
    files: Files,
    _lock: Lock,
}

impl Store {
    /// Takes over a connection in write-ahead mode whose rows end at `tail`.
    pub(super) fn new(
        path: PathBuf,
        connection: Connection,
        header: Header,
        tail: Tail,
        lock: Lock,
    ) -> Result<Self, Error> {
        // Reading once more also makes the write-ahead log exist.
        let found = rows::last(&connection, &header).map_err(Error::database("read", &path))?;
        if found != tail {
            let why = "it changed while it was opened".to_owned();
            return Err(Error::Diverged { path, why });
        }
        let files = Files::of(&path);
        Ok(Self { path, connection, header, tail, files, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the end of what is durable.
    pub(super) fn tail(&self) -> Tail {
        self.tail
    }

    /// Appends rows in one transaction; returns once they are durable.
    ///
    /// # Errors
    /// Returns why they may not be in the file. Call [`Store::recover`] before trying again.
    pub(super) fn append(&mut self, rows: &[Row]) -> Result<(), Error> {
        let mut write = || {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let tail = insert(&transaction, self.tail, rows)?;
            transaction.commit()?;
            Ok(tail)
        };
        let tail = write().map_err(Error::database("save to", &self.path))?;
        // A file that was deleted or replaced still takes writes, but nobody will find them.
        if Files::of(&self.path) != self.files {
            return Err(Error::Moved { path: self.path.clone() });
        }
        self.tail = tail;
        Ok(())
    }

    /// Reopens the file after a failure and returns how many of `pending` it holds already.
    ///
    /// A failed flush may have left rows in the system's cache that never reached the disk, and
    /// a second flush would not say so. So all of the write-ahead log is first written afresh
    /// into the file, and that flush must succeed.
    ///
    /// # Errors
    /// Returns why the file cannot be written to yet, or that it holds something else.
    pub(super) fn recover(&mut self, pending: &[Row]) -> Result<usize, Error> {
        let connection = connect(&self.path, Access::ReadWrite)?;
        if Header::read(&connection, &self.path)? != self.header {
            return Err(self.diverged("another session has its name"));
        }
        let reopen = || {
            use_wal(&connection)?;
            checkpoint(&connection)?;
            rows::last(&connection, &self.header)
        };
        let found = reopen().map_err(Error::database("reopen", &self.path))?;
        let mut tail = self.tail;
        let mut written = 0;
        while tail != found {
            let Some(row) = pending.get(written) else {
                return Err(self.diverged("its last operation is not the one that was saved"));
            };
            tail = tail.after(&row.view());
            written += 1;
        }
        self.connection = connection;
        self.files = Files::of(&self.path);
        self.tail = tail;
        Ok(written)
    }

    /// Writes the session with `pending` to a new file; returns its last sequence number.
    ///
    /// # Errors
    /// Returns [`Error::Exists`], or why the rows cannot be read or written.
    pub(super) fn save_copy(&self, to: &Path, pending: &[Row]) -> Result<i64, Error> {
        let mut tail = Tail::of_empty_log(self.header.seal());
        build(to, &self.header, |copy| {
            let mut append = |row: &Row| {
                tail = insert(copy, tail, std::slice::from_ref(row))
                    .map_err(Error::database("save a copy to", to))?;
                Ok(())
            };
            let (from, header) = (&self.connection, &self.header);
            let saved = rows::for_each_row(from, header, &self.path, |row| append(&row))?;
            // After a failure some of the pending rows may be in the file already.
            pending.iter().filter(|row| row.sequence > saved.sequence).try_for_each(append)
        })?;
        Ok(tail.sequence)
    }

    /// Folds the write-ahead log into the file and closes it.
    ///
    /// # Errors
    /// Returns [`Error::NotFolded`] where another program holds the file open; all is saved then.
    pub(super) fn close(self) -> Result<(), Error> {
        let Self { path, connection, _lock: lock, .. } = self;
        let folded = fold(&connection).map_err(Error::database("close", &path))?;
        connection.close().map_err(|(_, error)| Error::database("close", &path)(error))?;
        drop(lock);
        if folded { Ok(()) } else { Err(Error::NotFolded { path }) }
    }

    fn diverged(&self, why: &str) -> Error {
        Error::Diverged { path: self.path.clone(), why: why.to_owned() }
    }

    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// Inserts rows after `tail` and returns the new end.
pub(super) fn insert(
    connection: &Connection,
    mut tail: Tail,
    rows: &[Row],
) -> rusqlite::Result<Tail> {
    let mut statement = connection.prepare_cached(INSERT)?;
    for row in rows {
        tail = tail.after(&row.view());
        statement.execute(params![
            row.sequence,
            row.time,
            row.actor,
            row.kind,
            row.body,
            row.tokens,
            tail.hash.as_bytes()
        ])?;
    }
    Ok(tail)
}

/// Which files have the names of the session and of its write-ahead log.
///
/// They are told by `stat` and never opened: closing a second handle on them would release the
/// locks that SQLite holds in this process.
#[derive(Debug, PartialEq, Eq)]
struct Files([Option<(u64, u64)>; 2]);

impl Files {
    #[cfg(unix)]
    fn of(session: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        let identity = |path: &Path| path.metadata().ok().map(|about| (about.dev(), about.ino()));
        Self([identity(session), identity(&beside(session, "-wal"))])
    }

    /// Elsewhere than on Unix an open file cannot be moved, so existence is all there is to tell.
    #[cfg(not(unix))]
    fn of(session: &Path) -> Self {
        let exists = |path: &Path| path.exists().then_some((0, 0));
        Self([exists(session), exists(&beside(session, "-wal"))])
    }
}
