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
use super::row::{Row, Tail, Unreadable, View};
use crate::tree::{NodeId, Operation};

const SELECT: &str = "SELECT sequence, time, actor, kind, body, tokens, hash FROM operation \
                      WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence";

/// SELECT of all rows, also of those with numbers that they should not have.
const SELECT_ALL: &str =
    "SELECT sequence, time, actor, kind, body, tokens, hash FROM operation ORDER BY sequence";

/// How many rows in a row may be unreadable before the rest is given up.
const MOST_MISSES: u32 = 10_000;

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
    let tail = for_each(connection, header, path, |operation| {
        operations.push(operation);
        Ok(())
    })?;
    Ok((operations, tail))
}

/// Hands each operation to `visit`, in order; returns the log's end.
///
/// # Errors
/// As [`operations`], or the error of `visit`.
pub(super) fn for_each(
    connection: &Connection,
    header: &Header,
    path: &Path,
    mut visit: impl FnMut(Operation) -> Result<(), Error>,
) -> Result<Tail, Error> {
    let mut tail = Tail::of_empty_log(header.seal());
    walk(connection, &mut tail, None, path, |row| visit(decode(row, path)?))?;
    Ok(tail)
}

/// Hands each operation after `tail`, up to and including another, to `visit`, and moves `tail` on
/// with it; on an error it stands before the operation that was refused.
///
/// # Errors
/// As [`operations`], or the error of `visit`.
pub(super) fn go_on(
    connection: &Connection,
    tail: &mut Tail,
    up_to: u64,
    path: &Path,
    mut visit: impl FnMut(Operation) -> Result<(), Error>,
) -> Result<(), Error> {
    let up_to = i64::try_from(up_to).unwrap_or(i64::MAX);
    walk(connection, tail, Some(up_to), path, |row| visit(decode(row, path)?))
}

/// Reads the operations after one, up to and including another. The chain is checked from the
/// hash that the first of them follows.
///
/// # Errors
/// As [`operations`].
pub(super) fn range(
    connection: &Connection,
    header: &Header,
    path: &Path,
    after: u64,
    up_to: u64,
) -> Result<Vec<Operation>, Error> {
    let mut tail = tail_at(connection, header, path, after)?;
    let mut operations = Vec::new();
    go_on(connection, &mut tail, up_to, path, |operation| {
        operations.push(operation);
        Ok(())
    })?;
    Ok(operations)
}

/// Returns the end that the log had after an operation, by the hash that is written beside it.
///
/// # Errors
/// Returns why it cannot be read.
pub(super) fn tail_at(
    connection: &Connection,
    header: &Header,
    path: &Path,
    sequence: u64,
) -> Result<Tail, Error> {
    if sequence == 0 {
        return Ok(Tail::of_empty_log(header.seal()));
    }
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let hash: [u8; 32] = connection
        .query_row("SELECT hash FROM operation WHERE sequence = ?1", [sequence], |row| row.get(0))
        .map_err(Error::database("read", path))?;
    Ok(Tail { sequence, hash: blake3::Hash::from_bytes(hash) })
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
    Ok(range(connection, header, path, 0, 1)?.pop())
}

/// Hands each row to `visit`, in order, once it fits the hash chain; returns the log's end.
///
/// # Errors
/// Returns [`Error::Damaged`] with the first row that does not fit, or the error of `visit`.
pub(super) fn for_each_row(
    connection: &Connection,
    header: &Header,
    path: &Path,
    mut visit: impl FnMut(Row) -> Result<(), Error>,
) -> Result<Tail, Error> {
    let mut tail = Tail::of_empty_log(header.seal());
    walk(connection, &mut tail, None, path, |row| visit(row.to_row()))?;
    Ok(tail)
}

