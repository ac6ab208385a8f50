//! Messages: everything that can happen to the program.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::mouse::Mouse;
use super::querying::Aim;
use super::speed::Speed;
use crate::engine::Event;
use crate::export::Survey;
use crate::session::{Marks, Moment};
use crate::tree::{NodeId, Operation, Problem, Tree};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// A line was given, as the `:` line takes it.
    Line(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal got the person's attention, or lost it.
    Focus(bool),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// The engine told something.
    Engine(Event),
    /// A session was made or opened.
    Opened(Opened),
    /// A session could not be made or opened; a sentence with the mend.
    OpenFailed(String),
    /// The operations up to this sequence number are on disk.
    Saved(u64),
    /// Operations could not be written; a sentence with the mend.
    SaveFailed(String),
    /// All is saved, but the disk is full; a sentence for the person.
    DiskFull(String),
    /// The recent sessions.
    Listed(Vec<Recent>),
    /// What an export of the session would hold, or why nobody can tell.
    Surveyed(Result<Survey, String>),
    /// A data set was written, or not; a sentence for the person.
    Exported(Result<String, String>),
    /// The steps that a text means, in order of creation.
    Selected {
        /// The text.
        text: String,
        /// What they are for.
        aim: Aim,
        /// The steps.
        nodes: Vec<NodeId>,
    },
    /// The editor has ended.
    Composed {
        /// The step.
        node: NodeId,
        /// The new text; or why there is none, a sentence with the mend.
        text: Result<String, String>,
    },
    /// Text was copied, or not; a sentence for the person.
    Copied(Result<String, String>),
    /// A session's past was opened.
    Replaying(Recorded),
    /// A moment of the past.
    Sought(Sought),
    /// Operations of the past, in order.
    Fetched(Vec<Operation>),
    /// All moments of the past that one jumps to.
    Marked(Marks),
    /// The time that was asked for has passed.
    Woken,
    /// The search may go on with what it has not decided yet.
    WentOn,
    /// The past cannot be read; a sentence.
    ReplayFailed(String),
    /// A tree to be compared with came, or why it cannot be read.
    Diffed(Result<Other, String>),
    /// A command verified an answer.
    Verified {
        /// The trajectory.
        node: NodeId,
        /// Whether the answer is right and why; or why nobody can tell.
        verdict: Result<(bool, String), String>,
    },
}

/// A session that was made or opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Its file.
    pub path: PathBuf,
    /// The seed from which all of its randomness follows.
    pub seed: u64,
    /// Its operations; none if it is new.
    pub operations: Vec<Operation>,
    /// The problem of a new session.
    pub problem: Option<Problem>,
    /// Why it can be read but not changed, if so.
    pub read_only: Option<String>,
}

/// A session's past, at one of its moments. A recording of messages leaves the moments out: they are
/// folded anew from the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The session's file.
    pub path: PathBuf,
    /// The seed from which all of its randomness follows.
    pub seed: u64,
    /// How many operations there are.
    pub length: u64,
    /// The moments that one jumps to; absent as long as the log is still being read.
    pub marks: Option<Marks>,
    /// How fast it plays from the start; it waits if absent.
    pub speed: Option<Speed>,
    /// The moment.
    #[serde(skip)]
    pub moment: Box<Moment>,
}

/// A moment that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sought {
    /// The operation after which it was so.
    pub sequence: u64,
    /// The moment.
    #[serde(skip)]
    pub moment: Box<Moment>,
}

/// A tree to be compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Other {
    /// The file of its session.
    pub path: PathBuf,
    /// The tree.
    #[serde(skip)]
    pub tree: Box<Tree>,
}

/// A recent session, as the start screen lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Its file.
    pub path: PathBuf,
    /// Its problem, or why it cannot be read.
    pub title: Result<String, String>,
    /// How many nodes it has.
    pub nodes: u64,
    /// When it was last changed, in milliseconds since 1970-01-01 UTC.
    pub changed: u64,
}
