//! The frontier: what the selector finds, kept from one look at a tree to the next.
//!
//! Responsible for looking only at what changed in between, so that a step of the search does
//! not cost a walk over the whole tree. Not responsible for scores (`selector.rs`).

use super::policy::Policy;
use super::selector::{Best, Choice, better, may_expand, terms};
use crate::tree::{NodeId, Tree};

/// What [`select`](super::select) finds, kept from one look at a tree to the next.
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

impl Frontier {
    /// Returns what [`select`](super::select) returns. The tree must always be the same one, and so must the
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::select;
    use crate::tree::sample::random_session;
    use proptest::prelude::*;

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
}
