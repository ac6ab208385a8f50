//! What a tree's ratings look like: how they are spread, how the best answer's went with the
//! tokens spent, and what an answer's length buys.

use crate::evaluate::Rating;
use crate::tree::{NodeId, State, Tree};

/// How many bins ratings are sorted into, from 0 to 1.
pub const BINS: usize = 10;

/// Returns the bin of a value in `[0, 1]`.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a value in [0, 1]
pub fn bin(value: f64) -> usize {
    ((value.clamp(0.0, 1.0) * BINS as f64) as usize).min(BINS - 1)
}

/// Returns how many ratings fall into each bin.
#[must_use]
pub fn spread(tree: &Tree) -> [u64; BINS] {
    let mut bins = [0; BINS];
    for id in tree.ids() {
        let ratings = tree.node(id).evaluations().iter();
        for rating in ratings.filter(|entry| entry.evaluator == Rating::NAME) {
            bins[bin(rating.value)] += 1;
        }
    }
    bins
}

/// An answer with what it took and what it is rated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// The trajectory.
    pub node: NodeId,
    /// How many tokens its path has.
    pub tokens: u64,
    /// Its rating, in `[0, 1]`.
    pub value: f64,
    /// Whether no shorter answer is rated as high, and none as short higher.
    pub is_best: bool,
}

/// Returns the rated answers that are not pruned, the shortest first.
#[must_use]
pub fn offers(tree: &Tree) -> Vec<Offer> {
    // Parents have the lower numbers.
    let mut tokens = vec![0u64; tree.len()];
    let mut offers = Vec::new();
    for id in tree.ids() {
        let node = tree.node(id);
        let above = node.parent().map_or(0, |parent| tokens[parent.index()]);
        tokens[id.index()] = above + node.logprobs().len() as u64;
        if node.state() == State::Answered
            && tree.is_live(id)
            && let Some(rating) = tree.evaluation(id, Rating::NAME)
        {
            let tokens = tokens[id.index()];
            offers.push(Offer { node: id, tokens, value: rating.value, is_best: false });
        }
    }
    offers.sort_by(|one, other| {
        one.tokens.cmp(&other.tokens).then(other.value.total_cmp(&one.value))
    });
    let mut best = f64::NEG_INFINITY;
    for offer in &mut offers {
        offer.is_best = offer.value > best;
        best = best.max(offer.value);
    }
    offers
}

/// Returns when a better rated answer was found: tokens sampled until then, and its rating.
#[must_use]
pub fn progress(tree: &Tree) -> Vec<(u64, f64)> {
    let mut spent = 0;
    let mut points: Vec<(u64, f64)> = Vec::new();
    for id in tree.ids() {
        let node = tree.node(id);
        spent += node.logprobs().len() as u64;
        if node.state() != State::Answered {
            continue;
        }
        let Some(rating) = tree.evaluation(id, Rating::NAME) else { continue };
        if points.last().is_none_or(|(_, best)| rating.value > *best) {
            points.push((spent, rating.value));
        }
    }
    points
}
