//! Several scorers at once without weights: Pareto selection (PepTune, Tang et al. 2024).
//!
//! Of the nodes that may be expanded, those are candidates that no other beats or equals in every
//! objective and beats in one; one of them is drawn evenly. The released program accepts and
//! rejects otherwise in several places, which `methods.md` 41 lists as defects.

use super::super::choice::{Choice, Term, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::NodeId;

/// Pareto selection over value, likelihood and novelty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pareto {
    /// Added to every objective: times `sqrt(ln N_parent / N)`.
    pub exploration: f64,
}

/// Scores under all objectives, larger is better.
type Scores = [f64; 3];
const OBJECTIVES: [&str; 3] = ["value", "likelihood", "room"];

impl Pareto {
    fn scores(self, view: &View<'_>, id: NodeId) -> Scores {
        let node = view.tree.node(id);
        let above = node.parent().map_or(1, |parent| view.statistics(parent).visits.max(1));
        let visits = view.statistics(id).visits.max(1);
        let exploration = self.exploration * ((above as f64).ln() / visits as f64).sqrt();
        let tokens = node.logprobs().len().max(1) as f64;
        let likelihood = (f64::from(node.logprobs().sum::<f32>()) / tokens).exp();
        let room = 1.0 / (1.0 + f64::from(node.child_count()));
        [view.own(id).unwrap_or(1.0), likelihood, room].map(|score| score + exploration)
    }
}

/// Whether one is at least as good everywhere and better somewhere.
fn dominates<const N: usize>(one: &[f64; N], other: &[f64; N]) -> bool {
    let pairs = || one.iter().zip(other);
    pairs().all(|(a, b)| a >= b) && pairs().any(|(a, b)| a > b)
}

/// A set of score vectors of which none dominates another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Front<const N: usize>(Vec<[f64; N]>);

impl<const N: usize> Front<N> {
    /// Returns, for each objective, the share of the front that the vector reaches.
    #[must_use]
    pub fn reward(&self, scores: &[f64; N]) -> [f64; N] {
        let mut at = 0;
        scores.map(|score| {
            let reached = self.0.iter().filter(|member| score >= member[at]).count();
            at += 1;
            if self.0.is_empty() { 1.0 } else { reached as f64 / self.0.len() as f64 }
        })
    }

    /// Adds a vector unless a member dominates or equals it, and drops what it dominates. Returns
    /// whether it was added.
    pub fn insert(&mut self, scores: [f64; N]) -> bool {
        if self.0.iter().any(|member| dominates(member, &scores) || *member == scores) {
            return false;
        }
        self.0.retain(|member| !dominates(&scores, member));
        self.0.push(scores);
        true
    }
}

impl Selector for Pareto {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        let open: Vec<_> = view.reach().filter(|node| view.may_expand(*node)).collect();
        let scores: Vec<_> = open.iter().map(|node| self.scores(view, *node)).collect();
        let mut front = Front::default();
        for vector in &scores {
            front.insert(*vector);
        }
        let best: Vec<_> =
            open.iter().zip(&scores).filter(|(_, vector)| front.0.contains(vector)).collect();
        let (node, _) = best.get(view.random().below(best.len()))?;
        Some(Choice::expand(**node, self.explain(view, **node)))
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        OBJECTIVES
            .into_iter()
            .zip(self.scores(view, node))
            .map(|(name, score)| term(name, score))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;
    use crate::search::Policy;

    /// The area that a front of two objectives dominates, from 0.
    fn area(front: &Front<2>) -> f64 {
        let mut members = front.0.clone();
        members.sort_by(|a, b| b[0].total_cmp(&a[0]));
        let mut height = 0.0;
        let slice = |[x, y]: [f64; 2]| {
            let more = x * (y - height);
            height = y;
            more
        };
        members.into_iter().map(slice).sum()
    }

    #[test]
    fn the_front_is_the_golden_one() {
        // Golden, `methods.md` 41.
        let mut front = Front::default();
        for member in [[0.8, 0.2], [0.5, 0.5], [0.2, 0.8]] {
            assert!(front.insert(member));
        }
        assert!((area(&front) - 0.37).abs() < 1e-12);
        assert_eq!(front.reward(&[0.6, 0.6]), [2.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(front.reward(&[0.9, 0.1]), [1.0, 0.0]);
        assert_eq!(front.reward(&[0.5, 0.2]), [2.0 / 3.0, 1.0 / 3.0]);
        assert!(!front.clone().insert([0.5, 0.2]));
        assert!(front.clone().insert([0.9, 0.1]));
        assert!(front.insert([0.6, 0.6]));
        assert_eq!(front.0.len(), 3);
        assert!((area(&front) - 0.44).abs() < 1e-12);
        assert!(!front.insert([0.6, 0.6]), "an equal vector is a duplicate");
        assert_eq!(Front::<1>::default().reward(&[0.0]), [1.0]);
    }

    #[test]
    fn a_dominated_node_is_never_chosen() {
        let policy = Policy::named("pareto").unwrap();
        let mut scene = Scene::new();
        let (a, b) = (scene.add(NodeId::ROOT, "a"), scene.add(NodeId::ROOT, "b"));
        scene.judge(a, 0.9);
        scene.judge(b, 0.2);
        let draws = scene.draws(&policy, 50);
        assert!(draws.contains(&a) && !draws.contains(&b), "{draws:?}");
    }
}
