//! Descents by upper confidence bounds: UCT, PUCT and Agent-R's UCB.
//!
//! From the top down, a node with room is widened (progressive widening: `width * N^power`
//! children), else the child with the highest bound is entered. Subtrees with nothing left to
//! expand are passed over.

use super::super::choice::{Choice, Term, sum, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use super::swe_search::softmax;
use crate::tree::{NodeId, Statistics, Tree};

/// How much a child's uncertainty counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// `weight * sqrt(ln N_parent / N)` (UCT, Agent-R).
    Ucb(f64),
    /// `(ln((N_parent + base + 1) / base) + initial) * prior * sqrt(N_parent) / (1 + N)`, where
    /// the prior is the step's share of its siblings' probability a token (AlphaZero, OpenR).
    Puct {
        /// See the formula.
        initial: f64,
        /// See the formula.
        base: f64,
    },
}

/// A descent by upper confidence bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uct {
    /// How much uncertainty counts.
    pub bound: Bound,
    /// Children before the first visit; see `power`.
    pub width: f64,
    /// How fast nodes widen with their visits.
    pub power: f64,
}

impl Uct {
    /// Agent-R's UCB (Yuan et al. 2025): exploration 0.25, widened once.
    pub const AGENT_R: Self = Self { bound: Bound::Ucb(0.25), width: 1.0, power: 0.0 };

    fn terms(&self, view: &View<'_>, child: NodeId, prior: f64) -> Vec<Term> {
        let parent = view.tree.node(child).parent();
        let above = parent.map_or(1, |parent| view.with_virtual_loss(parent).visits.max(1));
        self.bound.terms(view.with_virtual_loss(child), above, prior)
    }
}

impl Bound {
    /// Returns the terms of a child's bound.
    #[must_use]
    pub fn terms(self, own: Statistics, above: u64, prior: f64) -> Vec<Term> {
        let (visits, parent) = (own.visits as f64, above as f64);
        let uncertainty = match self {
            Self::Ucb(_) if own.visits == 0 => f64::INFINITY,
            Self::Ucb(weight) => weight * (parent.ln() / visits).sqrt(),
            Self::Puct { initial, base } => {
                (((parent + base + 1.0) / base).ln() + initial) * prior * parent.sqrt()
                    / (1.0 + visits)
            }
        };
        vec![term("value", own.mean), term("exploration", uncertainty)]
    }
}

/// The shares of siblings by the mean log-probability of their tokens.
fn priors(tree: &Tree, siblings: &[NodeId]) -> Vec<f64> {
    let mean = |node: &NodeId| {
        let logprobs = tree.node(*node).logprobs();
        let count = logprobs.len().max(1) as f64;
        f64::from(logprobs.sum::<f32>()) / count
    };
    softmax(&siblings.iter().map(mean).collect::<Vec<_>>(), 1.0)
}

impl Selector for Uct {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        let open = view.openings();
        let mut at = view.top;
        if !open[at.index()] {
            return None;
        }
        let mut random = view.random();
        let mut terms = self.explain(view, at);
        loop {
            let children: Vec<_> = view.children(at).filter(|child| open[child.index()]).collect();
            // Repeats too: a node that repeats itself has little more to say.
            let sampled = view.tree.node(at).child_count();
            let visits = view.with_virtual_loss(at).visits.max(1) as f64;
            let room = f64::from(sampled) < self.width * visits.powf(self.power);
            if children.is_empty() || (room && view.may_expand(at)) {
                return Some(Choice::expand(at, terms));
            }
            let scored = children.iter().zip(priors(view.tree, &children));
            let scored: Vec<_> =
                scored.map(|(child, prior)| (*child, self.terms(view, *child, prior))).collect();
            let high = scored.iter().map(|(_, terms)| sum(terms)).fold(f64::NEG_INFINITY, f64::max);
            // Ties are broken by chance, as in Agent-R.
            let mut best: Vec<_> =
                scored.into_iter().filter(|(_, terms)| sum(terms) >= high).collect();
            (at, terms) = best.swap_remove(random.below(best.len()));
        }
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        let siblings: Vec<_> = view
            .tree
            .node(node)
            .parent()
            .map(|parent| view.children(parent).collect())
            .unwrap_or_default();
        let at = siblings.iter().position(|sibling| *sibling == node);
        let prior = at.map_or(1.0, |at| priors(view.tree, &siblings)[at]);
        self.terms(view, node, prior)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;
    use crate::search::Policy;

