//! `ProcessBench`: which step of a solution is the first wrong one.
//!
//! Its solutions are whole, also after an error, so a path that ends at its error goes on to
//! the first answer below it.

use serde::Serialize;

use super::super::example::{Example, Left, Wants};
use super::super::shape::Shape;
use super::super::trajectory::Trajectory;
use super::{Format, Kit, Masks, Needs, line, steps};
use crate::tree::State;

pub const FORMAT: Format = Format {
    name: "processbench",
    loads: "ProcessBench evaluations: whole solutions with their first error",
    wants: Wants::Steps,
    masks: Masks::Nothing,
    needs: Needs::Nothing,
    shape: Shape::Record(&[
        ("id", Shape::Text),
        ("generator", Shape::Text),
        ("problem", Shape::Text),
        ("steps", Shape::List(&Shape::Text)),
        ("final_answer_correct", Shape::Bool),
        ("label", Shape::Integer),
    ]),
    record,
};

#[derive(Serialize)]
struct Record<'a> {
    id: String,
    generator: &'a str,
    problem: &'a str,
    steps: Vec<&'a str>,
    final_answer_correct: bool,
    label: i64,
}

fn record(example: &Example, kit: &Kit) -> Result<String, Left> {
    let path = steps(example)?;
    let tree = &kit.material.tree;
    let partial = || Left::Unfit("labelled only in part, with no answer below".to_owned());
    let end = path.segments.last().ok_or_else(partial)?.node;
    let is_whole = path.answer.is_some();
    if !is_whole && !path.has_error() {
        return Err(partial());
    }
    let answered = |id: &_| tree.node(*id).state() == State::Answered && tree.is_live(*id);
    let leaf = tree.subtree(end).find(answered).ok_or_else(partial)?;
    let whole = Trajectory::of(tree, leaf);
    let right = whole.standing.is_some_and(|standing| standing.good);
    line(&Record {
        id: format!("{}-{}", kit.material.session, leaf.0),
        generator: tree.model().map_or("", |model| model.name.as_str()),
        problem: kit.question(),
        steps: whole.segments.iter().map(|segment| segment.text.trim()).collect(),
        final_answer_correct: right && !path.has_error(),
        label: path.first_error().and_then(|step| i64::try_from(step).ok()).unwrap_or(-1),
    })
}
