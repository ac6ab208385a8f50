//! TRL, Kahneman-Tversky optimisation: one answer, good or bad.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::{MESSAGES, Shape};
use super::{Format, Kit, Masks, Message, Needs, assistant, line, path, user};

pub const FORMAT: Format = Format {
    name: "trl-kto",
    loads: "TRL KTOTrainer: answers that are good or bad",
    wants: Wants::Judged,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("prompt", MESSAGES), ("completion", MESSAGES), ("label", Shape::Bool)]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    prompt: [Message<'a>; 1],
    completion: [Message<'a>; 1],
    label: bool,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = path(example, &FORMAT)?;
    line(&Record {
        prompt: [user(kit.question())],
        completion: [assistant(&path.text())],
        label: path.standing.is_some_and(|standing| standing.good),
    })
}
