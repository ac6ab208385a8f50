//! What is under way: what was asked of the engine, and what waits for a reply or a judgement.

use std::sync::Arc;

use super::debating::Asked;
use crate::engine::protocol::RequestId;
use crate::evaluate::{Evaluator, Reply};
use crate::search::proposer::Proposer;
use crate::tree::{NodeId, Token};

/// What was asked of the engine.
#[derive(Debug)]
pub(super) enum Pending {
    Growth(Growth),
    /// The question at a place of a judgement; `written` is what the judge wrote so far, if it
    /// writes.
    Judgement {
        judgement: RequestId,
        at: usize,
        written: Vec<Token>,
    },
    /// A voice of a debate; `written` is what it wrote so far, if it writes.
    Voice {
        asked: Asked,
        written: Vec<Token>,
    },
    /// Somebody wants to know what else a step could have said.
    Alternatives {
        node: NodeId,
    },
}

/// Children that grow.
#[derive(Debug)]
pub(super) struct Growth {
    pub(super) parent: NodeId,
    pub(super) nodes: Vec<NodeId>,
    pub(super) roll_out: bool,
    /// Whether the end of the turn is the end of a step.
    pub(super) is_whole: bool,
    /// How often a repeat is sampled again.
    pub(super) resamples: u32,
    pub(super) cancelled: bool,
}

/// What is to grow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) parent: NodeId,
    /// The step of which another version is wanted.
    pub(super) of: Option<NodeId>,
    pub(super) count: u32,
    pub(super) roll_out: bool,
}

/// What waits for a judgement before it grows.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) wanted: Wanted,
    pub(super) proposer: Arc<dyn Proposer>,
    pub(super) judge: &'static str,
}

/// A judgement whose questions were put.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) node: NodeId,
    pub(super) evaluator: Arc<dyn Evaluator>,
    pub(super) heard: Vec<Heard>,
    /// How many replies are missing.
    pub(super) left: usize,
}

/// A reply while others are waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    pub(super) masses: Vec<f64>,
    pub(super) text: String,
    pub(super) tokens: u32,
}

impl Heard {
    pub(super) fn as_reply(&self) -> Reply<'_> {
        Reply { masses: &self.masses, text: &self.text, tokens: self.tokens }
    }
}

/// An evaluator that waits for roll-outs.
#[derive(Debug)]
pub(super) struct Expecting {
    pub(super) node: NodeId,
    pub(super) evaluator: Arc<dyn Evaluator>,
    pub(super) grader: Option<Arc<dyn Evaluator>>,
    /// The operation after which the roll-outs began.
    pub(super) began: u64,
}

/// A node that is to be looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fresh {
    pub(super) node: NodeId,
    /// Whether its answer is to be verified, if it has one.
    pub(super) verify: bool,
    /// Whether a roll-out goes on from it.
    pub(super) goes_on: bool,
}

impl Fresh {
    pub(super) fn judge(node: NodeId) -> Self {
        Self { node, verify: false, goes_on: false }
    }
}
