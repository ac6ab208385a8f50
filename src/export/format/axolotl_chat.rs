//! Axolotl `chat_template` with content in parts, each trained or masked.
//!
//! The one mainstream trainer that can mask inside of an answer, so a splice stays one answer.
//! Every content is a list of parts, also where one would do: a column has one type. The parts
//! of the question say nothing about training: a `false` there makes Axolotl (0.19) treat the
//! turn as one with masks inside, and it then learns the question's end mark.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, path};

pub const FORMAT: Format = Format {
    name: "axolotl-chat",
    loads: "Axolotl chat_template: good answers and splices, masked by parts",
    wants: Wants::Good,
    masks: Masks::Anywhere,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("messages", Shape::List(&MESSAGE))]),
    record,
};

const MESSAGE: Shape = Shape::Record(&[("role", Shape::Text), ("content", Shape::List(&PART))]);
const PART: Shape =
    Shape::Record(&[("type", Shape::Text), ("text", Shape::Text), ("train", Shape::Bool)]);

#[derive(Serialize)]
struct Record<'a> {
    messages: [Message<'a>; 2],
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    r#type: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    train: Option<bool>,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let (masked, trained) = path(example, &FORMAT)?.parts();
    let part = |text, train| Part { r#type: "text", text, train };
    let mut answer = vec![part(trained.as_str(), Some(true))];
    if !masked.is_empty() {
        answer.insert(0, part(masked.as_str(), Some(false)));
    }
    let question = vec![part(kit.question(), None)];
    line(&Record {
        messages: [
            Message { role: "user", content: question },
            Message { role: "assistant", content: answer },
        ],
    })
}
