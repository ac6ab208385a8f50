//! The fold: what each operation does to a tree.
//!
//! Responsible for the meaning of operations and for refusing those that do not fit; undo and
//! redo are in `history.rs`. An operation that is refused leaves the tree as it was.

use super::arena::Tree;
use super::history::Change;
use super::mark::{Marks, Source, Splice};
use super::node::{Mark, Node, NodeId, Records, State};
use super::operation::{Actor, Body, Evaluation, EvaluatorKind, Finish, Operation};
use super::statistics::Statistics;
use super::token::{Token, decode_utf8};

/// Why an operation does not fit the tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The sequence numbers have a gap, a repeat or a step back.
    #[error(
        "operation {found} came where operation {expected} belongs; the log has a gap or was reordered"
    )]
    Sequence {
        /// The number that was due.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A node that does not exist is named.
    #[error("operation {sequence} names node {node}, which does not exist")]
    NoSuchNode {
        /// The operation.
        sequence: u64,
        /// The node.
        node: NodeId,
    },
    /// The operation contradicts the state of the tree.
    #[error("operation {sequence} cannot be applied: {why}")]
    Contradiction {
        /// The operation.
        sequence: u64,
        /// What contradicts it.
        why: String,
    },
}

impl Tree {
    /// Folds a log into a tree.
    ///
    /// # Errors
    /// Returns the first operation that does not fit.
    pub fn fold<'log>(
        operations: impl IntoIterator<Item = &'log Operation>,
    ) -> Result<Self, FoldError> {
        let mut tree = Self::default();
        for operation in operations {
            tree.apply(operation)?;
        }
        Ok(tree)
    }

    /// Applies the next operation.
    ///
    /// # Errors
    /// Returns why the operation does not fit; the tree is then unchanged.
    pub fn apply(&mut self, operation: &Operation) -> Result<(), FoldError> {
        let expected = self.sequence + 1;
        if operation.sequence != expected {
            return Err(FoldError::Sequence { expected, found: operation.sequence });
        }
        self.apply_body(operation)?;
        self.sequence = operation.sequence;
        Ok(())
    }

    fn apply_body(&mut self, operation: &Operation) -> Result<(), FoldError> {
        let refuse =
            |why: String| Err(FoldError::Contradiction { sequence: operation.sequence, why });
        for node in operation.body.nodes().into_iter().flatten() {
            if !self.contains(node) {
                return Err(FoldError::NoSuchNode { sequence: operation.sequence, node });
            }
        }
        match &operation.body {
            Body::ProblemSet { problem } => {
                if self.problem.is_some() {
                    return refuse("the problem is already set".to_owned());
                }
                self.problem = Some(problem.clone());
                self.node_mut(NodeId::ROOT).finish = Some(Finish::Step);
                self.touch(NodeId::ROOT);
            }
            Body::ModelSet { model } => self.model = Some(model.clone()),
            Body::NodeAdded { node, parent, origin } => {
                if node.index() != self.len() {
                    return refuse(format!("it adds {node} where #{} is due", self.len()));
                }
                if !matches!(self.node(*parent).state(), State::Open) {
                    return refuse(format!("{parent} cannot have children"));
                }
                let added =
                    Node::new(Some(*parent), self.node(*parent).depth + 1, Some(origin.clone()));
                self.link(*node, *parent, added);
                self.growing += 1;
            }
            Body::TokensAppended { node, tokens } => {
                if self.node(*node).finish.is_some() {
                    return refuse(format!("{node} has stopped growing"));
                }
                self.append(*node, tokens);
            }
            Body::TextAppended { node, text } => {
                if self.node(*node).finish.is_some() {
                    return refuse(format!("{node} has stopped growing"));
                }
                self.node_mut(*node).step_mut().text.push_str(text);
            }
            Body::NodeFinished { node, finish, answer } => {
                if *node == NodeId::ROOT {
                    return refuse("the problem is no step that stops growing".to_owned());
                }
                if self.node(*node).finish.is_some() {
                    return refuse(format!("{node} has already stopped growing"));
                }
                self.finish(*node, finish, answer.as_deref());
            }
            Body::Evaluated { node, evaluation } => {
                if !(0.0..=1.0).contains(&evaluation.value) || !evaluation.raw.is_finite() {
                    return refuse(format!("the value {} is not in 0 to 1", evaluation.value));
                }
                self.evaluate(*node, evaluation);
            }
            Body::BackedUp { node, evaluator, value } => {
                if !(0.0..=1.0).contains(value) {
                    return refuse(format!("the value {value} is not in 0 to 1"));
                }
                self.back_up(*node, evaluator, *value);
            }
            body @ (Body::Pruned { .. }
            | Body::Restored { .. }
            | Body::Labelled { .. }
            | Body::FirstErrorSet { .. }
            | Body::Flagged { .. }
            | Body::Tagged { .. }
            | Body::Noted { .. }
            | Body::Preferred { .. }) => {
                let bodies = std::slice::from_ref(body);
                self.mark(operation.actor, bodies).or_else(refuse)?;
            }
            Body::Together { bodies } => self.mark(operation.actor, bodies).or_else(refuse)?,
            Body::Timed { node, milliseconds } => {
                let marks = self.marks_mut(*node);
                marks.milliseconds = marks.milliseconds.saturating_add(*milliseconds);
            }
            Body::Edited { node, of, text, finish, answer } => {
                self.edit(*node, *of, text, finish, answer.as_deref()).or_else(refuse)?;
                self.made(operation.actor, Change::Withdrawn { node: *node, home: *of });
            }
            Body::Spliced { node, splice } => {
                self.splice(*node, splice).or_else(refuse)?;
                self.made(operation.actor, Change::Withdrawn { node: *node, home: splice.cut });
            }
            Body::DebateOpened { manner, candidates, agents, rounds } => {
                self.open_debate(*manner, candidates, *agents, *rounds).or_else(refuse)?;
            }
            Body::DebateStated { statement } => self.state(statement).or_else(refuse)?,
            Body::Undone { operation: target } => self.undo(*target).or_else(refuse)?,
            Body::Redone { operation: target } => self.redo(*target).or_else(refuse)?,
            Body::SearchStarted { .. }
            | Body::SearchStepped { .. }
            | Body::SearchStopped { .. } => {}
        }
        Ok(())
    }

    /// Makes marks, all or none.
    fn mark(&mut self, actor: Actor, bodies: &[Body]) -> Result<(), String> {
        if bodies.is_empty() {
            return Err("it marks nothing".to_owned());
        }
        let changes: Vec<_> =
            bodies.iter().map(|body| self.change(body)).collect::<Result<_, _>>()?;
        for change in &changes {
            self.make(change, true);
        }
        if actor == Actor::Person {
            self.remember(changes);
        }
        Ok(())
    }

    fn made(&mut self, actor: Actor, change: Change) {
        if actor == Actor::Person {
            self.remember(vec![change]);
        }
    }

    /// Adds a rewrite beside the step that it rewrites.
    fn edit(
        &mut self,
        node: NodeId,
        of: NodeId,
        text: &str,
        finish: &Finish,
        answer: Option<&str>,
    ) -> Result<(), String> {
        let Some(parent) = self.node(of).parent else {
            return Err("the problem cannot be rewritten".to_owned());
        };
        self.expect_next(node)?;
        expect_whole(finish)?;
        self.write(node, parent, text, Source::Written, Some(of));
        self.close(node, finish, answer);
        Ok(())
    }

    /// Adds the revision signal and the steps after it, as a chain.
    fn splice(&mut self, node: NodeId, splice: &Splice) -> Result<(), String> {
        self.expect_next(node)?;
        expect_whole(&splice.finish)?;
        let known = [splice.bad, splice.cut].into_iter().chain(splice.good);
        let copied = splice.steps.iter().filter_map(|step| step.of);
        if let Some(missing) = known.chain(copied).find(|id| !self.contains(*id)) {
            return Err(format!("{missing} does not exist"));
        }
        if splice.cut == NodeId::ROOT || !self.is_within(splice.bad, splice.cut) {
            return Err(format!("{} is no step of the path to {}", splice.cut, splice.bad));
        }
        if !matches!(self.node(splice.cut).state(), State::Open | State::Answered) {
            return Err(format!("{} is not a whole step", splice.cut));
        }
        self.write(node, splice.cut, &splice.signal, Source::Signal, None);
        let mut last = node;
        for step in &splice.steps {
            self.close(last, &Finish::Step, None);
            let next = NodeId(last.0 + 1);
            self.write(next, last, &step.text, Source::Spliced, step.of);
            last = next;
        }
        self.close(last, &splice.finish, splice.answer.as_deref());
        Ok(())
    }

    fn expect_next(&self, node: NodeId) -> Result<(), String> {
        if node.index() == self.len() {
            return Ok(());
        }
        Err(format!("it adds {node} where #{} is due", self.len()))
    }

    fn write(
        &mut self,
        id: NodeId,
        parent: NodeId,
        text: &str,
        source: Source,
        of: Option<NodeId>,
    ) {
        let mut node = Node::new(Some(parent), self.node(parent).depth + 1, None);
        text.clone_into(&mut node.step_mut().text);
        node.marks = Some(Box::new(Marks { source, of, ..Marks::default() }));
        self.link(id, parent, node);
    }

    fn link(&mut self, id: NodeId, parent: NodeId, mut node: Node) {
        node.previous = self.node(parent).last_child;
        if let Some(previous) = node.previous {
            self.node_mut(previous).next = Some(id);
        } else {
            self.node_mut(parent).first_child = Some(id);
        }
        let parent = self.node_mut(parent);
        parent.last_child = Some(id);
        parent.children += 1;
        self.nodes.push(node);
        self.touch(id);
    }

    /// Notes that the operation at hand changes a node, for the node and all above it.
    fn touch(&mut self, id: NodeId) {
        let sequence = self.sequence + 1;
        let mut next = Some(id);
        while let Some(at) = next {
            let node = self.node_mut(at);
            node.changed = sequence;
            next = node.parent;
        }
    }

    fn append(&mut self, id: NodeId, tokens: &[Token]) {
        self.tokens_sampled += tokens.len() as u64;
        self.portions += 1;
        let step = self.node_mut(id).step_mut();
        for token in tokens {
            step.pending.extend_from_slice(&token.bytes);
            decode_utf8(&mut step.pending, &mut step.text);
            let end = u32::try_from(step.text.len()).unwrap_or(u32::MAX);
            step.tokens.push(Mark { id: token.id, logprob: token.logprob, end });
        }
    }

    fn finish(&mut self, id: NodeId, finish: &Finish, answer: Option<&str>) {
        self.growing -= 1;
        let step = self.node_mut(id).step_mut();
        step.text.push_str(&String::from_utf8_lossy(&std::mem::take(&mut step.pending)));
        // A tree of a million steps has no room for what they might have grown to.
        step.text.shrink_to_fit();
        step.tokens.shrink_to_fit();
        self.close(id, finish, answer);
    }

    fn close(&mut self, id: NodeId, finish: &Finish, answer: Option<&str>) {
        let node = self.node_mut(id);
        node.finish = Some(finish.clone());
        if let Some(answer) = answer {
            node.step_mut().answer = Some(answer.to_owned());
        }
        self.touch(id);
    }

    fn evaluate(&mut self, id: NodeId, evaluation: &Evaluation) {
        self.tokens_judging += u64::from(evaluation.tokens);
        self.judgements += u64::from(evaluation.kind == EvaluatorKind::Llm);
        let evaluations = &mut self.node_mut(id).step_mut().evaluations;
        // Most steps are judged once or twice.
        evaluations.reserve_exact(1);
        evaluations.push(evaluation.clone());
    }

    /// Adds a value to the node and to its ancestors, up to and including the nearest pruned
    /// one: what is pruned keeps its own books but does not count above.
    fn back_up(&mut self, id: NodeId, evaluator: &str, value: f64) {
        let index = self.evaluator_index(evaluator).unwrap_or_else(|| {
            self.evaluators.push(evaluator.to_owned());
            u16::try_from(self.evaluators.len() - 1).unwrap_or(u16::MAX)
        });
        self.records_mut(id, index).own.add(value);
        let mut next = Some(id);
        while let Some(at) = next {
            self.records_mut(at, index).clade.add(value);
            let node = self.node(at);
            next = node.parent.filter(|_| !node.is_pruned());
        }
        self.touch(id);
    }

    fn records_mut(&mut self, id: NodeId, evaluator: u16) -> &mut Records {
        let records = &mut self.node_mut(id).records;
        let at =
            records.iter().position(|entry| entry.evaluator == evaluator).unwrap_or_else(|| {
                let empty = Statistics::default();
                records.reserve_exact(1);
                records.push(Records { evaluator, own: empty, clade: empty });
                records.len() - 1
            });
        &mut records[at]
    }

    /// Sets whether a node is pruned and recomputes the clades above it, whose statistics
    /// hold only what is not pruned.
    pub(super) fn set_pruned(&mut self, id: NodeId, pruned: bool) {
        self.node_mut(id).pruned = pruned;
        self.recompute_above(id);
    }

    /// Sets whether a node that an edit or splice made is withdrawn.
    pub(super) fn set_withdrawn(&mut self, id: NodeId, withdrawn: bool) {
        let node = self.node_mut(id);
        let was = std::mem::replace(&mut node.withdrawn, withdrawn);
        self.withdrawn = self.withdrawn + u32::from(withdrawn) - u32::from(was);
        self.recompute_above(id);
    }

    fn recompute_above(&mut self, id: NodeId) {
        self.touch(id);
        let mut next = self.node(id).parent;
        while let Some(at) = next {
            self.recompute(at);
            let node = self.node(at);
            next = node.parent.filter(|_| !node.is_pruned());
        }
    }

    fn recompute(&mut self, id: NodeId) {
        for entry in &mut self.node_mut(id).records {
            entry.clade = entry.own;
        }
        let mut child = self.node(id).first_child;
        while let Some(at) = child {
            if !self.node(at).is_pruned() {
                for index in 0..self.node(at).records.len() {
                    let below = self.node(at).records[index];
                    self.records_mut(id, below.evaluator).clade.merge(&below.clade);
                }
            }
            child = self.node(at).next;
        }
    }
}

