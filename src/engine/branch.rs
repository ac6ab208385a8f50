//! Branches: what a request becomes while it is decoded.
//!
//! Responsible for the state of a branch between two batches. Not responsible for slots or
//! llama.cpp.

use super::growth::Growth;
use super::protocol::{Event, RequestId, StopReason};

/// A request that waits for slots.
pub struct Job<'model> {
    pub id: RequestId,
    pub prompt: Vec<i32>,
    pub work: Work<'model>,
}

pub struct Branch<'model> {
    pub id: RequestId,
    pub sequence: i32,
    pub tokens: Vec<i32>,
    /// How many of its tokens are in the cache.
    pub fed: usize,
    /// How many more are in the batch that is being decoded.
    pub queued: usize,
    /// The row of the batch that carries this branch's logits.
    pub row: Option<i32>,
    pub work: Work<'model>,
}

pub enum Work<'model> {
    /// Read the prompt, then fork into branches.
    Fork(Vec<Growth<'model>>),
    /// Sample one branch.
    Sample(Box<Growth<'model>>),
    /// Read the probabilities of labels, each given by its tokens.
    Score { labels: Vec<Vec<usize>>, question: u32 },
}

impl Work<'_> {
    /// Tells that the work will not be done.
    pub fn abandon(self, id: RequestId, out: &mut dyn FnMut(Event)) {
        match self {
            Self::Fork(growths) => {
                for mut growth in growths {
                    growth.end(StopReason::Cancelled, usize::MAX, out);
                }
            }
            Self::Sample(mut growth) => growth.end(StopReason::Cancelled, usize::MAX, out),
            Self::Score { .. } => {
                out(Event::Failed { id, message: "it was cancelled".to_owned() });
            }
        }
    }

    /// How many more slots the work will lease.
    pub fn forks(&self) -> usize {
        match self {
            Self::Fork(growths) => growths.len() - 1,
            Self::Sample(_) | Self::Score { .. } => 0,
        }
    }
}
