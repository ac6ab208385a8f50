//! Tree of Thoughts logs: candidates of a beam search, each written as the whole path so far, with
//! the sum of their value votes.
//!
//! A candidate hangs from the longest kept path that it begins with. On Game of 24 a vote is
//! impossible (0.001), likely (1) or sure (20); the votes are read back from their sum. A 0 is no
//! sum of votes: the log gives it to repeats, to last steps without an answer, which nobody was asked
//! about, and where no reply could be read. So it makes no evaluation. Where the remaining numbers
//! stand in the text (`left: 4 6`), the exact solver says whether the target can still be made, so
//! that the votes can be held against it.

use std::collections::HashMap;

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::Json;
use super::scale::Scale;
use super::solver::solvable;
use crate::evaluate::{SOLVER, verify};
use crate::reasoning::extract;
use crate::tree::{EvaluatorKind, NodeId, Problem};

/// The name of the model's own votes among the evaluations.
pub const VOTES: &str = "votes";
/// What Game of 24 makes.
const TARGET: i64 = 24;

/// Returns whether a record is a log of one problem.
pub(super) fn looks(first: &Json) -> bool {
    let steps = first.list("steps").unwrap_or_default();
    !steps.is_empty() && steps.iter().all(|step| step.list("new_ys").is_some())
}

/// Reads the log of one problem.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let steps = record.list("steps").unwrap_or_default();
    let question =
        steps.iter().find_map(|step| step.text("x")).unwrap_or("A problem without words.");
    let numbers = puzzle(question);
    let problem = Problem {
        id: record.get("idx").and_then(Json::as_name).unwrap_or_default(),
        ..match &numbers {
            Some(numbers) => puzzle_problem(numbers),
            None => Problem { text: question.to_owned(), ..Problem::default() },
        }
    };
    let top = forest.plant(problem)?;
    let all = steps.iter().flat_map(|step| step.list("values").unwrap_or_default());
    let scale = match numbers {
        Some(_) => Some(Scale {
            range: (0.0, 60.0),
            name: "sum of 3 votes: impossible 0.001, likely 1, sure 20".to_owned(),
        }),
        None => Scale::of(all.filter_map(Json::as_number)),
    };
    // The nodes of the paths that the step before kept.
    let mut kept: HashMap<&str, NodeId> = HashMap::from([("", top)]);
    let mut nodes: HashMap<&str, NodeId> = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        nodes.clear();
        let ends = index + 1 == steps.len();
        let values = step.list("values").unwrap_or_default();
        for (place, path) in step.list("new_ys").unwrap_or_default().iter().enumerate() {
            let Some(path) = path.as_text() else {
                forest.drop("candidates that are no text");
                continue;
            };
            let raw = values.get(place).and_then(Json::as_number);
            if let Some(earlier) = nodes.get(path).copied() {
                if let Some(parent) = forest.tree().node(earlier).parent() {
                    forest.keep("repeats, as duplicates without a vote of their own");
                    forest.repeat(parent, earlier)?;
                }
                continue;
            }
            let node = candidate(forest, &kept, path, ends)?;
            nodes.insert(path, node);
            if let (Some(raw), Some(scale)) = (raw, &scale) {
                vote(forest, node, raw, scale, numbers.is_some())?;
            }
            if numbers.is_some()
                && let Some(raw) = left(path, index + 1).and_then(|left| solvable(&left, TARGET))
            {
                let score = Score {
                    evaluator: SOLVER,
                    raw: if raw { 1.0 } else { 0.0 },
                    range: (0.0, 1.0),
                    scale: "0..1",
                    explanation: "",
                    kind: EvaluatorKind::Code,
                };
                forest.evaluate(node, &score)?;
            }
        }
        kept.clear();
        for path in step.list("select_new_ys").unwrap_or_default().iter().filter_map(Json::as_text)
        {
            match nodes.get(path).copied() {
                Some(node) => {
                    if kept.insert(path, node).is_none() {
                        forest.chosen(node, &format!("kept in the beam of step {}", index + 1))?;
                    }
                }
                None => forest.drop("kept paths that were no candidates"),
            }
        }
    }
    verdicts(record, &nodes, forest)?;
    for name in ["usage_so_far", "usage"] {
        if let Some(usage) = record.get(name) {
            forest.note(top, &format!("{name}: {}", usage.written(500)));
        }
    }
    Ok(())
}

