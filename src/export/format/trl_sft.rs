//! TRL, supervised fine-tuning on conversations: `messages`. Unsloth reads the same.
//!
//! TRL learns every answer whole and ignores masks in messages, so splices are left out.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::{MESSAGES, Shape};
use super::{Format, Kit, Masks, Message, Needs, assistant, line, path, user};

pub const FORMAT: Format = Format {
    name: "trl-sft",
    loads: "TRL SFTTrainer, Unsloth: whole good answers",
    wants: Wants::Good,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("messages", MESSAGES)]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    messages: [Message<'a>; 2],
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let text = path(example, &FORMAT)?.text();
    line(&Record { messages: [user(kit.question()), assistant(&text)] })
}
