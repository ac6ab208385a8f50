//! Trajectories: what there is to train on, before any format.
//!
//! Responsible for cutting a path into segments that are trained on or masked. Not responsible
//! for which trajectories are good (`standing.rs`) or for how a trainer wants them written.
//!
//! Invariants: the segments together are the text of the path; of a splice, everything up to
//! the last revision signal is masked, and the signal and all after it is trained on.

use std::collections::BTreeSet;

use super::standing::Standing;
use crate::evaluate::Rating;
use crate::tree::{Label, NodeId, Source, Tree};

/// One step of a trajectory, or the revision signal of a splice.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The node that it is the text of.
    pub node: NodeId,
    /// The text.
    pub text: String,
    /// The tokens as they were sampled; none of a text that a person wrote.
    pub tokens: Vec<i32>,
    /// Whether a trainer learns it; else it is only read.
    pub trained: bool,
    /// Where the text comes from.
    pub source: Source,
    /// A person's verdict on the step.
    pub label: Option<Label>,
    /// The model's own rating of the step, in `[0, 1]`.
    pub rating: Option<f64>,
}

/// A path that ends in an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// Its last node.
    pub leaf: NodeId,
    /// Its steps, in order.
    pub segments: Vec<Segment>,
    /// The answer that it ends in.
    pub answer: Option<String>,
    /// Whether it is good or bad, and who says so.
    pub standing: Option<Standing>,
}

impl Trajectory {
    /// Cuts the path to a node into segments.
    #[must_use]
    pub fn of(tree: &Tree, leaf: NodeId) -> Self {
        let path: Vec<_> = tree.path(leaf).into_iter().skip(1).collect();
        let signal = path.iter().rposition(|id| tree.node(*id).source() == Source::Signal);
        let mut segments: Vec<_> = path
            .iter()
            .enumerate()
            .map(|(index, id)| segment(tree, *id, signal.is_none_or(|signal| index >= signal)))
            .collect();
        if let Some(last) = segments.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        let answer = tree.node(leaf).answer().map(str::to_owned);
        Self { leaf, segments, answer, standing: Standing::of(tree, leaf) }
    }

    /// Returns the whole text.
    #[must_use]
    pub fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.as_str()).collect()
    }

    /// Returns the text that is only read, and the text that is learnt.
    #[must_use]
    pub fn parts(&self) -> (String, String) {
        let part = |trained: bool| {
            let of_part = self.segments.iter().filter(|segment| segment.trained == trained);
            of_part.map(|segment| segment.text.as_str()).collect::<String>()
        };
        (part(false), part(true))
    }

    /// Returns whether it is a splice: part of it is masked.
    #[must_use]
    pub fn is_spliced(&self) -> bool {
        self.signal().is_some()
    }

    /// Returns the place of the revision signal that is trained on.
    #[must_use]
    pub fn signal(&self) -> Option<usize> {
        self.segments.iter().rposition(|segment| segment.source == Source::Signal)
    }

    /// Returns the nodes of its segments.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        self.segments.iter().map(|segment| segment.node).collect()
    }

    /// Returns the model's rating of its last step.
    #[must_use]
    pub fn rating(&self) -> Option<f64> {
        self.segments.last().and_then(|segment| segment.rating)
    }

    /// Returns how many steps at the beginning another trajectory shares with it, by node.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> usize {
        let both = self.segments.iter().zip(&other.segments);
        both.take_while(|(mine, other)| mine.node == other.node).count()
    }
}

fn segment(tree: &Tree, id: NodeId, trained: bool) -> Segment {
    let node = tree.node(id);
    // A spliced step repeats the text of the node that it was taken from, so it has its tokens.
    let sampled = match node.of() {
        Some(of) if node.token_ids().len() == 0 && tree.node(of).text() == node.text() => of,
        _ => id,
    };
    Segment {
        node: id,
        text: node.text().to_owned(),
        tokens: tree.node(sampled).token_ids().collect(),
        trained,
        source: node.source(),
        label: node.label(),
        rating: tree.evaluation(id, Rating::NAME).map(|evaluation| evaluation.value),
    }
}

/// Returns all trajectories of a tree that are not pruned, each text once, splices too.
#[must_use]
pub fn trajectories(tree: &Tree) -> Vec<Trajectory> {
    let mut seen = BTreeSet::new();
    let all = tree.trajectories().map(|leaf| Trajectory::of(tree, leaf));
    all.filter(|trajectory| seen.insert(trajectory.parts())).collect()
}
