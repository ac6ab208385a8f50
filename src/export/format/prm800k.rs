//! PRM800K: a labelled path with everything that stood beside each of its steps.
//!
//! The siblings of a step are its other completions, and a step that a person wrote is the
//! human completion. Ratings are 1, 0 and -1, and null where nobody labelled.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::format_time::iso;
use super::super::shape::Shape;
use super::super::trajectory::Segment;
use super::{Format, Kit, Masks, Needs, line, steps};
use crate::tree::{Label, Node, NodeId, Source, State};

pub const FORMAT: Format = Format {
    name: "prm800k",
    loads: "PRM800K readers, such as TRL's converter: labelled steps with their siblings",
    wants: Wants::Steps,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("labeler", Shape::Text),
        ("timestamp", Shape::Text),
        ("generation", Shape::Integer),
        ("is_quality_control_question", Shape::Bool),
        ("is_initial_screening_question", Shape::Bool),
        ("question", QUESTION),
        ("label", LABEL),
    ]),
    record,
};

const QUESTION: Shape = Shape::Record(&[
    ("problem", Shape::Text),
    ("ground_truth_solution", Shape::Text),
    ("ground_truth_answer", Shape::Text),
    ("pre_generated_steps", Shape::List(&Shape::Text)),
    ("pre_generated_answer", Shape::Text),
    ("pre_generated_verifier_score", Shape::Float),
]);
const LABEL: Shape = Shape::Record(&[
    ("steps", Shape::List(&STEP)),
    ("total_time", Shape::Integer),
    ("finish_reason", Shape::Text),
]);
const STEP: Shape = Shape::Record(&[
    ("completions", Shape::List(&COMPLETION)),
    ("human_completion", HUMAN),
    ("chosen_completion", Shape::Integer),
]);
const COMPLETION: Shape =
    Shape::Record(&[("text", Shape::Text), ("rating", Shape::Integer), ("flagged", Shape::Bool)]);
const HUMAN: Shape = Shape::Record(&[
    ("text", Shape::Text),
    ("rating", Shape::Integer),
    ("source", Shape::Text),
    ("flagged", Shape::Bool),
]);

#[derive(Serialize)]
struct Record<'a> {
    labeler: String,
    timestamp: String,
    generation: Option<u32>,
    is_quality_control_question: bool,
    is_initial_screening_question: bool,
    question: Question<'a>,
    label: Labels<'a>,
}

#[derive(Serialize)]
struct Question<'a> {
    problem: &'a str,
    ground_truth_solution: Option<&'a str>,
    ground_truth_answer: Option<&'a str>,
    pre_generated_steps: Option<Vec<&'a str>>,
    pre_generated_answer: Option<&'a str>,
    pre_generated_verifier_score: Option<f64>,
}

#[derive(Serialize)]
struct Labels<'a> {
    steps: Vec<Step<'a>>,
    total_time: u64,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Step<'a> {
    completions: Vec<Completion<'a>>,
    human_completion: Option<Human<'a>>,
    chosen_completion: Option<usize>,
}

#[derive(Serialize)]
struct Completion<'a> {
    text: &'a str,
    rating: Option<i8>,
    flagged: Option<bool>,
}

#[derive(Serialize)]
struct Human<'a> {
    text: &'a str,
    rating: Option<i8>,
    source: &'static str,
    flagged: Option<bool>,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = steps(example)?;
    let material = kit.material;
    let end = path.segments.last().map_or(NodeId::ROOT, |segment| segment.node);
    let nodes = path.segments.iter().map(|segment| material.tree.node(segment.node));
    let total_time = nodes.map(Node::judged_for).sum();
    let finish_reason = match (path.has_error(), &path.answer) {
        (true, _) => "found_error",
        (false, Some(_)) => "solution",
        (false, None) => "give_up",
    };
    line(&Record {
        labeler: uuid(&material.session),
        timestamp: iso(material.made_at(end)),
        generation: None,
        is_quality_control_question: false,
        is_initial_screening_question: false,
        question: Question {
            problem: kit.question(),
            ground_truth_solution: None,
            ground_truth_answer: material.problem.answer.as_deref(),
            pre_generated_steps: None,
            pre_generated_answer: None,
            pre_generated_verifier_score: None,
        },
        label: Labels {
            steps: path.segments.iter().map(|segment| step(segment, kit)).collect(),
            total_time,
            finish_reason,
        },
    })
}

fn step<'a>(segment: &'a Segment, kit: &Kit<'a>) -> Step<'a> {
    let tree = &kit.material.tree;
    let parent = tree.node(segment.node).parent().unwrap_or(NodeId::ROOT);
    let (mut completions, mut human_completion, mut chosen_completion) = (Vec::new(), None, None);
    for id in tree.children(parent) {
        let node = tree.node(id);
        if !matches!(node.state(), State::Open | State::Answered) || node.source() == Source::Signal
        {
            continue;
        }
        let is_chosen = id == segment.node;
        let rating = if is_chosen { segment.label.map(number) } else { rating(node) };
        let (text, flagged) = (node.text().trim(), node.is_flagged().then_some(true));
        if is_chosen && node.source() == Source::Written {
            human_completion = Some(Human { text, rating, source: "human", flagged });
            continue;
        }
        if is_chosen {
            chosen_completion = Some(completions.len());
        }
        completions.push(Completion { text, rating, flagged });
    }
    Step { completions, human_completion, chosen_completion }
}

fn rating(node: &Node) -> Option<i8> {
    if node.is_first_error() { Some(-1) } else { node.label().map(number) }
}

fn number(label: Label) -> i8 {
    match label {
        Label::Good => 1,
        Label::Neutral => 0,
        Label::Bad => -1,
    }
}

/// A session's identity in the form of the data set's labelers.
fn uuid(session: &str) -> String {
    let cut = |from: usize, to: usize| session.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", cut(0, 8), cut(8, 12), cut(12, 16), cut(16, 20), cut(20, 32))
}
