//! `UltraFeedback`, binarised: a pair with a score from 0 to 10 on each side.
//!
//! The scores are the model's own ratings of the last steps; who is chosen follows the verdict
//! of the person or verifier, so a chosen score may be the lower one.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::{MESSAGES, Shape};
use super::{Format, Kit, Masks, Message, Needs, assistant, line, pair, user};

pub const FORMAT: Format = Format {
    name: "ultrafeedback",
    loads: "Trainers of binarised UltraFeedback: a good and a bad answer with scores",
    wants: Wants::Pairs,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("prompt", Shape::Text),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("score_chosen", Shape::Float),
        ("score_rejected", Shape::Float),
    ]),
    record,
};

/// The top of the scale.
const TOP: f64 = 10.0;

#[derive(Serialize)]
struct Record<'a> {
    prompt: &'a str,
    chosen: [Message<'a>; 2],
    rejected: [Message<'a>; 2],
    score_chosen: f64,
    score_rejected: f64,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let pair = pair(example)?;
    let (Some(good), Some(bad)) = (pair.chosen.rating(), pair.rejected.rating()) else {
        return Err(Left::Unfit("pairs without a rating on both sides".to_owned()));
    };
    line(&Record {
        prompt: kit.question(),
        chosen: [user(kit.question()), assistant(&pair.chosen.text())],
        rejected: [user(kit.question()), assistant(&pair.rejected.text())],
        score_chosen: good * TOP,
        score_rejected: bad * TOP,
    })
}
