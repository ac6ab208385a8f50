//! Pairs of a good and a bad trajectory of one problem.
//!
//! A person's choices come first. Then each bad trajectory is paired with the good one that
//! goes the same way for longest, so that a pair differs where it matters.

use std::collections::BTreeMap;

use super::example::Left;
use super::material::Material;
use super::standing::Basis;
use super::trajectory::Trajectory;
use crate::tree::{NodeId, Preference, Tree};

/// A good and a bad trajectory.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The good one.
    pub chosen: Trajectory,
    /// The bad one.
    pub rejected: Trajectory,
    /// How many steps at the beginning both share.
    pub shared: usize,
    /// Who says so; of two, the weaker.
    pub basis: Basis,
}

impl Pair {
    fn of(chosen: Trajectory, rejected: Trajectory, basis: Basis) -> Self {
        let shared = chosen.shared_with(&rejected);
        Self { chosen, rejected, shared, basis }
    }

    /// Returns the text that both share, and how each goes on.
    #[must_use]
    pub fn parted(&self) -> (String, String, String) {
        let text = |path: &Trajectory, from, to| -> String {
            path.segments.iter().skip(from).take(to).map(|segment| segment.text.as_str()).collect()
        };
        (
            text(&self.chosen, 0, self.shared),
            text(&self.chosen, self.shared, usize::MAX),
            text(&self.rejected, self.shared, usize::MAX),
        )
    }
}

/// Finds the pairs of a session; what nobody judged or nothing pairs with is left out.
pub fn pairs(
    material: &Material,
    judged: Vec<Result<Trajectory, Left>>,
) -> Vec<Result<Pair, Left>> {
    let mut found = preferred(&material.tree);
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for path in judged {
        match path {
            Ok(path) if path.is_spliced() => found.push(Err(Left::NeedsMask)),
            Ok(path) if path.standing.is_some_and(|standing| standing.good) => good.push(path),
            Ok(path) => bad.push(path),
            Err(left) => found.push(Err(left)),
        }
    }
    for rejected in bad {
        let nearest = good.iter().max_by(|a, b| {
            let by_way = a.shared_with(&rejected).cmp(&b.shared_with(&rejected));
            let by_rating = a.rating().unwrap_or(0.0).total_cmp(&b.rating().unwrap_or(0.0));
            by_way.then(by_rating).then(b.leaf.cmp(&a.leaf))
        });
        found.push(match nearest {
            Some(chosen) => {
                let words = [chosen, &rejected].map(|path| path.standing.map(|word| word.basis));
                let basis = words.into_iter().flatten().max().unwrap_or(Basis::Vote);
                Ok(Pair::of(chosen.clone(), rejected, basis))
            }
            None => {
                Err(Left::Unfit("bad, with no good one of the same problem beside them".into()))
            }
        });
    }
    found
}

/// The choices of a person, each as the best way to go on from both sides. Of several between the
/// same two nodes, the newest counts.
fn preferred(tree: &Tree) -> Vec<Result<Pair, Left>> {
    let all = tree.preferences();
    let ends =
        |choice: &Preference| [choice.winner.min(choice.loser), choice.winner.max(choice.loser)];
    let newest: BTreeMap<_, _> =
        all.iter().map(|choice| (ends(choice), choice.operation)).collect();
    let choices = all
        .iter()
        .filter(|choice| newest.get(&ends(choice)) == Some(&choice.operation))
        .filter(|choice| tree.is_live(choice.winner) && tree.is_live(choice.loser));
    let pair = |winner, loser| {
        let (Some(chosen), Some(rejected)) = (ending(tree, winner), ending(tree, loser)) else {
            return Err(Left::Unfit("choices between steps that no answer follows".to_owned()));
        };
        let [chosen, rejected] = [chosen, rejected].map(|leaf| Trajectory::of(tree, leaf));
        if chosen.is_spliced() || rejected.is_spliced() {
            return Err(Left::NeedsMask);
        }
        Ok(Pair::of(chosen, rejected, Basis::Person))
    };
    choices.map(|choice| pair(choice.winner, choice.loser)).collect()
}

/// The best rated trajectory at or below a node.
fn ending(tree: &Tree, node: NodeId) -> Option<NodeId> {
    let below = tree
        .subtree(node)
        .filter(|id| tree.node(*id).state() == crate::tree::State::Answered && tree.is_live(*id));
    let rating = |id: NodeId| {
        let rated = tree.evaluation(id, crate::evaluate::Rating::NAME);
        rated.map_or(0.0, |evaluation| evaluation.value)
    };
    below.max_by(|a, b| rating(*a).total_cmp(&rating(*b)).then(b.cmp(a)))
}
