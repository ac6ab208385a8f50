//! OpenAI-style preferences: an input with a preferred and a non-preferred output.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::{MESSAGES, Shape};
use super::{Format, Kit, Masks, Message, Needs, assistant, line, pair, user};

pub const FORMAT: Format = Format {
    name: "openai-dpo",
    loads: "OpenAI-style JSON Lines: a good and a bad answer",
    wants: Wants::Pairs,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("input", INPUT),
        ("preferred_output", MESSAGES),
        ("non_preferred_output", MESSAGES),
    ]),
    record,
};

const INPUT: Shape = Shape::Record(&[
    ("messages", MESSAGES),
    ("tools", Shape::List(&Shape::Text)),
    ("parallel_tool_calls", Shape::Bool),
]);

#[derive(Serialize)]
struct Record<'a> {
    input: Input<'a>,
    preferred_output: [Message<'a>; 1],
    non_preferred_output: [Message<'a>; 1],
}

#[derive(Serialize)]
struct Input<'a> {
    messages: [Message<'a>; 1],
    tools: [&'a str; 0],
    parallel_tool_calls: bool,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let pair = pair(example)?;
    line(&Record {
        input: Input { messages: [user(kit.question())], tools: [], parallel_tool_calls: true },
        preferred_output: [assistant(&pair.chosen.text())],
        non_preferred_output: [assistant(&pair.rejected.text())],
    })
}
