//! The tree itself: one record a session, with every node and every evaluation.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line};
use crate::evaluate::Rating;
use crate::tree::{Evaluation, EvaluatorKind, Label, NodeId, Source, State, Tree};

pub const FORMAT: Format = Format {
    name: "tree",
    loads: "Your own programs: the whole tree of a session",
    wants: Wants::Session,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("session", Shape::Text),
        ("problem_id", Shape::Text),
        ("problem", Shape::Text),
        ("answer", Shape::Text),
        ("nodes", Shape::List(&NODE)),
    ]),
    record,
};

const NODE: Shape = Shape::Record(&[
    ("id", Shape::Integer),
    ("parent", Shape::Integer),
    ("depth", Shape::Integer),
    ("text", Shape::Text),
    ("source", Shape::Text),
    ("state", Shape::Text),
    ("pruned", Shape::Bool),
    ("answer", Shape::Text),
    ("label", Shape::Text),
    ("first_error", Shape::Bool),
    ("visits", Shape::Integer),
    ("value", Shape::Float),
    ("evaluations", Shape::List(&EVALUATION)),
]);
const EVALUATION: Shape = Shape::Record(&[
    ("evaluator", Shape::Text),
    ("kind", Shape::Text),
    ("value", Shape::Float),
    ("raw", Shape::Float),
    ("scale", Shape::Text),
    ("explanation", Shape::Text),
]);

#[derive(Serialize)]
struct Record<'a> {
    session: &'a str,
    problem_id: &'a str,
    problem: &'a str,
    answer: Option<&'a str>,
    nodes: Vec<Node<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: NodeId,
    parent: Option<NodeId>,
    depth: u32,
    text: &'a str,
    source: Source,
    state: State,
    pruned: bool,
    answer: Option<&'a str>,
    label: Option<Label>,
    first_error: bool,
    visits: u64,
    value: Option<f64>,
    evaluations: Vec<Judgement<'a>>,
}

#[derive(Serialize)]
struct Judgement<'a> {
    evaluator: &'a str,
    kind: EvaluatorKind,
    value: f64,
    raw: f64,
    scale: &'a str,
    explanation: &'a str,
}

fn record(_: &Example, kit: &Kit) -> Result<String, Left> {
    let material = kit.material;
    line(&Record {
        session: &material.session,
        problem_id: &material.problem.id,
        problem: &material.problem.text,
        answer: material.problem.answer.as_deref(),
        nodes: material.tree.ids().skip(1).map(|id| node(&material.tree, id)).collect(),
    })
}

fn node(tree: &Tree, id: NodeId) -> Node<'_> {
    let node = tree.node(id);
    let statistics = tree.statistics(id, Rating::NAME);
    Node {
        id,
        parent: node.parent(),
        depth: node.depth(),
        text: node.text(),
        source: node.source(),
        state: node.state(),
        pruned: !tree.is_live(id),
        answer: node.answer(),
        label: node.label(),
        first_error: node.is_first_error(),
        visits: statistics.visits,
        value: (statistics.visits > 0).then_some(statistics.mean),
        evaluations: node.evaluations().iter().map(judgement).collect(),
    }
}

fn judgement(evaluation: &Evaluation) -> Judgement<'_> {
    Judgement {
        evaluator: &evaluation.evaluator,
        kind: evaluation.kind,
        value: evaluation.value,
        raw: evaluation.raw,
        scale: &evaluation.scale,
        explanation: &evaluation.explanation,
    }
}
