//! The layout of a session file: its marks, its tables and its header.
//!
//! A session is a SQLite database with `application_id` [`MAGIC`] and `user_version` [`VERSION`].
//! The table `meta` holds facts about the session, set once when it is created; the table
//! `operation` holds the log. Facts and log are tied together: the fact `seal` is the BLAKE3 hash
//! of the other facts, and the hash chain of the operations starts from it.
//!
//! Not responsible for the rows of the log; see `row.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use blake3::Hash;
use rusqlite::Connection;

use super::error::Error;

/// The SQLite `application_id` of a session: the bytes `plea`.
pub(super) const MAGIC: i32 = i32::from_be_bytes(*b"plea");

/// The version of the format that this program writes, kept in SQLite's `user_version`.
pub const VERSION: i64 = 1;

/// The tables, exactly as a session has them. A file with any other table, view or trigger is
/// refused, because a stranger's view or trigger would run when we read.
pub(super) const TABLES: [(&str, &str); 2] = [
    ("meta", "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) STRICT"),
    (
        "operation",
        "CREATE TABLE operation(sequence INTEGER PRIMARY KEY, time INTEGER, actor TEXT, \
         kind TEXT, body TEXT, tokens BLOB, hash BLOB NOT NULL) STRICT",
    ),
];

const FORMAT_KEY: &str = "format";
const FORMAT_NAME: &str = "pleach session";
const SESSION_KEY: &str = "session";
const CREATED_KEY: &str = "created";
const SEAL_KEY: &str = "seal";

/// What a session says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The version of the format, from SQLite's `user_version`.
    pub version: i64,
    /// The session's identity: 128 random bits in hexadecimal. A copy keeps it.
    pub session: String,
    /// When it was created, in milliseconds since 1970-01-01 UTC.
    pub created: u64,
    /// What the creator recorded: model fingerprint, chat template, policy, seed, versions.
    pub facts: BTreeMap<String, String>,
}

/// The fact that holds a session's seed.
pub const SEED: &str = "seed";

impl Header {
    /// Returns the seed from which all randomness of the session follows: the recorded one, or
    /// one made of its identity. It has at most 53 bits, which every JSON reader holds.
    #[must_use]
    pub fn seed(&self) -> u64 {
        let recorded = self.facts.get(SEED).and_then(|seed| seed.parse().ok());
        let from_identity = || u64::from_str_radix(self.session.get(..16)?, 16).ok();
        recorded.or_else(from_identity).unwrap_or_default() & ((1 << 53) - 1)
    }

    /// Returns the hash of all facts; the hash chain of the operations starts from it.
    ///
    /// Each key and value enters as its length in bytes (64 bits, little-endian) and its bytes,
    /// in the order of the keys.
    pub(super) fn seal(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        for text in self.rows().iter().flat_map(|(key, value)| [key, value]) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize()
    }

    /// All rows of `meta` but the seal.
    fn rows(&self) -> BTreeMap<String, String> {
        let mut rows = self.facts.clone();
        rows.insert(FORMAT_KEY.to_owned(), FORMAT_NAME.to_owned());
        rows.insert(SESSION_KEY.to_owned(), self.session.clone());
        rows.insert(CREATED_KEY.to_owned(), self.created.to_string());
        rows
    }

    /// Makes the tables and fills `meta`.
    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.pragma_update(None, "application_id", MAGIC)?;
        connection.pragma_update(None, "user_version", self.version)?;
        for (_, definition) in TABLES {
            connection.execute_batch(definition)?;
        }
        let mut rows = self.rows();
        rows.insert(SEAL_KEY.to_owned(), self.seal().to_hex().to_string());
        for (key, value) in rows {
            connection.execute("INSERT INTO meta(key, value) VALUES (?1, ?2)", [key, value])?;
        }
        Ok(())
    }

    /// Reads the header, and checks the tables and the seal.
    ///
    /// # Errors
    /// Returns what does not fit, or SQLite's refusal.
    pub(super) fn read(connection: &Connection, path: &Path) -> Result<Self, Error> {
        let refuse = Error::database("read the header of", path);
        let (version, mut rows) = match rows(connection) {
            Ok(found) => found,
            Err(error) => return Err(refuse(error)),
        };
        check_tables(connection, path, version)?;
        let damaged =
            |why: &str| Error::DamagedHeader { path: path.to_owned(), why: why.to_owned() };
        let mut take = |key: &str| {
            rows.remove(key).ok_or_else(|| damaged(&format!("the fact {key:?} is missing")))
        };
        if take(FORMAT_KEY)? != FORMAT_NAME {
            return Err(damaged("the fact \"format\" is not what it should be"));
        }
        let (session, created, seal) = (take(SESSION_KEY)?, take(CREATED_KEY)?, take(SEAL_KEY)?);
        let created = created.parse().map_err(|_| damaged("the time of creation is no number"))?;
        let header = Self { version, session, created, facts: rows };
        if header.seal().to_hex().as_str() != seal {
            return Err(damaged("its facts do not fit their checksum"));
        }
        Ok(header)
    }
}

/// Reads the version and the rows of `meta`.
fn rows(connection: &Connection) -> rusqlite::Result<(i64, BTreeMap<String, String>)> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let mut statement = connection.prepare("SELECT key, value FROM meta")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((version, rows.collect::<rusqlite::Result<_>>()?))
}

/// Refuses tables, views and triggers that are not ours. A newer version may have more.
fn check_tables(connection: &Connection, path: &Path, version: i64) -> Result<(), Error> {
    let list = || {
        let mut statement = connection.prepare(
            "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<(String, String)>>>()
    };
    let found = list().map_err(Error::database("read the tables of", path))?;
    let ours = found.iter().map(|(name, sql)| (name.as_str(), sql.as_str())).eq(TABLES);
    if version == VERSION && !ours {
        let stranger = found.iter().find(|(name, sql)| !TABLES.contains(&(name, sql)));
        let why = stranger.map_or_else(
            || "a table is missing".to_owned(),
            |(name, _)| format!("{name:?} is not a table as pleach makes it"),
        );
        return Err(Error::DamagedHeader { path: path.to_owned(), why });
    }
    Ok(())
}
