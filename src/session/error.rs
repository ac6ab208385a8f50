//! What can go wrong with a session file, as sentences for people.
//!
//! Responsible for the words: what happened, to which file, and what mends it.
//! Not responsible for showing them; paths are printed as they are, so whoever shows a message
//! on a terminal makes it safe first.

use std::io;
use std::path::{Path, PathBuf};

use super::lock::Holder;

/// Why a session file could not be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is something else.
    #[error("{} is not a pleach session: {what}", .path.display())]
    NotASession {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do with it.
        what: String,
    },
    /// A newer pleach made the file.
    #[error(
        "{} has session format {found}, but this pleach writes format {supported}: update pleach, or open it read-only",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's format version.
        found: i64,
        /// The newest version that this program writes.
        supported: i64,
    },
    /// Somebody else has the session open for writing.
    #[error("{} is already open{}: close it there, or open it read-only here", .path.display(), held_by(.holder.as_ref()))]
    InUse {
        /// The file.
        path: PathBuf,
        /// Who has it, as far as the lock file says.
        holder: Option<Holder>,
    },
    /// The session is where this program may not write.
    #[error(
        "{} cannot be written to ({source}): open it read-only, or copy it to where you may write",
        .path.display()
    )]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A row does not fit the hash chain, or cannot be read.
    #[error(
        "{} is damaged at operation {sequence}: {why}; {}. Nothing was changed: copy the file before anything else, or go back to a backup",
        .path.display(), sound_before(*.sequence)
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first operation that is not sound.
        sequence: u64,
        /// What does not fit.
        why: String,
    },
    /// The facts about the session do not fit their seal, or its tables are not those of a session.
    #[error(
        "the header of {} is damaged: {why}. Nothing was changed: copy the file before anything else, or go back to a backup",
        .path.display()
    )]
    DamagedHeader {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
    /// The operation is sound, but of a kind that this program does not know.
    #[error(
        "operation {sequence} of {} is of the kind {kind:?}, which a newer pleach wrote: update pleach to open it",
        .path.display()
    )]
    UnknownKind {
        /// The file.
        path: PathBuf,
        /// The operation.
        sequence: u64,
        /// Its kind.
        kind: String,
    },
    /// A file of that name exists already, and is never overwritten.
    #[error("{} exists already and was left alone: choose another name", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("could not {doing} {}: {}", .path.display(), system(.source))]
    Io {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// SQLite refused.
    #[error("could not {doing} {}: {}", .path.display(), reason(.source))]
    Database {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// The file was moved, deleted or replaced while it was open.
    #[error(
        "{} was moved, deleted or replaced while it was open: put it back and retry, or save a copy",
        .path.display()
    )]
    Moved {
        /// Where the file was.
        path: PathBuf,
    },
    /// Another program wrote to the file behind the writer's back.
    #[error("{} no longer holds what was saved in it ({why}): save a copy under another name", .path.display())]
    Diverged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
    /// All is saved, but the write-ahead log could not be folded into the file.
    #[error(
        "everything is saved, but another program has {} open, so part of it stays in the file of that name ending in -wal: keep the two together",
        .path.display()
    )]
    NotFolded {
        /// The file.
        path: PathBuf,
    },
    /// The session was closed with operations that could not be written.
    #[error("{count} operations were NOT SAVED to {}: {why}", .path.display())]
    Unsaved {
        /// The file.
        path: PathBuf,
        /// How many were lost.
        count: usize,
        /// Why, as a sentence.
        why: String,
    },
    /// An operation is not the next one of the log.
    #[error("operation {found} came to be saved where operation {expected} belongs")]
    OutOfOrder {
        /// The sequence number that was due.
        expected: u64,
        /// The sequence number that came.
        found: u64,
    },
    /// An operation would not read back as it is, so it was not written.
    #[error("operation {sequence} cannot be saved: {why}")]
    Unstorable {
        /// The operation.
        sequence: u64,
        /// Why.
        why: String,
    },
    /// The thread that writes has ended.
    #[error("the writer of {} has stopped: save a copy of the tree and start again", .path.display())]
    WriterStopped {
        /// The file.
        path: PathBuf,
    },
    /// A line of a JSON Lines log is not an operation.
    #[error("line {line} is not an operation: {why}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// Why, in words.
        why: String,
    },
    /// The linked SQLite can lose committed writes.
    #[error(
        "this pleach was built with SQLite {found}, which can lose saved work (its WAL-reset bug); it needs 3.51.3 or newer: install a proper build"
    )]
    OldSqlite {
        /// The linked version.
        found: String,
    },
    /// There is no home directory to keep sessions in.
    #[error("there is no home directory to keep sessions in: set PLEACH_DATA_DIR to a directory")]
    NoHome,
}

impl Error {
    /// Makes a function that turns a system error into one about `path`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }

    /// Makes a function that turns a SQLite error into one about `path`.
    pub(super) fn database(
        doing: &'static str,
        path: &Path,
    ) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Database { doing, path: path.to_owned(), source }
    }

    /// Returns whether more room on the disk would mend it.
    pub(super) fn is_full_disk(&self) -> bool {
        use rusqlite::ErrorCode::DiskFull;
        matches!(self, Self::Database { source, .. } if source.sqlite_error_code() == Some(DiskFull))
    }
}

/// Says in words why the system refused, with the mend where there is one.
fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; check its name".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "permission was denied; check whose it is and who may use it".to_owned()
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full; free some space and try again".to_owned()
        }
        _ => error.to_string(),
    }
}

fn held_by(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || " in another program".to_owned(),
        |Holder { process, host, .. }| format!(" in process {process} on {host}"),
    )
}

fn sound_before(sequence: u64) -> String {
    match sequence {
        0 | 1 => "no operation before it is sound".to_owned(),
        2 => "operation 1 is sound".to_owned(),
        more => format!("operations 1 to {} are sound", more - 1),
    }
}

/// Says in words why SQLite refused, with the mend where there is one.
pub(super) fn reason(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode as Code;
    let words = match error.sqlite_error_code() {
        Some(Code::DiskFull) => {
            "the disk is full; free some space and retry, or save a copy elsewhere"
        }
        Some(Code::ReadOnly) => {
            "it is read-only; open it read-only, or copy it to where you may write"
        }
        Some(Code::PermissionDenied) => "permission was denied",
        Some(Code::CannotOpen) => {
            "it cannot be opened; check that its directory exists and may be written to"
        }
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
            "another program holds it; close that and retry"
        }
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => {
            return format!(
                "its pages are damaged ({error}); copy the file before anything else, or go back to a backup"
            );
        }
        Some(Code::SystemIoFailure) => {
            return format!("the disk failed ({error}); retry, or save a copy elsewhere");
        }
        _ => return error.to_string(),
    };
    words.to_owned()
}
