//! The sessions of a directory, for the start screen.
//!
//! Responsible for showing every file of the name, broken ones with what is wrong, at a cost
//! that does not grow with the sizes of the sessions. Not responsible for checking whole
//! sessions: of each only the header and a few operations are read and checked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rusqlite::Connection;

use super::copy::size;
use super::directory::EXTENSION;
use super::error::Error;
use super::format::Header;
use super::lock::beside;
use super::open::with_connection;
use super::rows;
use crate::tree::Body;

/// How many files are looked into; older ones are left out.
const LIMIT: usize = 100;

/// How many bytes of sessions that are open elsewhere, or were not closed, are copied in order
/// to look into them.
const COPY_BUDGET: u64 = 64 * 1024 * 1024;

/// How far from the log's end the last new node is looked for, in operations.
const REACH: u64 = 1000;

/// One file of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// The file.
    pub path: PathBuf,
    /// When it last changed, in milliseconds since 1970-01-01 UTC.
    pub changed: u64,
    /// Whether it is open elsewhere, or was not closed.
    pub unfolded: bool,
    /// What is in it, or a sentence that says why that cannot be told.
    pub summary: Result<Summary, String>,
}

/// What a session is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The problem; empty where none is set yet.
    pub problem: String,
    /// How many operations the log has.
    pub operations: u64,
    /// How many nodes the tree has, where the end of the log tells.
    pub nodes: Option<u64>,
}

/// Lists the sessions of a directory, the last changed first, at most 100. A directory that does
/// not exist has none.
///
/// # Errors
/// Returns why the directory cannot be read.
pub fn list(directory: &Path) -> Result<Vec<Recent>, Error> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(Error::io("list", directory))?,
    };
    let mut files: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.as_encoded_bytes().ends_with(EXTENSION.as_bytes()))
        })
        .map(|path| (changed(&path), path))
        .collect();
    files.sort_by(|(left, one), (right, other)| right.cmp(left).then_with(|| one.cmp(other)));
    files.truncate(LIMIT);
    let mut budget = COPY_BUDGET;
    Ok(files.into_iter().map(|(changed, path)| recent(path, changed, &mut budget)).collect())
}

fn recent(path: PathBuf, changed: u64, budget: &mut u64) -> Recent {
    let unfolded = beside(&path, "-wal").exists();
    let cost = if unfolded { size(&path) } else { 0 };
    let summary = if cost > *budget {
        Err("it is large, and open elsewhere or not closed; open it to see what is in it"
            .to_owned())
    } else {
        *budget -= cost;
        with_connection(&path, |connection| summary(connection, &path))
            .map_err(|error| error.to_string())
    };
    Recent { path, changed, unfolded, summary }
}

fn summary(connection: &Connection, path: &Path) -> Result<Summary, Error> {
    let header = Header::read(connection, path)?;
    let refused = || Error::database("read", path);
    let operations = rows::last(connection, &header).map_err(refused())?.sequence.unsigned_abs();
    let problem = match rows::first(connection, &header, path)? {
        Some(first) => match first.body {
            Body::ProblemSet { problem } => problem.text,
            _ => String::new(),
        },
        None => String::new(),
    };
    // Only the end of a long log is searched for the last new node; the root is never added.
    let reached = operations.saturating_sub(REACH);
    let last = rows::last_node_added(connection, reached).map_err(refused())?;
    let nodes = match last {
        Some(node) => Some(u64::from(node.0) + 1),
        None => (reached == 0).then_some(1),
    };
    Ok(Summary { problem, operations, nodes })
}

/// The last change of a session or of its write-ahead log.
fn changed(path: &Path) -> u64 {
    let modified =
        |path: &Path| path.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok();
    let latest = modified(path).max(modified(&beside(path, "-wal"))).unwrap_or_default();
    u64::try_from(latest.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "recent_tests.rs"]
mod tests;