/// Adds a candidate below the longest kept path that it begins with.
fn candidate<'a>(
    forest: &mut Forest,
    kept: &HashMap<&'a str, NodeId>,
    path: &'a str,
    ends: bool,
) -> Result<NodeId, Error> {
    let prefix =
        kept.keys().filter(|prefix| path.starts_with(**prefix)).max_by_key(|prefix| prefix.len());
    let Some(prefix) = prefix else {
        return Err(forest.shape("a candidate begins with no path that was kept"));
    };
    let answer = if ends { extract(path) } else { None };
    forest.step(kept[prefix], &path[prefix.len()..], ends, answer.as_deref())
}

fn vote(
    forest: &mut Forest,
    node: NodeId,
    raw: f64,
    scale: &Scale,
    puzzle: bool,
) -> Result<(), Error> {
    if puzzle && raw <= 0.0 {
        forest.drop("values of 0, which no vote gave");
        return Ok(());
    }
    let explanation = if puzzle { votes_in_words(raw) } else { String::new() };
    let score = Score {
        evaluator: VOTES,
        raw,
        range: scale.range,
        scale: &scale.name,
        explanation: &explanation,
        kind: EvaluatorKind::Llm,
    };
    forest.evaluate(node, &score)?;
    forest.back_up(node, VOTES, (raw - scale.range.0) / (scale.range.1 - scale.range.0))
}

/// The votes whose sum is the value of a candidate of Game of 24.
fn votes_in_words(sum: f64) -> String {
    let sure = (sum / 20.0).floor();
    let likely = (sum - 20.0 * sure).floor();
    let impossible = ((sum - 20.0 * sure - likely) * 1000.0).round();
    let parts = [(sure, "sure"), (likely, "likely"), (impossible, "impossible")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0.0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

/// Marks which of the last paths were right.
fn verdicts(
    record: &Json,
    nodes: &HashMap<&str, NodeId>,
    forest: &mut Forest,
) -> Result<(), Error> {
    let paths = record.list("ys").unwrap_or_default();
    let infos = record.list("infos").unwrap_or_default();
    let mut judged = Vec::new();
    for (path, info) in paths.iter().zip(infos) {
        let node = path.as_text().and_then(|path| nodes.get(path).copied());
        let (Some(node), Some(raw)) = (node, info.number("r")) else {
            forest.drop("verdicts on paths that were no candidates");
            continue;
        };
        if judged.contains(&node) {
            continue;
        }
        judged.push(node);
        let score = Score {
            evaluator: verify::NAME,
            raw,
            range: (0.0, 1.0),
            scale: "0..1",
            explanation: "",
            kind: EvaluatorKind::Code,
        };
        forest.evaluate(node, &score)?;
    }
    Ok(())
}

/// The numbers of Game of 24: four of them and nothing else.
fn puzzle(text: &str) -> Option<Vec<i64>> {
    let numbers: Option<Vec<i64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    numbers.filter(|numbers| {
        numbers.len() == 4 && numbers.iter().all(|number| (0..=1000).contains(number))
    })
}

fn puzzle_problem(numbers: &[i64]) -> Problem {
    let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
    let (last, first) =
        words.split_last().map_or(("", [].as_slice()), |(last, first)| (last.as_str(), first));
    Problem {
        text: format!("Use {} and {last} to make {TARGET}.", first.join(", ")),
        verifier: Some("countdown".to_owned()),
        numbers: numbers.to_vec(),
        target: Some(TARGET),
        ..Problem::default()
    }
}

/// The numbers that the last line of a path says are left after so many steps.
fn left(path: &str, steps: usize) -> Option<Vec<&str>> {
    let last = path.trim_end().lines().last()?;
    let (_, after) = last.rsplit_once("left: ")?;
    let left: Vec<&str> = after.split(')').next()?.split_whitespace().collect();
    // Each step joins two numbers; where that does not fit, nobody knows what is meant.
    (left.len() + steps == 4).then_some(left)
}
