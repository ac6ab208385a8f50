//! Agent-R revision records, as xtuner reads them: `loss` on each message.
//!
//! The wrong part up to and including the first error is read and not learnt; the revision
//! signal and the good continuation are learnt. xtuner learns an answer without `loss`, so it
//! stands on every message.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::super::trajectory::{Segment, Trajectory};
use super::{Format, GO_ON, Kit, Masks, Needs, line, path};
use crate::tree::{Label, NodeId};

pub const FORMAT: Format = Format {
    name: "agent-r",
    loads: "xtuner, Agent-R: splices, masked by turns",
    wants: Wants::Splices,
    masks: Masks::Turns,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("task_num", Shape::Text),
        ("revise_log", LOG),
        ("high_log", LOG),
        ("low_log", LOG),
        ("task_description", Shape::Text),
        ("revise", Shape::Integer),
        ("revise_feedback", Shape::List(&FEEDBACK)),
    ]),
    record,
};

const LOG: Shape = Shape::List(&MESSAGE);
const MESSAGE: Shape =
    Shape::Record(&[("role", Shape::Text), ("content", Shape::Text), ("loss", Shape::Bool)]);
const FEEDBACK: Shape = Shape::Record(&[
    ("revision_feedback", Shape::Text),
    ("action", Shape::Text),
    ("obs", Shape::Text),
    ("judgement", Shape::Text),
]);

#[derive(Serialize)]
struct Record<'a> {
    task_num: &'a str,
    revise_log: Vec<Message<'a>>,
    high_log: [Message<'a>; 2],
    low_log: [Message<'a>; 2],
    task_description: &'a str,
    revise: u8,
    revise_feedback: Vec<Feedback<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
    loss: bool,
}

#[derive(Serialize)]
struct Feedback<'a> {
    #[serde(rename = "revision_feedback")]
    reasons: &'static str,
    action: &'a str,
    obs: &'static str,
    judgement: &'static str,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = path(example, &FORMAT)?;
    let signal = path.signal().ok_or(Left::Unfit("not a splice".to_owned()))?;
    let node = path.segments[signal].node;
    let sources = kit.material.splices.get(&node);
    let sources =
        sources.ok_or(Left::Unfit("a splice whose making is not in the log".to_owned()))?;
    let tree = &kit.material.tree;
    let (masked, trained) = path.parts();
    let low = Trajectory::of(tree, sources.bad).text();
    // A continuation that was grown after the signal has no good path of its own.
    let high = sources.good.map(|leaf| Trajectory::of(tree, leaf).text());
    let question = kit.question();
    let user = |content| Message { role: "user", content, loss: false };
    let assistant = |content, loss| Message { role: "assistant", content, loss };
    let id = kit.material.problem.id.as_str();
    line(&Record {
        task_num: if id.is_empty() { &kit.material.session } else { id },
        revise_log: vec![
            user(question),
            assistant(masked.trim_end(), false),
            user(GO_ON),
            assistant(&trained, true),
        ],
        high_log: [user(question), assistant(high.as_deref().unwrap_or(&trained), true)],
        low_log: [user(question), assistant(&low, true)],
        task_description: question,
        revise: 1,
        revise_feedback: feedback(&path.segments[..signal], sources.cut),
    })
}

/// What was said of each step up to the first error.
fn feedback(steps: &[Segment], cut: NodeId) -> Vec<Feedback<'_>> {
    let judged = steps.iter().map(|step| {
        let judgement = match step.label {
            Some(Label::Bad) => "Bad",
            Some(Label::Good) => "Good",
            _ if step.node == cut => "Bad",
            _ => "Uncertain",
        };
        Feedback { reasons: "", action: step.text.trim(), obs: "", judgement }
    });
    judged.collect()
}
