//! The frontier: the best node to expand, kept from one look at a tree to the next.
//!
//! Responsible for looking only at what changed in between, so that a step of the search does
//! not cost a walk over the whole tree, and for looking at a tree for the first time in pieces, so
//! that a key never waits for a large one. Not responsible for scores (`selectors`).

use super::view::{Best, View, better};
use crate::tree::{NodeId, Tree};

/// How many nodes are looked at in one go when a tree is new: about a millisecond's work.
const PIECE: u32 = 250;

/// What [`View::best_by`] finds, kept from one look at a tree to the next.
///
/// It fits scores that follow from the node and its parent alone. Then the best choice strictly
/// below a node holds as long as nothing at or below the node changes.
#[derive(Debug, Default)]
pub struct Frontier {
    entries: Vec<Entry>,
    /// The first of the nodes that were looked at when the tree was new; nothing before that.
    looked_at: Option<NodeId>,
}

/// The best choice strictly below a node, and at which change of the node it was found.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    seen: Option<u64>,
    best: Best,
}

impl Frontier {
    /// Returns what [`View::best_by`] returns, or nothing while it is [`Frontier::unfinished`]. The
    /// tree must always be the same one, and so must the policy and the score.
    pub fn best_by(&mut self, view: &View<'_>, score: impl Fn(NodeId) -> f64) -> Option<NodeId> {
        let tree = view.tree;
        self.entries.resize(tree.len(), Entry::default());
        if !tree.is_live(view.top) {
            return None;
        }
        self.look_on(view, &score, PIECE);
        if self.unfinished().is_some() {
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
            self.look_at(view, &score, node);
        }
        self.best(view, &score, view.top).map(|(_, node)| node)
    }

    /// Returns which share of a new tree was looked at, as long as there is more to look at.
    #[must_use]
    pub fn unfinished(&self) -> Option<f64> {
        let left = self.looked_at.filter(|first| *first > NodeId::ROOT)?.index();
        #[allow(clippy::cast_precision_loss)]
        Some(1.0 - left as f64 / self.entries.len() as f64)
    }

    /// Looks at a node again although it did not change: it waited for a judgement that never came.
    pub fn forget(&mut self, tree: &Tree, node: NodeId) {
        for node in tree.ancestors(node) {
            if let Some(entry) = self.entries.get_mut(node.index()) {
                entry.seen = None;
            }
        }
    }

    /// Looks at the next piece of a tree that is new, from its youngest nodes to the root. What
    /// changes between two pieces is stale, and so are all nodes above it.
    fn look_on(&mut self, view: &View<'_>, score: &impl Fn(NodeId) -> f64, piece: u32) {
        let end = view.tree.ids().next_back().map_or(0, |last| last.0 + 1);
        let end = self.looked_at.map_or(end, |first| first.0);
        let begin = end.saturating_sub(piece);
        for node in (begin..end).rev().map(NodeId) {
            if !view.children(node).any(|child| self.is_stale(view.tree, child)) {
                self.look_at(view, score, node);
            }
        }
        self.looked_at = Some(NodeId(begin));
    }

    fn look_at(&mut self, view: &View<'_>, score: &impl Fn(NodeId) -> f64, node: NodeId) {
        let children = view.children(node);
        let best = children.map(|child| self.best(view, score, child)).fold(None, better);
        let seen = Some(view.tree.node(node).changed());
        self.entries[node.index()] = Entry { seen, best };
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

        #[test]
        fn a_tree_that_changes_between_two_looks_at_it_gives_the_same_choice(
            seed in any::<u64>(), steps in 1usize..150, before in 0usize..150, every in 1usize..20,
        ) {
            let (_, log) = random_session(seed, steps);
            let policy = Policy { width: 3, ..Policy::swe_search() };
            let (mut tree, mut frontier) = (Tree::default(), Frontier::default());
            let busy = Busy::default();
            for (at, operation) in log.iter().enumerate() {
                tree.apply(operation).unwrap();
                if at < before || at % every > 0 {
                    continue;
                }
                let view = View { tree: &tree, policy: &policy, top: NodeId::ROOT, busy: &busy, seed: 0 };
                let score = |node| view.statistics(node).mean - f64::from(tree.node(node).depth());
                frontier.entries.resize(tree.len(), Entry::default());
                frontier.look_on(&view, &score, 3);
                if frontier.unfinished().is_none() {
                    prop_assert_eq!(frontier.best_by(&view, score), view.best_by(score));
                }
            }
        }
    }
}
