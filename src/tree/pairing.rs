//! Two trees of one problem beside each other: which node of one is which of the other.
//!
//! Responsible for pairing nodes and for their order. Not responsible for what is said of them.
//!
//! Invariant: every node that is neither a duplicate nor withdrawn stands in exactly one pair, and its
//! parent in an earlier one.

use std::collections::HashMap;

use super::arena::Tree;
use super::node::{NodeId, State};

/// A step that one of two trees has, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The step in the left tree, if it is there.
    pub left: Option<NodeId>,
    /// The step in the right tree, if it is there.
    pub right: Option<NodeId>,
}

/// What makes two children of a pair the same step.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Likeness<'tree> {
    Node(NodeId),
    Text(&'tree str),
}

/// Pairs the nodes of two trees, parents before children. Moments of one session are paired by
/// their nodes, other trees by what the steps say; what is only in the right tree comes after its
/// siblings.
#[must_use]
pub fn pairs(left: &Tree, right: &Tree, of_one_session: bool) -> Vec<Pair> {
    let root = Some(NodeId::ROOT);
    let mut waiting = vec![Pair { left: root, right: root }];
    let mut pairs = Vec::with_capacity(left.len().max(right.len()));
    while let Some(pair) = waiting.pop() {
        pairs.push(pair);
        let from = waiting.len();
        below(left, right, pair, of_one_session, &mut waiting);
        waiting[from..].reverse();
    }
    pairs
}

/// Adds the pairs of a pair's children, in order.
fn below(left: &Tree, right: &Tree, pair: Pair, of_one_session: bool, found: &mut Vec<Pair>) {
    let mut places: HashMap<Likeness<'_>, usize> = HashMap::new();
    for id in shown(left, pair.left) {
        // Of steps that say the same, the first is meant.
        places.entry(likeness(left, id, of_one_session)).or_insert(found.len());
        found.push(Pair { left: Some(id), right: None });
    }
    for id in shown(right, pair.right) {
        match places.get(&likeness(right, id, of_one_session)) {
            Some(at) if found[*at].right.is_none() => found[*at].right = Some(id),
            _ => found.push(Pair { left: None, right: Some(id) }),
        }
    }
}

fn likeness(tree: &Tree, id: NodeId, of_one_session: bool) -> Likeness<'_> {
    if of_one_session { Likeness::Node(id) } else { Likeness::Text(tree.node(id).text().trim()) }
}

/// The children that have a row.
fn shown(tree: &Tree, parent: Option<NodeId>) -> impl Iterator<Item = NodeId> {
    let children = parent.into_iter().flat_map(|parent| tree.children(parent));
    children.filter(|id| {
        let node = tree.node(*id);
        node.state() != State::Duplicate && !node.is_withdrawn()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tree::sample::{Grower, random_session};

    #[test]
    fn moments_of_one_session_are_paired_by_node() {
        let (end, log) = random_session(3, 400);
        for at in [0, 1, 50, 200, log.len()] {
            let then = Tree::fold(&log[..at]).unwrap();
            for pair in pairs(&then, &end, true) {
                match pair {
                    Pair { left: Some(left), right: Some(right) } => assert_eq!(left, right),
                    // A step of then is gone only if it was withdrawn or found to repeat another.
                    Pair { left: Some(left), right: None } => {
                        let node = end.node(left);
                        assert!(node.is_withdrawn() || node.state() == State::Duplicate);
                    }
                    Pair { left, right } => assert!(left.is_none() && right.is_some()),
                }
            }
        }
    }

    #[test]
    fn every_node_with_a_row_stands_in_one_pair_below_its_parent() {
        let (one, _) = random_session(5, 300);
        let (other, _) = random_session(6, 300);
        let found = pairs(&one, &other, false);
        for (tree, side) in [(&one, 0), (&other, 1)] {
            let side = |pair: &Pair| [pair.left, pair.right][side];
            let mut seen = BTreeSet::new();
            for id in found.iter().filter_map(side) {
                assert!(seen.insert(id), "{id} twice");
                assert!(tree.node(id).parent().is_none_or(|parent| seen.contains(&parent)));
            }
            let rows = tree.ids().filter(|id| {
                tree.ancestors(*id).all(|at| {
                    let node = tree.node(at);
                    node.state() != State::Duplicate && !node.is_withdrawn()
                })
            });
            assert_eq!(seen, rows.collect());
        }
    }

    #[test]
    fn other_trees_are_paired_by_what_the_steps_say() {
        let grow = |texts: &[&str]| {
            let mut grower = Grower::new("p");
            let nodes = texts.iter().map(|text| grower.sprout(NodeId::ROOT, text));
            let nodes: Vec<NodeId> = nodes.collect();
            (grower.tree, nodes)
        };
        let (one, left) = grow(&["a\n", "b\n", "b\n"]);
        let (other, right) = grow(&["c\n", "b", "a\n"]);
        let both = |left, right| Pair { left: Some(left), right: Some(right) };
        let expected = [
            both(NodeId::ROOT, NodeId::ROOT),
            both(left[0], right[2]),
            both(left[1], right[1]),
            Pair { left: Some(left[2]), right: None },
            Pair { left: None, right: Some(right[0]) },
        ];
        assert_eq!(pairs(&one, &other, false), expected);
    }
}
