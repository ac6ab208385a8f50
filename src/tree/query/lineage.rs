//! Predicates about where a node hangs, which all nodes answer together by one pass: a parent
//! always has a lower number than its children.

use crate::tree::{Node, NodeId, Tree};

/// A predicate that a node inherits from above or passes up from below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lineage {
    /// Somewhere below the node.
    Below(NodeId),
    /// On the path to the node, the node itself excluded.
    Above(NodeId),
    /// Out of the search: pruned, or below something pruned.
    Pruned,
    /// Below a first error.
    Downstream,
    /// Without a row, since the edit or splice that made it, or something above it, was undone.
    Withdrawn,
}

impl Lineage {
    /// Returns for every node whether it holds.
    pub(super) fn column(self, tree: &Tree) -> Vec<bool> {
        if let Self::Above(end) = self {
            let mut column = vec![false; tree.len()];
            if tree.contains(end) {
                tree.ancestors(end).skip(1).for_each(|at| column[at.index()] = true);
            }
            return column;
        }
        let (mut inherited, mut passed_on) = (Vec::new(), Vec::new());
        for id in tree.ids() {
            let node = tree.node(id);
            let above = node.parent().is_some_and(|parent| passed_on[parent.index()]);
            inherited.push(above);
            passed_on.push(above || self.begins_at(id, node));
        }
        match self {
            Self::Pruned | Self::Withdrawn => passed_on,
            Self::Below(_) | Self::Above(_) | Self::Downstream => inherited,
        }
    }

    /// Whether it holds below a node because of this very node.
    fn begins_at(self, id: NodeId, node: &Node) -> bool {
        match self {
            Self::Below(top) => id == top,
            Self::Pruned => node.is_pruned(),
            Self::Downstream => node.is_first_error(),
            Self::Withdrawn => node.is_withdrawn(),
            Self::Above(_) => false,
        }
    }
}
