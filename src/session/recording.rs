//! A session as a recording: the tree at any moment, and what happened in between.
//!
//! Responsible for reading the log once, with everything checked, as far as it is asked for, for keeping
//! copies of what it comes to on the way (they share what is the same), and so for being at any moment
//! quickly.
//! Not responsible for how it is played.
//!
//! Invariants: the tree at a moment is the fold of the operations up to it; what lies before the front
//! was checked.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::copy::{Copy, copy};
use super::database::{Access, connect};
use super::error::Error;
use super::format::Header;
use super::lock::beside;
use super::marks::Marks;
use super::recognise::recognise;
use super::row::Tail;
use super::rows;
use crate::monitor::Pulse;
use crate::tree::{FoldError, NodeId, Operation, Tree};

/// How many copies are kept, evenly over the log.
const CHECKPOINTS: u64 = 48;
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
    /// The moment as far as the log was read, and the end of what was read.
    front: Moment,
    tail: Tail,
    /// Copies of it on the way; the first is empty.
    checkpoints: Vec<Moment>,
    marks: Marks,
    /// The operations that made the nodes, the root's being the first of all.
    born: Vec<u64>,
}

/// A session at a moment of its past: what follows from the operations up to then.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moment {
    /// The tree.
    pub tree: Tree,
    /// The figures that the charts show.
    pub pulse: Pulse,
    /// The node that the last operation is about, if it is about one.
    pub node: Option<NodeId>,
}

impl Moment {
    /// Folds a log.
    ///
    /// # Errors
    /// Returns the first operation that does not fit.
    pub fn fold<'log>(
        operations: impl IntoIterator<Item = &'log Operation>,
    ) -> Result<Self, FoldError> {
        let mut moment = Self::default();
        for operation in operations {
            moment.apply(operation)?;
        }
        Ok(moment)
    }

    fn apply(&mut self, operation: &Operation) -> Result<(), FoldError> {
        self.tree.apply(operation)?;
        self.pulse.take_in(&self.tree, &operation.body, operation.time);
        self.node = operation.body.node();
        Ok(())
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
            front: Moment::default(),
            tail: Tail::of_empty_log(header.seal()),
            header,
            checkpoints: vec![Moment::default()],
            marks: Marks::default(),
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
        if up_to <= self.front() {
            return Ok(());
        }
        let every = (self.length / CHECKPOINTS).max(LEAST);
        let Self { connection, path, tail, front, checkpoints, marks, born, .. } = self;
        rows::go_on(connection, tail, up_to, path, |operation| {
            front.apply(&operation).map_err(|why| damaged(path, &operation, &why.to_string()))?;
            marks.take_in(&operation);
            born.resize(front.tree.len(), operation.sequence);
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
        self.front.tree.sequence()
    }

    /// Returns the moments that one jumps to, as far as the log was read.
    #[must_use]
    pub fn marks(&self) -> &Marks {
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

    /// Returns the moment after an operation; the end where there are fewer.
    ///
    /// # Errors
    /// As [`Recording::read`].
    pub fn moment(&mut self, sequence: u64) -> Result<Moment, Error> {
        let sequence = sequence.min(self.length);
        self.read(sequence)?;
        if sequence == self.front() {
            return Ok(self.front.clone());
        }
        let next = self.checkpoints.partition_point(|at| at.tree.sequence() <= sequence);
        let mut moment = self.checkpoints[next.saturating_sub(1)].clone();
        let Self { connection, header, path, .. } = self;
        let mut tail = rows::tail_at(connection, header, path, moment.tree.sequence())?;
        rows::go_on(connection, &mut tail, sequence, path, |operation| {
            moment.apply(&operation).map_err(|why| damaged(path, &operation, &why.to_string()))
        })?;
        Ok(moment)
    }

    /// Returns the tree after an operation; that of the end where there are fewer.
    ///
    /// # Errors
    /// As [`Recording::read`].
    pub fn tree_at(&mut self, sequence: u64) -> Result<Tree, Error> {
        Ok(self.moment(sequence)?.tree)
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
