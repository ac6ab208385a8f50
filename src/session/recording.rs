//! A session as a recording: the tree at any moment, and what happened in between.
//!
//! Responsible for reading the log once, with everything checked, for keeping copies of the tree on the
//! way (they share what is the same), and so for being at any moment quickly. Not responsible for how
//! it is played.
//!
//! Invariant: the tree at a moment is the fold of the operations up to it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::copy::{Copy, copy};
use super::database::{Access, connect};
use super::error::Error;
use super::format::Header;
use super::lock::beside;
use super::recognise::recognise;
use super::rows;
use crate::tree::{Body, Finish, NodeId, Operation, Tree};

/// How many copies of the tree are kept, evenly over the log.
const CHECKPOINTS: u64 = 16;
/// The fewest operations between two copies.
const LEAST: u64 = 2000;

/// A session that is looked at moment by moment.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    header: Header,
    connection: Connection,
    /// Where the session is open elsewhere or was not closed, the copy that is read.
    _copy: Option<Copy>,
    /// Copies of the tree, each at the last operation that it holds; the first is empty.
    checkpoints: Vec<Tree>,
    marks: Vec<Mark>,
    /// The operations that made the nodes, the root's being the first of all.
    born: Vec<u64>,
}

/// A moment that one jumps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The operation that happened then.
    pub sequence: u64,
    /// Its time, in milliseconds since 1970-01-01 UTC.
    pub time: u64,
    /// What it was.
    pub kind: MarkKind,
}

/// What happened at a moment that one jumps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MarkKind {
    /// The search chose a node.
    Step,
    /// A node was judged.
    Evaluation,
    /// A trajectory came to its answer.
    Answer,
    /// A voice of a debate spoke.
    Debate,
    /// Something was pruned or restored.
    Prune,
    /// A trajectory was spliced, or a step rewritten.
    Splice,
}

impl MarkKind {
    /// Returns the kind of an operation that is jumped to; none of others.
    #[must_use]
    pub fn of(body: &Body) -> Option<Self> {
        match body {
            Body::SearchStepped { .. } => Some(Self::Step),
            Body::Evaluated { .. } => Some(Self::Evaluation),
            Body::NodeFinished { finish: Finish::EndOfTurn, .. } => Some(Self::Answer),
            Body::DebateStated { .. } => Some(Self::Debate),
            Body::Pruned { .. } | Body::Restored { .. } => Some(Self::Prune),
            Body::Spliced { .. } | Body::Edited { .. } => Some(Self::Splice),
            Body::Together { bodies } => bodies.iter().find_map(Self::of),
            _ => None,
        }
    }
}

impl Recording {
    /// Opens a recording: reads and checks the whole log once.
    ///
    /// # Errors
    /// Returns what the file is instead, what is damaged, or why it cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let unfolded = recognise(path)?.uses_wal
            || ["-wal", "-journal"].iter().any(|end| beside(path, end).exists());
        let (copied, connection) = if unfolded {
            let copied = copy(path)?;
            let connection = connect(&copied.path, Access::ReadWrite)?;
            (Some(copied), connection)
        } else {
            (None, connect(path, Access::ReadOnly)?)
        };
        // One transaction, so that all that is looked at is of one moment.
        connection.execute_batch("BEGIN").map_err(Error::database("read", path))?;
        let header = Header::read(&connection, path)?;
        let length =
            rows::last(&connection, &header).map_err(Error::database("read", path))?.sequence;
        let every = (length.unsigned_abs() / CHECKPOINTS).max(LEAST);
        let mut tree = Tree::default();
        let mut checkpoints = vec![tree.clone()];
        let (mut marks, mut born) = (Vec::new(), Vec::new());
        rows::for_each(&connection, &header, path, |operation| {
            tree.apply(&operation).map_err(|why| damaged(path, &operation, &why.to_string()))?;
            if let Some(kind) = MarkKind::of(&operation.body) {
                marks.push(Mark { sequence: operation.sequence, time: operation.time, kind });
            }
            born.resize(tree.len(), operation.sequence);
            if operation.sequence % every == 0 {
                checkpoints.push(tree.clone());
            }
            Ok(())
        })?;
        if checkpoints.last().is_some_and(|last| last.sequence() < tree.sequence()) {
            checkpoints.push(tree);
        }
        let path = path.to_owned();
        Ok(Self { path, header, connection, _copy: copied, checkpoints, marks, born })
    }

    /// Returns what the session says about itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the number of operations.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.checkpoints.last().map_or(0, Tree::sequence)
    }

    /// Returns the moments that one jumps to, in order.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Returns the operation that made a node, if there is one.
    #[must_use]
    pub fn born(&self, node: NodeId) -> Option<u64> {
        self.born.get(node.index()).copied()
    }

    /// Returns the tree after an operation; that of the end where there are fewer.
    ///
    /// # Errors
    /// Returns why the log cannot be read any more.
    pub fn tree_at(&self, sequence: u64) -> Result<Tree, Error> {
        let sequence = sequence.min(self.length());
        let next = self.checkpoints.partition_point(|tree| tree.sequence() <= sequence);
        let mut tree = self.checkpoints[next.saturating_sub(1)].clone();
        for operation in self.operations(tree.sequence(), sequence)? {
            tree.apply(&operation)
                .map_err(|why| damaged(&self.path, &operation, &why.to_string()))?;
        }
        Ok(tree)
    }

    /// Returns the operations after one, up to and including another.
    ///
    /// # Errors
    /// Returns why the log cannot be read any more.
    pub fn operations(&self, after: u64, up_to: u64) -> Result<Vec<Operation>, Error> {
        if after >= up_to.min(self.length()) {
            return Ok(Vec::new());
        }
        rows::range(&self.connection, &self.header, &self.path, after, up_to.min(self.length()))
    }
}

fn damaged(path: &Path, operation: &Operation, why: &str) -> Error {
    Error::Damaged { path: path.to_owned(), sequence: operation.sequence, why: why.to_owned() }
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
