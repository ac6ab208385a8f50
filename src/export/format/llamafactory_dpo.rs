//! LLaMA-Factory, direct preference optimisation and reward models: ranked answers.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::llamafactory_sft::{SAID, SAYS, Says, gpt, human};
use super::{Format, Kit, Masks, Needs, line, pair};

pub const FORMAT: Format = Format {
    name: "llamafactory-dpo",
    loads: "LLaMA-Factory sharegpt with ranking, stages dpo and rm: a good and a bad answer",
    wants: Wants::Pairs,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[("conversations", SAID), ("chosen", SAYS), ("rejected", SAYS)]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    conversations: [Says<'a>; 1],
    chosen: Says<'a>,
    rejected: Says<'a>,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let pair = pair(example)?;
    line(&Record {
        conversations: [human(kit.question())],
        chosen: gpt(&pair.chosen.text()),
        rejected: gpt(&pair.rejected.text()),
    })
}
