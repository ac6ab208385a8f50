//! Math-Shepherd: numbered steps, each with a mark after it that is `+` or `-` in the label.

use std::fmt::Write;

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, steps};

pub const FORMAT: Format = Format {
    name: "math-shepherd",
    loads: "Math-Shepherd readers, such as TRL's converter: labelled steps",
    wants: Wants::Steps,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("input", Shape::Text), ("label", Shape::Text), ("task", Shape::Text)]),
    record,
};

/// Stands after each step of the input.
const MARK: &str = "ки";

#[derive(Serialize)]
struct Record {
    input: String,
    label: String,
    task: &'static str,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = steps(example)?;
    let texts = path.segments.iter().map(|segment| segment.text.as_str());
    if texts.chain([kit.question()]).any(|text| text.contains(MARK)) {
        return Err(Left::Unfit(format!("texts with {MARK}, which marks the end of a step")));
    }
    let (mut input, mut label) = (kit.question().to_owned(), kit.question().to_owned());
    for (index, (text, good)) in path.judged().enumerate() {
        let lead = if index == 0 { ' ' } else { '\n' };
        let number = index + 1;
        let _ = write!(input, "{lead}Step {number}: {text} {MARK}");
        let _ = write!(label, "{lead}Step {number}: {text} {}", if good { '+' } else { '-' });
    }
    line(&Record { input, label, task: "pleach" })
}
