//! llm-reasoners' TreeLog: a snapshot of the whole tree after each iteration.
//!
//! Each snapshot becomes a step of the search: the nodes that are new in it, the figures that changed
//! in it, and the trace that it selected. So the replay shows the search as it went.

use std::collections::HashMap;

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::Json;
use super::scale::Scale;
use crate::tree::{EvaluatorKind, NodeId, Problem};

/// Returns whether a record is a log of snapshots.
pub(super) fn looks(first: &Json) -> bool {
    let logs = first.list("logs").unwrap_or_default();
    logs.first().is_some_and(|log| log.get("nodes").is_some() && log.get("edges").is_some())
}

/// Reads a log.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let snapshots = record.list("logs").unwrap_or_default();
    let last = snapshots.last().unwrap_or(&Json::Null);
    let parents: HashMap<String, String> = links(last).collect();
    let Some(root) = items(last, "nodes").find(|(id, _)| !parents.contains_key(id)) else {
        return Err(forest.shape("its last snapshot has no root"));
    };
    let scales = scales(snapshots);
    let text = text(root.1);
    let text = if text.trim().is_empty() { "A search without a problem.".to_owned() } else { text };
    let top = forest.plant(Problem { text, ..Problem::default() })?;
    let mut nodes: HashMap<String, NodeId> = HashMap::from([(root.0.clone(), top)]);
    let mut known: HashMap<(NodeId, String), f64> = HashMap::new();
    for (index, snapshot) in snapshots.iter().enumerate() {
        let parents: HashMap<String, String> = links(snapshot).collect();
        grow(snapshot, &parents, &mut nodes, forest)?;
        for (_, edge) in items(snapshot, "edges") {
            let Some(node) = target(edge).and_then(|id| nodes.get(&id).copied()) else {
                forest.drop("edges to no node");
                continue;
            };
            for (name, figure) in edge.object("data").unwrap_or_default() {
                let Some(raw) = figure.as_number() else {
                    forest.note(node, &format!("{name}: {}", figure.written(500)));
                    continue;
                };
                if known.insert((node, name.clone()), raw) == Some(raw) {
                    continue;
                }
                let Some(scale) = scales.get(name) else { continue };
                let score = Score {
                    evaluator: name,
                    raw,
                    range: scale.range,
                    scale: &scale.name,
                    explanation: "",
                    kind: EvaluatorKind::Llm,
                };
                forest.evaluate(node, &score)?;
            }
        }
        let trace = trace(snapshot, &root.0, &nodes).unwrap_or(top);
        forest.chosen(trace, &format!("iteration {} of {}", index + 1, snapshots.len()))?;
        if let Some(reward) = known.get(&(trace, "reward".to_owned())).copied()
            && let Some(scale) = scales.get("reward")
        {
            let share = (reward - scale.range.0) / (scale.range.1 - scale.range.0);
            forest.back_up(trace, "reward", share)?;
        }
    }
    Ok(())
}

/// Adds the nodes of a snapshot that are not there yet, parents first.
fn grow(
    snapshot: &Json,
    parents: &HashMap<String, String>,
    nodes: &mut HashMap<String, NodeId>,
    forest: &mut Forest,
) -> Result<(), Error> {
    let mut waiting: Vec<(String, &Json)> =
        items(snapshot, "nodes").filter(|(id, _)| !nodes.contains_key(id)).collect();
    loop {
        let before = waiting.len();
        let mut later = Vec::new();
        for (id, json) in waiting {
            match parents.get(&id).and_then(|parent| nodes.get(parent).copied()) {
                Some(parent) => {
                    let node = forest.line(parent, &text(json), false, None)?;
                    nodes.insert(id, node);
                }
                None => later.push((id, json)),
            }
        }
        if later.is_empty() || later.len() == before {
            for _ in &later {
                forest.drop("nodes of a snapshot that hang from nothing");
            }
            return Ok(());
        }
        waiting = later;
    }
}

/// Nodes or edges of a snapshot: an object by id, or a list.
fn items<'a>(snapshot: &'a Json, name: &str) -> impl Iterator<Item = (String, &'a Json)> + use<'a> {
    let list: Vec<(String, &Json)> = match snapshot.get(name) {
        Some(Json::Object(fields)) => fields
            .iter()
            .map(|(key, item)| {
                (item.get("id").and_then(Json::as_name).unwrap_or_else(|| key.clone()), item)
            })
            .collect(),
        Some(Json::List(list)) => {
            list.iter().filter_map(|item| Some((item.get("id")?.as_name()?, item))).collect()
        }
        _ => Vec::new(),
    };
    list.into_iter()
}

fn target(edge: &Json) -> Option<String> {
    edge.get("target")?.as_name()
}

/// Children with their parents.
fn links(snapshot: &Json) -> impl Iterator<Item = (String, String)> + use<'_> {
    items(snapshot, "edges")
        .filter_map(|(_, edge)| Some((target(edge)?, edge.get("source")?.as_name()?)))
}

/// The end of the trace that a snapshot selected.
fn trace(snapshot: &Json, root: &str, nodes: &HashMap<String, NodeId>) -> Option<NodeId> {
    let edges: HashMap<String, &Json> = items(snapshot, "edges").collect();
    let by_id: HashMap<String, &Json> = items(snapshot, "nodes").collect();
    let mut at = root.to_owned();
    // No trace is longer than there are nodes, whatever circles the file makes.
    for _ in 0..by_id.len() {
        let selected = by_id.get(&at).and_then(|node| node.get("selected_edge")?.as_name());
        let Some(next) = selected.and_then(|edge| target(edges.get(&edge)?)) else { break };
        at = next;
    }
    nodes.get(&at).copied()
}

fn scales(snapshots: &[Json]) -> HashMap<String, Scale> {
    let mut figures: HashMap<&str, Vec<f64>> = HashMap::new();
    for edge in snapshots.iter().flat_map(|snapshot| items(snapshot, "edges")) {
        for (name, figure) in edge.1.object("data").unwrap_or_default() {
            figures.entry(name).or_default().extend(figure.as_number());
        }
    }
    figures
        .into_iter()
        .filter_map(|(name, figures)| Some((name.to_owned(), Scale::of(figures.into_iter())?)))
        .collect()
}

/// A node's text: the words among its data, under their names where there are several.
fn text(json: &Json) -> String {
    let data = json.object("data").unwrap_or_default();
    let words: Vec<(&str, String)> = data
        .iter()
        .filter(|(_, value)| *value != Json::Null)
        .map(|(name, value)| {
            let text = value.as_text().map_or_else(|| value.written(4000), str::to_owned);
            (name.as_str(), text)
        })
        .collect();
    match words.as_slice() {
        [(_, only)] => only.clone(),
        _ => words
            .iter()
            .map(|(name, text)| format!("{name}: {text}"))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}
