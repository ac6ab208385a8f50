//! Answers by the probability of their paths: perplexity, perplexity consistency, and RPC with its
//! pruning (Zhou et al. 2025; `methods.md` 32).
//!
//! A path weighs `exp(mean log-probability of its tokens)`. RPC fits a mixture of two Weibull
//! distributions to these weights and leaves out what belongs to the lower one and lies below the
//! mean. The mixture is fitted by expectation and maximisation from a split at the median, and
//! used only if it explains the weights better than one Weibull does (Bayesian information
//! criterion), for else half of any sample would be pruned.

use std::collections::BTreeMap;

use super::poll::{Poll, Vote};
use super::{Aggregator, Answer};
use crate::evaluate::path_logprob;
use crate::reasoning::AnswerClass;
use crate::tree::{NodeId, Tree};

/// The answer of the likeliest path, a token on average.
#[derive(Debug)]
pub struct Perplexity;

impl Aggregator for Perplexity {
    fn name(&self) -> &'static str {
        "perplexity"
    }

    fn about(&self) -> &'static str {
        "the likeliest path, a token on average"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        let weight = |vote: &Vote| weight(poll.tree, vote.node);
        poll.rank(&poll.classes(), |_, votes| votes.iter().map(weight).fold(0.0, f64::max))
    }
}

/// Every distinct path votes with its probability a token (perplexity consistency).
#[derive(Debug)]
pub struct PerplexityConsistency;

impl Aggregator for PerplexityConsistency {
    fn name(&self) -> &'static str {
        "perplexity-consistency"
    }

    fn about(&self) -> &'static str {
        "every distinct path votes with its probability"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        let weight = |vote: &Vote| weight(poll.tree, vote.node);
        poll.rank(&poll.classes(), |_, votes| votes.iter().map(weight).sum())
    }
}

/// Perplexity consistency without the improbable paths.
#[derive(Debug)]
pub struct Rpc;

impl Aggregator for Rpc {
    fn name(&self) -> &'static str {
        "rpc"
    }

    fn about(&self) -> &'static str {
        "the same without the improbable paths"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        let classes: BTreeMap<AnswerClass, Vec<Vote>> = poll.classes();
        let kept = weighed(poll, &classes).filter(|(_, _, pruned)| !pruned);
        let kept: BTreeMap<NodeId, f64> = kept.map(|(node, weight, _)| (node, weight)).collect();
        poll.rank(&classes, |_, votes| votes.iter().filter_map(|vote| kept.get(&vote.node)).sum())
    }
}

/// Returns the trajectories that RPC prunes, in no order.
#[must_use]
pub fn improbable(poll: &Poll<'_>) -> Vec<NodeId> {
    let pruned = weighed(poll, &poll.classes()).filter(|(_, _, pruned)| *pruned);
    pruned.map(|(node, _, _)| node).collect()
}

/// Every trajectory with its weight and whether it is pruned.
fn weighed(
    poll: &Poll<'_>,
    classes: &BTreeMap<AnswerClass, Vec<Vote>>,
) -> impl Iterator<Item = (NodeId, f64, bool)> + use<> {
    let nodes: Vec<_> = classes.values().flatten().map(|vote| vote.node).collect();
    let weights: Vec<_> = nodes.iter().map(|node| weight(poll.tree, *node)).collect();
    let pruned = pruned(&weights);
    nodes
        .into_iter()
        .zip(weights)
        .zip(pruned)
        .map(|((node, weight), pruned)| (node, weight, pruned))
}

/// The probability of a path's tokens, on (geometric) average.
fn weight(tree: &Tree, node: NodeId) -> f64 {
    let (sum, count) = path_logprob(tree, node);
    if count == 0 { 0.0 } else { (sum / count as f64).exp() }
}

/// A Weibull distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Weibull {
    shape: f64,
    scale: f64,
}

/// The steepest shape that is fitted: a sample without spread would have none.
const STEEPEST: f64 = 200.0;

impl Weibull {
    fn ln_density(&self, x: f64) -> f64 {
        let Self { shape, scale } = *self;
        let ratio = x.ln() - scale.ln();
        shape.ln() - scale.ln() + (shape - 1.0) * ratio - (shape * ratio).exp()
    }

    fn mean(&self) -> f64 {
        self.scale * crate::search::ln_gamma(1.0 + 1.0 / self.shape).exp()
    }

