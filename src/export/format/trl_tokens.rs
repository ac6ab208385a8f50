//! TRL, supervised fine-tuning on tokens: `input_ids` and `labels`, -100 where masked.
//!
//! Steps keep the tokens that were sampled, so nothing is tokenised anew but the template, the
//! question and what a person wrote. It fits the one vocabulary only.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::{Format, Kit, Masks, Needs, line, path};
use crate::engine::protocol::Reading;

pub const FORMAT: Format = Format {
    name: "trl-tokens",
    loads: "TRL SFTTrainer, any trainer of this vocabulary: good answers and splices, as tokens",
    wants: Wants::Good,
    masks: Masks::Anywhere,
    needs: Needs::Tokenizer,
    shape: Shape::Record(&[
        ("input_ids", Shape::List(&Shape::Integer)),
        ("labels", Shape::List(&Shape::Integer)),
    ]),
    record,
};

/// The label of a token that is only read.
const MASKED: i32 = -100;

#[derive(Default, Serialize)]
struct Record {
    input_ids: Vec<i32>,
    labels: Vec<i32>,
}

impl Record {
    fn push(&mut self, tokens: &[i32], trained: bool) {
        self.input_ids.extend(tokens);
        self.labels.extend(tokens.iter().map(|token| if trained { *token } else { MASKED }));
    }
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = path(example, &FORMAT)?;
    let rendering = kit.rendering()?;
    let mut record = Record::default();
    for (text, reading) in [
        (rendering.before.as_str(), Reading::Start),
        (kit.question(), Reading::Content),
        (rendering.between.as_str(), Reading::Markup),
    ] {
        record.push(&kit.tokens(text, reading)?, false);
    }
    for segment in &path.segments {
        if segment.tokens.is_empty() {
            record.push(&kit.tokens(&segment.text, Reading::Content)?, segment.trained);
        } else {
            record.push(&segment.tokens, segment.trained);
        }
    }
    record.push(&kit.tokens(&rendering.end, Reading::Markup)?, true);
    line(&record)
}
