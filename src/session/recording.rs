//! A session as a recording: the tree at any moment, and what happened in between.
//!
//! Responsible for reading the log once, with everything checked, as far as it is asked for, for keeping
//! copies of the tree on the way (they share what is the same), and so for being at any moment quickly.
//! Not responsible for how it is played.
//!
//! Invariants: the tree at a moment is the fold of the operations up to it; what lies before the front
//! was checked.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::copy::{Copy, copy};
use super::database::{Access, connect};
use super::error::Error;
use super::format::Header;
use super::lock::beside;
use super::recognise::recognise;
use super::row::Tail;
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
    length: u64,
    /// The tree as far as the log was read, and the end of what was read.
    front: Tree,
    tail: Tail,
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

/// Reads a session's tree as it was after an operation; that of the end where there are fewer.
///
/// # Errors
/// As [`Recording::open`] and [`Recording::read`].
pub fn tree_at(path: &Path, sequence: u64) -> Result<Tree, Error> {
    Recording::open(path)?.tree_at(sequence)
}

impl Recording {
    /// Opens a recording; nothing of its log is read yet.
    ///
    /// # Errors
    /// Returns what the file is instead, or why it cannot be read.
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
        let last = rows::last(&connection, &header).map_err(Error::database("read", path))?;
        Ok(Self {
            path: path.to_owned(),
            connection,
            _copy: copied,
            length: last.sequence.unsigned_abs(),
            front: Tree::default(),
            tail: Tail::of_empty_log(header.seal()),
            header,
            checkpoints: vec![Tree::default()],
            marks: Vec::new(),
            born: Vec::new(),
        })
    }

    /// Reads on, with everything checked, until an operation is read; to the end where there are
    /// fewer.
    ///
    /// # Errors
    /// Returns what is damaged, or why it cannot be read.
    pub fn read(&mut self, up_to: u64) -> Result<(), Error> {
        let up_to = up_to.min(self.length);
        if up_to <= self.front.sequence() {
            return Ok(());
        }
        let every = (self.length / CHECKPOINTS).max(LEAST);
        let Self { connection, path, tail, front, checkpoints, marks, born, .. } = self;
        rows::go_on(connection, tail, up_to, path, |operation| {
            front.apply(&operation).map_err(|why| damaged(path, &operation, &why.to_string()))?;
            if let Some(kind) = MarkKind::of(&operation.body) {
                marks.push(Mark { sequence: operation.sequence, time: operation.time, kind });
            }
            born.resize(front.len(), operation.sequence);
            if operation.sequence % every == 0 {
                checkpoints.push(front.clone());
            }
            Ok(())
        })
    }

    /// Returns what the session says about itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the number of operations.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Returns how many operations were read.
    #[must_use]
    pub fn front(&self) -> u64 {
        self.front.sequence()
    }

    /// Returns the moments that one jumps to, in order, as far as the log was read.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Returns the operation that made a node, if there is one.
    ///
    /// # Errors
    /// As [`Recording::read`].
    pub fn born(&mut self, node: NodeId) -> Result<Option<u64>, Error> {
        if self.born.len() <= node.index() {
            self.read(u64::MAX)?;
        }
        Ok(self.born.get(node.index()).copied())
    }

    /// Returns the tree after an operation; that of the end where there are fewer.
    ///
    /// # Errors
    /// As [`Recording::read`].
    pub fn tree_at(&mut self, sequence: u64) -> Result<Tree, Error> {
        let sequence = sequence.min(self.length);
        self.read(sequence)?;
        if sequence == self.front.sequence() {
            return Ok(self.front.clone());
        }
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
