//! `pleach show --json`: a tree as one JSON object. The names are relied on from outside.

use serde::Serialize;

use crate::aggregate::Answer;
use crate::evaluate::Rating;
use crate::tree::{Debate, Evaluation, EvaluatorKind, Label, NodeId, Statement, Tree};

/// A tree.
#[derive(Debug, Serialize)]
pub struct Shown<'tree> {
    problem: &'tree str,
    nodes: Vec<ShownNode<'tree>>,
    answers: Vec<Answer>,
    /// What agents said of the answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    debates: Vec<ShownDebate<'tree>>,
}

/// A node; the root too, whose text is the problem.
#[derive(Debug, Serialize)]
struct ShownNode<'tree> {
    id: NodeId,
    parent: Option<NodeId>,
    depth: u32,
    text: &'tree str,
    visits: u64,
    /// The mean of the ratings below it; nothing without any.
    value: Option<f64>,
    /// Whether this very node was pruned; all below it is out of the search with it.
    pruned: bool,
    /// A person's verdict.
    label: Option<Label>,
    evaluations: Vec<ShownEvaluation<'tree>>,
}

#[derive(Debug, Serialize)]
struct ShownEvaluation<'tree> {
    evaluator: &'tree str,
    value: f64,
    raw: f64,
    scale: &'tree str,
    explanation: &'tree str,
    kind: EvaluatorKind,
}

/// A debate: between which trajectories, what was said, and what it chose.
#[derive(Debug, Serialize)]
struct ShownDebate<'tree> {
    candidates: &'tree [NodeId],
    winner: Option<NodeId>,
    statements: &'tree [Statement],
}

impl<'tree> Shown<'tree> {
    /// Shows a tree with its answers.
    #[must_use]
    pub fn of(tree: &'tree Tree, answers: Vec<Answer>) -> Self {
        Self {
            problem: tree.problem().map_or("", |problem| problem.text.as_str()),
            nodes: tree.ids().map(|id| ShownNode::of(tree, id)).collect(),
            answers,
            debates: tree.debates().iter().map(ShownDebate::of).collect(),
        }
    }

    /// Leaves out all nodes but some, which are given in order of creation.
    #[must_use]
    pub fn only(mut self, nodes: &[NodeId]) -> Self {
        self.nodes.retain(|node| nodes.binary_search(&node.id).is_ok());
        self
    }
}

impl<'tree> ShownNode<'tree> {
    fn of(tree: &'tree Tree, id: NodeId) -> Self {
        let node = tree.node(id);
        let statistics = tree.statistics(id, Rating::NAME);
        let text = match tree.problem() {
            Some(problem) if id == NodeId::ROOT => problem.text.as_str(),
            _ => node.text(),
        };
        Self {
            id,
            parent: node.parent(),
            depth: node.depth(),
            text,
            visits: statistics.visits,
            value: (statistics.visits > 0).then_some(statistics.mean),
            pruned: node.is_pruned(),
            label: node.label(),
            evaluations: node.evaluations().iter().map(ShownEvaluation::of).collect(),
        }
    }
}

impl<'tree> ShownDebate<'tree> {
    fn of(debate: &'tree Debate) -> Self {
        let winner = debate.winner();
        Self { candidates: &debate.candidates, winner, statements: &debate.statements }
    }
}

impl<'tree> ShownEvaluation<'tree> {
    fn of(evaluation: &'tree Evaluation) -> Self {
        Self {
            evaluator: &evaluation.evaluator,
            value: evaluation.value,
            raw: evaluation.raw,
            scale: &evaluation.scale,
            explanation: &evaluation.explanation,
            kind: evaluation.kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::random_session;
    use crate::tree::{Actor, Body, Operation};

    fn names(value: &serde_json::Value) -> Vec<&String> {
        value.as_object().unwrap().keys().collect()
    }

    #[test]
    fn the_names_are_those_that_others_rely_on() {
        let (mut tree, _) = random_session(5, 300);
        let evaluation = Evaluation {
            evaluator: Rating::NAME.into(),
            value: 0.5,
            raw: 5.0,
            scale: "0..10".into(),
            mass: Some(1.0),
            explanation: String::new(),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 8,
        };
        let body = Body::Evaluated { node: NodeId(1), evaluation };
        let sequence = tree.sequence() + 1;
        tree.apply(&Operation { sequence, time: 0, actor: Actor::Model, body }).unwrap();
        let json = serde_json::to_value(Shown::of(&tree, Vec::new())).unwrap();
        assert_eq!(names(&json), ["answers", "nodes", "problem"]);
        let nodes = json["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), tree.len());
        let expected =
            ["depth", "evaluations", "id", "label", "parent", "pruned", "text", "value", "visits"];
        assert!(nodes.iter().all(|node| names(node) == expected));
        assert_eq!((&nodes[0]["id"], &nodes[0]["parent"]), (&0.into(), &serde_json::Value::Null));
        let judged = nodes[1]["evaluations"].as_array().unwrap().last().unwrap();
        let expected = ["evaluator", "explanation", "kind", "raw", "scale", "value"];
        assert_eq!(names(judged), expected);
        assert_eq!((&judged["kind"], &judged["raw"]), (&"LLM".into(), &5.0.into()));
    }
}
