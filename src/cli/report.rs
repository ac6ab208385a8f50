//! The line that `grow` prints about a problem, read from its session.

use std::path::Path;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::ledger::Ledger;
use crate::aggregate::{self, Answer, Debate, Poll};
use crate::search::Policy;
use crate::session::{self, Header};
use crate::text::{SafeText, pad};
use crate::tree::{Problem, Tree};

/// Columns of an answer in the table.
const ANSWER: usize = 28;

/// A session as it is on disk.
pub struct Grown {
    /// What the session says about itself.
    pub header: Header,
    /// Its tree.
    pub tree: Tree,
    /// What its searches have spent.
    pub ledger: Ledger,
}

impl Grown {
    /// Reads a session.
    ///
    /// # Errors
    /// Returns why it cannot be read.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let log = session::read(path)?;
        let tree = Tree::fold(&log.operations).map_err(|error| {
            let message = format!("{} is damaged: {error}; go back to a backup", path.display());
            Failure::new(Exit::Session, message)
        })?;
        let ledger = Ledger::of(&log.operations, &tree);
        Ok(Self { header: log.header, tree, ledger })
    }

    /// Returns the line of a problem.
    #[must_use]
    pub fn line(&self, problem: &Problem, path: &Path) -> Line {
        let best = believed(&self.tree, &self.ledger).into_iter().next();
        Line {
            id: problem.id.clone(),
            correct: best.as_ref().and_then(|best| best.correct),
            answer: best.map(|best| best.text),
            nodes: self.ledger.nodes,
            tokens: self.ledger.tokens,
            seconds: self.ledger.milliseconds as f64 / 1000.0,
            session: path.display().to_string(),
        }
    }
}

/// Returns the answers of a tree, the most believed first, as the policy that grew it last ranks
/// them.
#[must_use]
pub fn believed(tree: &Tree, ledger: &Ledger) -> Vec<Answer> {
    let last = ledger.policies.last().and_then(|name| Policy::named(name).ok());
    let policy = last.unwrap_or_else(Policy::swe_search);
    let poll = Poll { tree, values: policy.values, vetoes: policy.vetoes };
    // A debate is held only where somebody asks for it, so its verdict goes before.
    let aggregator = tree.verdict().map_or(policy.aggregator, |_| Debate::NAME);
    aggregate::named(aggregator).rank(&poll)
}

/// What became of a problem; the names are relied on from outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    id: String,
    answer: Option<String>,
    correct: Option<bool>,
    nodes: u64,
    tokens: u64,
    seconds: f64,
    session: String,
}

impl Line {
    /// Returns the heading of the table.
    #[must_use]
    pub fn heading(id_columns: usize) -> String {
        let (id, answer) = (pad("id", id_columns), pad("answer", ANSWER));
        format!("{id}  {answer}  correct  nodes   tokens  seconds  session")
    }

    /// Returns the line as a row of the table.
    #[must_use]
    pub fn row(&self, id_columns: usize) -> String {
        let correct = match self.correct {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        format!(
            "{}  {}  {correct:<7}  {:>5}  {:>7}  {:>7.1}  {}",
            pad(&SafeText::line(&self.id), id_columns),
            pad(&SafeText::line(self.answer.as_deref().unwrap_or("-")), ANSWER),
            self.nodes,
            self.tokens,
            self.seconds,
            self.session
        )
    }
}
