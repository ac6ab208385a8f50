//! Strands: sequences that are decoded, each with those who ride on it.
//!
//! Branches of one request, and whoever else continues the same tokens, ride on one strand as
//! long as their tokens are the same, so that these are decoded once. Where they differ the
//! strand forks.
//!
//! Responsible for the state of a strand between two steps. Not responsible for the cache.

use super::growth::Growth;
use super::protocol::{Event, RequestId, StopReason};
use crate::tree::Token;

/// A sequence that is decoded or waits for it.
pub struct Strand<'model> {
    pub tokens: Vec<i32>,
    /// How many of its tokens are in its lane.
    pub fed: usize,
    /// The lane, while it has one.
    pub lane: usize,
    /// From this position on the logits are wanted.
    pub wanted: usize,
    /// How many of its tokens others may want; what follows is a question of its own.
    pub keep: usize,
    pub riders: Vec<Rider<'model>>,
    /// The rows of the present batch that are its: the first, and how many.
    pub rows: (usize, usize),
    /// When it was decoded last.
    pub turn: u64,
}

/// Who rides on a strand.
pub enum Rider<'model> {
    /// A branch that samples.
    Grow(Box<Growth<'model>>),
    /// Reads the probabilities of labels, each given by its tokens.
    Labels { id: RequestId, labels: Vec<Vec<usize>>, question: u32 },
    /// Reads the probabilities of the tokens from a position on.
    Text(Box<Reading>),
}

/// The tokens of a given continuation that were read.
pub struct Reading {
    pub id: RequestId,
    pub alternatives: u32,
    pub tokens: Vec<Token>,
    pub beside: Vec<Vec<Token>>,
}

impl<'model> Strand<'model> {
    /// Makes a strand that waits.
    pub fn new(tokens: Vec<i32>, wanted: usize, riders: Vec<Rider<'model>>) -> Self {
        let keep = usize::MAX;
        Self { tokens, fed: 0, lane: 0, wanted, keep, riders, rows: (0, 0), turn: 0 }
    }

    /// Returns how many of its tokens are not in its lane.
    pub fn unfed(&self) -> usize {
        self.tokens.len() - self.fed
    }

    /// Takes the riders of a request off the strand.
    pub fn take(&mut self, id: RequestId) -> Vec<Rider<'model>> {
        let riders = std::mem::take(&mut self.riders);
        let (taken, left) = riders.into_iter().partition(|rider| rider.id() == id);
        self.riders = left;
        taken
    }
}

impl Rider<'_> {
    pub fn id(&self) -> RequestId {
        match self {
            Self::Grow(growth) => growth.id(),
            Self::Labels { id, .. } => *id,
            Self::Text(reading) => reading.id,
        }
    }

    /// Tells that a person or the search does not want it any more.
    pub fn cancel(self, out: &mut dyn FnMut(Event)) {
        match self {
            Self::Grow(mut growth) => growth.end(StopReason::Cancelled, usize::MAX, out),
            other => {
                out(Event::Failed { id: other.id(), message: "it was cancelled".to_owned() });
            }
        }
    }
}
