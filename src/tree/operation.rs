//! The operations: every change of a tree, as data.
//!
//! An operation says what happened, when, and who did it. Their fold is in `fold.rs`; their
//! place on disk is the business of the `session` room.

use serde::{Deserialize, Serialize};

use super::debate::{Manner, Statement};
use super::mark::{Label, Splice};
use super::node::NodeId;
use super::token::{Token, finite};

/// A short name that many nodes repeat, such as an evaluator's: it lies in place, without an
/// allocation of its own.
pub type Name = compact_str::CompactString;

/// One entry of a session's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Position in the log, from 1 without gaps.
    pub sequence: u64,
    /// When it happened, in milliseconds since 1970-01-01 UTC.
    pub time: u64,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    #[serde(flatten)]
    pub body: Body,
}

/// Who caused an operation. Undo takes back a person's operations only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The person at the keyboard.
    Person,
    /// The search driver.
    Search,
    /// The language model, through the engine.
    Model,
    /// An importer, from another program's file.
    Import,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// The problem was stated. Only the first operation of a log may do this.
    ProblemSet {
        /// The question and how its answers are verified.
        problem: Problem,
    },
    /// Another model took over: what is grown from here on is its work.
    ModelSet {
        /// The model.
        model: Model,
    },
    /// A node came into being, as the last child of its parent.
    NodeAdded {
        /// The new handle: the number of nodes before it.
        node: NodeId,
        /// The node it continues.
        parent: NodeId,
        /// How it is made.
        origin: Origin,
    },
    /// A growing node got more tokens.
    TokensAppended {
        /// The growing node.
        node: NodeId,
        /// The tokens, in order.
        tokens: Vec<Token>,
    },
    /// A growing node got text of which no tokens are known, as imported steps do.
    TextAppended {
        /// The growing node.
        node: NodeId,
        /// The text.
        text: String,
    },
    /// Growth of a node ended.
    NodeFinished {
        /// The node.
        node: NodeId,
        /// Why it ended.
        finish: Finish,
        /// The final answer, if the step states one.
        answer: Option<String>,
    },
    /// A node was judged.
    Evaluated {
        /// The node.
        node: NodeId,
        /// The judgement.
        evaluation: Evaluation,
    },
    /// A value was added to the statistics of a node and its ancestors (backpropagation).
    BackedUp {
        /// Where the value enters.
        node: NodeId,
        /// Whose value it is.
        evaluator: Name,
        /// The value, in `[0, 1]`.
        value: f64,
    },
    /// A subtree was taken out of the search and of exports.
    Pruned {
        /// The top of the subtree.
        node: NodeId,
    },
    /// A pruned subtree was put back.
    Restored {
        /// The top of the subtree.
        node: NodeId,
    },
    /// A step was given a verdict, or lost it.
    Labelled {
        /// The step.
        node: NodeId,
        /// The verdict; `None` makes the step unlabelled again.
        label: Option<Label>,
    },
    /// A step was said to be the first bad one of the paths through it, or no longer so.
    FirstErrorSet {
        /// The step.
        node: NodeId,
        /// Whether it is the first error.
        error: bool,
    },
    /// A step was flagged to be looked at again, or lost its flag.
    Flagged {
        /// The step.
        node: NodeId,
        /// Whether it is flagged.
        flagged: bool,
    },
    /// A step got a tag, or lost it.
    Tagged {
        /// The step.
        node: NodeId,
        /// The tag.
        tag: String,
        /// Whether the step has it.
        set: bool,
    },
    /// A step's note was written.
    Noted {
        /// The step.
        node: NodeId,
        /// The whole note, in place of the one before; empty for none.
        note: String,
    },
    /// One node was preferred to another.
    Preferred {
        /// The better one.
        winner: NodeId,
        /// The other one.
        loser: NodeId,
        /// Whether scores and origin were hidden until the choice was made.
        blind: bool,
    },
    /// A person spent time on the judgement of a trajectory.
    Timed {
        /// The trajectory, or the step that was judged.
        node: NodeId,
        /// The time, in milliseconds, to be added to what was spent before.
        milliseconds: u64,
    },
    /// A step was rewritten: the rewrite is a sibling of its own.
    Edited {
        /// The new handle: the number of nodes before it.
        node: NodeId,
        /// The step that was rewritten.
        of: NodeId,
        /// The text of the rewrite.
        text: String,
        /// Whether it is a step or ends the turn.
        finish: Finish,
        /// The final answer, if it states one.
        answer: Option<String>,
    },
    /// A trajectory was made of a bad prefix, a revision signal and a good continuation.
    Spliced {
        /// The new handle of the revision signal, a child of the cut; the steps after it have
        /// the handles that follow, each a child of the one before.
        node: NodeId,
        /// What was made of what.
        splice: Splice,
    },
    /// Several of a person's marks (labels, first errors, flags, tags, notes, preferences, prunes
    /// and restores) were made at once, and are undone at once.
    Together {
        /// The marks, in order; at least one.
        bodies: Vec<Body>,
    },
    /// The search began, or went on after a pause.
    SearchStarted {
        /// The policy's name.
        policy: String,
        /// What it may spend from here on.
        budget: Budget,
        /// The subtree it works in.
        node: NodeId,
    },
    /// The search chose a node to expand.
    SearchStepped {
        /// The chosen node.
        node: NodeId,
        /// Why it was chosen, in words and figures.
        reason: String,
    },
    /// The search stopped or paused.
    SearchStopped {
        /// Why, in words.
        reason: String,
    },
    /// Agents began to debate which of several trajectories is right.
    DebateOpened {
        /// How it is decided.
        #[serde(default)]
        manner: Manner,
        /// The trajectories, the most valued first; two at least.
        candidates: Vec<NodeId>,
        /// How many agents speak in each round; none for an agreement.
        agents: u32,
        /// How many rounds there are before the conclusion.
        rounds: u32,
    },
    /// A voice spoke in the last debate that was opened.
    DebateStated {
        /// What it said.
        statement: Statement,
    },
    /// A person's operation was taken back.
    Undone {
        /// Sequence number of the operation.
        operation: u64,
    },
    /// An undone operation was done again.
    Redone {
        /// Sequence number of the operation.
        operation: u64,
    },
}

