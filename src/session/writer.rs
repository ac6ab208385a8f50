//! The handle through which the rest of the program saves operations.
//!
//! Responsible for refusing, before anything is queued, what is out of order. Not responsible for
//! whether it can be stored, nor for when and how it gets to the disk; see `worker.rs` and `store.rs`.
//!
//! Invariant: operations are saved in the order in which they were appended, without gaps.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::error::Error;
use super::store::Store;
use super::worker::{Command, Worker};
use crate::tree::Operation;

/// How many calls may wait for the thread; more make the caller wait. At one call a frame this
/// is over ten seconds of a disk that does not answer.
const QUEUE: usize = 1024;

/// What the writer reports, from its own thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ack {
    /// All operations up to this one are durable.
    Saved {
        /// The last durable operation.
        sequence: u64,
    },
    /// Operations could not be saved. They are kept in memory, with all that follow, until
    /// [`Writer::retry`] succeeds.
    Failed {
        /// What happened and what mends it, as a sentence.
        message: String,
    },
    /// The disk is full. All that was appended so far is saved, but little more will be.
    DiskFull {
        /// What happened and what mends it, as a sentence.
        message: String,
    },
    /// A copy was written.
    Copied {
        /// The new file.
        path: PathBuf,
        /// The last operation in it.
        sequence: u64,
    },
    /// A copy could not be written; no file of that name was made.
    CopyFailed {
        /// The file that was asked for.
        path: PathBuf,
        /// What happened and what mends it, as a sentence.
        message: String,
    },
}

/// Saves a session as it grows. Dropping it saves what is left, as [`Writer::close`] does.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    next: u64,
    commands: Option<SyncSender<Command>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(store: Store, acknowledge: Box<dyn Fn(Ack) + Send>) -> Result<Self, Error> {
        let (commands, receiver) = sync_channel(QUEUE);
        let path = store.path().to_owned();
        let next = store.tail().sequence.unsigned_abs() + 1;
        let worker = Worker::new(store, acknowledge);
        let thread = std::thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || worker.run(&receiver))
            .map_err(Error::io("start the writer of", &path))?;
        Ok(Self { path, next, commands: Some(commands), thread: Some(thread) })
    }

    /// Returns the file that it writes to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hands over operations to be saved, and returns at once; [`Ack::Saved`] tells when they
    /// are durable, [`Ack::Failed`] if one of them would not read back as it is: it and all that
    /// follow are never saved. They become durable together or not at all.
    ///
    /// # Errors
    /// Returns [`Error::OutOfOrder`], and then none of them is taken; or [`Error::WriterStopped`].
    pub fn append(&mut self, operations: impl Into<Vec<Operation>>) -> Result<(), Error> {
        let operations: Vec<Operation> = operations.into();
        for (operation, expected) in operations.iter().zip(self.next..) {
            if operation.sequence != expected {
                return Err(Error::OutOfOrder { expected, found: operation.sequence });
            }
        }
        self.next += operations.len() as u64;
        if operations.is_empty() { Ok(()) } else { self.send(Command::Append(operations)) }
    }

    /// Tries again to save what could not be saved; the outcome comes as an [`Ack`].
    ///
    /// # Errors
    /// Returns [`Error::WriterStopped`].
    pub fn retry(&self) -> Result<(), Error> {
        self.send(Command::Retry)
    }

    /// Writes everything, saved or not, to a new file; the outcome comes as an [`Ack`]. The
    /// session goes on in its own file.
    ///
    /// # Errors
    /// Returns [`Error::WriterStopped`].
    pub fn save_copy(&self, path: &Path) -> Result<(), Error> {
        self.send(Command::SaveCopy(path.to_owned()))
    }

    /// Saves what is left, trying once more if it had failed, folds the session into one file
    /// and ends the thread. Where operations cannot be saved the writer stays as it is, so that
    /// a copy can still be written elsewhere.
    ///
    /// # Errors
    /// Returns [`Error::Unsaved`] where operations are not saved; [`Error::NotFolded`] where all
    /// is saved, but not in one file; or why the file could not be closed.
    pub fn close(&mut self) -> Result<(), Error> {
        let (answer, answered) = sync_channel(1);
        self.send(Command::Flush(answer))?;
        answered.recv().unwrap_or_else(|_| Err(self.stopped()))?;
        self.finish()
    }

    fn finish(&mut self) -> Result<(), Error> {
        // Without a sender the thread sees the end of its commands.
        drop(self.commands.take());
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(self.stopped()),
        }
    }

    fn send(&self, command: Command) -> Result<(), Error> {
        let sent = self.commands.as_ref().map(|commands| commands.send(command));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(self.stopped()),
        }
    }

    fn stopped(&self) -> Error {
        Error::WriterStopped { path: self.path.clone() }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            tracing::error!(%error, "the session was dropped");
        }
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
