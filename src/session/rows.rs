//! Reading the rows of a log, with the hash chain checked on the way.
//!
//! Responsible for never letting a changed, missing, added or reordered row pass, and for naming
//! the first one. Not responsible for the meaning of the operations.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;

use super::error::{Error, reason};
use super::format::Header;
use super::row::{Row, Tail, Unreadable};
use crate::tree::{NodeId, Operation};

const SELECT: &str = "SELECT sequence, time, actor, kind, body, tokens, hash FROM operation \
                      ORDER BY sequence LIMIT ?1";

/// SQLite's way to say that a limit does not bind.
const NO_LIMIT: i64 = -1;

/// Reads all operations.
///
/// # Errors
/// Returns [`Error::Damaged`] with the first operation that is not sound, or
/// [`Error::UnknownKind`].
pub(super) fn operations(
    connection: &Connection,
    header: &Header,
    path: &Path,
) -> Result<(Vec<Operation>, Tail), Error> {
    let mut operations = Vec::new();
    let tail = for_each_row(connection, header, path, |row| {
        operations.push(decode(&row, path)?);
        Ok(())
    })?;
    Ok((operations, tail))
}

/// Reads the first operation, if there is one.
///
/// # Errors
/// As [`operations`].
pub(super) fn first(
    connection: &Connection,
    header: &Header,
    path: &Path,
) -> Result<Option<Operation>, Error> {
    let mut first = None;
    walk(connection, header, path, 1, |row| {
        first = Some(decode(&row, path)?);
        Ok(())
    })?;
    Ok(first)
}

/// Hands each row to `visit`, in order, once it fits the hash chain; returns the log's end.
///
/// # Errors
/// Returns [`Error::Damaged`] with the first row that does not fit, or the error of `visit`.
pub(super) fn for_each_row(
    connection: &Connection,
    header: &Header,
    path: &Path,
    visit: impl FnMut(Row) -> Result<(), Error>,
) -> Result<Tail, Error> {
    walk(connection, header, path, NO_LIMIT, visit)
}

fn walk(
    connection: &Connection,
    header: &Header,
    path: &Path,
    limit: i64,
    mut visit: impl FnMut(Row) -> Result<(), Error>,
) -> Result<Tail, Error> {
    let mut tail = Tail::of_empty_log(header.seal());
    let damaged = |after: Tail, why: String| Error::Damaged {
        path: path.to_owned(),
        sequence: after.sequence.unsigned_abs() + 1,
        why,
    };
    let refused = |after: Tail| move |error: rusqlite::Error| damaged(after, reason(&error));
    let mut statement = connection.prepare(SELECT).map_err(refused(tail))?;
    let mut rows = statement.query([limit]).map_err(refused(tail))?;
    while let Some(found) = rows.next().map_err(refused(tail))? {
        let (row, hash) = columns(found).map_err(refused(tail))?;
        if row.sequence != tail.sequence + 1 {
            return Err(damaged(tail, "it is missing".to_owned()));
        }
        let next = tail.after(&row);
        if hash != *next.hash.as_bytes() {
            return Err(damaged(tail, "it does not fit its checksum".to_owned()));
        }
        tail = next;
        visit(row)?;
    }
    Ok(tail)
}

/// Reads the sequence number and hash of the last row, without checking the chain.
pub(super) fn last(connection: &Connection, header: &Header) -> rusqlite::Result<Tail> {
    let mut statement = connection
        .prepare("SELECT sequence, hash FROM operation ORDER BY sequence DESC LIMIT 1")?;
    let mut rows = statement.query([])?;
    match rows.next()? {
        Some(row) => {
            Ok(Tail { sequence: row.get(0)?, hash: blake3::Hash::from_bytes(row.get(1)?) })
        }
        None => Ok(Tail::of_empty_log(header.seal())),
    }
}

/// Reads which node was added last, after the operation `after`, without checking the chain.
pub(super) fn last_node_added(
    connection: &Connection,
    after: u64,
) -> rusqlite::Result<Option<NodeId>> {
    #[derive(Deserialize)]
    struct Added {
        node: NodeId,
    }
    let body: Option<String> = connection
        .query_row(
            "SELECT body FROM operation WHERE kind = 'node_added' AND sequence > ?1 \
             ORDER BY sequence DESC LIMIT 1",
            [i64::try_from(after).unwrap_or(i64::MAX)],
            |row| row.get(0),
        )
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str::<Added>(&body).ok()).map(|added| added.node))
}

/// Turns a row into an operation.
fn decode(row: &Row, path: &Path) -> Result<Operation, Error> {
    let (path, sequence) = (path.to_owned(), row.sequence.unsigned_abs());
    row.decode().map_err(|error| match error {
        Unreadable::UnknownKind => Error::UnknownKind { path, sequence, kind: row.kind.clone() },
        Unreadable::Malformed(why) => Error::Damaged { path, sequence, why },
    })
}

fn columns(row: &rusqlite::Row) -> rusqlite::Result<(Row, Vec<u8>)> {
    // A flipped bit can make a text that is not UTF-8. It becomes U+FFFD here, and so fails the
    // checksum, which says more than an error about types would.
    let text = |index: usize| -> rusqlite::Result<String> {
        Ok(match row.get_ref(index)? {
            ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        })
    };
    let found = Row {
        sequence: row.get(0)?,
        time: row.get::<_, Option<i64>>(1)?.unwrap_or(-1),
        actor: text(2)?,
        kind: text(3)?,
        body: text(4)?,
        tokens: row.get(5)?,
    };
    Ok((found, row.get(6)?))
}
