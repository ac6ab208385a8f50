//! Stepwise supervision: steps and whether each is right. TRL up to 1.13, and Axolotl.
//!
//! The labels are true or false and never numbers: both trainers cut a fraction down to 0. No
//! step ends in a line break, which the trainer adds itself.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, steps};

pub const FORMAT: Format = Format {
    name: "trl-stepwise",
    loads: "TRL PRMTrainer (to 1.13), Axolotl stepwise_supervised: labelled steps",
    wants: Wants::Steps,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("prompt", Shape::Text),
        ("completions", Shape::List(&Shape::Text)),
        ("labels", Shape::List(&Shape::Bool)),
    ]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    prompt: &'a str,
    completions: Vec<&'a str>,
    labels: Vec<bool>,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let (completions, labels) = steps(example)?.judged().unzip();
    line(&Record { prompt: kit.question(), completions, labels })
}
