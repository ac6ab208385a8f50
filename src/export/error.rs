//! What can go wrong with an export, as sentences with the mend.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::session;
use crate::tree::{Query, QueryError};

/// Why an export was not made. Nothing half-written is left under the name that was asked for.
#[derive(Debug, Error)]
pub enum Error {
    /// A session cannot be read.
    #[error(transparent)]
    Unreadable(#[from] session::Error),
    /// A session cannot be exported.
    #[error("{} cannot be exported: {why}", .path.display())]
    Session {
        /// The file.
        path: PathBuf,
        /// Why, with the mend.
        why: String,
    },
    /// There is nothing to write.
    #[error("nothing would be exported as {format}: {why}")]
    Nothing {
        /// The format.
        format: &'static str,
        /// Why, with the mend.
        why: String,
    },
    /// The query names what no session has.
    #[error("the query fits none of the sessions: {0}")]
    Query(String),
    /// Something is there already.
    #[error("{} exists already and was left alone: choose another folder", .0.display())]
    Exists(PathBuf),
    /// The target is a link, which a rename would replace.
    #[error("{} is a link and was left alone: name the folder that it leads to, or another", .0.display())]
    Link(PathBuf),
    /// Another export is writing the same folder.
    #[error("another export is writing {} now: wait for it, or choose another folder", .0.display())]
    Busy(PathBuf),
    /// The operating system refused.
    #[error("{} could not be written ({source}): {}; nothing was left there", .path.display(), mend(.source))]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It was asked to stop.
    #[error("stopped; nothing was written")]
    Stopped,
}

impl Error {
    /// Points at what no session has.
    pub(super) fn query(query: &Query, error: &QueryError) -> Self {
        Self::Query(format!("{error}\n{}", error.pointing_at(query.text())))
    }

    /// Makes a function that turns a system error into one about `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

fn mend(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space, or name a folder on another disk"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "name a folder where you may write"
        }
        io::ErrorKind::NotFound => "make the folder above it first",
        io::ErrorKind::NotADirectory => "what is above it is no folder; name another",
        _ => "try again, or name another folder",
    }
}
