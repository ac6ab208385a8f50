//! What a selector sees: the tree, the policy's limits, and what is under way.
//!
//! Responsible for which nodes may be grown at all, and for what every selector asks of a node.
//! Not responsible for which of them is chosen (`selectors`).

use std::collections::{BTreeMap, BTreeSet};

use super::policy::Policy;
use super::random::Random;
use crate::tree::{Label, NodeId, State, Statistics, Tree};

/// What a selector sees when it chooses.
#[derive(Debug, Clone, Copy)]
pub struct View<'search> {
    /// The tree.
    pub tree: &'search Tree,
    /// The policy with its limits.
    pub policy: &'search Policy,
    /// The node below which the search works.
    pub top: NodeId,
    /// Where something is being grown.
    pub busy: &'search Busy,
    /// The seed of this choice; all randomness follows from it.
    pub seed: u64,
}

/// What is under way: how often something is being grown at or below a node, and which nodes wait
/// for a judgement. Selectors that go by visits count each growth as a visit that was worth
/// nothing (virtual loss), so that parallel choices spread out; what waits for its judgement is
/// not chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busy {
    growing: BTreeMap<NodeId, u32>,
    judged: BTreeSet<NodeId>,
}

impl Busy {
    /// Notes that something is grown below a node.
    pub fn add(&mut self, tree: &Tree, node: NodeId) {
        for ancestor in tree.ancestors(node) {
            *self.growing.entry(ancestor).or_default() += 1;
        }
    }

    /// Returns how often something is grown at or below the node.
    #[must_use]
    pub fn below(&self, node: NodeId) -> u32 {
        self.growing.get(&node).copied().unwrap_or(0)
    }

    /// Notes that a node waits for a judgement.
    pub fn judge(&mut self, node: NodeId) {
        self.judged.insert(node);
    }
}

/// Samples that a node may cost for each child that it may have, repeats among them.
const PATIENCE: u32 = 4;

impl<'search> View<'search> {
    /// Returns the generator of this choice's random numbers.
    #[must_use]
    pub fn random(&self) -> Random {
        Random::new(self.seed)
    }

    /// Returns the clade's statistics of a node under the policy's evaluator.
    #[must_use]
    pub fn statistics(&self, node: NodeId) -> Statistics {
        self.tree.statistics(node, self.policy.values)
    }

    /// Returns the clade's statistics, with every growth under way as a visit worth nothing.
    #[must_use]
    pub fn with_virtual_loss(&self, node: NodeId) -> Statistics {
        let mut statistics = self.statistics(node);
        for _ in 0..self.busy.below(node) {
            statistics.add(0.0);
        }
        statistics
    }

    /// Returns the node's own value: its newest evaluation by the policy's evaluator.
    #[must_use]
    pub fn own(&self, node: NodeId) -> Option<f64> {
        self.tree.evaluation(node, self.policy.values).map(|evaluation| evaluation.value)
    }

    /// Returns the children that take part in the search: neither pruned nor repeats nor vetoed,
    /// and whole.
    pub fn children(self, node: NodeId) -> impl Iterator<Item = NodeId> + 'search {
        self.tree.children(node).filter(move |child| self.takes_part(*child))
    }

    /// Returns whether a node itself takes part in the search.
    #[must_use]
    pub fn takes_part(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        let whole = matches!(node.state(), State::Open | State::Answered);
        whole
            && !node.is_pruned()
            && !self.busy.judged.contains(&id)
            && !self.policy.is_vetoed(self.tree, id)
    }

    /// Returns whether a node may get more children: it is a whole step, not too deep and not too
    /// wide, no check speaks against it, and none of its children is still growing.
    #[must_use]
    pub fn may_expand(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        if node.state() != State::Open
            || node.depth() >= self.policy.depth
            || self.busy.judged.contains(&id)
            || self.policy.is_vetoed(self.tree, id)
        {
            return false;
        }
        let (sampled, width) = (node.child_count(), self.policy.width);
        let room =
            sampled < width || (sampled < width * PATIENCE && sampled - self.repeats(id) < width);
        room && node.last_child().is_none_or(|_| self.is_at_rest(id))
    }

    /// Whether none of the node's children is growing.
    fn is_at_rest(&self, id: NodeId) -> bool {
        self.tree.children(id).all(|child| self.tree.node(child).state() != State::Growing)
    }

    /// Returns whether the node was found wrong by a check of the policy or by a person.
    #[must_use]
    pub fn is_marked_wrong(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        node.label() == Some(Label::Bad)
            || node.is_first_error()
            || self.policy.is_vetoed(self.tree, id)
    }

    /// Returns how many children of a node repeat another.
    #[must_use]
    pub fn repeats(&self, id: NodeId) -> u32 {
        let children = self.tree.children(id);
        let repeats = children.filter(|child| self.tree.node(*child).state() == State::Duplicate);
        u32::try_from(repeats.count()).unwrap_or(u32::MAX)
    }

    /// Returns, for every node, whether it or something below it may be expanded.
    #[must_use]
    pub fn openings(&self) -> Vec<bool> {
        let mut open = vec![false; self.tree.len()];
        let reach: Vec<_> = self.reach().collect();
        for node in reach.into_iter().rev() {
            open[node.index()] |= self.may_expand(node);
            if let Some(parent) = self.tree.node(node).parent()
                && open[node.index()]
            {
                open[parent.index()] = true;
            }
        }
        open
    }

    /// Returns all nodes from the top on that take part, parents before children.
    pub fn reach(self) -> impl Iterator<Item = NodeId> + 'search {
        let mut stack = vec![self.top];
        stack.retain(|top| self.tree.is_live(*top));
        std::iter::from_fn(move || {
            let node = stack.pop()?;
            stack.extend(self.children(node));
            Some(node)
        })
    }

    /// Returns the node with the highest score of those that may be expanded; of equals, the
    /// oldest.
    pub fn best_by(&self, score: impl Fn(NodeId) -> f64) -> Option<NodeId> {
        let mut best = None;
        for node in self.reach().filter(|node| self.may_expand(*node)) {
            best = better(best, Some((score(node), node)));
        }
        best.map(|(_, node)| node)
    }
}

/// A score and its node.
pub(super) type Best = Option<(f64, NodeId)>;

/// The higher score; of equals, the oldest node.
pub(super) fn better(one: Best, other: Best) -> Best {
    let (Some((high, oldest)), Some((score, node))) = (one, other) else { return one.or(other) };
    if score > high || (score >= high && node < oldest) { other } else { one }
}
