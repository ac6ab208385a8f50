//! Step-DPO: the first step that differs, good and bad, after the steps that both share.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::super::trajectory::Trajectory;
use super::{Format, Kit, Masks, Needs, line, pair};

pub const FORMAT: Format = Format {
    name: "step-dpo",
    loads: "Step-DPO's trainer: the first step that differs",
    wants: Wants::Pairs,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("dataset", Shape::Text),
        ("prompt", Shape::Text),
        ("initial_reason_steps", Shape::Text),
        ("chosen", Shape::Text),
        ("rejected", Shape::Text),
        ("full_chosen", Shape::Text),
        ("full_rejected", Shape::Text),
        ("answer", Shape::Text),
    ]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    dataset: &'static str,
    prompt: &'a str,
    initial_reason_steps: &'a str,
    chosen: &'a str,
    rejected: &'a str,
    full_chosen: &'a str,
    full_rejected: &'a str,
    answer: &'a str,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let pair = pair(example)?;
    let (shared, _, _) = pair.parted();
    let next = |path: &Trajectory| path.segments.get(pair.shared).map(|step| step.text.clone());
    let (Some(chosen), Some(rejected)) = (next(&pair.chosen), next(&pair.rejected)) else {
        return Err(Left::Unfit("pairs of which one is the beginning of the other".to_owned()));
    };
    let reference = kit.material.problem.answer.as_deref();
    line(&Record {
        dataset: "pleach",
        prompt: kit.question(),
        initial_reason_steps: &shared,
        chosen: &chosen,
        rejected: &rejected,
        full_chosen: &pair.chosen.text(),
        full_rejected: &pair.rejected.text(),
        answer: reference.or(pair.chosen.answer.as_deref()).unwrap_or_default(),
    })
}
