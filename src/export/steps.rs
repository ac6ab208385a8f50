//! Paths whose steps are labelled: what process reward models learn from.
//!
//! Responsible for which steps count as labelled and where such a path ends. A step without a
//! label is never guessed at: the path ends before it. It also ends after its first bad step,
//! unless a person labelled beyond it.

use std::collections::BTreeSet;

use super::example::Left;
use super::material::Material;
use super::options::Options;
use super::standing::Basis;
use super::trajectory::{Segment, Trajectory};
use crate::evaluate::Rating;
use crate::tree::{Label, NodeId, State, Tree};

/// A path whose steps are labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// Its steps; each has a label.
    pub segments: Vec<Segment>,
    /// The answer, where the path ends in one.
    pub answer: Option<String>,
    /// Whether that answer is right, where somebody says so.
    pub right: Option<bool>,
    /// Who labelled; of two, the weaker.
    pub basis: Basis,
}

impl Steps {
    /// Returns each step's text, without its line breaks, and whether it is free of error. A
    /// neutral step is.
    pub fn judged(&self) -> impl Iterator<Item = (&str, bool)> {
        self.segments.iter().map(|segment| (segment.text.trim(), segment.label != Some(Label::Bad)))
    }

    /// Returns whether a step is bad.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.first_error().is_some()
    }

    /// Returns the place of the first bad step.
    #[must_use]
    pub fn first_error(&self) -> Option<usize> {
        self.judged().position(|(_, good)| !good)
    }
}

/// Finds the labelled paths of a session, as long as they go, in the order of the tree.
pub fn labelled(material: &Material, options: &Options) -> Vec<Result<Steps, Left>> {
    let walk = Walk::new(&material.tree, options);
    let mut found = Vec::new();
    walk.below(NodeId::ROOT, &mut found);
    found
}

struct Walk<'a> {
    tree: &'a Tree,
    options: &'a Options,
    /// Steps before a first error that a person set: they are good.
    sound: BTreeSet<NodeId>,
}

impl<'a> Walk<'a> {
    fn new(tree: &'a Tree, options: &'a Options) -> Self {
        let errors = tree.ids().filter(|id| tree.node(*id).is_first_error());
        let sound = errors.flat_map(|id| tree.ancestors(id).skip(1)).collect();
        Self { tree, options, sound }
    }

    /// The label of a step and who gave it.
    fn label(&self, id: NodeId) -> Option<(Label, Basis)> {
        let node = self.tree.node(id);
        if node.is_first_error() {
            return Some((Label::Bad, Basis::Person));
        }
        if let Some(label) = node.label() {
            return Some((label, Basis::Person));
        }
        if self.sound.contains(&id) {
            return Some((Label::Good, Basis::Person));
        }
        let threshold = self.options.threshold?;
        let rating = self.tree.evaluation(id, Rating::NAME)?.value;
        Some((if rating >= threshold { Label::Good } else { Label::Bad }, Basis::Rating))
    }

    /// Whether a labelled path goes on to a child.
    fn goes_on(&self, parent: NodeId, child: NodeId) -> bool {
        let node = self.tree.node(child);
        let whole = matches!(node.state(), State::Open | State::Answered);
        let after_error = parent != NodeId::ROOT
            && self.label(parent).is_some_and(|(label, _)| label == Label::Bad);
        let labelled = self.label(child);
        let enough = match labelled {
            Some((_, Basis::Person)) => true,
            Some(_) => !after_error,
            None => false,
        };
        whole && enough && self.tree.is_live(child)
    }

    fn below(&self, top: NodeId, found: &mut Vec<Result<Steps, Left>>) {
        // By hand and not by recursion: a tree may be deeper than the stack.
        let mut waiting = vec![top];
        while let Some(id) = waiting.pop() {
            let children: Vec<_> =
                self.tree.children(id).filter(|child| self.goes_on(id, *child)).collect();
            if children.is_empty() && id != top {
                found.push(self.path(id));
            }
            waiting.extend(children.into_iter().rev());
        }
    }

    fn path(&self, end: NodeId) -> Result<Steps, Left> {
        let path = Trajectory::of(self.tree, end);
        if path.is_spliced() {
            return Err(Left::NeedsMask);
        }
        if path.segments.iter().any(|segment| self.tree.node(segment.node).is_flagged()) {
            return Err(Left::Flagged);
        }
        let mut basis = Basis::Person;
        let mut segments = path.segments;
        for segment in &mut segments {
            if let Some((label, by)) = self.label(segment.node) {
                segment.label = Some(label);
                basis = basis.max(by);
            }
        }
        let right = path.standing.map(|standing| standing.good);
        Ok(Steps { segments, answer: path.answer, right, basis })
    }
}
