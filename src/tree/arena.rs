//! The arena: all nodes of a tree in one vector, and the ways to walk it.
//!
//! Responsible for links and look-ups. Changes go through `Tree::apply` in `fold.rs`.

use super::debate::Debate;
use super::history::History;
use super::mark::Preference;
use super::node::{Node, NodeId, State};
use super::nodes::Nodes;
use super::operation::{Evaluation, Model, Problem};
use super::statistics::Statistics;

/// A reasoning tree: the fold of a session's operations.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    pub(super) problem: Option<Problem>,
    pub(super) model: Option<Model>,
    pub(super) nodes: Nodes,
    pub(super) evaluators: Vec<String>,
    pub(super) sequence: u64,
    /// How many operations brought tokens.
    pub(super) portions: u64,
    pub(super) history: History,
    pub(super) preferences: Vec<Preference>,
    pub(super) debates: Vec<Debate>,
    pub(super) growing: u32,
    /// How many nodes are withdrawn themselves.
    pub(super) withdrawn: u32,
    pub(super) tokens_sampled: u64,
    pub(super) tokens_judging: u64,
    pub(super) judgements: u64,
}

impl Default for Tree {
    fn default() -> Self {
        let mut nodes = Nodes::default();
        nodes.push(Node::new(None, 0, None));
        Self {
            problem: None,
            model: None,
            nodes,
            evaluators: Vec::new(),
            sequence: 0,
            portions: 0,
            history: History::default(),
            preferences: Vec::new(),
            debates: Vec::new(),
            growing: 0,
            withdrawn: 0,
            tokens_sampled: 0,
            tokens_judging: 0,
            judgements: 0,
        }
    }
}

