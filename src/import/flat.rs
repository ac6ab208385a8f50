//! Lists of nodes that name their parents: the plainest form of a tree, and the core of many others.
//!
//! Responsible for the order (parents first), for circles, strays and repeated names, and for the
//! generic format: one `{"id", "parent_id", "text"}` a line, with what else it may have.

use std::collections::HashMap;

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::Json;
use super::scale::Scale;
use crate::tree::{EvaluatorKind, Label, NodeId, Problem};

/// A node that names its parent.
pub(super) struct Flat<'a> {
    /// Its name.
    pub id: String,
    /// Its parent's name.
    pub parent: Option<String>,
    /// Its text.
    pub text: &'a str,
    /// All that the file says of it.
    pub record: &'a Json,
}

/// The trees of a list, parents before children.
pub(super) struct Order {
    /// Positions in the list, with the position of the parent.
    pub order: Vec<(usize, Option<usize>)>,
    /// Whether the node at a position has children.
    pub has_children: Vec<bool>,
}

/// Puts nodes in order. Strays, whose parent is missing, become roots; of a repeated name the first
/// counts; circles are dropped.
pub(super) fn order(nodes: &[Flat], forest: &mut Forest) -> Order {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(nodes.len());
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut taken = vec![false; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        if *places.entry(node.id.as_str()).or_insert(at) != at {
            forest.drop("nodes whose name another had before");
            taken[at] = true;
        }
    }
    let mut roots = Vec::new();
    for (at, node) in nodes.iter().enumerate().filter(|(at, _)| !taken[*at]) {
        match node.parent.as_deref().map(|parent| places.get(parent)) {
            Some(Some(parent)) => children[*parent].push(at),
            Some(None) => {
                forest.keep("nodes whose parent is missing, as roots");
                roots.push(at);
            }
            None => roots.push(at),
        }
    }
    let mut order = Vec::with_capacity(nodes.len());
    let mut waiting: Vec<(usize, Option<usize>)> =
        roots.into_iter().rev().map(|at| (at, None)).collect();
    while let Some((at, parent)) = waiting.pop() {
        order.push((at, parent));
        taken[at] = true;
        waiting.extend(children[at].iter().rev().map(|child| (*child, Some(at))));
    }
    taken.iter().filter(|taken| !**taken).for_each(|_| forest.drop("nodes in a circle"));
    Order { order, has_children: children.iter().map(|list| !list.is_empty()).collect() }
}

/// Plants one tree: the only root's text is the problem, or else `title`, with all roots below it.
/// `each` is told of every node.
pub(super) fn plant(
    nodes: &[Flat],
    title: &str,
    forest: &mut Forest,
    mut add: impl FnMut(&mut Forest, NodeId, &Flat, bool) -> Result<NodeId, Error>,
    mut each: impl FnMut(&mut Forest, NodeId, &Flat) -> Result<(), Error>,
) -> Result<(), Error> {
    let Order { order, has_children } = order(nodes, forest);
    let roots = order.iter().filter(|(_, parent)| parent.is_none()).count();
    let only = order.first().filter(|_| roots == 1).map(|(at, _)| *at);
    let text = only.map(|at| nodes[at].text).filter(|text| !text.trim().is_empty());
    let problem = Problem { text: text.unwrap_or(title).to_owned(), ..Problem::default() };
    let top = forest.plant(problem)?;
    let mut planted: HashMap<usize, NodeId> = HashMap::with_capacity(nodes.len());
    for (at, parent) in order {
        let node = if Some(at) == only {
            top
        } else {
            let parent = parent.and_then(|parent| planted.get(&parent).copied()).unwrap_or(top);
            add(forest, parent, &nodes[at], has_children[at])?
        };
        planted.insert(at, node);
        each(forest, node, &nodes[at])?;
    }
    Ok(())
}

/// The names under which generic files keep a node's text.
const TEXTS: [&str; 4] = ["text", "content", "step", "thought"];
/// The names under which they keep scores.
const SCORES: [&str; 4] = ["score", "value", "reward", "q_value"];

/// Returns whether a record is a node that names its parent.
pub(super) fn looks(first: &Json) -> bool {
    first.get("id").is_some()
        && first.names().any(|name| matches!(name, "parent_id" | "parentId" | "parent"))
        && TEXTS.iter().any(|name| first.text(name).is_some())
}

/// Reads nodes, one a record, as one tree.
pub(super) fn read(records: &[Json], forest: &mut Forest) -> Result<(), Error> {
    let nodes = flats(records, forest);
    let scales: Vec<(&str, Scale)> = SCORES
        .into_iter()
        .filter_map(|name| {
            let values = records.iter().filter_map(|record| record.number(name));
            Some((name, Scale::of(values)?))
        })
        .collect();
    plant(
        &nodes,
        "Nodes without a problem.",
        forest,
        |forest, parent, node, has_children| {
            let answer = node.record.text("answer");
            forest.step(parent, node.text, answer.is_some() && !has_children, answer)
        },
        |forest, node, flat| annotate(forest, node, flat.record, &scales),
    )
}

/// Makes flat nodes of records; what is no node is dropped.
pub(super) fn flats<'a>(records: &'a [Json], forest: &mut Forest) -> Vec<Flat<'a>> {
    let mut nodes = Vec::with_capacity(records.len());
    for record in records {
        let id = record.get("id").and_then(Json::as_name);
        let text = TEXTS.iter().find_map(|name| record.text(name));
        let (Some(id), Some(text)) = (id, text) else {
            forest.drop("records that are no node");
            continue;
        };
        let parent = ["parent_id", "parentId", "parent"].iter().find_map(|name| record.get(name));
        let parent = parent.and_then(Json::as_name).filter(|parent| !parent.is_empty());
        nodes.push(Flat { id, parent, text, record });
    }
    nodes
}

fn annotate(
    forest: &mut Forest,
    node: NodeId,
    record: &Json,
    scales: &[(&str, Scale)],
) -> Result<(), Error> {
    for (name, scale) in scales {
        if let Some(raw) = record.number(name) {
            let score = Score {
                evaluator: name,
                raw,
                range: scale.range,
                scale: &scale.name,
                explanation: record.text("explanation").unwrap_or_default(),
                kind: EvaluatorKind::Llm,
            };
            forest.evaluate(node, &score)?;
        }
    }
    match record.text("label") {
        Some("good") => forest.label(node, Label::Good)?,
        Some("neutral") => forest.label(node, Label::Neutral)?,
        Some("bad") => forest.label(node, Label::Bad)?,
        _ => {}
    }
    for tag in record.list("tags").unwrap_or_default() {
        forest.tag(node, tag.as_text().unwrap_or_default())?;
    }
    if record.is_true("bookmarked") {
        forest.flag(node)?;
    }
    if record.is_true("pruned") {
        forest.prune(node)?;
    }
    if let Some(note) = record.text("note") {
        forest.note(node, note);
    }
    for name in ["model", "strategy"] {
        if let Some(text) = record.text(name) {
            forest.note(node, &format!("{name}: {text}"));
        }
    }
    if let Some(metadata) = record.get("metadata").filter(|found| found.names().next().is_some()) {
        forest.note(node, &format!("metadata: {}", metadata.written(2000)));
    }
    Ok(())
}
