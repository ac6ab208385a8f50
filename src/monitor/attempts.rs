//! The trajectories of a tree as attempts at its problem: what each says, and whether it is right.

use std::collections::{BTreeMap, BTreeSet};

use crate::aggregate::Poll;
use crate::evaluate::{Rating, verify};
use crate::reasoning::{Rational, numeric_value};
use crate::tree::{NodeId, State, Tree};

/// The attempts at one problem.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// How often each answer was reached, and the number that it stands for.
    pub classes: Vec<(u32, Option<f64>)>,
    /// How many trajectories were verified, and how many of them are right.
    pub verified: u64,
    pub right: u64,
    /// The value of each distinct trajectory, and whether it is right: verified, or for want of
    /// any verdict of the majority.
    pub selected: Vec<(f64, bool)>,
    /// Whether right means of the majority.
    pub pseudo: bool,
}

impl Attempts {
    pub(super) fn of(tree: &Tree) -> Self {
        let classes = Poll::new(tree, Rating::NAME).classes();
        let mut attempts = Self::default();
        let mut by_class: BTreeMap<usize, Vec<NodeId>> = BTreeMap::new();
        for (at, votes) in classes.values().enumerate() {
            let count = votes.iter().map(|vote| 1 + vote.repeats).sum();
            let number =
                votes.first().and_then(|vote| numeric_value(&vote.text)).map(Rational::to_f64);
            attempts.classes.push((count, number));
            by_class.insert(at, votes.iter().map(|vote| vote.node).collect());
            for vote in votes {
                if let Some(right) = verdict(tree, vote.node) {
                    attempts.verified += 1 + u64::from(vote.repeats);
                    attempts.right += (1 + u64::from(vote.repeats)) * u64::from(right);
                }
            }
        }
        attempts.pseudo = attempts.verified == 0;
        let commonest = attempts.classes.iter().map(|(count, _)| *count).max().unwrap_or(0);
        for (at, nodes) in by_class {
            let is_commonest = attempts.classes[at].0 == commonest;
            for node in nodes {
                let value = tree.evaluation(node, Rating::NAME).map(|rated| rated.value);
                let right = verdict(tree, node).or(attempts.pseudo.then_some(is_commonest));
                attempts.selected.extend(value.zip(right));
            }
        }
        attempts
    }
}

/// Whether a trajectory was verified as right; nothing if it was not verified.
pub(super) fn verdict(tree: &Tree, id: NodeId) -> Option<bool> {
    let answered = tree.node(id).state() == State::Answered;
    tree.evaluation(id, verify::NAME).filter(|_| answered).map(|verdict| verdict.value > 0.5)
}

/// The names of all evaluators that judged steps of a tree, the verifier excepted.
pub(super) fn judges(tree: &Tree) -> BTreeSet<&str> {
    let all = tree.ids().flat_map(|id| tree.node(id).evaluations());
    all.map(|judged| judged.evaluator.as_str()).filter(|name| *name != verify::NAME).collect()
}