impl Tree {
    /// Returns the problem, once it was set.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// Returns the model that did the latest work, if any did.
    #[must_use]
    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }

    /// Returns the number of nodes, the root included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether there is nothing below the root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// Returns the sequence number of the last operation, 0 before the first.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Returns how many operations there were but for those that brought tokens: in how many
    /// portions tokens come is a matter of time, and no choice of the search may follow from it.
    #[must_use]
    pub fn age(&self) -> u64 {
        self.sequence - self.portions
    }

    /// Returns how many nodes are growing.
    #[must_use]
    pub fn growing(&self) -> u32 {
        self.growing
    }

    /// Returns whether the edit or splice that made any node was undone.
    #[must_use]
    pub fn has_withdrawn(&self) -> bool {
        self.withdrawn > 0
    }

    /// Returns how many tokens were sampled into nodes.
    #[must_use]
    pub fn tokens_sampled(&self) -> u64 {
        self.tokens_sampled
    }

    /// Returns how many tokens were decoded in all, those of judging too.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.tokens_sampled + self.tokens_judging
    }

    /// Returns how many judgements models made.
    #[must_use]
    pub fn judgements(&self) -> u64 {
        self.judgements
    }

    /// Returns a node.
    ///
    /// # Panics
    /// Panics when the handle is of another tree, as indexing a vector does; handles that come
    /// from outside are checked with [`Tree::contains`] first.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.at(id.index())
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        self.nodes.at_mut(id.index())
    }

    /// Returns whether the handle is of this tree.
    #[must_use]
    pub fn contains(&self, id: NodeId) -> bool {
        id.index() < self.nodes.len()
    }

    /// Returns all handles, in order of creation.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// Returns the children of a node, in order.
    #[must_use]
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { tree: self, next: self.node(id).first_child }
    }

    /// Returns the node and its ancestors, from the node up to the root.
    #[must_use]
    pub fn ancestors(&self, id: NodeId) -> Ancestors<'_> {
        Ancestors { tree: self, next: Some(id) }
    }

    /// Returns the path: the nodes from the root to the node.
    #[must_use]
    pub fn path(&self, id: NodeId) -> Vec<NodeId> {
        let mut path: Vec<_> = self.ancestors(id).collect();
        path.reverse();
        path
    }

    /// Returns the node and all below it, parents before children.
    #[must_use]
    pub fn subtree(&self, id: NodeId) -> Subtree<'_> {
        Subtree { tree: self, top: id, next: Some(id) }
    }

    /// Returns the text of the path's steps, without the problem.
    #[must_use]
    pub fn path_text(&self, id: NodeId) -> String {
        self.path(id).into_iter().map(|step| self.node(step).text()).collect()
    }

    /// Returns whether neither the node nor an ancestor is pruned or withdrawn.
    #[must_use]
    pub fn is_live(&self, id: NodeId) -> bool {
        self.ancestors(id).all(|node| !self.node(node).is_pruned())
    }

    /// Returns every node and whether it is live, in order of creation; all of them in one pass.
    pub fn live(&self) -> impl Iterator<Item = (NodeId, bool)> {
        let mut live: Vec<bool> = Vec::with_capacity(self.len());
        // Parents have the lower numbers.
        self.ids().map(move |id| {
            let node = self.node(id);
            let above = node.parent().is_none_or(|above| live[above.index()]);
            live.push(above && !node.is_pruned());
            (id, live[id.index()])
        })
    }

    /// Returns the choices between two nodes, oldest first.
    #[must_use]
    pub fn preferences(&self) -> &[Preference] {
        &self.preferences
    }

    /// Returns whether the node lies in the subtree below `top` (or is `top`).
    #[must_use]
    pub fn is_within(&self, id: NodeId, top: NodeId) -> bool {
        self.ancestors(id).any(|node| node == top)
    }

    /// Returns the statistics of the node's clade (itself and all below it that is not
    /// pruned) under an evaluator. A record never mixes evaluators.
    #[must_use]
    pub fn statistics(&self, id: NodeId, evaluator: &str) -> Statistics {
        self.evaluator_index(evaluator)
            .and_then(|index| self.node(id).records.iter().find(|entry| entry.evaluator == index))
            .map(|entry| entry.clade)
            .unwrap_or_default()
    }

    /// Returns the names of the evaluators whose values were backed up, oldest first.
    #[must_use]
    pub fn evaluators(&self) -> &[String] {
        &self.evaluators
    }

    pub(super) fn evaluator_index(&self, name: &str) -> Option<u16> {
        self.evaluators.iter().position(|known| known == name).and_then(|at| u16::try_from(at).ok())
    }

    /// Returns the newest evaluation of a node by an evaluator.
    #[must_use]
    pub fn evaluation(&self, id: NodeId, evaluator: &str) -> Option<&Evaluation> {
        self.node(id).evaluations().iter().rev().find(|entry| entry.evaluator == evaluator)
    }

    /// Returns the trajectories that are not pruned: nodes where the model ended its turn.
    pub fn trajectories(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.ids().filter(|id| self.node(*id).state() == State::Answered && self.is_live(*id))
    }
}

/// Iterator over children; see [`Tree::children`].
#[derive(Debug, Clone)]
pub struct Children<'tree> {
    tree: &'tree Tree,
    next: Option<NodeId>,
}

impl Iterator for Children<'_> {
    type Item = NodeId;
    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.tree.node(id).next;
        Some(id)
    }
}

/// Iterator from a node up to the root; see [`Tree::ancestors`].
#[derive(Debug, Clone)]
pub struct Ancestors<'tree> {
    tree: &'tree Tree,
    next: Option<NodeId>,
}

impl Iterator for Ancestors<'_> {
    type Item = NodeId;
    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.tree.node(id).parent;
        Some(id)
    }
}

/// Iterator over a subtree in depth-first order; see [`Tree::subtree`].
#[derive(Debug, Clone)]
pub struct Subtree<'tree> {
    tree: &'tree Tree,
    top: NodeId,
    next: Option<NodeId>,
}

impl Iterator for Subtree<'_> {
    type Item = NodeId;
    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        let mut at = id;
        self.next = self.tree.node(id).first_child;
        while self.next.is_none() && at != self.top {
            let node = self.tree.node(at);
            self.next = node.next;
            let Some(parent) = node.parent else { break };
            at = parent;
        }
        Some(id)
    }
}
