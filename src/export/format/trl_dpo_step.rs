//! TRL, direct preference optimisation from the first step that differs, as strings.
//!
//! The prompt holds the steps that both share. Chosen and rejected go on to the end: TRL adds
//! the end mark to both, and a pair of single steps would teach to stop after one.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, pair};

pub const FORMAT: Format = Format {
    name: "trl-dpo-step",
    loads: "TRL DPOTrainer: how to go on from the first step that differs, as rendered strings",
    wants: Wants::Pairs,
    masks: Masks::Nothing,
    needs: Needs::Template,
    shape: Shape::Record(&[
        ("prompt", Shape::Text),
        ("chosen", Shape::Text),
        ("rejected", Shape::Text),
    ]),
    record,
};

#[derive(Serialize)]
struct Record {
    prompt: String,
    chosen: String,
    rejected: String,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let (shared, chosen, rejected) = pair(example)?.parted();
    let rendering = kit.rendering()?;
    line(&Record {
        prompt: rendering.prompt_without_bos(kit.question()) + &shared,
        chosen: chosen + &rendering.end,
        rejected: rejected + &rendering.end,
    })
}
