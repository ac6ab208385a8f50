//! Whether a file is a session, from its first bytes, and what else it is.
//!
//! Responsible for a plain sentence in place of SQLite's "file is not a database". It reads at
//! most 4 KiB and never waits on a pipe or a device.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::error::Error;
use super::format::MAGIC;

/// What the first bytes of a session tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recognised {
    /// The file is in write-ahead mode: it is open elsewhere, or was not closed.
    pub(super) uses_wal: bool,
}

/// Where SQLite keeps the write-ahead flag and the `application_id`, and how long its header is.
const WRITE_VERSION: usize = 18;
const APPLICATION_ID: usize = 68;
const SQLITE_HEADER: usize = 100;

/// Checks that a file is a session.
///
/// # Errors
/// Returns what it is instead, or why it cannot be read.
pub(super) fn recognise(path: &Path) -> Result<Recognised, Error> {
    // A named pipe would wait for ever when opened, so look before opening.
    let about = fs::metadata(path).map_err(Error::io("open", path))?;
    let other = |what: &str| Error::NotASession { path: path.to_owned(), what: what.to_owned() };
    if about.is_dir() {
        return Err(other("it is a directory; name a file in it"));
    }
    if !about.is_file() {
        return Err(other("it is a pipe or a device"));
    }
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(4096).read_to_end(&mut start))
        .map_err(Error::io("read", path))?;
    if !start.starts_with(b"SQLite format 3\0") {
        return Err(other(what_else(&start)));
    }
    if start.len() < SQLITE_HEADER {
        return Err(other("it is cut off after a few bytes; go back to a backup"));
    }
    if start[APPLICATION_ID..APPLICATION_ID + 4] != MAGIC.to_be_bytes() {
        return Err(other("it is a SQLite database of another program"));
    }
    Ok(Recognised { uses_wal: start[WRITE_VERSION] == 2 })
}

/// Says what a file is that is not a SQLite database.
fn what_else(start: &[u8]) -> &'static str {
    let text = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start).trim_ascii_start();
    if start.is_empty() {
        "it is empty"
    } else if start.iter().all(|byte| *byte == 0) {
        "it holds only zeros, as after a power cut; go back to a backup"
    } else if start.starts_with(b"GGUF") {
        "it is a model (GGUF); load it with --model"
    } else if text.starts_with(b"{") || text.starts_with(b"[") {
        "it is JSON; bring it in with `pleach import`"
    } else if start.starts_with(b"\x1f\x8b")
        || start.starts_with(b"PK\x03\x04")
        || start.starts_with(b"\x28\xb5\x2f\xfd")
    {
        "it is compressed; unpack it first"
    } else if std::str::from_utf8(start).is_ok() {
        "it is a text file"
    } else {
        "it is a file of another kind, or its first bytes are damaged"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_named() {
        for (start, word) in [
            (&b""[..], "empty"),
            (&[0; 100], "zeros"),
            (b"GGUF\x03\0\0\0", "model"),
            (b"{\"sequence\":1}", "JSON"),
            (b"\xef\xbb\xbf [1]", "JSON"),
            (b"\x1f\x8b\x08", "compressed"),
            (b"Dear diary", "text"),
            (b"\x7fELF\xff\xff", "another kind"),
        ] {
            assert!(what_else(start).contains(word), "{}", what_else(start));
        }
    }

    #[test]
    fn directories_devices_and_missing_files_are_refused() {
        let error = recognise(Path::new("/")).unwrap_err().to_string();
        assert!(error.contains("directory"), "{error}");
        #[cfg(unix)]
        {
            let error = recognise(Path::new("/dev/zero")).unwrap_err().to_string();
            assert!(error.contains("device"), "{error}");
        }
        let error = recognise(Path::new("/no/such/file")).unwrap_err().to_string();
        assert!(error.contains("/no/such/file"), "{error}");
    }

    #[test]
    fn a_database_of_another_program_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let connection = rusqlite::Connection::open(file.path()).unwrap();
        connection.execute_batch("CREATE TABLE cookies(name TEXT)").unwrap();
        let error = recognise(file.path()).unwrap_err().to_string();
        assert!(error.contains("another program"), "{error}");
    }
}
