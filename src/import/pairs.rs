//! Preference pairs: `prompt`, `chosen` and `rejected` as texts or messages, with Step-DPO's steps
//! before the fork. Each row becomes a tree of two leaves and a preference.

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::Json;
use super::scale::Scale;
use crate::reasoning::extract;
use crate::tree::{EvaluatorKind, NodeId, Problem};

/// Returns whether a record is a pair.
pub(super) fn looks(first: &Json) -> bool {
    let given = |name: &str| first.text(name).is_some() || first.list(name).is_some();
    given("chosen") && given("rejected")
}

/// Reads a pair.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let (mut chosen, mut rejected) = (turns(record, "chosen"), turns(record, "rejected"));
    let mut prompt = turns(record, "prompt");
    if prompt.is_empty() {
        // Without a prompt it is what both begin with.
        let shared = chosen.iter().zip(&rejected).take_while(|(one, other)| one == other).count();
        let shared =
            shared.min(chosen.len().saturating_sub(1)).min(rejected.len().saturating_sub(1));
        prompt = chosen.drain(..shared).collect();
        rejected.drain(..shared);
    }
    let text = prompt.join("\n\n");
    let text = if text.trim().is_empty() { "A pair without a prompt.".to_owned() } else { text };
    let answer = record.get("answer").and_then(Json::as_name);
    let mut at = forest.plant(Problem { text, answer, ..Problem::default() })?;
    if let Some(initial) = record.text("initial_reason_steps").filter(|text| !text.is_empty()) {
        at = forest.step(at, initial, false, None)?;
    }
    let scores = ["score_chosen", "score_rejected"].map(|name| record.number(name));
    let scale = Scale::of(scores.into_iter().flatten());
    let winner = leaf(forest, at, &chosen)?;
    let loser = leaf(forest, at, &rejected)?;
    for (node, raw) in [winner, loser].into_iter().zip(scores) {
        if let (Some(raw), Some(scale)) = (raw, &scale) {
            let score = Score {
                evaluator: "score",
                raw,
                range: scale.range,
                scale: &scale.name,
                explanation: "",
                kind: EvaluatorKind::Llm,
            };
            forest.evaluate(node, &score)?;
        }
    }
    forest.prefer(winner, loser)?;
    for name in ["full_chosen", "full_rejected"] {
        if record.get(name).is_some() {
            forest.drop("whole solutions beside the steps that are compared");
        }
    }
    Ok(())
}

/// What stands under a name, one text a turn.
fn turns(record: &Json, name: &str) -> Vec<String> {
    match record.get(name) {
        Some(Json::Text(text)) => vec![text.clone()],
        Some(Json::List(messages)) => messages
            .iter()
            .filter_map(|message| message.text("content"))
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn leaf(forest: &mut Forest, mut at: NodeId, turns: &[String]) -> Result<NodeId, Error> {
    let last = turns.len().saturating_sub(1);
    for turn in &turns[..last] {
        at = forest.line(at, turn, false, None)?;
    }
    let text = turns.last().map_or("", String::as_str);
    forest.line(at, text, true, extract(text).as_deref())
}
