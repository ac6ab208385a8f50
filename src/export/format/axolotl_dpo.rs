//! Axolotl, direct preference optimisation: `chat_template.default`.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::{MESSAGE, MESSAGES, Shape};
use super::{Format, Kit, Masks, Message, Needs, assistant, line, pair, user};

pub const FORMAT: Format = Format {
    name: "axolotl-dpo",
    loads: "Axolotl DPO chat_template.default: a good and a bad answer",
    wants: Wants::Pairs,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("messages", MESSAGES), ("chosen", MESSAGE), ("rejected", MESSAGE)]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    messages: [Message<'a>; 1],
    chosen: Message<'a>,
    rejected: Message<'a>,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let pair = pair(example)?;
    line(&Record {
        messages: [user(kit.question())],
        chosen: assistant(&pair.chosen.text()),
        rejected: assistant(&pair.rejected.text()),
    })
}