/// The question that a tree reasons about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A name from the problem file; empty when typed by hand.
    #[serde(default)]
    pub id: String,
    /// The question, as the model reads it.
    #[serde(rename = "problem")]
    pub text: String,
    /// The reference answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// How answers are verified: a built-in's name or a command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// The numbers of a countdown puzzle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<i64>,
    /// The target of a countdown puzzle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<i64>,
}

/// Which model did the work: enough to find it again and to notice that it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name, as its file gives it; not to be trusted.
    pub name: String,
    /// Identifies the file, in hexadecimal.
    pub fingerprint: String,
    /// BLAKE3 of the chat template, in hexadecimal.
    pub template: String,
    /// How its weights are stored, such as `Q4_K_M`, where its file says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantisation: Option<String>,
}

/// How a node was made: enough to sample it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The proposer's name.
    pub proposer: Name,
    /// The seed of the node's own random numbers.
    pub seed: u64,
    /// The sampler's settings.
    pub sampling: Sampling,
}

/// How the next token is drawn. Truncations apply in the order top-k, top-p, min-p.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sampling {
    /// Divides the logits; 0 takes the most probable token.
    #[serde(deserialize_with = "finite")]
    pub temperature: f32,
    /// Keeps this many tokens; 0 keeps all.
    pub top_k: u32,
    /// Keeps the smallest set with at least this probability, in `(0, 1]`.
    #[serde(deserialize_with = "finite")]
    pub top_p: f32,
    /// Drops tokens less probable than this share of the best one's probability, in `[0, 1)`.
    #[serde(deserialize_with = "finite")]
    pub min_p: f32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.8, top_k: 0, top_p: 1.0, min_p: 0.0 }
    }
}

/// Why growth of a node ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The step is whole; the path may go on.
    Step,
    /// The model ended its turn.
    EndOfTurn,
    /// The step reached the limit of tokens.
    Length,
    /// A person or the search stopped it.
    Cancelled,
    /// The engine was lost.
    Interrupted {
        /// What happened, in words.
        why: String,
    },
    /// The text equals that of an earlier sibling.
    Duplicate {
        /// The earlier sibling.
        of: NodeId,
    },
}

/// One judgement of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The evaluator's name.
    pub evaluator: Name,
    /// The judgement on the common scale, in `[0, 1]`.
    pub value: f64,
    /// The judgement on the evaluator's own scale.
    pub raw: f64,
    /// The evaluator's own scale, such as `0..10`.
    pub scale: Name,
    /// Share of the model's probability that fell on the scale's labels, in `[0, 1]`; a score
    /// with little captured mass means little.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<f64>,
    /// Why, in words; may be empty.
    pub explanation: String,
    /// What kind of judge it was.
    pub kind: EvaluatorKind,
    /// Model calls spent.
    pub calls: u32,
    /// Tokens decoded for it.
    pub tokens: u32,
}

/// What kind of judge made an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EvaluatorKind {
    /// A person.
    Human,
    /// A language model.
    Llm,
    /// A program.
    Code,
}

/// What a search may spend; a limit that is absent does not bind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Nodes to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<u64>,
    /// Tokens to decode, those of judging too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Judgements by the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluations: Option<u64>,
    /// Seconds of growing, pauses not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}
