//! Trees while they are brought in: every importer plants into a forest, and only through it.
//!
//! Responsible for turning what an importer says into operations that fit (each is applied as it is
//! made), for the bounds on counts and sizes, for notes, and for the report of what was kept and
//! dropped. Not responsible for any format.
//!
//! Invariant: the operations of a tree, folded anew, give that tree.

use std::collections::BTreeMap;

use super::error::Error;
use super::report::Report;
use crate::tree::{
    Actor, Body, Evaluation, EvaluatorKind, Finish, Label, NodeId, Operation, Origin, Problem,
    Sampling, State, Tree,
};

/// The most that one import takes.
const MOST_TREES: usize = 100_000;
const MOST_NODES: usize = 2_000_000;
const MOST_OPERATIONS: usize = 20_000_000;
const MOST_TEXT: usize = 1 << 30;
/// The deepest path; every change below it costs its length.
const DEEPEST: u32 = 4096;
/// The longest note on a node, in bytes.
const LONGEST_NOTE: usize = 16 << 10;
/// The most back-ups that stand for the visits of one node.
const MOST_VISITS: f64 = 1000.0;

/// A tree that was brought in.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The operations.
    pub operations: Vec<Operation>,
    /// Their fold.
    pub tree: Tree,
}

/// The trees of a file, growing.
pub(super) struct Forest {
    format: &'static str,
    together: bool,
    now: u64,
    trees: Vec<Imported>,
    tree: Tree,
    operations: Vec<Operation>,
    notes: BTreeMap<NodeId, String>,
    nodes: usize,
    total_operations: usize,
    text: usize,
    report: Report,
}

/// A judgement on a scale of its own.
pub(super) struct Score<'a> {
    /// Who judged.
    pub evaluator: &'a str,
    /// The judgement.
    pub raw: f64,
    /// The least and the most that the scale has.
    pub range: (f64, f64),
    /// The scale in words.
    pub scale: &'a str,
    /// Why, in words.
    pub explanation: &'a str,
    /// What kind of judge it was.
    pub kind: EvaluatorKind,
}

impl Forest {
    /// Makes a forest for a format; `together` puts all trees below one root.
    pub(super) fn new(format: &'static str, together: bool, now: u64) -> Self {
        Self {
            format,
            together,
            now,
            trees: Vec::new(),
            tree: Tree::default(),
            operations: Vec::new(),
            notes: BTreeMap::new(),
            nodes: 0,
            total_operations: 0,
            text: 0,
            report: Report::new(format),
        }
    }

    /// Begins a tree and returns the node that stands for its problem.
    pub(super) fn plant(&mut self, problem: Problem) -> Result<NodeId, Error> {
        self.report.trees += 1;
        if self.report.trees > MOST_TREES {
            return Err(Error::TooMuch { what: "trees", most: MOST_TREES });
        }
        self.count_text(&problem.text)?;
        if !self.together {
            self.close()?;
            self.act(Body::ProblemSet { problem })?;
            return Ok(NodeId::ROOT);
        }
        if self.tree.problem().is_none() {
            let text = format!("Trees brought in from {}.", self.format);
            self.act(Body::ProblemSet { problem: Problem { text, ..Problem::default() } })?;
        }
        let text = format!("{}\n", problem.text.trim_end());
        let top = self.step(NodeId::ROOT, &text, false, None)?;
        // It stands for a problem, as the root of a tree alone does.
        self.report.nodes -= 1;
        Ok(top)
    }

    /// Adds a step. `ends` says that the path ends in it.
    pub(super) fn step(
        &mut self,
        parent: NodeId,
        text: &str,
        ends: bool,
        answer: Option<&str>,
    ) -> Result<NodeId, Error> {
        let finish = if ends { Finish::EndOfTurn } else { Finish::Step };
        self.add(parent, text, finish, answer)
    }

    /// Adds a step that stands on lines of its own: a line end is added if it has none.
    pub(super) fn line(
        &mut self,
        parent: NodeId,
        text: &str,
        ends: bool,
        answer: Option<&str>,
    ) -> Result<NodeId, Error> {
        if text.ends_with('\n') {
            return self.step(parent, text, ends, answer);
        }
        self.step(parent, &format!("{text}\n"), ends, answer)
    }

