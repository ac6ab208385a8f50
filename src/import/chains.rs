//! Data sets of single solutions with a verdict on each step: TRL's stepwise form, Math-Shepherd and
//! ProcessBench. Each row becomes a tree of one path.
//!
//! Math-Shepherd's marks were made by a program, so they are evaluations of the kind CODE; the
//! others are labels.

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::Json;
use crate::evaluate::verify;
use crate::reasoning::extract;
use crate::tree::{EvaluatorKind, Label, NodeId, Problem};

/// What stands at the end of each step of Math-Shepherd.
const SHEPHERD_MARK: &str = "ки";

/// Returns whether a record is a row of TRL's stepwise form.
pub(super) fn looks_stepwise(first: &Json) -> bool {
    first.list("completions").is_some() && first.list("labels").is_some()
}

/// Returns whether a record is a row of Math-Shepherd.
pub(super) fn looks_like_shepherd(first: &Json) -> bool {
    first.text("input").is_some_and(|input| input.contains(SHEPHERD_MARK))
        && first.text("label").is_some()
}

/// Returns whether a record is a row of ProcessBench.
pub(super) fn looks_like_processbench(first: &Json) -> bool {
    let steps =
        first.list("steps").is_some_and(|steps| steps.iter().all(|step| step.as_text().is_some()));
    steps && first.number("label").is_some()
}

/// Reads a row of TRL's stepwise form.
pub(super) fn stepwise(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let prompt = record.text("prompt").unwrap_or("A problem without words.");
    let top = forest.plant(Problem { text: prompt.to_owned(), ..Problem::default() })?;
    let texts: Vec<&str> =
        record.list("completions").unwrap_or_default().iter().filter_map(Json::as_text).collect();
    let nodes = chain(forest, top, &texts)?;
    let labels = record.list("labels").unwrap_or_default();
    if labels.len() != nodes.len() {
        forest.drop("rows with more labels than steps, or fewer");
    }
    let mut sound = true;
    for (node, label) in nodes.into_iter().zip(labels) {
        match label {
            Json::Bool(good) => {
                forest.label(node, if *good { Label::Good } else { Label::Bad })?;
                if sound && !good {
                    forest.first_error(node)?;
                }
                sound &= good;
            }
            Json::Number(soft) => {
                forest.evaluate(node, &score("label", *soft, EvaluatorKind::Code))?;
            }
            _ => forest.drop("labels that are neither true, false nor a number"),
        }
    }
    Ok(())
}

/// Reads a row of Math-Shepherd.
pub(super) fn shepherd(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let input = record.text("input").unwrap_or_default();
    let marked = record.text("label").unwrap_or_default();
    let mut pieces: Vec<&str> = input.split(SHEPHERD_MARK).collect();
    // After the last mark there is nothing, or the rest of a solution that was cut.
    let rest = pieces.pop().unwrap_or_default();
    let mut marks = Vec::with_capacity(pieces.len());
    let mut left = marked;
    for piece in &pieces {
        let mark = left.strip_prefix(piece).and_then(|after| after.chars().next());
        left = left.get(piece.len() + mark.map_or(0, char::len_utf8)..).unwrap_or_default();
        marks.push(mark);
    }
    let start = pieces.first().and_then(|first| first.find("Step 1:")).unwrap_or(0);
    let (question, first) = pieces.first().copied().unwrap_or_default().split_at(start);
    let question =
        if question.trim().is_empty() { "A problem without words." } else { question.trim() };
    let id = record.text("task").unwrap_or_default().to_owned();
    let top = forest.plant(Problem { id, text: question.to_owned(), ..Problem::default() })?;
    let mut texts: Vec<&str> = pieces.iter().map(|piece| piece.trim()).collect();
    if let Some(text) = texts.first_mut() {
        *text = first.trim();
    }
    if !rest.trim().is_empty() {
        texts.push(rest.trim());
    }
    for (node, mark) in chain(forest, top, &texts)?.into_iter().zip(marks) {
        let raw = match mark {
            Some('+') => 1.0,
            Some('-') => 0.0,
            _ => {
                forest.drop("steps without a mark");
                continue;
            }
        };
        forest.evaluate(node, &score("math-shepherd", raw, EvaluatorKind::Code))?;
    }
    Ok(())
}

/// Reads a row of ProcessBench: the label is the first wrong step, from 0, or −1.
pub(super) fn processbench(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let problem = Problem {
        id: record.get("id").and_then(Json::as_name).unwrap_or_default(),
        text: record.text("problem").unwrap_or("A problem without words.").to_owned(),
        ..Problem::default()
    };
    let top = forest.plant(problem)?;
    let texts: Vec<&str> =
        record.list("steps").unwrap_or_default().iter().filter_map(Json::as_text).collect();
    let nodes = chain(forest, top, &texts)?;
    let first_error = record.number("label").unwrap_or(-1.0);
    for (index, node) in nodes.iter().enumerate() {
        let distance = index as f64 - first_error;
        if first_error < 0.0 || distance < 0.0 {
            forest.label(*node, Label::Good)?;
        } else if distance < 1.0 {
            forest.label(*node, Label::Bad)?;
            forest.first_error(*node)?;
        }
    }
    if let (Some(Json::Bool(correct)), Some(last)) =
        (record.get("final_answer_correct"), nodes.last())
    {
        let raw = if *correct { 1.0 } else { 0.0 };
        forest.evaluate(*last, &score(verify::NAME, raw, EvaluatorKind::Code))?;
    }
    if let Some(generator) = record.text("generator") {
        forest.note(top, &format!("generator: {generator}"));
    }
    Ok(())
}

/// Adds a path that ends in an answer.
fn chain(forest: &mut Forest, top: NodeId, texts: &[&str]) -> Result<Vec<NodeId>, Error> {
    let mut at = top;
    let mut nodes = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let ends = index + 1 == texts.len();
        let answer = if ends { extract(text) } else { None };
        at = forest.line(at, text, ends, answer.as_deref())?;
        nodes.push(at);
    }
    Ok(nodes)
}

fn score(evaluator: &str, raw: f64, kind: EvaluatorKind) -> Score<'_> {
    Score { evaluator, raw, range: (0.0, 1.0), scale: "0..1", explanation: "", kind }
}
