//! A node: its handle, its place in the tree, and the state of its step.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::mark::{Label, Marks, Source};
use super::operation::{Evaluation, Finish, Origin};
use super::statistics::Statistics;

/// The handle of a node: its number in order of creation. It never changes and is never
/// reused, so it may be stored in operations and shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The root, which stands for the problem and exists in every tree.
    pub const ROOT: Self = Self(0);

    /// Returns the handle as an index into arrays with one entry a node.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "#{}", self.0)
    }
}

/// What a node is doing, in the words that the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Tokens are still arriving.
    Growing,
    /// The step is whole and the path may go on.
    Open,
    /// The model ended its turn here: the path is a trajectory.
    Answered,
    /// The text equals an earlier sibling's; it is kept but never searched.
    Duplicate,
    /// Growth stopped before the step was whole (cancelled, or the engine was lost).
    Interrupted,
}

/// One reasoning step and its links. Links are private to the tree; read them through
/// [`Tree`](super::Tree).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) first_child: Option<NodeId>,
    pub(super) last_child: Option<NodeId>,
    pub(super) previous: Option<NodeId>,
    pub(super) next: Option<NodeId>,
    pub(super) children: u32,
    pub(super) depth: u32,
    pub(super) pruned: bool,
    /// Whether the edit or splice that made the node was undone.
    pub(super) withdrawn: bool,
    /// The last operation that changed the search's view of the node or of what is below it.
    pub(super) changed: u64,
    pub(super) finish: Option<Finish>,
    pub(super) records: Vec<Records>,
    pub(super) marks: Option<Box<Marks>>,
    /// What seldom changes once the step is whole; copies of a tree share it until it does.
    pub(super) step: Arc<Step>,
}

/// The content of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Step {
    pub origin: Option<Origin>,
    pub answer: Option<String>,
    pub text: String,
    /// The start of a character whose other bytes have not arrived.
    pub pending: Vec<u8>,
    pub tokens: Vec<Mark>,
    pub evaluations: Vec<Evaluation>,
}

/// Where a token lies in its node, without repeating its bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub id: i32,
    pub logprob: f32,
    /// Where it ends in the node's text; a character whose bytes are split ends with its last.
    pub end: u32,
}

/// The statistics of one evaluator at one node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Records {
    /// Index into the tree's list of evaluator names.
    pub evaluator: u16,
    /// Values backed up from this very node.
    pub own: Statistics,
    /// `own` and the clades of all children that are not pruned.
    pub clade: Statistics,
}

impl Node {
    pub(super) fn new(parent: Option<NodeId>, depth: u32, origin: Option<Origin>) -> Self {
        Self {
            parent,
            first_child: None,
            last_child: None,
            previous: None,
            next: None,
            children: 0,
            depth,
            pruned: false,
            withdrawn: false,
            changed: 0,
            finish: None,
            records: Vec::new(),
            marks: None,
            step: Arc::new(Step { origin, ..Step::default() }),
        }
    }

    pub(super) fn step_mut(&mut self) -> &mut Step {
        Arc::make_mut(&mut self.step)
    }

    /// Returns the parent; the root has none.
    #[must_use]
    pub fn parent(&self) -> Option<NodeId> {
        self.parent
    }

    /// Returns the first child.
    #[must_use]
    pub fn first_child(&self) -> Option<NodeId> {
        self.first_child
    }

    /// Returns the last child.
    #[must_use]
    pub fn last_child(&self) -> Option<NodeId> {
        self.last_child
    }

    /// Returns the next sibling.
    #[must_use]
    pub fn next(&self) -> Option<NodeId> {
        self.next
    }

    /// Returns the previous sibling.
    #[must_use]
    pub fn previous(&self) -> Option<NodeId> {
        self.previous
    }

    /// Returns how many children the node has, pruned ones too.
    #[must_use]
    pub fn child_count(&self) -> u32 {
        self.children
    }

    /// Returns the number of steps from the root; the root is 0.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Returns whether this very node (not an ancestor) is out of the search: pruned or withdrawn.
    #[must_use]
    pub fn is_pruned(&self) -> bool {
        self.pruned || self.withdrawn
    }

    /// Returns whether the edit or splice that made this very node was undone. Such a node has no
    /// row, and only redo brings it back.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn
    }

    /// Returns the sequence number of the last operation that added a node at or below this one,
    /// ended its growth, backed a value up, or pruned or restored it. While the number stands,
    /// what was computed from the subtree holds.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Returns why growth of the step ended, or nothing while it goes on.
    #[must_use]
    pub fn finish(&self) -> Option<&Finish> {
        self.finish.as_ref()
    }

    /// Returns how the step was sampled; nothing for the root and for steps that were edited or
    /// spliced.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.step.origin.as_ref()
    }

    /// Returns the final answer that the step states, where it states one.
    #[must_use]
    pub fn answer(&self) -> Option<&str> {
        self.step.answer.as_deref()
    }

    /// Returns whether the path ends here and states no answer, as in `Dead end: 11 is not 24.`
    #[must_use]
    pub fn ends_without_answer(&self) -> bool {
        self.state() == State::Answered && self.answer().is_none()
    }

    /// Returns the text of the step as it was sampled, controls and all.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.step.text
    }

    /// Returns the ids of the step's tokens.
    #[must_use]
    pub fn token_ids(&self) -> impl ExactSizeIterator<Item = i32> + '_ {
        self.step.tokens.iter().map(|mark| mark.id)
    }

    /// Returns the raw log-probabilities of the step's tokens.
    #[must_use]
    pub fn logprobs(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.step.tokens.iter().map(|mark| mark.logprob)
    }

    /// Returns where each of the step's tokens ends in its text, in bytes.
    #[must_use]
    pub fn token_ends(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.step.tokens.iter().map(|mark| mark.end as usize)
    }

    /// Returns the evaluations of the node, oldest first.
    #[must_use]
    pub fn evaluations(&self) -> &[Evaluation] {
        &self.step.evaluations
    }

    /// Returns the person's verdict on the step; nothing if it is unlabelled.
    #[must_use]
    pub fn label(&self) -> Option<Label> {
        self.marks.as_ref().and_then(|marks| marks.label)
    }

    /// Returns whether the step is the first bad one of the paths through it.
    #[must_use]
    pub fn is_first_error(&self) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.first_error)
    }

    /// Returns whether the step is flagged to be looked at again.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.flagged)
    }

    /// Returns the step's tags, in the order of the alphabet.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        self.marks.as_ref().map_or(&[], |marks| &marks.tags)
    }

    /// Returns the step's note; empty if there is none.
    #[must_use]
    pub fn note(&self) -> &str {
        self.marks.as_ref().map_or("", |marks| &marks.note)
    }

    /// Returns where the step's text comes from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.marks.as_ref().map_or(Source::Sampled, |marks| marks.source)
    }

    /// Returns the step that this one is a rewrite or a copy of.
    #[must_use]
    pub fn of(&self) -> Option<NodeId> {
        self.marks.as_ref().and_then(|marks| marks.of)
    }

    /// Returns how long a person judged here, in milliseconds.
    #[must_use]
    pub fn judged_for(&self) -> u64 {
        self.marks.as_ref().map_or(0, |marks| marks.milliseconds)
    }

    /// Returns what the node is doing.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.finish {
            None => State::Growing,
            Some(Finish::Step | Finish::Length) => State::Open,
            Some(Finish::EndOfTurn) => State::Answered,
            Some(Finish::Duplicate { .. }) => State::Duplicate,
            Some(Finish::Cancelled | Finish::Interrupted { .. }) => State::Interrupted,
        }
    }
}
