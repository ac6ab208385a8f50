//! Nested trees: nodes with a list of `children`, as Agent-R and most MCTS programs write them.
//!
//! Agent-R's `value` is the sum over the visits; elsewhere it is the mean, unless some node's is
//! beyond 1, in which case it is taken for a sum too. Visits become back-ups: those of a node that
//! are not its children's are its own.

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::Json;
use super::scale::Scale;
use crate::tree::{EvaluatorKind, NodeId, Problem};

/// The evaluator whose values are backed up.
const VALUE: &str = "value";
/// The names under which nested files keep a node's text.
const TEXTS: [&str; 6] = ["llm_response", "text", "content", "step", "thought", "action"];

/// Returns whether a record is the root of a nested tree.
pub(super) fn looks(first: &Json) -> bool {
    first.list("children").is_some()
        && (first.get("visits").is_some()
            || first.get("value").is_some()
            || TEXTS.iter().any(|name| first.text(name).is_some()))
}

/// Reads a tree.
pub(super) fn read(root: &Json, forest: &mut Forest) -> Result<(), Error> {
    let all = walk(root);
    let is_sum = all.iter().any(|node| node.get("llm_response").is_some())
        || all.iter().any(|node| node.number("value").is_some_and(|value| value.abs() > 1.0));
    let mean = |node: &Json| {
        let (value, visits) = (node.number("value")?, node.number("visits").unwrap_or(0.0));
        Some(if is_sum && visits > 0.0 { value / visits } else { value })
    };
    let scale = Scale::of(all.iter().filter_map(|node| mean(node)));
    let top = forest.plant(problem(root))?;
    let mut waiting = vec![(root, top)];
    while let Some((json, node)) = waiting.pop() {
        figures(forest, node, json, &mean, scale.as_ref())?;
        let mut added = Vec::new();
        for child in json.list("children").unwrap_or_default() {
            let ends = child.is_true("is_terminal") || child.is_true("terminal");
            let leaf = child.list("children").is_none_or(<[Json]>::is_empty);
            let text = text(child);
            added.push((child, forest.line(node, &text, ends && leaf, child.text("answer"))?));
        }
        waiting.extend(added.into_iter().rev());
    }
    Ok(())
}

/// All nodes of a tree, parents first.
fn walk(root: &Json) -> Vec<&Json> {
    let mut all = vec![root];
    let mut at = 0;
    while at < all.len() {
        all.extend(all[at].list("children").unwrap_or_default());
        at += 1;
    }
    all
}

fn figures(
    forest: &mut Forest,
    node: NodeId,
    json: &Json,
    mean: &impl Fn(&Json) -> Option<f64>,
    scale: Option<&Scale>,
) -> Result<(), Error> {
    if let (Some(raw), Some(scale)) = (mean(json), scale) {
        let visits = json.number("visits").unwrap_or(0.0).max(0.0);
        let why = if visits > 0.0 { format!("mean of {visits} visits") } else { String::new() };
        let score = Score {
            evaluator: VALUE,
            raw,
            range: scale.range,
            scale: &scale.name,
            explanation: &why,
            kind: EvaluatorKind::Llm,
        };
        forest.evaluate(node, &score)?;
        let share = |raw: f64| (raw - scale.range.0) / (scale.range.1 - scale.range.0);
        let children = json.list("children").unwrap_or_default();
        let below = children.iter().filter_map(|child| {
            Some((child.number("visits")?.max(0.0), mean(child).map_or(0.0, share)))
        });
        let (count, sum) = below
            .fold((0.0, 0.0), |(count, sum), (visits, mean)| (count + visits, sum + visits * mean));
        let own = visits - count;
        forest.visits(node, VALUE, own, (share(raw) * visits - sum) / own)?;
    }
    if let Some(raw) = json.number("env_score") {
        let score = Score {
            evaluator: "environment",
            raw,
            range: (0.0, 1.0),
            scale: "0..1",
            explanation: "",
            kind: EvaluatorKind::Code,
        };
        forest.evaluate(node, &score)?;
    }
    if json.is_true("disaster") {
        forest.tag(node, "disaster")?;
    }
    for name in ["prior", "puct_value", "puct", "action", "recent_actions"] {
        if let Some(found) = json.get(name).filter(|_| json.get("llm_response").is_some()) {
            forest.note(node, &format!("{name}: {}", found.written(1000)));
        }
    }
    Ok(())
}

fn text(json: &Json) -> String {
    let text = TEXTS.iter().find_map(|name| json.text(name)).unwrap_or_default();
    let observation =
        ["obs", "env_response", "observation"].iter().find_map(|name| json.text(name));
    match observation.filter(|observation| !observation.trim().is_empty()) {
        Some(observation) => format!("{}\nObservation: {observation}", text.trim_end()),
        None => text.to_owned(),
    }
}

/// The problem: what the root's messages end in, or else its text.
fn problem(root: &Json) -> Problem {
    let message = |message: &Json| message.text("content").map(str::to_owned);
    let state = root.list("state").and_then(|messages| messages.iter().rev().find_map(message));
    let named = ["question", "problem", "task", "prompt"].iter().find_map(|name| root.text(name));
    let text = named.map(str::to_owned).or(state).unwrap_or_else(|| text(root));
    let text = if text.trim().is_empty() { "A tree without a problem.".to_owned() } else { text };
    Problem { text, ..Problem::default() }
}
