//! A growing list of nodes, of which a copy costs next to nothing.
//!
//! Nodes lie in blocks that copies share until one of them changes a node of the block, and the nodes
//! of a block are shared in the same way. So a query or a comparison can be handed a copy of the
//! whole tree, and a recording can keep many: a change costs a copy of one node and of the handles
//! of a block.

use std::sync::Arc;

use super::node::Node;

/// Nodes a block.
const BLOCK: usize = 64;

/// The nodes of a tree, in order of creation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Nodes {
    /// All but the last are full.
    blocks: Vec<Arc<Vec<Arc<Node>>>>,
    length: usize,
}

impl Nodes {
    pub fn len(&self) -> usize {
        self.length
    }

    /// Returns a node.
    ///
    /// # Panics
    /// Panics if there are not so many, as indexing a vector does.
    pub fn at(&self, index: usize) -> &Node {
        &self.blocks[index / BLOCK][index % BLOCK]
    }

    /// The same, to change it.
    ///
    /// # Panics
    /// Panics if there are not so many.
    pub fn at_mut(&mut self, index: usize) -> &mut Node {
        Arc::make_mut(&mut Arc::make_mut(&mut self.blocks[index / BLOCK])[index % BLOCK])
    }

    pub fn push(&mut self, node: Node) {
        let node = Arc::new(node);
        match self.blocks.last_mut() {
            Some(last) if last.len() < BLOCK => Arc::make_mut(last).push(node),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(node);
                self.blocks.push(Arc::new(block));
            }
        }
        self.length += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_shares_blocks_until_one_of_them_is_changed() {
        let mut nodes = Nodes::default();
        for depth in 0..200 {
            nodes.push(Node::new(None, depth, None));
        }
        let copy = nodes.clone();
        nodes.at_mut(70).depth = 9;
        nodes.push(Node::new(None, 7, None));
        assert_eq!((nodes.len(), copy.len()), (201, 200));
        assert_eq!((nodes.at(70).depth, copy.at(70).depth), (9, 70));
        assert_eq!((nodes.at(71).depth, nodes.at(200).depth), (71, 7));
        let shared = |at: usize| std::ptr::eq(nodes.at(at), copy.at(at));
        assert!(!shared(70));
        assert_eq!([0, 63, 64, 127, 128, 192].map(shared), [true, true, true, true, true, true]);
    }
}
