//! SWE-Search trees: moatless-tree-search (nested, or a list with parents), moatless-tools, and the
//! original repository's list of nodes.
//!
//! Rewards are on −100..100 with an explanation; the sums of backed-up rewards become visits with
//! their mean.

use super::error::Error;
use super::flat::{self, Flat};
use super::forest::{Forest, Score};
use super::json::Json;
use crate::tree::{EvaluatorKind, NodeId, Problem};

const REWARD: &str = "reward";
const LONGEST_ACTION: usize = 8000;

/// Returns whether a record is a tree or a node of the family.
pub(super) fn looks(first: &Json) -> bool {
    is_node(first)
        || first.get("root").is_some_and(is_node)
        || first.list("nodes").is_some_and(|nodes| nodes.first().is_some_and(is_node))
}

fn is_node(json: &Json) -> bool {
    json.get("node_id").is_some()
        || (json.get("state_name").is_some() && json.get("children_ids").is_some())
}

/// Reads trees, or the nodes of one.
pub(super) fn read(records: &[Json], forest: &mut Forest) -> Result<(), Error> {
    if records.first().is_some_and(|first| is_node(first) && first.list("children").is_none()) {
        return listed(records, forest);
    }
    for record in records {
        match (record.get("root"), record.list("nodes")) {
            (Some(root), _) => {
                let top = nested(root, forest)?;
                header(record, top, forest);
            }
            (None, Some(nodes)) => listed(nodes, forest)?,
            (None, None) if is_node(record) => drop(nested(record, forest)?),
            (None, None) => forest.drop("records that are no tree"),
        }
    }
    Ok(())
}

/// A list of nodes that name their parents.
fn listed(records: &[Json], forest: &mut Forest) -> Result<(), Error> {
    let texts: Vec<String> = records.iter().map(text).collect();
    let id =
        |record: &Json| record.get("node_id").or_else(|| record.get("id")).and_then(Json::as_name);
    let nodes: Vec<Flat> = records
        .iter()
        .zip(&texts)
        .filter_map(|(record, text)| {
            let parent = record.get("parent_id").and_then(Json::as_name);
            Some(Flat { id: id(record)?, parent, text, record })
        })
        .collect();
    flat::plant(
        &nodes,
        "A tree without a problem.",
        forest,
        |forest, parent, node, has_children| {
            forest.line(parent, node.text, ends(node.record) && !has_children, None)
        },
        |forest, node, flat| {
            let visits = flat.record.number("visits").unwrap_or(0.0);
            judge(flat.record, node, forest)?;
            if visits >= 1.0 {
                forest.note(node, &format!("visits: {visits}"));
            }
            Ok(())
        },
    )
}

/// A node with its children inside.
fn nested(root: &Json, forest: &mut Forest) -> Result<NodeId, Error> {
    let text = text(root);
    let text = if text.trim().is_empty() { "A tree without a problem.".to_owned() } else { text };
    let top = forest.plant(Problem { text, ..Problem::default() })?;
    let mut waiting = vec![(root, top)];
    while let Some((json, node)) = waiting.pop() {
        judge(json, node, forest)?;
        let children = json.list("children").unwrap_or_default();
        let figures = |json: &Json| {
            (json.number("visits").unwrap_or(0.0), json.number("value").unwrap_or(0.0))
        };
        let (below, sum) = children
            .iter()
            .map(figures)
            .fold((0.0, 0.0), |(visits, sum), (more, value)| (visits + more, sum + value));
        let (visits, value) = figures(json);
        let own = visits - below;
        forest.visits(node, REWARD, own, share((value - sum) / own))?;
        let mut added = Vec::new();
        for child in children {
            let leaf = child.list("children").is_none_or(<[Json]>::is_empty);
            added.push((child, forest.line(node, &self::text(child), ends(child) && leaf, None)?));
        }
        waiting.extend(added.into_iter().rev());
    }
    Ok(top)
}

fn ends(json: &Json) -> bool {
    let step_ends =
        |step: &Json| step.get("observation").is_some_and(|seen| seen.is_true("terminal"));
    json.is_true("terminal")
        || json.get("observation").is_some_and(|seen| seen.is_true("terminal"))
        || json.list("action_steps").unwrap_or_default().iter().any(step_ends)
}

fn share(raw: f64) -> f64 {
    (raw + 100.0) / 200.0
}

/// Takes over a node's reward, marks and side remarks.
fn judge(json: &Json, node: NodeId, forest: &mut Forest) -> Result<(), Error> {
    let reward = json.get(REWARD);
    let raw = reward.and_then(|reward| reward.as_number().or_else(|| reward.number("value")));
    if let Some(raw) = raw.or_else(|| json.number("raw_value")) {
        let explanation = reward.and_then(|reward| reward.text("explanation")).unwrap_or_default();
        let score = Score {
            evaluator: REWARD,
            raw,
            range: (-100.0, 100.0),
            scale: "-100..100",
            explanation,
            kind: EvaluatorKind::Llm,
        };
        forest.evaluate(node, &score)?;
    }
    if json.is_true("is_duplicate") || json.is_true("duplicate") {
        forest.tag(node, "duplicate")?;
    }
    if let Some(feedback) = reward.and_then(|reward| reward.text("feedback")) {
        forest.note(node, &format!("feedback: {feedback}"));
    }
    for name in ["feedback", "feedback_data", "error", "output", "selection", "evaluation_result"] {
        if let Some(found) = json.get(name).filter(|found| found.as_text() != Some("")) {
            forest.note(node, &format!("{name}: {}", found.written(2000)));
        }
    }
    for (name, completion) in json.object("completions").unwrap_or_default() {
        match completion.get("usage") {
            Some(usage) => forest.note(node, &format!("{name}: {}", usage.written(500))),
            None => forest.drop("completions without usage"),
        }
    }
    for name in ["file_context", "possible_actions", "artifact_changes", "workspace"] {
        if json.get(name).is_some() {
            forest.drop("file contexts and lists of possible actions");
        }
    }
    Ok(())
}

/// A node's text: what was said, done and seen.
fn text(json: &Json) -> String {
    let mut parts: Vec<String> = Vec::new();
    let said = ["message", "user_message", "assistant_message", "thoughts", "state_name"];
    parts.extend(said.iter().filter_map(|name| json.text(name)).map(str::to_owned));
    let alone = [json];
    let steps =
        json.list("action_steps").map_or_else(|| alone.to_vec(), |steps| steps.iter().collect());
    for step in steps {
        if let Some(action) = step.get("action") {
            let name = action.text("action_args_class").or_else(|| action.text("action_name"));
            let name = name.and_then(|name| name.rsplit('.').next()).unwrap_or("Action");
            parts.push(format!("{name} {}", action.written(LONGEST_ACTION)));
        }
        if let Some(seen) = step.get("observation") {
            let message = seen.as_text().or_else(|| seen.text("message"));
            parts.push(format!("Observation: {}", message.unwrap_or_default()));
        }
    }
    parts.join("\n")
}

/// Keeps what the file says of the search as a note on the root.
fn header(record: &Json, top: NodeId, forest: &mut Forest) {
    let Json::Object(fields) = record else { return };
    for (name, value) in
        fields.iter().filter(|(name, value)| name != "root" && *value != Json::Null)
    {
        forest.note(top, &format!("{name}: {}", value.written(4000)));
    }
}
