//! A choice: what the search does next, and why.

use crate::tree::NodeId;

/// What is done at a chosen node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It gets new children, as many as the policy's branches.
    Expand,
    /// It is run on to an answer, so often.
    RollOut(u32),
}

/// A chosen node with the terms of its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The node.
    pub node: NodeId,
    /// What is done there.
    pub action: Action,
    /// The terms, in order; their sum is the score.
    pub terms: Vec<Term>,
}

/// One term of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// What it is called.
    pub name: &'static str,
    /// What it adds.
    pub value: f64,
}

/// Makes a term.
#[must_use]
pub(super) fn term(name: &'static str, value: f64) -> Term {
    Term { name, value }
}

/// The sum of terms: the score.
#[must_use]
pub(super) fn sum(terms: &[Term]) -> f64 {
    terms.iter().map(|term| term.value).sum()
}

impl Choice {
    /// Chooses a node to expand.
    #[must_use]
    pub fn expand(node: NodeId, terms: Vec<Term>) -> Self {
        Self { node, action: Action::Expand, terms }
    }

    /// Returns the score: the sum of the terms.
    #[must_use]
    pub fn score(&self) -> f64 {
        sum(&self.terms)
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.terms.iter().any(|term| term.value.is_infinite()) {
            return formatter.write_str("never judged");
        }
        // What rounds to nothing says nothing.
        let shown = self.terms.iter().filter(|term| term.value.abs() >= 0.005);
        for (index, term) in shown.enumerate() {
            let sign = match (index, term.value < 0.0) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            };
            write!(formatter, "{sign}{} {:.2}", term.name, term.value.abs())?;
        }
        Ok(())
    }
}
