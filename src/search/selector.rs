//! The selector: which node to expand next, and why.
//!
//! Best-first over every node that may be expanded, by the UCT-like score of SWE-Search
//! (`methods.md` 20). Each term of the score is kept, so that the screen can show it.

use super::policy::Policy;
use crate::tree::{NodeId, State, Tree};

/// A chosen node with the terms of its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The node.
    pub node: NodeId,
    /// The terms, in order; their sum is the score.
    pub terms: Vec<Term>,
}

/// One term of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// What it is called.
    pub name: &'static str,
    /// What it adds.
    pub value: f64,
}

impl Choice {
    /// Returns the score: the sum of the terms.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.terms.iter().map(|term| term.value).sum()
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.terms.iter().any(|term| term.value.is_infinite()) {
            return formatter.write_str("never judged");
        }
        // What rounds to nothing says nothing.
        let shown = self.terms.iter().filter(|term| term.value.abs() >= 0.005);
        for (index, term) in shown.enumerate() {
            let sign = match (index, term.value < 0.0) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            };
            write!(formatter, "{sign}{} {:.2}", term.name, term.value.abs())?;
        }
        Ok(())
    }
}

/// Returns the node below `top` with the highest score; of equals, the oldest. `None` if
/// nothing may be expanded.
#[must_use]
pub fn select(tree: &Tree, policy: &Policy, evaluator: &str, top: NodeId) -> Option<Choice> {
    let mut best = None;
    let mut stack = vec![top];
    while let Some(node) = stack.pop() {
        if tree.node(node).is_pruned() {
            continue;
        }
        stack.extend(tree.children(node));
        if may_expand(tree, policy, node) {
            let score: f64 =
                terms(tree, policy, evaluator, node).map(|term| term.value).into_iter().sum();
            best = better(best, Some((score, node)));
        }
    }
    let (_, node) = best?;
    Some(Choice { node, terms: terms(tree, policy, evaluator, node).to_vec() })
}

/// A score and its node.
pub(super) type Best = Option<(f64, NodeId)>;

/// The higher score; of equals, the oldest node.
pub(super) fn better(one: Best, other: Best) -> Best {
    let (Some((high, oldest)), Some((score, node))) = (one, other) else { return one.or(other) };
    if score > high || (score >= high && node < oldest) { other } else { one }
}

/// Samples that a node may cost for each child that it may have, repeats among them.
const PATIENCE: u32 = 4;

/// Whether a node may get more children: it is a whole step, not too deep and not too wide.
pub(super) fn may_expand(tree: &Tree, policy: &Policy, id: NodeId) -> bool {
    let node = tree.node(id);
    if node.state() != State::Open || node.depth() >= policy.depth {
        return false;
    }
    let sampled = node.child_count();
    sampled < policy.width
        || (sampled < policy.width * PATIENCE && sampled - repeats(tree, id) < policy.width)
}

/// How many children of a node repeat another.
fn repeats(tree: &Tree, id: NodeId) -> u32 {
    let repeats = tree.children(id).filter(|child| tree.node(*child).state() == State::Duplicate);
    u32::try_from(repeats.count()).unwrap_or(u32::MAX)
}

