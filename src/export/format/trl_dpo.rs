//! TRL, direct preference optimisation on conversations, with an explicit prompt.
//!
//! Both answers are whole, from the question on: a prompt that ends inside of an answer would
//! be closed by TRL.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::{MESSAGES, Shape};
use super::{Format, Kit, Masks, Message, Needs, assistant, line, pair, user};

pub const FORMAT: Format = Format {
    name: "trl-dpo",
    loads: "TRL DPOTrainer, RewardTrainer: a good and a bad answer",
    wants: Wants::Pairs,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES)]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    prompt: [Message<'a>; 1],
    chosen: [Message<'a>; 1],
    rejected: [Message<'a>; 1],
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let pair = pair(example)?;
    line(&Record {
        prompt: [user(kit.question())],
        chosen: [assistant(&pair.chosen.text())],
        rejected: [assistant(&pair.rejected.text())],
    })
}
