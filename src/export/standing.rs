//! Whether a trajectory is good or bad, and who says so.
//!
//! A person's word stands above a verifier's, a verifier's above a vote. What rests on a vote
//! alone is a pseudo-label, and nobody gets one without asking for it.

use serde::Serialize;

use crate::aggregate;
use crate::evaluate::{Rating, verify};
use crate::reasoning::classify;
use crate::tree::{Label, NodeId, Source, Tree};

/// A verdict on a trajectory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Whether it is good.
    pub good: bool,
    /// Who says so.
    pub basis: Basis,
}

/// Who says that a trajectory is good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A person, by a label.
    Person,
    /// A verifier that checked the answer.
    Verifier,
    /// The other trajectories of the tree, by the answer that most of them reach.
    Vote,
    /// The model that made it, by its rating of each step.
    Rating,
}

impl Basis {
    /// Returns the word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Verifier => "verifier",
            Self::Vote => "vote",
            Self::Rating => "rating",
        }
    }
}

impl Standing {
    /// Returns what a person or a verifier says of the path to a node, votes left out.
    ///
    /// A path with a step that a person called bad is bad; one whose last step a person called
    /// good is good. A splice that nobody judged stands as the trajectory that its end is from.
    #[must_use]
    pub fn of(tree: &Tree, leaf: NodeId) -> Option<Self> {
        Self::of_own(tree, leaf)
            .or_else(|| tree.node(leaf).of().and_then(|of| Self::of_own(tree, of)))
    }

    fn of_own(tree: &Tree, leaf: NodeId) -> Option<Self> {
        let by = |good, basis| Some(Self { good, basis });
        // What comes before a revision signal was bad, and is only read.
        let judged = tree.path(leaf).into_iter().rev();
        let judged = judged.take_while(|id| tree.node(*id).source() != Source::Signal);
        let bad = judged
            .map(|id| tree.node(id))
            .any(|node| node.is_first_error() || node.label() == Some(Label::Bad));
        if bad {
            return by(false, Basis::Person);
        }
        if tree.node(leaf).label() == Some(Label::Good) {
            return by(true, Basis::Person);
        }
        let verdict = tree.evaluation(leaf, verify::NAME)?;
        by(verdict.value > 0.5, Basis::Verifier)
    }
}

/// The answer that most of a tree's trajectories reach, weighted by their ratings.
#[derive(Debug)]
pub struct Vote {
    winner: Option<String>,
}

impl Vote {
    /// Counts the votes of a tree.
    #[must_use]
    pub fn of(tree: &Tree) -> Self {
        let answers = aggregate::answers(tree, Rating::NAME);
        Self { winner: answers.into_iter().next().map(|answer| answer.text) }
    }

    /// Returns the pseudo-label of an answer.
    #[must_use]
    pub fn on(&self, answer: Option<&str>) -> Option<Standing> {
        let (winner, answer) = (self.winner.as_deref()?, answer?);
        Some(Standing { good: classify(winner) == classify(answer), basis: Basis::Vote })
    }
}