    /// The likeliest one for points that count by shares.
    fn fit(points: &[f64], shares: &[f64]) -> Self {
        let total: f64 = shares.iter().sum();
        let pairs = || points.iter().zip(shares);
        let mean_ln = pairs().map(|(x, share)| share * x.ln()).sum::<f64>() / total;
        // Powers of x over the largest point cannot overflow.
        let largest = points.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let slope = |shape: f64| {
            let powers = pairs().map(|(x, share)| (share * (x / largest).powf(shape), x.ln()));
            let (sum, weighted) = powers.fold((0.0, 0.0), |(sum, weighted), (power, ln)| {
                (sum + power, weighted + power * ln)
            });
            weighted / sum - 1.0 / shape - mean_ln
        };
        let (mut low, mut high) = (0.01, STEEPEST);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if slope(middle) < 0.0 { low = middle } else { high = middle }
        }
        let shape = f64::midpoint(low, high);
        let mean = pairs().map(|(x, share)| share * (x / largest).powf(shape)).sum::<f64>() / total;
        Self { shape, scale: largest * mean.powf(1.0 / shape) }
    }
}

/// Two Weibull distributions, the one with the larger mean first, and its share.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mixture {
    share: f64,
    upper: Weibull,
    lower: Weibull,
    /// Minus the logarithm of the likelihood.
    cost: f64,
}

impl Mixture {
    fn ln_densities(&self, x: f64) -> (f64, f64) {
        let upper = self.share.ln() + self.upper.ln_density(x);
        let lower = (1.0 - self.share).ln() + self.lower.ln_density(x);
        (upper, lower)
    }

    /// The probability that a point is of the upper one.
    fn membership(&self, x: f64) -> f64 {
        let (upper, lower) = self.ln_densities(x);
        1.0 / (1.0 + (lower - upper).exp())
    }

    fn fit(points: &[f64]) -> Self {
        let mut sorted = points.to_vec();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[sorted.len() / 2];
        let mut members: Vec<f64> =
            points.iter().map(|x| if *x >= median { 0.9 } else { 0.1 }).collect();
        let mut mixture = Self::of(points, &members);
        for _ in 0..2000 {
            members = points.iter().map(|x| mixture.membership(*x)).collect();
            let next = Self::of(points, &members);
            let settled = (mixture.cost - next.cost).abs() < 1e-13;
            mixture = next;
            if settled || !mixture.cost.is_finite() {
                break;
            }
        }
        if mixture.upper.mean() < mixture.lower.mean() {
            let Self { share, upper, lower, cost } = mixture;
            mixture = Self { share: 1.0 - share, upper: lower, lower: upper, cost };
        }
        mixture
    }

    /// The likeliest mixture for points that are of the upper one by so much.
    fn of(points: &[f64], members: &[f64]) -> Self {
        let others: Vec<_> = members.iter().map(|member| 1.0 - member).collect();
        let share = (members.iter().sum::<f64>() / members.len() as f64).clamp(0.2, 0.8);
        let (upper, lower) = (Weibull::fit(points, members), Weibull::fit(points, &others));
        let mut mixture = Self { share, upper, lower, cost: 0.0 };
        let ln = |x: &f64| {
            let (upper, lower) = mixture.ln_densities(*x);
            upper.max(lower) + (-(upper - lower).abs()).exp().ln_1p()
        };
        mixture.cost = -points.iter().map(ln).sum::<f64>();
        mixture
    }
}

