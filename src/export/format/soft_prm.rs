//! Soft labels: the value of each step as a number, for trainers that keep it.
//!
//! The value is the mean of the model's ratings that were backed up through the step. TRL and
//! Axolotl cut such numbers down to 0: give them `trl-stepwise`.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, path};
use crate::evaluate::Rating;

pub const FORMAT: Format = Format {
    name: "soft-prm",
    loads: "Trainers of soft process rewards, as OpenR's: the value of each step as a number",
    wants: Wants::Any,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("prompt", Shape::Text),
        ("completions", Shape::List(&Shape::Text)),
        ("values", Shape::List(&Shape::Float)),
    ]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    prompt: &'a str,
    completions: Vec<&'a str>,
    values: Vec<f64>,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = path(example, &FORMAT)?;
    let value = |node| {
        let statistics = kit.material.tree.statistics(node, Rating::NAME);
        (statistics.visits > 0).then_some(statistics.mean)
    };
    let values: Option<Vec<_>> = path.segments.iter().map(|step| value(step.node)).collect();
    line(&Record {
        prompt: kit.question(),
        completions: path.segments.iter().map(|step| step.text.trim()).collect(),
        values: values.ok_or_else(|| Left::Unfit("without a value on every step".to_owned()))?,
    })
}