    fn record(sum: f64, visits: u64) -> Statistics {
        let mut record = Statistics::default();
        for _ in 0..visits {
            record.add(sum / visits as f64);
        }
        record
    }

    #[test]
    fn agent_r_bounds_are_the_golden_ones() {
        // Golden, `methods.md` 43 and C5.
        for ((value, visits, parent), golden) in [
            ((1.5, 3, 7), 0.701_344_964_6),
            ((0.8, 1, 7), 1.148_739_708_5),
            ((0.0, 2, 7), 0.246_596_212_8),
        ] {
            let terms = Uct::AGENT_R.bound.terms(record(value, visits), parent, 1.0);
            assert!((sum(&terms) - golden).abs() < 1e-6, "{terms:?}");
        }
        assert!(sum(&Bound::Ucb(0.25).terms(record(0.0, 0), 7, 1.0)).is_infinite());
    }

    #[test]
    fn puct_is_that_of_alpha_zero() {
        // value + (ln((N + 19652 + 1) / 19652) + 1.25) * sqrt(N) / (n + 1) * prior
        let bound = Bound::Puct { initial: 1.25, base: 19_652.0 };
        let score = sum(&bound.terms(record(1.2, 2), 9, 0.5));
        assert!((score - (0.6 + (1.250_508_724_638) * 3.0 / 3.0 * 0.5)).abs() < 1e-6, "{score}");
    }

    #[test]
    fn the_unvisited_go_first_then_the_higher_bound_and_closed_subtrees_never() {
        let policy = Policy::named("agent-r").unwrap();
        let mut scene = Scene::new();
        assert_eq!(scene.select(&policy).unwrap().node, NodeId::ROOT);
        let (a, b) = (scene.add(NodeId::ROOT, "a"), scene.add(NodeId::ROOT, "b"));
        scene.back_up(a, 0.9);
        assert_eq!(scene.select(&policy).unwrap().node, b);
        scene.back_up(b, 0.1);
        assert_eq!(scene.select(&policy).unwrap().node, a);
        let end = scene.answer(a, "7");
        scene.back_up(end, 0.9);
        // Below a there is an answer alone, and a was widened once: a is widened again.
        assert_eq!(scene.select(&policy).unwrap().node, a);
    }

    /// A policy whose nodes have so many children and never more.
    fn of_width(width: f64) -> Policy {
        let selector = Uct { bound: Bound::Ucb(0.5), width, power: 0.0 };
        Policy { selector: std::sync::Arc::new(selector), ..Policy::named("uct").unwrap() }
    }

    #[test]
    fn a_node_that_repeats_itself_is_not_widened_for_ever() {
        let policy = of_width(3.0);
        let mut scene = Scene::new();
        let only = scene.add(NodeId::ROOT, "only");
        scene.back_up(only, 0.5);
        scene.repeat(NodeId::ROOT, "only", only);
        assert_eq!(scene.select(&policy).unwrap().node, NodeId::ROOT, "there is room for a third");
        scene.repeat(NodeId::ROOT, "only", only);
        assert_eq!(scene.select(&policy).unwrap().node, only);
    }

    #[test]
    fn growth_under_way_counts_as_a_loss() {
        let policy = of_width(1.0);
        let mut scene = Scene::new();
        let children: Vec<_> = (0..12).map(|at| scene.add(NodeId::ROOT, &at.to_string())).collect();
        for child in &children {
            scene.back_up(*child, 0.5);
        }
        scene.back_up(children[0], 0.6);
        let first = scene.select(&policy).unwrap().node;
        scene.busy.add(&scene.grower.tree, first);
        assert_ne!(scene.select(&policy).unwrap().node, first);
    }
}