fn walk(
    connection: &Connection,
    tail: &mut Tail,
    up_to: Option<i64>,
    path: &Path,
    mut visit: impl FnMut(&View) -> Result<(), Error>,
) -> Result<(), Error> {
    let damaged = |after: Tail, why: String| Error::Damaged {
        path: path.to_owned(),
        sequence: after.sequence.unsigned_abs() + 1,
        why,
    };
    let refused = |after: Tail| move |error: rusqlite::Error| damaged(after, reason(&error));
    let select = if up_to.is_some() { SELECT } else { SELECT_ALL };
    let mut statement = connection.prepare_cached(select).map_err(refused(*tail))?;
    let rows = match up_to {
        Some(up_to) => statement.query([tail.sequence, up_to]),
        None => statement.query([]),
    };
    let mut rows = rows.map_err(refused(*tail))?;
    while let Some(found) = rows.next().map_err(refused(*tail))? {
        let (row, hash) = columns(found).map_err(refused(*tail))?;
        if row.sequence != tail.sequence + 1 {
            return Err(damaged(*tail, "it is missing".to_owned()));
        }
        let next = tail.after(&row);
        if hash != next.hash.as_bytes() {
            return Err(damaged(*tail, "it does not fit its checksum".to_owned()));
        }
        visit(&row)?;
        *tail = next;
    }
    Ok(())
}

/// Reads every row that can still be read, with its hash, in order and unchecked: where a page is
/// damaged it goes on behind it.
///
/// # Errors
/// Returns that the table cannot be read at all.
pub(super) fn readable(connection: &Connection, path: &Path) -> Result<Vec<(Row, Vec<u8>)>, Error> {
    let mut found: Vec<(Row, Vec<u8>)> = Vec::new();
    let mut statement = connection.prepare(SELECT).map_err(Error::database("read", path))?;
    let (mut after, mut step, mut misses) = (0i64, i64::MAX, 0);
    while misses < MOST_MISSES {
        let end = after.saturating_add(step);
        let mut read = || {
            let mut rows = statement.query([after, end])?;
            while let Some(row) = rows.next()? {
                let (row, hash) = columns(row)?;
                if row.sequence <= after {
                    // The pages of a damaged file may lead round in a circle.
                    return Err(rusqlite::Error::InvalidQuery);
                }
                after = row.sequence;
                misses = 0;
                found.push((row.to_row(), hash.to_vec()));
            }
            Ok::<_, rusqlite::Error>(())
        };
        match (read(), step) {
            (Ok(()), i64::MAX) => break,
            // Behind a row that cannot be read, one after another, until one can.
            (Ok(()), _) if misses == 0 => step = i64::MAX,
            (_, _) => {
                (after, step) = (if step == 1 { end } else { after }, 1);
                misses += 1;
            }
        }
    }
    Ok(found)
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
fn decode(row: &View, path: &Path) -> Result<Operation, Error> {
    let (path, sequence) = (path.to_owned(), row.sequence.unsigned_abs());
    row.decode().map_err(|error| match error {
        Unreadable::UnknownKind => Error::UnknownKind { path, sequence, kind: row.kind.to_owned() },
        Unreadable::Malformed(why) => Error::Damaged { path, sequence, why },
    })
}

fn columns<'row>(row: &'row rusqlite::Row) -> rusqlite::Result<(View<'row>, &'row [u8])> {
    // A flipped bit can make a text that is not UTF-8. It becomes empty here, and so fails the
    // checksum, which says more than an error about types would.
    let text = |index: usize| -> rusqlite::Result<&'row str> {
        Ok(match row.get_ref(index)? {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            _ => "",
        })
    };
    let blob = |index: usize| -> rusqlite::Result<Option<&'row [u8]>> {
        Ok(match row.get_ref(index)? {
            ValueRef::Blob(bytes) => Some(bytes),
            _ => None,
        })
    };
    let found = View {
        sequence: row.get(0)?,
        time: row.get::<_, Option<i64>>(1)?.unwrap_or(-1),
        actor: text(2)?,
        kind: text(3)?,
        body: text(4)?,
        tokens: blob(5)?,
    };
    Ok((found, blob(6)?.unwrap_or_default()))
}
