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

/// What [`select`] finds, kept from one look at a tree to the next: only what changed in between
/// is looked at again.
///
/// The score of a node follows from the node and its parent alone. So the best choice strictly
/// below a node holds as long as nothing at or below the node changes.
#[derive(Debug, Default)]
pub struct Frontier {
    entries: Vec<Entry>,
}

/// The best choice strictly below a node, and at which change of the node it was found.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    seen: Option<u64>,
    best: Best,
}

/// A score and its node.
type Best = Option<(f64, NodeId)>;

impl Frontier {
    /// Returns what [`select`] returns. The tree must always be the same one, and so must the
    /// policy and the evaluator.
    pub fn select(
        &mut self,
        tree: &Tree,
        policy: &Policy,
        evaluator: &str,
        top: NodeId,
    ) -> Option<Choice> {
        self.entries.resize(tree.len(), Entry::default());
        if tree.node(top).is_pruned() {
            return None;
        }
        let mut stale: Vec<_> =
            Some(top).into_iter().filter(|at| self.is_stale(tree, *at)).collect();
        let mut looked = 0;
        while let Some(node) = stale.get(looked).copied() {
            looked += 1;
            let children = tree.children(node).filter(|child| !tree.node(*child).is_pruned());
            stale.extend(children.filter(|child| self.is_stale(tree, *child)));
        }
        // Children come after their parents and are looked at before them.
        for node in stale.into_iter().rev() {
            let children = tree.children(node).filter(|child| !tree.node(*child).is_pruned());
            let best =
                children.map(|child| self.best(tree, policy, evaluator, child)).fold(None, better);
            self.entries[node.index()] = Entry { seen: Some(tree.node(node).changed()), best };
        }
        let (_, node) = self.best(tree, policy, evaluator, top)?;
        Some(Choice { node, terms: terms(tree, policy, evaluator, node).to_vec() })
    }

    fn is_stale(&self, tree: &Tree, node: NodeId) -> bool {
        self.entries[node.index()].seen != Some(tree.node(node).changed())
    }

    /// The best choice of a node and all below it.
    fn best(&self, tree: &Tree, policy: &Policy, evaluator: &str, node: NodeId) -> Best {
        let below = self.entries[node.index()].best;
        if !may_expand(tree, policy, node) {
            return below;
        }
        let score = terms(tree, policy, evaluator, node).map(|term| term.value).into_iter().sum();
        better(below, Some((score, node)))
    }
}

/// The higher score; of equals, the oldest node.
fn better(one: Best, other: Best) -> Best {
    let (Some((high, oldest)), Some((score, node))) = (one, other) else { return one.or(other) };
    if score > high || (score >= high && node < oldest) { other } else { one }
}

/// Whether a node may get more children: it is a whole step, not too deep, not too wide, and
/// not exhausted. A node of whose children more than half repeat another has little new to say.
fn may_expand(tree: &Tree, policy: &Policy, id: NodeId) -> bool {
    let node = tree.node(id);
    if node.state() != State::Open || node.depth() >= policy.depth {
        return false;
    }
    let children = node.child_count();
    let repeats = tree.children(id).filter(|child| tree.node(*child).state() == State::Duplicate);
    let repeats = u32::try_from(repeats.count()).unwrap_or(u32::MAX);
    children - repeats < policy.width && repeats * 2 <= children
}

fn terms(tree: &Tree, policy: &Policy, evaluator: &str, id: NodeId) -> [Term; 4] {
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
    let fresh = node.first_child().is_none() && own.visits > 0 && own.mean >= weights.promising;
    [
        Term { name: "value", value: own.mean },
        Term { name: "exploration", value: exploration },
        Term { name: "depth", value: -weights.depth * f64::from(node.depth()).sqrt() },
        Term { name: "fresh", value: if fresh { weights.fresh } else { 0.0 } },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::{Grower, random_session};
    use crate::tree::{Actor, Body};
    use proptest::prelude::*;

    fn rate(grower: &mut Grower, node: NodeId, value: f64) {
        grower.act(Actor::Search, Body::BackedUp { node, evaluator: "rating".into(), value });
    }

    proptest! {
        #[test]
        fn what_is_kept_of_a_tree_gives_the_same_choice(seed in any::<u64>(), steps in 1usize..150) {
            let (_, log) = random_session(seed, steps);
            let policy = Policy { width: 3, ..Policy::swe_search() };
            let (mut tree, mut frontier) = (Tree::default(), Frontier::default());
            for operation in log {
                tree.apply(&operation).unwrap();
                let top = NodeId(u32::try_from(operation.sequence % tree.len() as u64).unwrap());
                for top in [NodeId::ROOT, top] {
                    let kept = frontier.select(&tree, &policy, "rating", top);
                    prop_assert_eq!(kept, select(&tree, &policy, "rating", top));
                }
            }
        }
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
    fn nothing_is_left_when_all_is_pruned_or_full() {
        let mut grower = Grower::new("p");
        let policy = Policy { width: 1, ..Policy::swe_search() };
        let a = grower.add(NodeId::ROOT, "a");
        assert_eq!(select(&grower.tree, &policy, "rating", NodeId::ROOT).unwrap().node, a);
        grower.act(Actor::Person, Body::Pruned { node: a });
        assert_eq!(select(&grower.tree, &policy, "rating", NodeId::ROOT), None);
    }
}
