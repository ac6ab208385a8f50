//! The thread that saves operations as they come.
//!
//! Responsible for group commits (a commit waits at most 20 ms for company), for refusing what
//! would not read back, for acknowledging what is durable, and for holding on to what could not be
//! saved until a person decides.
//! Not responsible for how rows get to the disk; see `store.rs`.
//!
//! Invariant: after a failure nothing is tried again until a person asks, or the session ends; but
//! for a full disk, where it is tried once more with the room that was held back.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::error::Error;
use super::reserve::Reserve;
use super::row::Row;
use super::store::Store;
use super::writer::Ack;
use crate::tree::Operation;

/// How long the first operation of a group waits for others.
const GROUP_WAIT: Duration = Duration::from_millis(20);

/// How many operations are saved without waiting for more, but for what has come already.
const GROUP_SIZE: usize = 256;
/// The most operations that are saved together.
const LARGEST_GROUP: usize = 16 * GROUP_SIZE;

/// What the handle asks of the thread.
#[derive(Debug)]
pub(super) enum Command {
    /// Save these operations, together.
    Append(Vec<Operation>),
    /// Try again to save what could not be saved.
    Retry,
    /// Write everything to a new file.
    SaveCopy(PathBuf),
    /// Save what is pending, also after a failure, and answer with the outcome.
    Flush(SyncSender<Result<(), Error>>),
}

/// What runs on the thread.
pub(super) struct Worker {
    store: Store,
    acknowledge: Box<dyn Fn(Ack) + Send>,
    /// What is not known to be durable.
    pending: Vec<Row>,
    /// When `pending` is to be saved.
    deadline: Option<Instant>,
    /// Why the last attempt failed; `pending` then waits for a person.
    failure: Option<String>,
    /// How many operations can't be stored, since the first of them would not read back, and why.
    refused: Option<(usize, String)>,
    /// Held while the thread runs.
    reserve: Reserve,
}

impl Worker {
    pub(super) fn new(store: Store, acknowledge: Box<dyn Fn(Ack) + Send>) -> Self {
        Self {
            store,
            acknowledge,
            pending: Vec::new(),
            deadline: None,
            failure: None,
            refused: None,
            reserve: Reserve::default(),
        }
    }

    /// Works until the handle is gone, then closes the session.
    ///
    /// # Errors
    /// Returns [`Error::Unsaved`], or why the file could not be closed.
    pub(super) fn run(mut self, commands: &Receiver<Command>) -> Result<(), Error> {
        self.reserve = Reserve::hold(self.store.path());
        loop {
            let command = match self.deadline {
                None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => commands.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match command {
                Ok(command) => self.perform(command),
                Err(RecvTimeoutError::Timeout) => self.save(),
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            }
        }
    }

    fn perform(&mut self, command: Command) {
        match command {
            Command::Append(operations) => {
                self.take(operations);
                if self.failure.is_some() {
                    return;
                }
                let now = Instant::now();
                let deadline = self.deadline.get_or_insert(now + GROUP_WAIT);
                if self.pending.len() >= GROUP_SIZE {
                    *deadline = now;
                }
                if self.pending.len() >= LARGEST_GROUP || self.refused.is_some() {
                    self.save();
                }
            }
            Command::Retry => self.retry(),
            Command::Flush(answer) => {
                self.retry();
                // A caller that no longer waits needs no answer.
                let _ = answer.send(self.unsaved().map_or(Ok(()), Err));
            }
            Command::SaveCopy(path) => {
                let ack = match self.store.save_copy(&path, &self.pending) {
                    Ok(sequence) => Ack::Copied { path, sequence: sequence.unsigned_abs() },
                    Err(error) => Ack::CopyFailed { path, message: error.to_string() },
                };
                (self.acknowledge)(ack);
            }
        }
    }

    /// Makes rows of operations, up to the first that would not read back as it is.
    fn take(&mut self, operations: Vec<Operation>) {
        let mut operations = operations.into_iter();
        if self.refused.is_none() {
            let before = self.pending.len();
            for operation in operations.by_ref() {
                match Row::encode(&operation) {
                    Ok(row) => self.pending.push(row),
                    Err(why) => {
                        // Together or not at all.
                        let count = self.pending.drain(before..).count() + 1;
                        let error = Error::Unstorable { sequence: operation.sequence, why };
                        self.refused = Some((count, error.to_string()));
                        break;
                    }
                }
            }
        }
        if let Some((count, _)) = &mut self.refused {
            *count += operations.count();
        }
    }

    /// Saves what is pending, unless a failure waits for a person.
    fn save(&mut self) {
        self.deadline = None;
        if self.failure.is_some() || (self.pending.is_empty() && self.refused.is_none()) {
            return;
        }
        match self.store.append(&self.pending) {
            Err(full) if full.is_full_disk() && self.reserve.give_back() => {
                let result = self.recover();
                let is_saved = result.is_ok();
                self.report(result);
                if is_saved {
                    (self.acknowledge)(Ack::DiskFull { message: last_room(self.store.path()) });
                }
            }
            result => self.report(result),
        }
    }

    /// Saves what is pending, also after a failure.
    fn retry(&mut self) {
        if self.failure.is_none() {
            return self.save();
        }
        let result = self.recover();
        self.report(result);
    }

    /// Saves what is pending and was not saved after all by an attempt that failed.
    fn recover(&mut self) -> Result<(), Error> {
        let written = self.store.recover(&self.pending)?;
        self.pending.drain(..written);
        if self.pending.is_empty() { Ok(()) } else { self.store.append(&self.pending) }
    }

    fn report(&mut self, result: Result<(), Error>) {
        self.failure = result.err().map(|error| error.to_string());
        let ack = if let Some(message) = self.failure.clone() {
            Ack::Failed { message }
        } else {
            self.pending.clear();
            Ack::Saved { sequence: self.store.tail().sequence.unsigned_abs() }
        };
        (self.acknowledge)(ack);
        if let Some((_, why)) = self.refused.as_ref().filter(|_| self.failure.is_none()) {
            self.failure = Some(why.clone());
            (self.acknowledge)(Ack::Failed { message: why.clone() });
        }
    }

    fn unsaved(&self) -> Option<Error> {
        let why = self.failure.clone()?;
        let refused = self.refused.as_ref().map_or(0, |(count, _)| *count);
        let count = self.pending.len() + refused;
        Some(Error::Unsaved { path: self.store.path().to_owned(), count, why })
    }

    fn close(mut self) -> Result<(), Error> {
        self.retry();
        match self.unsaved() {
            // The store is dropped without folding: its files stay as they are.
            Some(error) => Err(error),
            None => self.store.close(),
        }
    }
}

fn last_room(path: &std::path::Path) -> String {
    format!(
        "The disk is full: all is saved, in room that was held back for this; free some space before you go on ({})",
        path.display()
    )
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
