//! LLaMA-Factory, supervised fine-tuning: `sharegpt` conversations.
//!
//! It has no masks, and drops a conversation in which nobody alternates without a word, so
//! splices are left out. `dataset_info.json` beside the data tells it what the columns are.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, path};

pub const FORMAT: Format = Format {
    name: "llamafactory-sft",
    loads: "LLaMA-Factory sharegpt, stage sft: whole good answers",
    wants: Wants::Good,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("conversations", SAID), ("system", Shape::Text)]),
    record,
};

/// A conversation in which each turn says who speaks and what.
pub const SAID: Shape = Shape::List(&SAYS);
/// A turn of such a conversation.
pub const SAYS: Shape = Shape::Record(&[("from", Shape::Text), ("value", Shape::Text)]);

/// A turn of a conversation, in LLaMA-Factory's words.
#[derive(Serialize)]
pub struct Says<'a> {
    from: &'static str,
    value: &'a str,
}

/// Makes a turn of the person who asks.
pub fn human(value: &str) -> Says<'_> {
    Says { from: "human", value }
}

/// Makes a turn of the model.
pub fn gpt(value: &str) -> Says<'_> {
    Says { from: "gpt", value }
}

#[derive(Serialize)]
struct Record<'a> {
    conversations: [Says<'a>; 2],
    system: &'static str,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let text = path(example, &FORMAT)?.text();
    line(&Record { conversations: [human(kit.question()), gpt(&text)], system: "" })
}
