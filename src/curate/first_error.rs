//! The first error of a path: proposed by the model's own judgements, set by a person.
//!
//! The walk is Agent-R's: from the first step on, good and uncertain steps are passed, and the
//! first bad one is the cut; it stays the last step of the bad prefix.

use super::proposal::{may_be_labelled, outcome, proposal};
use crate::tree::{Body, Label, NodeId, Tree};

/// Returns the first step of a path, from a position on, that is judged bad.
#[must_use]
pub fn propose(tree: &Tree, path: &[NodeId], from: usize) -> Option<NodeId> {
    let steps = path.iter().skip(from.max(1));
    steps.copied().find(|id| proposal(tree, *id) == Some(Label::Bad))
}

/// Returns the first error that a person set on a path.
#[must_use]
pub fn set_on(tree: &Tree, path: &[NodeId]) -> Option<NodeId> {
    path.iter().copied().find(|id| tree.node(*id).is_first_error())
}

/// Returns the changes that make a step the first error of the paths through it: it becomes bad,
/// unlabelled steps before it become good, and another first error before it is none any more.
/// What follows stays as it is: it is downstream.
#[must_use]
pub fn mark(tree: &Tree, node: NodeId) -> Vec<Body> {
    let path = tree.path(node);
    let mut bodies = Vec::new();
    for id in path.into_iter().skip(1) {
        let step = tree.node(id);
        if id != node && step.is_first_error() {
            bodies.push(Body::FirstErrorSet { node: id, error: false });
        }
        let label = if id == node { Label::Bad } else { Label::Good };
        let open = step.label().is_none() && may_be_labelled(tree, id);
        if (id == node && step.label() != Some(label)) || (id != node && open) {
            bodies.push(Body::Labelled { node: id, label: Some(label) });
        }
    }
    if !tree.node(node).is_first_error() {
        bodies.push(Body::FirstErrorSet { node, error: true });
    }
    bodies
}

/// Where the model and a person see the first error of a wrong trajectory, by step number; a
/// model that sees none points behind the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The end of the trajectory.
    pub trajectory: NodeId,
    /// The step that the person set.
    pub person: u32,
    /// The step that the model proposes.
    pub model: u32,
}

/// Returns the trajectories with a first error that a person set, and what the model would have
/// proposed for them.
#[must_use]
pub fn differences(tree: &Tree) -> Vec<Difference> {
    let of = |trajectory| {
        let path = tree.path(trajectory);
        let depth = |id: NodeId| tree.node(id).depth();
        let person = depth(set_on(tree, &path)?);
        let model = propose(tree, &path, 1).map_or(depth(trajectory) + 1, depth);
        Some(Difference { trajectory, person, model })
    };
    tree.trajectories().filter_map(of).collect()
}

/// A wrong trajectory with the first error that the model proposes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Proposed {
    /// The end of the trajectory.
    pub trajectory: NodeId,
    /// The step that is proposed; nothing if no step was judged bad.
    pub step: Option<NodeId>,
    /// Its number on the path.
    pub number: Option<u32>,
}

/// Returns what the model proposes for every trajectory that is known to be wrong.
#[must_use]
pub fn proposals(tree: &Tree) -> Vec<Proposed> {
    let wrong = |id: &NodeId| outcome(tree, *id) == Some(false);
    let of = |trajectory| {
        let step = propose(tree, &tree.path(trajectory), 1);
        Proposed { trajectory, step, number: step.map(|id| tree.node(id).depth()) }
    };
    tree.trajectories().filter(wrong).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::marks::together;
    use super::super::proposal::tests::{answer, step};
    use super::*;
    use crate::tree::Actor;
    use crate::tree::sample::Grower;

    #[test]
    fn uncertain_steps_are_passed_and_the_first_bad_one_is_the_cut() {
        let mut grower = Grower::new("p");
        let one = step(&mut grower, NodeId::ROOT, "a\n", 0.9);
        let two = step(&mut grower, one, "b\n", 0.5);
        let three = step(&mut grower, two, "c\n", 0.2);
        let end = answer(&mut grower, three, "25", 0.1, false);
        let path = grower.tree.path(end);
        assert_eq!(propose(&grower.tree, &path, 1), Some(three));
        assert_eq!(propose(&grower.tree, &path, 4), Some(end));
        assert_eq!(propose(&grower.tree, &path[..3], 1), None);
        let proposed = proposals(&grower.tree);
        assert_eq!((proposed[0].trajectory, proposed[0].number), (end, Some(3)));
    }

    #[test]
    fn setting_it_labels_what_is_before_and_takes_an_earlier_one_back() {
        let mut grower = Grower::new("p");
        let one = step(&mut grower, NodeId::ROOT, "a\n", 0.9);
        let two = step(&mut grower, one, "b\n", 0.9);
        let end = answer(&mut grower, two, "25", 0.9, false);
        let body = together(mark(&grower.tree, two)).unwrap();
        grower.act(Actor::Person, body);
        let labels = |grower: &Grower| {
            [one, two, end].map(|id| grower.tree.node(id).label().map(Label::name))
        };
        assert_eq!(labels(&grower), [Some("good"), Some("bad"), None]);
        assert_eq!(
            differences(&grower.tree),
            [Difference { trajectory: end, person: 2, model: 3 }],
            "the model sees only the wrong answer"
        );
        let body = together(mark(&grower.tree, end)).unwrap();
        grower.act(Actor::Person, body);
        assert_eq!(set_on(&grower.tree, &grower.tree.path(end)), Some(end));
        assert!(!grower.tree.node(two).is_first_error());
        assert_eq!(labels(&grower), [Some("good"), Some("bad"), Some("bad")]);
        assert_eq!(mark(&grower.tree, end), []);
    }
}
