//! PRM800K: the steps of a solution, each with its alternatives and a person's ratings.
//!
//! The chosen alternative carries the path on, or what the person wrote instead. Ratings are labels;
//! an alternative rated −1 after good steps is a first error.

use super::error::Error;
use super::forest::Forest;
use super::json::Json;
use crate::reasoning::extract;
use crate::tree::{Label, NodeId, Problem};

/// Returns whether a record is a labelled solution.
pub(super) fn looks(first: &Json) -> bool {
    first.get("label").is_some_and(|label| label.list("steps").is_some())
}

/// Reads a labelled solution.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let question = record.get("question").unwrap_or(&Json::Null);
    let problem = Problem {
        text: question.text("problem").unwrap_or("A problem without words.").to_owned(),
        answer: question.text("ground_truth_answer").map(str::to_owned),
        ..Problem::default()
    };
    let top = forest.plant(problem)?;
    let label = record.get("label").unwrap_or(&Json::Null);
    let ended = label.text("finish_reason") == Some("solution");
    let steps = label.list("steps").unwrap_or_default();
    let (mut at, mut sound) = (top, true);
    for (index, step) in steps.iter().enumerate() {
        let ends = ended && index + 1 == steps.len();
        let chosen = step.number("chosen_completion");
        let mut next = None;
        for (place, completion) in step.list("completions").unwrap_or_default().iter().enumerate() {
            let is_chosen = chosen == Some(place as f64);
            let (node, bad) = alternative(forest, at, completion, ends && is_chosen)?;
            if bad && sound {
                forest.first_error(node)?;
            }
            if is_chosen {
                next = Some((node, bad));
            }
        }
        if let Some(written) = step.get("human_completion") {
            let (node, bad) = alternative(forest, at, written, ends && next.is_none())?;
            forest.tag(node, "human")?;
            next = next.or(Some((node, bad)));
        }
        match next {
            Some((node, bad)) => {
                at = node;
                sound &= !bad;
            }
            None if index + 1 < steps.len() => {
                forest.drop("steps after one where nothing was chosen");
                break;
            }
            None => {}
        }
    }
    for name in ["labeler", "timestamp", "generation"] {
        if let Some(found) = record.get(name) {
            forest.note(top, &format!("{name}: {}", found.written(200)));
        }
    }
    for name in ["finish_reason", "total_time"] {
        if let Some(found) = label.get(name) {
            forest.note(top, &format!("{name}: {}", found.written(200)));
        }
    }
    for name in ["ground_truth_solution", "pre_generated_answer", "pre_generated_verifier_score"] {
        if let Some(found) = question.get(name) {
            forest.note(top, &format!("{name}: {}", found.written(4000)));
        }
    }
    if question.get("pre_generated_steps").is_some() {
        forest.drop("lists of pre-generated steps, which the first completions repeat");
    }
    Ok(())
}

/// Adds an alternative with its rating; says whether it is bad.
fn alternative(
    forest: &mut Forest,
    parent: NodeId,
    completion: &Json,
    ends: bool,
) -> Result<(NodeId, bool), Error> {
    let text = completion.text("text").unwrap_or_default();
    let answer = if ends { extract(text) } else { None };
    let node = forest.line(parent, text, ends, answer.as_deref())?;
    let rating = completion.number("rating");
    let label = match rating {
        Some(rating) if rating > 0.0 => Some(Label::Good),
        Some(rating) if rating < 0.0 => Some(Label::Bad),
        Some(_) => Some(Label::Neutral),
        None => None,
    };
    if let Some(label) = label {
        forest.label(node, label)?;
    }
    if completion.is_true("flagged") {
        forest.flag(node)?;
    }
    Ok((node, label == Some(Label::Bad)))
}