/// Which of the weights RPC prunes.
fn pruned(weights: &[f64]) -> Vec<bool> {
    let nothing = vec![false; weights.len()];
    let spread = weights.iter().copied().fold(f64::MIN, f64::max)
        - weights.iter().copied().fold(f64::MAX, f64::min);
    // With so few or so equal points the likelihood has no bound.
    if weights.len() < 4 || spread < 1e-6 || weights.iter().any(|weight| *weight <= 0.0) {
        return nothing;
    }
    let mixture = Mixture::fit(weights);
    let one = Weibull::fit(weights, &vec![1.0; weights.len()]);
    let cost = -weights.iter().map(|x| one.ln_density(*x)).sum::<f64>();
    let count = (weights.len() as f64).ln();
    if !mixture.cost.is_finite() || 2.0 * mixture.cost + 5.0 * count >= 2.0 * cost + 2.0 * count {
        return nothing;
    }
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    weights.iter().map(|x| mixture.membership(*x) < 0.5 && *x < mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish, Origin, Sampling, Token};

    const WEIGHTS: [f64; 8] = [0.82, 0.79, 0.77, 0.74, 0.45, 0.40, 0.38, 0.33];

    #[test]
    fn the_mixture_is_the_golden_one() {
        // Golden, `methods.md` 32 (scipy).
        let mixture = Mixture::fit(&WEIGHTS);
        assert!((mixture.cost + 9.688_045_403_729_834).abs() < 1e-6, "{mixture:?}");
        assert!((mixture.upper.mean() - 0.779_601_7).abs() < 1e-5, "{}", mixture.upper.mean());
        assert!((mixture.lower.mean() - 0.389_824_4).abs() < 1e-5, "{}", mixture.lower.mean());
        let golden = [0.499_995_16, 29.980_075_4, 0.794_041_67, 10.231_943_08, 0.409_363_92];
        let Mixture { share, upper, lower, .. } = mixture;
        for (found, golden) in
            [share, upper.shape, upper.scale, lower.shape, lower.scale].into_iter().zip(golden)
        {
            // The golden fit stopped at its optimiser's tolerance.
            assert!((found / golden - 1.0).abs() < 1e-3, "{found} {golden}");
        }
        // At those very parameters the cost is the golden one, and no fit is worse than it.
        let upper = Weibull { shape: golden[1], scale: golden[2] };
        let lower = Weibull { shape: golden[3], scale: golden[4] };
        let published = Mixture { share: golden[0], upper, lower, cost: 0.0 };
        let cost: f64 = WEIGHTS
            .iter()
            .map(|x| {
                let (upper, lower) = published.ln_densities(*x);
                -(upper.exp() + lower.exp()).ln()
            })
            .sum();
        assert!((cost + 9.688_045_403_729_834).abs() < 1e-6, "{cost}");
        assert!(mixture.cost <= cost + 1e-9);
        let dropped = pruned(&WEIGHTS);
        assert_eq!(dropped, [false, false, false, false, true, true, true, true]);
    }

    #[test]
    fn confidences_are_the_golden_ones() {
        let mut grower = Grower::new("p");
        for ((weight, answer), at) in WEIGHTS.iter().zip("AABACBCB".chars()).zip(0..) {
            let node = NodeId(u32::try_from(grower.tree.len()).unwrap());
            let (parent, sampling) = (NodeId::ROOT, Sampling::default());
            let origin = Origin { proposer: "sample".into(), seed: 0, sampling };
            grower.act(Actor::Search, Body::NodeAdded { node, parent, origin });
            #[allow(clippy::cast_possible_truncation)] // log-probabilities are kept short
            let logprob = weight.ln() as f32;
            let tokens = vec![Token { id: 1, logprob, bytes: format!("{at}").into_bytes() }];
            grower.act(Actor::Model, Body::TokensAppended { node, tokens });
            let answer = Some(answer.to_string());
            grower
                .act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        }
        let poll = Poll::new(&grower.tree, "rating");
        let of = |aggregator: &dyn Aggregator| -> Vec<(String, f64)> {
            aggregator.rank(&poll).into_iter().map(|one| (one.text, one.confidence)).collect()
        };
        for (aggregator, golden) in [
            (&PerplexityConsistency as &dyn Aggregator, [0.502_137, 0.320_513, 0.177_350]),
            (&Rpc, [0.753_205, 0.246_795, 0.0]),
        ] {
            for ((text, confidence), (name, golden)) in
                of(aggregator).iter().zip(["A", "B", "C"].iter().zip(golden))
            {
                assert_eq!(text, name);
                assert!((confidence - golden).abs() < 1e-6, "{name} {confidence} {golden}");
            }
        }
        assert_eq!(of(&Perplexity)[0].0, "A");
    }

    #[test]
    fn what_cannot_be_fitted_is_not_pruned() {
        for weights in [&[0.5; 6][..], &[0.1, 0.9], &[0.0, 0.5, 0.6, 0.7, 0.8]] {
            assert!(pruned(weights).iter().all(|dropped| !dropped), "{weights:?}");
        }
        // One narrow heap: the gate stays shut.
        let heap: Vec<f64> = (0..16).map(|at| 0.83 + 0.002_5 * f64::from(at)).collect();
        assert!(pruned(&heap).iter().all(|dropped| !dropped));
    }
}
