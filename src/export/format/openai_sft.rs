//! OpenAI-style conversations with `weight` 0 or 1 on each answer.
//!
//! The platform is closing, but others read its form. A mask covers a whole turn, so a splice
//! becomes two answers. Only answers have a weight, as the form wants it.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, GO_ON, Kit, Masks, Needs, line, path};

pub const FORMAT: Format = Format {
    name: "openai-sft",
    loads: "OpenAI-style JSON Lines: good answers and splices, masked by turns",
    wants: Wants::Good,
    masks: Masks::Turns,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("messages", Shape::List(&MESSAGE))]),
    record,
};

const MESSAGE: Shape =
    Shape::Record(&[("role", Shape::Text), ("content", Shape::Text), ("weight", Shape::Integer)]);

#[derive(Serialize)]
struct Record<'a> {
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u8>,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let (masked, trained) = path(example, &FORMAT)?.parts();
    let user = |content| Message { role: "user", content, weight: None };
    let assistant = |content, weight| Message { role: "assistant", content, weight: Some(weight) };
    let mut messages = vec![user(kit.question())];
    if !masked.is_empty() {
        messages.extend([assistant(masked.trim_end(), 0), user(GO_ON)]);
    }
    messages.push(assistant(trained.as_str(), 1));
    line(&Record { messages })
}
