//! SQLite connections with the settings that a session needs.
//!
//! Responsible for opening, for the settings that make commits durable and hostile files
//! harmless, and for refusing a SQLite that loses data. Not responsible for what is in the file.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::error::Error;

/// The oldest SQLite without the WAL-reset bug, which silently loses committed writes.
const OLDEST_SQLITE: i32 = 3_051_003;

/// The largest row that is read or written, in bytes.
const LARGEST_ROW: i32 = 64 << 20;

/// How long to wait for another program that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Whether a connection may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    ReadOnly,
    ReadWrite,
}

/// Opens an existing file.
///
/// # Errors
/// Returns SQLite's refusal, or that the linked SQLite is too old.
pub(super) fn connect(path: &Path, access: Access) -> Result<Connection, Error> {
    check_version(rusqlite::version_number(), rusqlite::version())?;
    let write = match access {
        Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    // Without SQLITE_OPEN_URI, so that a file named `file:x?mode=...` is just a file.
    let flags = write | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        configure(&connection)?;
        Ok(connection)
    };
    open().map_err(Error::database("open", path))
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A connection that is dropped, after an error perhaps, leaves the files as they are.
    // Folding the write-ahead log is a deliberate act: `fold`.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // What a stranger's file may ask for: no row of gigabytes, nothing beside itself.
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LARGEST_ROW)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 0)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS: a plain fsync does not reach the platter there. Elsewhere these do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)
}

/// Switches to a write-ahead log, in which commits are quick and readers are not disturbed.
pub(super) fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let why = "its file system has no write-ahead mode; copy it to a local disk";
    Err(refusal(ffi::SQLITE_ERROR, Some(why)))
}

/// Copies the write-ahead log into the file and makes both durable.
///
/// # Errors
/// Returns SQLite's refusal; "busy" where another program is reading.
pub(super) fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    let busy: i64 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(refusal(ffi::SQLITE_BUSY, None)) }
}

/// Folds the write-ahead log into the file, so that the session is one file again. Returns
/// false where another program that has the file open prevents it.
pub(super) fn fold(connection: &Connection) -> rusqlite::Result<bool> {
    let result = checkpoint(connection).and_then(|()| {
        connection
            .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0))
    });
    match result {
        Ok(mode) => Ok(mode == "delete"),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(false),
        Err(error) => Err(error),
    }
}

fn refusal(code: std::ffi::c_int, why: Option<&str>) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), why.map(str::to_owned))
}

fn check_version(number: i32, name: &str) -> Result<(), Error> {
    if number < OLDEST_SQLITE {
        return Err(Error::OldSqlite { found: name.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linked_sqlite_does_not_lose_writes() {
        assert!(rusqlite::version_number() >= OLDEST_SQLITE, "{}", rusqlite::version());
    }

    #[test]
    fn an_old_sqlite_is_refused_with_its_version() {
        let error = check_version(3_051_002, "3.51.2").unwrap_err().to_string();
        assert!(error.contains("3.51.2") && error.contains("3.51.3"), "{error}");
        assert!(check_version(OLDEST_SQLITE, "3.51.3").is_ok());
    }

    #[test]
    fn the_settings_are_in_force() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let connection = connect(file.path(), Access::ReadWrite).unwrap();
        use_wal(&connection).unwrap();
        let pragma = |name: &str| -> i64 {
            connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
        };
        assert_eq!(pragma("synchronous"), 2, "FULL");
        assert_eq!((pragma("foreign_keys"), pragma("cell_size_check")), (1, 1));
        assert_eq!((pragma("trusted_schema"), pragma("busy_timeout")), (0, 5000));
        assert_eq!((pragma("fullfsync"), pragma("checkpoint_fullfsync")), (1, 1));
        assert!(connection.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE).unwrap());
        assert!(fold(&connection).unwrap());
    }
}
