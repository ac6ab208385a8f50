//! Creating session files, so that one either exists whole or not at all.
//!
//! A session is built under a temporary name in the same directory, made durable, and then
//! given its name, which never replaces an existing file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::database::{Access, connect};
use super::directory::{EXTENSION, file_name_for};
use super::error::Error;
use super::format::{Header, VERSION};
use super::row::{Row, Tail};
use super::store::insert;
use crate::tree::Operation;

/// How many names to try before giving up, where sessions of the same name exist.
const NAMES: u32 = 1000;

/// What a new session starts with.
#[derive(Debug, Clone, Default)]
pub struct Fresh {
    /// 128 random bits that tell this session from all others; see [`new_identity`].
    pub identity: u128,
    /// When it is created, in milliseconds since 1970-01-01 UTC.
    pub created: u64,
    /// Facts to keep with it: model fingerprint, chat template, policy, seed, versions.
    pub facts: BTreeMap<String, String>,
}

/// Draws an identity for a session.
///
/// # Errors
/// Returns that the system gives no random numbers.
pub fn new_identity() -> Result<u128, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::Io {
        doing: "draw random numbers from",
        path: PathBuf::from("the operating system"),
        source: std::io::Error::other(error.to_string()),
    })?;
    Ok(u128::from_le_bytes(bytes))
}

/// Creates a session without operations.
///
/// # Errors
/// Returns [`Error::Exists`] where the file exists, or why it cannot be made.
pub fn create(path: &Path, fresh: &Fresh) -> Result<Header, Error> {
    create_with(path, fresh, &[])
}

/// Creates a session that holds operations from the start.
///
/// # Errors
/// Returns [`Error::Exists`] where the file exists, [`Error::OutOfOrder`] or
/// [`Error::Unstorable`], or why the file cannot be made.
pub fn create_with(path: &Path, fresh: &Fresh, operations: &[Operation]) -> Result<Header, Error> {
    let header = Header {
        version: VERSION,
        session: format!("{:032x}", fresh.identity),
        created: fresh.created,
        facts: fresh.facts.clone(),
    };
    build(path, &header, |connection| {
        let mut tail = Tail::of_empty_log(header.seal());
        for (operation, expected) in operations.iter().zip(1..) {
            let found = operation.sequence;
            if found != expected {
                return Err(Error::OutOfOrder { expected, found });
            }
            let row =
                Row::encode(operation).map_err(|why| Error::Unstorable { sequence: found, why })?;
            tail = insert(connection, tail, &[row]).map_err(Error::database("save to", path))?;
        }
        Ok(())
    })?;
    Ok(header)
}

/// Creates a session in a directory, named after its problem and its time of creation. The
/// directory is made, for its owner only, where it does not exist.
///
/// # Errors
/// Returns why the directory or the file cannot be made.
pub fn create_in(directory: &Path, problem: &str, fresh: &Fresh) -> Result<PathBuf, Error> {
    create_in_with(directory, problem, fresh, &[])
}

/// As [`create_in`], with operations from the start.
///
/// # Errors
/// As [`create_in`] and [`create_with`].
pub fn create_in_with(
    directory: &Path,
    problem: &str,
    fresh: &Fresh,
    operations: &[Operation],
) -> Result<PathBuf, Error> {
    make_directory(directory)?;
    let name = file_name_for(problem, fresh.created);
    let stem = name.strip_suffix(EXTENSION).unwrap_or(&name);
    let mut path = directory.join(&name);
    for number in 2..NAMES {
        match create_with(&path, fresh, operations) {
            Err(Error::Exists { .. }) => {
                path = directory.join(format!("{stem}-{number}{EXTENSION}"));
            }
            result => return result.map(|_| path),
        }
    }
    Err(Error::Exists { path })
}

/// Puts a whole session file into a directory under a name; one that is there already stays.
///
/// # Errors
/// Returns why the directory or the file cannot be made.
pub fn put(directory: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
    make_directory(directory)?;
    let path = directory.join(format!("{name}{EXTENSION}"));
    if path.symlink_metadata().is_ok() {
        return Ok(path);
    }
    let write = || {
        let mut partial = tempfile::Builder::new().prefix(".partial-").tempfile_in(directory)?;
        partial.write_all(bytes)?;
        partial.as_file().sync_all()?;
        match partial.persist_noclobber(&path) {
            Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(error.error),
            _ => Ok(()),
        }
    };
    write().map_err(Error::io("make", &path))?;
    Ok(path)
}

fn make_directory(directory: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(directory).map_err(Error::io("make the directory", directory))
}

/// Builds a session file with what `fill` writes into it.
///
/// # Errors
/// Returns [`Error::Exists`], the error of `fill`, or why the file cannot be made; then no file
/// has the name.
pub(super) fn build(
    path: &Path,
    header: &Header,
    fill: impl FnOnce(&Connection) -> Result<(), Error>,
) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() {
        return Err(Error::Exists { path: path.to_owned() });
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Readable for the owner only, and closed at once: a second open handle would release
    // SQLite's locks when it closes.
    let partial = tempfile::Builder::new()
        .prefix(".partial-")
        .tempfile_in(directory)
        .map_err(Error::io("make", path))?
        .into_temp_path();
    let connection = connect(&partial, Access::ReadWrite)?;
    let begin = || {
        // A file that nobody else knows needs no journal on disk to roll back from.
        connection.pragma_update(None, "journal_mode", "MEMORY")?;
        connection.execute_batch("BEGIN")?;
        header.write(&connection)
    };
    begin().map_err(Error::database("make", path))?;
    fill(&connection)?;
    connection.execute_batch("COMMIT").map_err(Error::database("make", path))?;
    connection.close().map_err(|(_, error)| Error::database("make", path)(error))?;
    File::open(&partial)
        .and_then(|file| file.sync_all())
        .map_err(Error::io("make durable", path))?;
    partial.persist_noclobber(path).map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => Error::Exists { path: path.to_owned() },
        _ => Error::io("name", path)(error.error),
    })?;
    #[cfg(unix)]
    File::open(directory)
        .and_then(|file| file.sync_all())
        .map_err(Error::io("make durable", path))?;
    Ok(())
}