/// Refuses an end that leaves a step unfinished.
fn expect_whole(finish: &Finish) -> Result<(), String> {
    match finish {
        Finish::Step | Finish::EndOfTurn => Ok(()),
        _ => Err("a written step is whole or ends the turn".to_owned()),
    }
}

impl Body {
    /// Returns the node that the operation is about, if it is about one: the new one if it makes one,
    /// and the first of several.
    #[must_use]
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Self::NodeAdded { node, .. }
            | Self::Edited { node, .. }
            | Self::Spliced { node, .. } => Some(*node),
            Self::Together { bodies } => bodies.first().and_then(Self::node),
            _ => self.nodes()[0],
        }
    }

    /// The nodes that must exist before the operation (a new node is not among them).
    pub(super) fn nodes(&self) -> [Option<NodeId>; 2] {
        match self {
            Self::NodeAdded { parent, .. } => [Some(*parent), None],
            Self::TokensAppended { node, .. }
            | Self::TextAppended { node, .. }
            | Self::Evaluated { node, .. }
            | Self::BackedUp { node, .. }
            | Self::Pruned { node }
            | Self::Restored { node }
            | Self::Labelled { node, .. }
            | Self::FirstErrorSet { node, .. }
            | Self::Flagged { node, .. }
            | Self::Tagged { node, .. }
            | Self::Noted { node, .. }
            | Self::Timed { node, .. }
            | Self::Edited { of: node, .. }
            | Self::SearchStarted { node, .. }
            | Self::SearchStepped { node, .. } => [Some(*node), None],
            Self::NodeFinished { node, finish: Finish::Duplicate { of }, .. } => {
                [Some(*node), Some(*of)]
            }
            Self::NodeFinished { node, .. } => [Some(*node), None],
            Self::Preferred { winner, loser, .. } => [Some(*winner), Some(*loser)],
            Self::ProblemSet { .. }
            | Self::ModelSet { .. }
            | Self::SearchStopped { .. }
            // What they name is looked at where they are applied.
            | Self::Spliced { .. }
            | Self::Together { .. }
            | Self::DebateOpened { .. }
            | Self::DebateStated { .. }
            | Self::Undone { .. }
            | Self::Redone { .. } => [None, None],
        }
    }
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
