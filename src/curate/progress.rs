//! How far the labelling of a tree has come.
//!
//! Responsible for counting, and for following operation by operation, so that a label on a large
//! tree does not count all of it again.

use std::fmt;

use super::proposal::{may_be_labelled, proposal};
use crate::tree::{Body, NodeId, Tree};

/// How far the labelling of a tree has come. Steps that repeat a sibling, still grow or are out of
/// the search are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// Steps with a label.
    pub labelled: usize,
    /// Steps without a label, but with a proposal.
    pub proposed: usize,
    /// Steps with a flag.
    pub flagged: usize,
    /// Steps without a label.
    pub left: usize,
}

impl Progress {
    /// Counts the steps of a tree.
    #[must_use]
    pub fn of(tree: &Tree) -> Self {
        let mut progress = Self::default();
        for (id, is_live) in tree.live() {
            if is_live {
                progress.add(Self::at(tree, id));
            }
        }
        progress
    }

    /// Takes out what some steps count, before an operation changes them.
    pub fn leave(&mut self, tree: &Tree, steps: &[NodeId]) {
        for part in Self::parts(tree, steps) {
            self.labelled -= part.labelled;
            self.proposed -= part.proposed;
            self.flagged -= part.flagged;
            self.left -= part.left;
        }
    }

    /// Puts in what they count after it.
    pub fn join(&mut self, tree: &Tree, steps: &[NodeId]) {
        Self::parts(tree, steps).for_each(|part| self.add(part));
    }

    fn add(&mut self, part: Self) {
        self.labelled += part.labelled;
        self.proposed += part.proposed;
        self.flagged += part.flagged;
        self.left += part.left;
    }

    fn parts<'all>(tree: &'all Tree, steps: &'all [NodeId]) -> impl Iterator<Item = Self> + 'all {
        let counts = |id: &&NodeId| tree.contains(**id) && tree.is_live(**id);
        steps.iter().filter(counts).map(|id| Self::at(tree, *id))
    }

    /// What one live step counts.
    fn at(tree: &Tree, id: NodeId) -> Self {
        if !may_be_labelled(tree, id) {
            return Self::default();
        }
        let node = tree.node(id);
        let open = node.label().is_none();
        Self {
            labelled: usize::from(!open),
            proposed: usize::from(open && proposal(tree, id).is_some()),
            flagged: usize::from(node.is_flagged()),
            left: usize::from(open),
        }
    }
}

/// Returns the steps that count otherwise after an operation, each once; nothing where it may be
/// any, and all are to be counted.
#[must_use]
pub fn concerned(body: &Body) -> Option<Vec<NodeId>> {
    match body {
        Body::NodeFinished { node, .. }
        | Body::Evaluated { node, .. }
        | Body::Labelled { node, .. }
        | Body::Flagged { node, .. } => Some(vec![*node]),
        Body::Together { bodies } => {
            let mut all = Vec::new();
            for body in bodies {
                all.extend(concerned(body)?);
            }
            all.sort_unstable();
            all.dedup();
            Some(all)
        }
        Body::Pruned { .. }
        | Body::Restored { .. }
        | Body::Undone { .. }
        | Body::Redone { .. }
        | Body::Edited { .. }
        | Body::Spliced { .. } => None,
        _ => Some(Vec::new()),
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { labelled, proposed, flagged, left } = self;
        write!(
            formatter,
            "{labelled} labelled, {proposed} proposed, {flagged} flagged, {left} left"
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::proposal::tests::step;
    use super::*;
    use crate::tree::sample::{Grower, random_session};
    use crate::tree::{Actor, Label};

    #[test]
    fn progress_counts_what_can_be_labelled() {
        let mut grower = Grower::new("p");
        let one = step(&mut grower, NodeId::ROOT, "a\n", 0.9);
        let two = step(&mut grower, one, "b\n", 0.9);
        grower.add(two, "c\n");
        let out = step(&mut grower, NodeId::ROOT, "d\n", 0.1);
        step(&mut grower, out, "e\n", 0.1);
        grower.act(Actor::Person, Body::Pruned { node: out });
        grower.act(Actor::Person, Body::Labelled { node: one, label: Some(Label::Good) });
        grower.act(Actor::Person, Body::Flagged { node: two, flagged: true });
        let progress = Progress::of(&grower.tree);
        assert_eq!(progress.to_string(), "1 labelled, 1 proposed, 1 flagged, 2 left");
    }

    #[test]
    fn a_judgement_makes_a_proposal() {
        let mut grower = Grower::new("p");
        let node = grower.add(NodeId::ROOT, "a\n");
        let mut progress = Progress::of(&grower.tree);
        progress.leave(&grower.tree, &[node]);
        grower.judge(node, "rating", 0.9);
        progress.join(&grower.tree, &[node]);
        assert_eq!(progress, Progress::of(&grower.tree));
        assert_eq!(progress.proposed, 1);
    }

    proptest! {
        #[test]
        fn following_comes_to_what_counting_does(seed in any::<u64>(), steps in 1usize..150) {
            let (_, log) = random_session(seed, steps);
            let mut tree = Tree::default();
            let mut progress = Progress::default();
            for operation in &log {
                let concerned = concerned(&operation.body);
                progress.leave(&tree, concerned.as_deref().unwrap_or_default());
                tree.apply(operation).unwrap();
                match concerned {
                    Some(steps) => progress.join(&tree, &steps),
                    None => progress = Progress::of(&tree),
                }
                prop_assert_eq!(progress, Progress::of(&tree), "{:?}", operation.body);
            }
        }
    }
}
