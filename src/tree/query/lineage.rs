//! Predicates about where a node hangs, which all nodes answer together by one pass: a parent
//! always has a lower number than its children.

use crate::tree::{NodeId, Tree};

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
        let mut column: Vec<bool> = Vec::with_capacity(tree.len());
        for id in tree.ids() {
            let parent = tree.node(id).parent();
            let above = parent.is_some_and(|parent| column[parent.index()]);
            column.push(above || self.begins(tree, id, parent));
        }
        column
    }

    /// Whether it holds for a node and all below it because of this very node or its parent.
    fn begins(self, tree: &Tree, id: NodeId, parent: Option<NodeId>) -> bool {
        match self {
            Self::Below(top) => parent == Some(top),
            Self::Pruned => tree.node(id).is_pruned(),
            Self::Downstream => parent.is_some_and(|parent| tree.node(parent).is_first_error()),
            Self::Withdrawn => tree.node(id).is_withdrawn(),
            Self::Above(_) => false,
        }
    }
}
