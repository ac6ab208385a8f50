//! A private copy of a session that is open elsewhere, was not closed, or cannot be written to.
//!
//! SQLite cannot read a write-ahead log in a directory that it may not write to, and reading
//! in place would disturb the writer. So the file and its log are copied to a temporary
//! directory of our own and read there.
//!
//! Invariant: a copy holds everything that was durable when the copying began.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::error::Error;
use super::lock::beside;

/// How often to try again where the writer folds its log while we copy.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);

/// A copied session; dropping it removes the copy.
#[derive(Debug)]
pub(super) struct Copy {
    /// The copy of the session file.
    pub(super) path: PathBuf,
    _directory: TempDir,
}

/// Returns the size in bytes of a session with its write-ahead log.
pub(super) fn size(session: &Path) -> u64 {
    [session.to_owned(), beside(session, "-wal")]
        .iter()
        .filter_map(|path| path.metadata().ok())
        .map(|about| about.len())
        .sum()
}

/// Copies a session with its write-ahead log.
///
/// # Errors
/// Returns why the copy could not be made.
pub(super) fn copy(session: &Path) -> Result<Copy, Error> {
    let failed = |source| Error::Io { doing: "copy", path: session.to_owned(), source };
    for _ in 0..ATTEMPTS {
        let directory = tempfile::tempdir().map_err(failed)?;
        let path = directory.path().join("session.pleach");
        let before = generation(session).map_err(failed)?;
        copy_file(session, &path).map_err(failed)?;
        for end in ["-wal", "-journal"] {
            match copy_file(&beside(session, end), &beside(&path, end)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other.map_err(failed)?,
            }
        }
        // The log overrides whatever the writer copied into the file meanwhile, as long as it
        // is the same log, only longer: its start is then the same before and after.
        if generation(session).map_err(failed)? == before {
            return Ok(Copy { path, _directory: directory });
        }
        thread::sleep(PAUSE);
    }
    Err(failed(io::Error::other("its writer kept changing it; try again")))
}

/// What changes when a log begins anew: its first 32 bytes hold a fresh salt each time. Where
/// there is no log, the file itself must stay as it is.
fn generation(session: &Path) -> io::Result<(Vec<u8>, Option<std::time::SystemTime>)> {
    let mut start = Vec::new();
    match File::open(beside(session, "-wal")) {
        Ok(log) => {
            log.take(32).read_to_end(&mut start)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let changed = if start.is_empty() { Some(session.metadata()?.modified()?) } else { None };
    Ok((start, changed))
}

/// Copies a file to a new one that only its owner reads.
pub(super) fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    // Not `fs::copy`: that would also copy a read-only permission.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    io::copy(&mut source, &mut options.open(to)?)?;
    Ok(())
}
