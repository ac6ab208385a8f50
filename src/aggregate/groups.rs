//! RLCCF (Yuan et al. 2025): groups vote with the weight of their own consistency.
//!
//! Groups may be models, prompts or temperatures; in one tree they are the subtrees of the root's
//! children. Each votes as often as it has samples, times the share of its commonest answer. A
//! group that is surely wrong has weight too, and subtrees are not independent.

use std::collections::BTreeMap;

use super::poll::Poll;
use super::{Aggregator, Answer};
use crate::reasoning::AnswerClass;
use crate::tree::NodeId;

/// Votes of groups.
#[derive(Debug)]
pub struct Collective;

/// The weight of every class, given how often each group holds each.
fn weights<C: Ord + Clone>(groups: &[BTreeMap<C, u32>]) -> BTreeMap<C, f64> {
    let mut weights = BTreeMap::new();
    for group in groups {
        let samples: u32 = group.values().sum();
        let most = group.values().max().copied().unwrap_or(0);
        let consistency = f64::from(most) / f64::from(samples.max(1));
        for (class, count) in group {
            *weights.entry(class.clone()).or_default() += consistency * f64::from(*count);
        }
    }
    weights
}

impl Aggregator for Collective {
    fn name(&self) -> &'static str {
        "collective"
    }

    fn about(&self) -> &'static str {
        "subtrees vote, weighted by how much they agree with themselves"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        let classes = poll.classes();
        let mut groups: BTreeMap<NodeId, BTreeMap<AnswerClass, u32>> = BTreeMap::new();
        for (class, votes) in &classes {
            for vote in votes {
                let below = poll.tree.ancestors(vote.node).take_while(|at| *at != NodeId::ROOT);
                let Some(group) = below.last() else { continue };
                *groups.entry(group).or_default().entry(class.clone()).or_default() +=
                    1 + vote.repeats;
            }
        }
        let weights = weights(&groups.into_values().collect::<Vec<_>>());
        poll.rank(&classes, |class, _| weights.get(class).copied().unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_the_golden_ones_and_a_tie_is_a_tie() {
        // Golden, `methods.md` 44.
        let group = |text: &str| {
            let mut group = BTreeMap::new();
            for class in text.chars() {
                *group.entry(class).or_default() += 1;
            }
            group
        };
        let weights = weights(&["AAAB", "BBCD", "BBAC"].map(group));
        assert_eq!(weights.into_values().collect::<Vec<_>>(), [2.75, 2.75, 1.0, 0.5]);
    }
}
