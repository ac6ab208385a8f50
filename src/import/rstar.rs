//! rStar-Math: one tree a record, its nodes under dotted paths such as `0.1.2`.
//!
//! Values are on −1..1; `visit_count` visits with the mean `q_value` are backed up.

use super::error::Error;
use super::flat::{self, Flat};
use super::forest::{Forest, Score};
use super::json::Json;
use crate::tree::{EvaluatorKind, NodeId, Problem};

/// Returns whether a record is a tree.
pub(super) fn looks(first: &Json) -> bool {
    first.object("rstar").is_some()
}

/// Reads a tree.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let fields = record.object("rstar").unwrap_or_default();
    let nodes: Vec<Flat> = fields
        .iter()
        .map(|(path, node)| {
            let parent = path.rsplit_once('.').map(|(parent, _)| parent.to_owned());
            Flat {
                id: path.clone(),
                parent,
                text: node.text("text").unwrap_or_default(),
                record: node,
            }
        })
        .collect();
    let problem = Problem {
        text: record.text("question").unwrap_or("A problem without words.").to_owned(),
        answer: record.get("answer").and_then(Json::as_name),
        ..Problem::default()
    };
    let order = flat::order(&nodes, forest);
    let top = forest.plant(problem)?;
    let mut planted: Vec<Option<NodeId>> = vec![None; nodes.len()];
    for (at, parent) in order.order {
        let node = match parent {
            // The root holds the prompt, which is the problem.
            None => top,
            Some(parent) => {
                let parent = planted[parent].unwrap_or(top);
                let json = nodes[at].record;
                let answer = json
                    .get("final_answer")
                    .and_then(Json::as_name)
                    .filter(|text| !text.is_empty());
                let ends = answer.is_some() && !order.has_children[at];
                forest.line(parent, nodes[at].text, ends, answer.as_deref())?
            }
        };
        planted[at] = Some(node);
        annotate(forest, node, nodes[at].record)?;
    }
    Ok(())
}

fn annotate(forest: &mut Forest, node: NodeId, json: &Json) -> Result<(), Error> {
    for name in ["value", "q_value"] {
        if let Some(raw) = json.number(name) {
            let visits = json.number("visit_count").unwrap_or(0.0);
            let score = Score {
                evaluator: name,
                raw,
                range: (-1.0, 1.0),
                scale: "-1..1",
                explanation: &format!("{visits} visits"),
                kind: EvaluatorKind::Llm,
            };
            forest.evaluate(node, &score)?;
        }
    }
    for name in ["observation", "action_input", "extra_info"] {
        if let Some(found) = json.get(name).filter(|found| found.as_text() != Some("")) {
            forest.note(node, &format!("{name}: {}", found.written(4000)));
        }
    }
    Ok(())
}
