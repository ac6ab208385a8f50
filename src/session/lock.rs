//! The lock that keeps a session to one writer: `NAME.pleach.lock` beside it.
//!
//! The lock itself is the kernel's, so a killed program leaves none behind; the file's text says
//! who holds it. A lock file that nobody has locked means nothing.
//!
//! Invariant: whoever holds a [`Lock`] holds it on the file that has the lock's name now. That is
//! why the file may be removed when the session is closed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::Error;

/// Who has a session open for writing, as the lock file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process id.
    pub process: u32,
    /// The name of the machine.
    pub host: String,
    /// When the session was opened, in milliseconds since 1970-01-01 UTC.
    pub since: u64,
}

/// A held lock; dropping it lets go and removes the file.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of a session.
    ///
    /// # Errors
    /// Returns [`Error::InUse`] where somebody has it, [`Error::NotWritable`], or why the lock
    /// file cannot be made.
    pub(super) fn take(session: &Path) -> Result<Self, Error> {
        let path = beside(session, ".lock");
        loop {
            let file = open(&path).map_err(|source| match source.kind() {
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                    Error::NotWritable { path: session.to_owned(), source }
                }
                _ => Error::io("make the lock file", &path)(source),
            })?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::InUse { path: session.to_owned(), holder: holder(file) });
                }
                Err(TryLockError::Error(source)) => {
                    return Err(Error::Io { doing: "lock", path, source });
                }
            }
            // The holder before us may have removed the file after we opened it: then we locked
            // a file without a name, which keeps nobody out.
            if same_file(&file, &path) {
                let mut lock = Self { file, path };
                // The text only serves the message to others; the lock holds without it.
                if let Err(error) = lock.sign() {
                    tracing::warn!(%error, "the lock file could not be filled in");
                }
                return Ok(lock);
            }
        }
    }

    fn sign(&mut self) -> std::io::Result<()> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        self.file.set_len(0)?;
        self.file.rewind()?;
        write!(self.file, "process {}\nhost {}\nsince {since}\n", std::process::id(), host())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only where `same_file` tells others that they locked a file without a name.
        #[cfg(unix)]
        if same_file(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns the path of a file that belongs to `session`: its name with something at the end.
pub(super) fn beside(session: &Path, end: &str) -> PathBuf {
    let mut name = session.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Whether an open file is the one that has this path now.
#[cfg(unix)]
pub(super) fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |about: fs::Metadata| (about.dev(), about.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => identity(open) == identity(named),
        _ => false,
    }
}

/// Whether an open file is the one that has this path now. Elsewhere than on Unix a file cannot
/// be moved or removed while it is open.
#[cfg(not(unix))]
pub(super) fn same_file(_file: &File, path: &Path) -> bool {
    path.exists()
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
    }
    options.open(path)
}

fn holder(file: File) -> Option<Holder> {
    let mut text = String::new();
    file.take(1024).read_to_string(&mut text).ok()?;
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    Some(Holder {
        process: field("process ")?.parse().ok()?,
        host: field("host ")?.to_owned(),
        since: field("since ")?.parse().ok()?,
    })
}

fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| fs::read_to_string("/etc/hostname"))
        .or_else(|_| std::env::var("HOSTNAME"))
        .or_else(|_| std::env::var("COMPUTERNAME"));
    name.map_or_else(|_| "this machine".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_taker_learns_who_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let session = directory.path().join("a.pleach");
        let lock = Lock::take(&session).unwrap();
        let Err(Error::InUse { holder: Some(holder), .. }) = Lock::take(&session) else {
            panic!("a second lock was given, or its holder is not named");
        };
        assert_eq!(holder.process, std::process::id());
        assert!(!holder.host.is_empty() && holder.since > 0);
        drop(lock);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is left");
        Lock::take(&session).unwrap();
    }

    #[test]
    fn a_lock_file_that_a_killed_program_left_keeps_nobody_out() {
        let directory = tempfile::tempdir().unwrap();
        let session = directory.path().join("a.pleach");
        fs::write(beside(&session, ".lock"), "process 1\nhost gone\nsince 0\n").unwrap();
        Lock::take(&session).unwrap();
    }

    #[test]
    fn threads_that_take_and_drop_never_hold_it_together() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let directory = tempfile::tempdir().unwrap();
        let session = directory.path().join("a.pleach");
        let (holders, turns) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while turns.load(Ordering::SeqCst) < 400 {
                        let Ok(lock) = Lock::take(&session) else { continue };
                        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                        turns.fetch_add(1, Ordering::SeqCst);
                        std::thread::yield_now();
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
    }
}
