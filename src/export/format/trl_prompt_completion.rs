//! TRL, supervised fine-tuning on a prompt and its completion, as strings.
//!
//! The completion is learnt and the prompt is not, so the wrong part of a splice goes to the
//! end of the prompt. That needs rendered strings: TRL would close a conversation that ends in
//! an answer and open another one. The completion ends in the mark that ends a turn, so that
//! TRL adds none.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, path};

pub const FORMAT: Format = Format {
    name: "trl-prompt-completion",
    loads: "TRL SFTTrainer: good answers and splices, as rendered strings",
    wants: Wants::Good,
    masks: Masks::Anywhere,
    needs: Needs::Template,
    shape: Shape::Record(&[("prompt", Shape::Text), ("completion", Shape::Text)]),
    record,
};

#[derive(Serialize)]
struct Record {
    prompt: String,
    completion: String,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let (masked, trained) = path(example, &FORMAT)?.parts();
    let rendering = kit.rendering()?;
    line(&Record {
        prompt: rendering.prompt_without_bos(kit.question()) + &masked,
        completion: trained + &rendering.end,
    })
}