pub(super) fn terms(tree: &Tree, policy: &Policy, evaluator: &str, id: NodeId) -> [Term; 5] {
    let node = tree.node(id);
    let own = tree.statistics(id, evaluator);
    let weights = policy.weights;
    let parent = node.parent().map_or(1, |parent| tree.statistics(parent, evaluator).visits.max(1));
    #[allow(clippy::cast_precision_loss)]
    let exploration = if own.visits == 0 {
        // What was never judged is tried first, as UCT does.
        f64::INFINITY
    } else {
        weights.exploration * ((parent as f64).ln() / own.visits as f64).sqrt()
    };
    let repeats = repeats(tree, id);
    let excess = repeats.saturating_sub(node.child_count() - repeats);
    let fresh = node.first_child().is_none() && own.visits > 0 && own.mean >= weights.promising;
    [
        Term { name: "value", value: own.mean },
        Term { name: "exploration", value: exploration },
        Term { name: "depth", value: -weights.depth * f64::from(node.depth()).sqrt() },
        Term { name: "fresh", value: if fresh { weights.fresh } else { 0.0 } },
        Term { name: "repeats", value: -weights.repeats * f64::from(excess) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish};

    fn rate(grower: &mut Grower, node: NodeId, value: f64) {
        grower.act(Actor::Search, Body::BackedUp { node, evaluator: "rating".into(), value });
    }

    #[test]
    fn the_terms_are_those_of_the_formula() {
        let mut grower = Grower::new("p");
        let a = grower.add(NodeId::ROOT, "a");
        let b = grower.add(a, "b");
        for value in [0.8, 0.6, 0.4] {
            rate(&mut grower, b, value);
        }
        for _ in 0..7 {
            rate(&mut grower, a, 0.5);
        }
        let policy = Policy::swe_search();
        let terms = terms(&grower.tree, &policy, "rating", b).map(|term| term.value);
        assert!((terms[0] - 0.6).abs() < 1e-12);
        // Golden, `methods.md` 20: sqrt(ln 10 / 3) = 0.876088.
        assert!((terms[1] - 0.2 * 0.876_088).abs() < 1e-6);
        assert!((terms[2] + 0.004 * 2f64.sqrt()).abs() < 1e-12);
        assert_eq!(terms[3], 0.0);
    }

    #[test]
    fn a_promising_leaf_goes_first_and_pruned_nodes_never() {
        let mut grower = Grower::new("p");
        let (a, b) = (grower.add(NodeId::ROOT, "a"), grower.add(NodeId::ROOT, "b"));
        rate(&mut grower, a, 0.9);
        rate(&mut grower, b, 0.3);
        let policy = Policy::swe_search();
        let choice = select(&grower.tree, &policy, "rating", NodeId::ROOT).unwrap();
        assert_eq!(choice.node, a);
        assert_eq!(choice.to_string(), "value 0.90 + exploration 0.17 + fresh 0.25");
        grower.act(Actor::Person, Body::Pruned { node: a });
        let choice = select(&grower.tree, &policy, "rating", NodeId::ROOT).unwrap();
        assert_ne!(choice.node, a);
    }

    #[test]
    fn a_node_that_repeats_itself_gives_way_but_is_not_given_up() {
        let mut grower = Grower::new("p");
        let (a, b) = (grower.add(NodeId::ROOT, "a"), grower.add(NodeId::ROOT, "b"));
        let first = grower.add(a, "same");
        for _ in 0..3 {
            let node = grower.sprout(a, "same");
            let finish = Finish::Duplicate { of: first };
            grower.act(Actor::Model, Body::NodeFinished { node, finish, answer: None });
        }
        rate(&mut grower, a, 0.9);
        rate(&mut grower, b, 0.5);
        grower.act(Actor::Person, Body::Pruned { node: first });
        let policy = Policy::swe_search();
        let terms = terms(&grower.tree, &policy, "rating", a).map(|term| term.value);
        assert_eq!(terms[4], -policy.weights.repeats * 2.0);
        let choose = |grower: &Grower| {
            select(&grower.tree, &policy, "rating", NodeId::ROOT).map(|choice| choice.node)
        };
        assert_ne!(choose(&grower), Some(a));
        grower.act(Actor::Person, Body::Pruned { node: b });
        assert_ne!(choose(&grower), None);
    }

    #[test]
    fn nothing_is_left_when_all_is_pruned_or_full() {
        let mut grower = Grower::new("p");
        let policy = Policy { width: 1, ..Policy::swe_search() };
        let a = grower.add(NodeId::ROOT, "a");
        assert_eq!(select(&grower.tree, &policy, "rating", NodeId::ROOT).unwrap().node, a);
        grower.act(Actor::Person, Body::Pruned { node: a });
        assert_eq!(select(&grower.tree, &policy, "rating", NodeId::ROOT), None);
    }
}
