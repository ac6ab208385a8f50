//! What a person or an importer says of a node, beyond its text and its evaluations.
//!
//! Responsible for the words of curation: labels, the first error, flags, tags, notes, splices
//! and preferences. What they do to a tree is in `fold.rs` and `history.rs`.

use serde::{Deserialize, Serialize};

use super::node::NodeId;
use super::operation::Finish;

/// A person's verdict on a step. A step without one is unlabelled, which is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The step is wrong, or leads nowhere.
    Bad,
    /// The step neither helps nor hurts.
    Neutral,
    /// The step is right and helps.
    Good,
}

impl Label {
    /// Returns the label's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Neutral => "neutral",
            Self::Good => "good",
        }
    }
}

/// Where the text of a step comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A model sampled it here, or it was imported.
    #[default]
    Sampled,
    /// It is a rewrite of another step.
    Written,
    /// It is the revision signal of a splice.
    Signal,
    /// A splice copied it from a good path.
    Spliced,
}

/// What goes on after the revision signal of a splice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// The steps of the good path from where it leaves the bad one, as Agent-R publishes it.
    Reset,
    /// Steps that continue from the error itself.
    Continue,
}

/// A bad prefix up to the first error, a revision signal and a good continuation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Splice {
    /// The end of the bad path.
    pub bad: NodeId,
    /// The end of the good path; absent if the continuation comes from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<NodeId>,
    /// The last step that is kept of the bad path: the first error.
    pub cut: NodeId,
    /// The revision signal.
    pub signal: String,
    /// What goes on after it.
    pub meaning: Meaning,
    /// The steps after the signal, in order; none if they are still to be grown.
    pub steps: Vec<SplicedStep>,
    /// How the last of the new steps ends: a whole step, or the end of the turn.
    pub finish: Finish,
    /// The final answer, if the last step states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// A step after the revision signal of a splice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplicedStep {
    /// Its text.
    pub text: String,
    /// The step that it is a copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<NodeId>,
}

/// A choice between two nodes, as a person or a judge made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    /// The operation that says so.
    pub operation: u64,
    /// The better one.
    pub winner: NodeId,
    /// The other one.
    pub loser: NodeId,
    /// Whether scores and origin were hidden until the choice was made.
    pub blind: bool,
}

/// What is said of a node. Most nodes have none of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Marks {
    pub label: Option<Label>,
    pub first_error: bool,
    pub flagged: bool,
    pub tags: Vec<String>,
    pub note: String,
    pub source: Source,
    pub of: Option<NodeId>,
    /// How long a person judged it, in milliseconds.
    pub milliseconds: u64,
}
