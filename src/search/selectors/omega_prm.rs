//! OmegaPRM (Luo et al. 2024; OpenR): Monte Carlo values of steps, and a binary search for the
//! first error of a roll-out.
//!
//! A step's Monte Carlo value is the share of its roll-outs that succeed. The next wrong roll-out
//! to look into is the one with the highest `Q + U`, where `Q = alpha^(1 - MC) * beta^(length / L)`
//! and `U = c * sqrt(sum N) / (1 + N)`. Its steps are halved: where the middle step has no
//! success, the error lies at or before it, else after it.

use super::super::choice::{Action, Choice, Term, sum, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::{NodeId, State, Statistics};

/// Binary search for first errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OmegaPrm {
    /// Roll-outs that make a step's value known.
    pub rollouts: u32,
    /// Base of the pull towards steps that succeed.
    pub alpha: f64,
    /// Base of the pull towards short roll-outs.
    pub beta: f64,
    /// The length in tokens that is long.
    pub length: f64,
    /// Weight of exploration.
    pub exploration: f64,
}

impl OmegaPrm {
    /// The constants of the paper, with fewer roll-outs a step.
    pub const PAPER: Self =
        Self { rollouts: 4, alpha: 0.5, beta: 0.9, length: 500.0, exploration: 0.125 };

    /// Returns the terms of a pair of a step, with its Monte Carlo value, and a roll-out.
    #[must_use]
    pub fn terms(&self, value: f64, tokens: f64, total: u64, visits: u64) -> Vec<Term> {
        let quality = self.alpha.powf(1.0 - value) * self.beta.powf(tokens / self.length);
        let exploration = self.exploration * (total as f64).sqrt() / (1.0 + visits as f64);
        vec![term("quality", quality), term("exploration", exploration)]
    }

    /// The Monte Carlo value of a step: the mean over the roll-outs that began there, and how many
    /// they are. Each child begins one, which went on by first children.
    fn monte_carlo(view: &View<'_>, step: NodeId) -> (f64, u64) {
        let mut seen = Statistics::default();
        for child in view.children(step) {
            let on = |node: &NodeId| view.tree.node(*node).first_child();
            let end = std::iter::successors(Some(child), on).last();
            if let Some(value) = end.and_then(|end| view.own(end)) {
                seen.add(value);
            }
        }
        (seen.mean, seen.visits)
    }

    /// The step of a wrong roll-out whose value must be known next; `None` once the first error is
    /// found. The steps begin with one that has successes.
    fn probe(&self, view: &View<'_>, steps: &[NodeId]) -> Option<NodeId> {
        let (mut low, mut high) = (0, steps.len() - 1);
        while high - low > 1 {
            let middle = low.midpoint(high);
            let (value, seen) = Self::monte_carlo(view, steps[middle]);
            if seen < u64::from(self.rollouts) {
                return Some(steps[middle]);
            }
            if value > 0.0 { low = middle } else { high = middle }
        }
        None
    }

    /// The steps of a roll-out, from the top on.
    fn steps(view: &View<'_>, end: NodeId) -> Vec<NodeId> {
        let mut path: Vec<_> = view.tree.ancestors(end).take_while(|at| *at != view.top).collect();
        path.push(view.top);
        path.reverse();
        path
    }
}

impl Selector for OmegaPrm {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        if !view.tree.is_live(view.top) {
            return None;
        }
        let mut best: Option<(f64, NodeId, Vec<Term>)> = None;
        let wrong = |node: &NodeId| {
            view.tree.node(*node).state() == State::Answered
                && view.own(*node).is_some_and(|value| value < 0.5)
        };
        let total = view.statistics(view.top).visits;
        for end in view.reach().filter(wrong) {
            let steps = Self::steps(view, end);
            let Some(node) = self.probe(view, &steps) else { continue };
            let tokens = view.tree.node(end).token_ids().len() as f64;
            let (value, seen) = Self::monte_carlo(view, node);
            let terms = self.terms(value, tokens, total, seen);
            if best.as_ref().is_none_or(|(score, ..)| sum(&terms) > *score) {
                best = Some((sum(&terms), node, terms));
            }
        }
        let (node, terms) = match best {
            Some((_, node, terms)) => (node, terms),
            // Nothing is left to search in: new roll-outs of the problem.
            None => (view.top, vec![term("roll-outs", view.statistics(view.top).visits as f64)]),
        };
        Some(Choice { node, action: Action::RollOut(1), terms })
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        let (value, seen) = Self::monte_carlo(view, node);
        self.terms(value, 0.0, view.statistics(view.top).visits, seen)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, value_of};
    use super::*;
    use crate::search::Policy;

    #[test]
    fn quality_and_exploration_are_those_of_the_formula() {
        let terms = OmegaPrm::PAPER.terms(0.75, 250.0, 16, 3);
        // 0.5^0.25 * 0.9^0.5 and 0.125 * 4 / 4.
        assert!((value_of(&terms, "quality") - 0.797_744_384_5).abs() < 1e-6, "{terms:?}");
        assert!((value_of(&terms, "exploration") - 0.125).abs() < 1e-12);
    }

    #[test]
    fn the_first_error_is_found_by_halving() {
        let policy = Policy { values: "rating", ..Policy::named("omega-prm").unwrap() };
        let omega = OmegaPrm::PAPER;
        let mut scene = Scene::new();
        let mut steps = vec![NodeId::ROOT];
        for text in ["1", "2", "3", "4", "5", "6"] {
            steps.push(scene.add(steps[steps.len() - 1], text));
        }
        let end = scene.answer(steps[6], "7");
        scene.judge(end, 0.0);
        // The error is in step 3: roll-outs of steps 0 to 2 succeed now and then.
        let mut probed = Vec::new();
        for _ in 0..30 {
            let view = scene.view(&policy);
            let Some(node) = omega.probe(&view, &OmegaPrm::steps(&view, end)) else { break };
            probed.push(node);
            let at = steps.iter().position(|step| *step == node).unwrap();
            let end = scene.answer(node, &format!("other {}", probed.len()));
            scene.judge(end, f64::from(u8::from(at < 3)));
        }
        probed.dedup();
        assert_eq!(probed, [steps[3], steps[1], steps[2]]);
        let choice = scene.select(&policy).unwrap();
        assert_eq!((choice.node, choice.action), (NodeId::ROOT, Action::RollOut(1)));
    }
}
