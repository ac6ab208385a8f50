//! Plain ways to believe an answer: the commonest, the most valued, the best supported path.

use super::poll::{Poll, Vote};
use super::{Aggregator, Answer};

/// The commonest answer (self-consistency): every sample has a vote, repeats too.
#[derive(Debug)]
pub struct Majority;

impl Aggregator for Majority {
    fn name(&self) -> &'static str {
        "majority"
    }

    fn about(&self) -> &'static str {
        "the commonest"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        poll.rank(&poll.classes(), |_, votes| {
            votes.iter().map(|vote| f64::from(1 + vote.repeats)).sum()
        })
    }
}

/// Every distinct text votes with its value (weighted best-of-n).
#[derive(Debug)]
pub struct Weighted;

impl Aggregator for Weighted {
    fn name(&self) -> &'static str {
        "weighted"
    }

    fn about(&self) -> &'static str {
        "every distinct text votes with its value"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        poll.rank(&poll.classes(), |_, votes| votes.iter().map(|vote| vote.value).sum())
    }
}

/// The answer of the most valued trajectory (best-of-n).
#[derive(Debug)]
pub struct Best;

impl Aggregator for Best {
    fn name(&self) -> &'static str {
        "best"
    }

    fn about(&self) -> &'static str {
        "the most valued"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        poll.rank(&poll.classes(), |_, votes| most(votes.iter().map(|vote| vote.value)))
    }
}

/// The answer of the trajectory with the highest mean value of its steps, each step's value being
/// that of its clade (SWE-Search).
#[derive(Debug)]
pub struct PathMean;

impl Aggregator for PathMean {
    fn name(&self) -> &'static str {
        "path-mean"
    }

    fn about(&self) -> &'static str {
        "the best mean value along the path"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        let mean = |vote: &Vote| {
            let clades = poll.tree.ancestors(vote.node);
            let judged = clades.map(|at| poll.tree.statistics(at, poll.values));
            let judged: Vec<_> =
                judged.filter(|clade| clade.visits > 0).map(|clade| clade.mean).collect();
            judged.iter().sum::<f64>() / judged.len().max(1) as f64
        };
        poll.rank(&poll.classes(), |_, votes| most(votes.iter().map(mean)))
    }
}

/// The largest of values that are not negative.
fn most(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}
