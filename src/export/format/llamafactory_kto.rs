//! LLaMA-Factory, Kahneman-Tversky optimisation: an answer with `kto_tag`.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::llamafactory_sft::{SAID, Says, gpt, human};
use super::{Format, Kit, Masks, Needs, line, path};

pub const FORMAT: Format = Format {
    name: "llamafactory-kto",
    loads: "LLaMA-Factory sharegpt, stage kto: answers that are good or bad",
    wants: Wants::Judged,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("conversations", SAID), ("kto_tag", Shape::Bool)]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    conversations: [Says<'a>; 2],
    kto_tag: bool,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = path(example, &FORMAT)?;
    line(&Record {
        conversations: [human(kit.question()), gpt(&path.text())],
        kto_tag: path.standing.is_some_and(|standing| standing.good),
    })
}