    /// Adds a step that repeats an earlier sibling.
    pub(super) fn repeat(&mut self, parent: NodeId, of: NodeId) -> Result<NodeId, Error> {
        let text = self.tree.node(of).text().to_owned();
        self.add(parent, &text, Finish::Duplicate { of }, None)
    }

    fn add(
        &mut self,
        parent: NodeId,
        text: &str,
        finish: Finish,
        answer: Option<&str>,
    ) -> Result<NodeId, Error> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(Error::TooMuch { what: "nodes", most: MOST_NODES });
        }
        if self.tree.node(parent).depth() >= DEEPEST {
            return Err(Error::TooMuch { what: "steps in one path", most: DEEPEST as usize });
        }
        if self.tree.node(parent).state() != State::Open {
            return Err(self.shape(&format!("a step follows {parent}, which ends its path")));
        }
        self.count_text(text)?;
        let node = NodeId(u32::try_from(self.tree.len()).unwrap_or(u32::MAX));
        let sampling = Sampling { temperature: 0.0, ..Sampling::default() };
        let origin = Origin { proposer: self.format.into(), seed: 0, sampling };
        self.act(Body::NodeAdded { node, parent, origin })?;
        if !text.is_empty() {
            self.act(Body::TextAppended { node, text: text.to_owned() })?;
        }
        let answer = answer.map(str::to_owned);
        self.act(Body::NodeFinished { node, finish, answer })?;
        self.report.nodes += 1;
        Ok(node)
    }

    /// Records a judgement; one that is no number is dropped.
    pub(super) fn evaluate(&mut self, node: NodeId, score: &Score) -> Result<(), Error> {
        let (low, high) = score.range;
        let value = ((score.raw - low) / (high - low)).clamp(0.0, 1.0);
        if !value.is_finite() || !score.raw.is_finite() {
            self.drop("scores that are no number");
            return Ok(());
        }
        if score.raw < low || score.raw > high {
            self.keep("scores beyond their scale, counted as its end");
        }
        let evaluation = Evaluation {
            evaluator: score.evaluator.into(),
            value,
            raw: score.raw,
            scale: score.scale.into(),
            mass: None,
            explanation: score.explanation.to_owned(),
            kind: score.kind,
            calls: 0,
            tokens: 0,
        };
        self.report.evaluations += 1;
        self.count_text(score.explanation)?;
        self.act(Body::Evaluated { node, evaluation })
    }

    /// Backs a value up, as the search that wrote the file did.
    pub(super) fn back_up(
        &mut self,
        node: NodeId,
        evaluator: &str,
        value: f64,
    ) -> Result<(), Error> {
        let value = value.clamp(0.0, 1.0);
        self.act(Body::BackedUp { node, evaluator: evaluator.into(), value })
    }

    /// Backs up so many visits of a node with their mean; beyond a thousand they keep the mean only.
    pub(super) fn visits(
        &mut self,
        node: NodeId,
        evaluator: &str,
        visits: f64,
        mean: f64,
    ) -> Result<(), Error> {
        if !(visits >= 1.0 && mean.is_finite()) {
            return Ok(());
        }
        if visits > MOST_VISITS {
            self.keep("visits beyond 1000 of a node, which count as 1000");
        }
        let mut left = visits.min(MOST_VISITS).floor();
        while left >= 1.0 {
            self.back_up(node, evaluator, mean)?;
            left -= 1.0;
        }
        Ok(())
    }

    /// Records that the search chose a node.
    pub(super) fn chosen(&mut self, node: NodeId, reason: &str) -> Result<(), Error> {
        self.act(Body::SearchStepped { node, reason: reason.to_owned() })
    }

    /// Records a person's verdict on a step.
    pub(super) fn label(&mut self, node: NodeId, label: Label) -> Result<(), Error> {
        self.keep("labels");
        self.act(Body::Labelled { node, label: Some(label) })
    }

    /// Records that a step is the first bad one.
    pub(super) fn first_error(&mut self, node: NodeId) -> Result<(), Error> {
        if self.tree.node(node).is_first_error() {
            return Ok(());
        }
        self.keep("first errors");
        self.act(Body::FirstErrorSet { node, error: true })
    }

    /// Flags a step.
    pub(super) fn flag(&mut self, node: NodeId) -> Result<(), Error> {
        if self.tree.node(node).is_flagged() {
            return Ok(());
        }
        self.keep("flags");
        self.act(Body::Flagged { node, flagged: true })
    }

    /// Tags a step.
    pub(super) fn tag(&mut self, node: NodeId, tag: &str) -> Result<(), Error> {
        let tag = tag.trim();
        if tag.is_empty() || self.tree.node(node).tags().iter().any(|known| known == tag) {
            return Ok(());
        }
        self.keep("tags");
        self.act(Body::Tagged { node, tag: tag.to_owned(), set: true })
    }

    /// Prunes a step.
    pub(super) fn prune(&mut self, node: NodeId) -> Result<(), Error> {
        if node == NodeId::ROOT || self.tree.node(node).is_pruned() {
            return Ok(());
        }
        self.keep("pruned steps");
        self.act(Body::Pruned { node })
    }

    /// Records a preference.
    pub(super) fn prefer(&mut self, winner: NodeId, loser: NodeId) -> Result<(), Error> {
        self.keep("preferences");
        self.act(Body::Preferred { winner, loser, blind: false })
    }

    /// Adds a line to the note of a node; what is too long for a note is dropped.
    pub(super) fn note(&mut self, node: NodeId, line: &str) {
        let written = self.notes.entry(node).or_default();
        if line.trim().is_empty() {
            return;
        }
        if written.len() + line.len() > LONGEST_NOTE {
            self.report.drop("lines of notes beyond 16 KiB a node", 1);
            return;
        }
        if !written.is_empty() {
            written.push('\n');
        }
        written.push_str(line.trim());
        self.report.keep("lines of notes", 1);
    }

    /// Returns the tree so far.
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Counts something that was kept.
    pub(super) fn keep(&mut self, what: &'static str) {
        self.report.keep(what, 1);
    }

    /// Counts something that was dropped.
    pub(super) fn drop(&mut self, what: &'static str) {
        self.report.drop(what, 1);
    }

    /// Makes the error of a record that does not fit.
    pub(super) fn shape(&self, why: &str) -> Error {
        Error::Shape { format: self.format, why: why.to_owned() }
    }

    /// Takes in operations as they stand: those of this program's own log.
    pub(super) fn take(&mut self, operation: Operation) -> Result<(), Error> {
        if operation.sequence == 1 {
            self.close()?;
            self.report.trees += 1;
        }
        self.count_operation()?;
        if matches!(operation.body, Body::NodeAdded { .. }) {
            self.nodes += 1;
            self.report.nodes += 1;
        }
        self.report.evaluations += usize::from(matches!(operation.body, Body::Evaluated { .. }));
        self.tree.apply(&operation).map_err(|error| self.shape(&error.to_string()))?;
        self.operations.push(operation);
        Ok(())
    }

    /// Ends the last tree and returns all of them.
    pub(super) fn finish(mut self) -> Result<(Vec<Imported>, Report), Error> {
        self.close()?;
        Ok((self.trees, self.report))
    }

    fn close(&mut self) -> Result<(), Error> {
        for (node, note) in std::mem::take(&mut self.notes) {
            if !note.is_empty() {
                self.act(Body::Noted { node, note })?;
            }
        }
        if self.operations.is_empty() {
            return Ok(());
        }
        let tree = std::mem::take(&mut self.tree);
        let operations = std::mem::take(&mut self.operations);
        self.trees.push(Imported { operations, tree });
        Ok(())
    }

    fn count_text(&mut self, text: &str) -> Result<(), Error> {
        self.text += text.len();
        if self.text > MOST_TEXT {
            return Err(Error::TooMuch { what: "bytes of text", most: MOST_TEXT });
        }
        Ok(())
    }

    fn count_operation(&mut self) -> Result<(), Error> {
        self.total_operations += 1;
        if self.total_operations > MOST_OPERATIONS {
            return Err(Error::TooMuch { what: "operations", most: MOST_OPERATIONS });
        }
        Ok(())
    }

    fn act(&mut self, body: Body) -> Result<(), Error> {
        self.count_operation()?;
        let sequence = self.tree.sequence() + 1;
        let operation = Operation { sequence, time: self.now, actor: Actor::Import, body };
        self.tree.apply(&operation).map_err(|error| self.shape(&error.to_string()))?;
        self.operations.push(operation);
        Ok(())
    }
}
