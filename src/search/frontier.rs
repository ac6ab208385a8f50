//! The frontier: the best node to expand, kept from one look at a tree to the next.
//!
//! Responsible for looking only at what changed in between, so that a step of the search does
//! not cost a walk over the whole tree. Not responsible for scores (`selectors`).

use super::view::{Best, View, better};
use crate::tree::{NodeId, Tree};

/// What [`View::best_by`] finds, kept from one look at a tree to the next.
///
/// It fits scores that follow from the node and its parent alone. Then the best choice strictly
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
    /// Returns what [`View::best_by`] returns. The tree must always be the same one, and so must
    /// the policy and the score.
    pub fn best_by(&mut self, view: &View<'_>, score: impl Fn(NodeId) -> f64) -> Option<NodeId> {
        let tree = view.tree;
        self.entries.resize(tree.len(), Entry::default());
        if !tree.is_live(view.top) {
            return None;
        }
        let mut stale: Vec<_> =
            Some(view.top).into_iter().filter(|at| self.is_stale(tree, *at)).collect();
        let mut looked = 0;
        while let Some(node) = stale.get(looked).copied() {
            looked += 1;
            stale.extend(view.children(node).filter(|child| self.is_stale(tree, *child)));
        }
        // Children come after their parents and are looked at before them.
        for node in stale.into_iter().rev() {
            let children = view.children(node);
            let best = children.map(|child| self.best(view, &score, child)).fold(None, better);
            self.entries[node.index()] = Entry { seen: Some(tree.node(node).changed()), best };
        }
        self.best(view, &score, view.top).map(|(_, node)| node)
    }

    fn is_stale(&self, tree: &Tree, node: NodeId) -> bool {
        self.entries[node.index()].seen != Some(tree.node(node).changed())
    }

    /// The best choice of a node and all below it.
    fn best(&self, view: &View<'_>, score: &impl Fn(NodeId) -> f64, node: NodeId) -> Best {
        let below = self.entries[node.index()].best;
        if view.may_expand(node) { better(below, Some((score(node), node))) } else { below }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Busy, Policy};
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
                    let view = View { tree: &tree, policy: &policy, top, busy: &Busy::default(), seed: 0 };
                    let score = |node| view.statistics(node).mean - f64::from(tree.node(node).depth());
                    prop_assert_eq!(frontier.best_by(&view, score), view.best_by(score));
                }
            }
        }
    }
}
