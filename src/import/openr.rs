//! OpenR and OmegaPRM: steps with Monte Carlo values, nested or as a list of prefixes, and OpenR's
//! own search tree.
//!
//! A Monte Carlo value is the share of roll-outs from a step that were right, so its kind is CODE.

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::Json;
use crate::reasoning::extract;
use crate::tree::{EvaluatorKind, NodeId, Problem};

const EVALUATOR: &str = "monte-carlo";

/// Returns whether a record is a problem with its steps.
pub(super) fn looks(first: &Json) -> bool {
    first.get("reasoning_steps").is_some()
}

/// Returns whether a record is the root of a search tree.
pub(super) fn looks_like_search(first: &Json) -> bool {
    first.object("children").is_some() && first.object("info").is_some()
}

/// Reads a problem with its steps.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let question = record.text("question").unwrap_or("A problem without words.");
    let problem = Problem {
        id: record.get("question_id").and_then(Json::as_name).unwrap_or_default(),
        text: question.to_owned(),
        answer: record.get("final_answer").and_then(Json::as_name),
        ..Problem::default()
    };
    let top = forest.plant(problem)?;
    match record.get("reasoning_steps") {
        Some(root @ Json::Object(_)) => nested(root, top, forest),
        Some(Json::List(list)) => prefixes(list, top, forest),
        _ => Err(forest.shape("`reasoning_steps` is neither a tree nor a list")),
    }
}

fn nested(root: &Json, top: NodeId, forest: &mut Forest) -> Result<(), Error> {
    let mut waiting = vec![(root, top)];
    while let Some((json, node)) = waiting.pop() {
        value(forest, node, json)?;
        let mut added = Vec::new();
        for child in json.list("children").unwrap_or_default() {
            let text = child.text("text").unwrap_or_default();
            let leaf = child.list("children").is_none_or(<[Json]>::is_empty);
            let answer = if leaf { extract(text) } else { None };
            added.push((child, forest.line(node, text, answer.is_some(), answer.as_deref())?));
        }
        waiting.extend(added.into_iter().rev());
    }
    Ok(())
}

/// Prefixes of solutions: each hangs from the longest other that it begins with.
fn prefixes(list: &[Json], top: NodeId, forest: &mut Forest) -> Result<(), Error> {
    let mut sorted: Vec<(&str, &Json)> =
        list.iter().filter_map(|item| Some((item.text("solution_prefix")?, item))).collect();
    // In this order a prefix stands right before what it begins.
    sorted.sort_by_key(|(prefix, _)| *prefix);
    sorted.dedup_by(|(one, _), (other, _)| one == other);
    let mut path: Vec<(&str, NodeId)> = vec![("", top)];
    for (text, item) in sorted {
        while path.last().is_some_and(|(prefix, _)| !text.starts_with(prefix)) {
            path.pop();
        }
        let (prefix, parent) = path.last().copied().unwrap_or(("", top));
        let node = forest.step(parent, &text[prefix.len()..], false, None)?;
        value(forest, node, item)?;
        path.push((text, node));
    }
    Ok(())
}

fn value(forest: &mut Forest, node: NodeId, json: &Json) -> Result<(), Error> {
    let Some(raw) = json.number("mc_value") else { return Ok(()) };
    forest.evaluate(node, &score(EVALUATOR, raw, EvaluatorKind::Code))
}

fn score(evaluator: &str, raw: f64, kind: EvaluatorKind) -> Score<'_> {
    Score { evaluator, raw, range: (0.0, 1.0), scale: "0..1", explanation: "", kind }
}

/// Reads a search tree: `{"children": {action: node}, "info": {...}}`.
pub(super) fn search(root: &Json, forest: &mut Forest) -> Result<(), Error> {
    let text = root.get("info").and_then(|info| info.text("text_state"));
    let text = text.unwrap_or("A search without a problem.").to_owned();
    let top = forest.plant(Problem { text, ..Problem::default() })?;
    let mut waiting = vec![(root, top)];
    while let Some((json, node)) = waiting.pop() {
        let info = json.get("info").unwrap_or(&Json::Null);
        for (name, kind) in
            [("prm_value", EvaluatorKind::Llm), ("initial_value", EvaluatorKind::Llm)]
        {
            if let Some(raw) = info.number(name) {
                forest.evaluate(node, &score(name, raw, kind))?;
            }
        }
        if let Some(prior) = info.number("prior_p") {
            forest.note(node, &format!("prior: {prior}"));
        }
        let visits = |json: &Json| json.get("info").and_then(|info| info.number("visit_cnt"));
        let children = json.object("children").unwrap_or_default();
        let below: f64 = children.iter().filter_map(|(_, child)| visits(child)).sum();
        if let (Some(count), Some(mean)) = (visits(json), info.number("value")) {
            forest.visits(node, "value", count - below, mean)?;
        }
        let mut added = Vec::new();
        for (action, child) in children {
            let info = child.get("info").unwrap_or(&Json::Null);
            let leaf = child.object("children").is_none_or(<[_]>::is_empty);
            let text = info.text("last_action").unwrap_or(action);
            let ends = leaf && info.is_true("terminated");
            let answer = if ends { extract(text) } else { None };
            added.push((child, forest.line(node, text, ends, answer.as_deref())?));
        }
        waiting.extend(added.into_iter().rev());
    }
    Ok(())
}
