//! Axolotl `input_output`: segments of rendered text, each trained or masked, and no template.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, path};

pub const FORMAT: Format = Format {
    name: "axolotl-segments",
    loads: "Axolotl input_output: good answers and splices, masked by rendered segments",
    wants: Wants::Good,
    masks: Masks::Anywhere,
    needs: Needs::Template,
    shape: Shape::Record(&[("segments", Shape::List(&SEGMENT))]),
    record,
};

const SEGMENT: Shape = Shape::Record(&[("label", Shape::Bool), ("text", Shape::Text)]);

#[derive(Serialize)]
struct Record {
    segments: Vec<Segment>,
}

#[derive(Serialize)]
struct Segment {
    label: bool,
    text: String,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let (masked, trained) = path(example, &FORMAT)?.parts();
    let rendering = kit.rendering()?;
    let mut segments = vec![Segment { label: false, text: rendering.prompt(kit.question()) }];
    if !masked.is_empty() {
        segments.push(Segment { label: false, text: masked });
    }
    segments.push(Segment { label: true, text: trained + &rendering.end });
    line(&Record { segments })
}
