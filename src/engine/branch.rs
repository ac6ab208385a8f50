//! Branches: what a request becomes while it is decoded.
//!
//! Responsible for the state of a branch between two batches and for sending its tokens in
//! time. Not responsible for slots or llama.cpp.

use std::rc::Rc;

use super::protocol::{Event, RequestId, StopReason};
use crate::reasoning::{Scan, Segmentation, Stepper};
use crate::tree::{Sampling, Token, decode_utf8};

/// A request that waits for slots.
pub struct Job {
    pub id: RequestId,
    pub prompt: Vec<i32>,
    pub work: Work,
}

pub struct Branch {
    pub id: RequestId,
    pub sequence: i32,
    pub tokens: Vec<i32>,
    /// How many of its tokens are in the cache.
    pub fed: usize,
    /// How many more are in the batch that is being decoded.
    pub queued: usize,
    /// The row of the batch that carries this branch's logits.
    pub row: Option<i32>,
    pub work: Work,
}

pub enum Work {
    /// Read the prompt, then fork into one branch a seed.
    Fork { seeds: Vec<u64>, settings: Rc<Settings> },
    /// Sample one branch.
    Sample(Growth),
    /// Read the probabilities of labels, each given by its tokens.
    Score { labels: Vec<Vec<usize>>, question: u32 },
}

pub struct Settings {
    pub sampling: Sampling,
    pub segmentation: Segmentation,
    pub max_tokens: usize,
}

pub struct Growth {
    pub index: u32,
    pub seed: u64,
    pub settings: Rc<Settings>,
    pub sampled: usize,
    pub stepper: Stepper,
    /// The start of a character whose other bytes were not sampled yet.
    pub pending: Vec<u8>,
    /// Tokens not yet sent, each with the length of the text before it.
    pub unsent: Vec<(usize, Token)>,
}

impl Work {
    /// Tells that the work will not be done.
    pub fn abandon(self, id: RequestId, out: &mut dyn FnMut(Event)) {
        match self {
            Self::Fork { seeds, .. } => {
                for (branch, _) in (0..).zip(seeds) {
                    out(Event::BranchDone { id, branch, stop: StopReason::Cancelled });
                }
            }
            Self::Sample(mut growth) => growth.end(id, StopReason::Cancelled, usize::MAX, out),
            Self::Score { .. } => {
                out(Event::Failed { id, message: "it was cancelled".to_owned() });
            }
        }
    }

    /// How many more slots the work will lease.
    pub fn forks(&self) -> usize {
        match self {
            Self::Fork { seeds, .. } => seeds.len() - 1,
            Self::Sample(_) | Self::Score { .. } => 0,
        }
    }
}

impl Growth {
    pub fn new(index: u32, seed: u64, settings: Rc<Settings>) -> Self {
        Self {
            index,
            seed,
            stepper: Stepper::new(settings.segmentation.clone()),
            settings,
            sampled: 0,
            pending: Vec::new(),
            unsent: Vec::new(),
        }
    }

    /// Takes in a token and tells how far the step is.
    pub fn push(&mut self, token: Token) -> Scan {
        self.sampled += 1;
        self.pending.extend_from_slice(&token.bytes);
        self.unsent.push((self.stepper.text().len(), token));
        let mut text = String::new();
        decode_utf8(&mut self.pending, &mut text);
        self.stepper.push(&text)
    }

    /// Sends the tokens that surely belong to the step, or all that begin before `end`.
    pub fn flush(&mut self, id: RequestId, end: Option<usize>, out: &mut dyn FnMut(Event)) {
        let settled = end.unwrap_or_else(|| self.stepper.scan().settled);
        let count = self.unsent.iter().take_while(|(start, _)| *start < settled).count();
        let tokens: Vec<_> = self.unsent.drain(..count).map(|(_, token)| token).collect();
        if !tokens.is_empty() {
            out(Event::Tokens { id, branch: self.index, tokens });
        }
    }

    /// Sends what is left of the step, up to byte `end` of its text, and ends the branch.
    pub fn end(&mut self, id: RequestId, stop: StopReason, end: usize, out: &mut dyn FnMut(Event)) {
        self.flush(id, Some(end), out);
        out(Event::BranchDone { id, branch: self.index, stop });
    }
}
