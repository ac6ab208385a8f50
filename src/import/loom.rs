//! The loom family: trees of text that people grew with a base model. pyloom, loomsidian, exoloom,
//! wool, OpenLoom, the exports of basemode-loom, and logitloom. (miniloom has a file of its own.)
//!
//! Their text runs on from parent to child, so no line ends are added. Bookmarks become flags, and
//! exoloom's pruned nodes are pruned.

use super::error::Error;
use super::flat::{self, Flat};
use super::forest::Forest;
use super::json::Json;
use crate::tree::{NodeId, Problem};

const TITLE: &str = "A loom without a prompt.";

/// Returns whether a record is a pyloom file.
pub(super) fn is_pyloom(first: &Json) -> bool {
    let root = first.get("root");
    root.is_some_and(|root| root.text("text").is_some() && root.list("children").is_some())
}

/// Returns whether a record holds nodes by name that name their parents.
pub(super) fn is_keyed(first: &Json) -> bool {
    trees(first).next().is_some()
}

/// Returns whether a record holds a list of nodes.
pub(super) fn is_listed(first: &Json) -> bool {
    first.list("nodes").is_some_and(|nodes| nodes.first().is_some_and(flat::looks))
}

/// Returns whether a record is a logitloom file.
pub(super) fn is_logitloom(first: &Json) -> bool {
    first.get("isLogitLoomTreeVersion").is_some()
}

/// Reads a pyloom file.
pub(super) fn pyloom(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let Some(root) = record.get("root") else { return Err(forest.shape("its root is missing")) };
    let text = root.text("text").filter(|text| !text.trim().is_empty()).unwrap_or(TITLE);
    let top = forest.plant(Problem { text: text.to_owned(), ..Problem::default() })?;
    let mut waiting = vec![(root, top)];
    while let Some((json, node)) = waiting.pop() {
        for tag in json.list("tags").unwrap_or_default().iter().filter_map(Json::as_text) {
            match tag {
                "bookmark" => forest.flag(node)?,
                tag => forest.tag(node, tag)?,
            }
        }
        if json.is_true("bookmark") {
            forest.flag(node)?;
        }
        if let Some(meta) = json.get("meta").filter(|meta| meta.names().next().is_some()) {
            forest.note(node, &format!("meta: {}", meta.written(1000)));
        }
        for _ in json.list("history").unwrap_or_default() {
            forest.drop("earlier wordings of nodes");
        }
        let mut added = Vec::new();
        for child in json.list("children").unwrap_or_default() {
            added.push((
                child,
                forest.step(node, child.text("text").unwrap_or_default(), false, None)?,
            ));
        }
        waiting.extend(added.into_iter().rev());
    }
    for name in ["memories", "summaries", "chapters"] {
        if let Some(found) = record.get(name) {
            forest.note(top, &format!("{name}: {}", found.written(2000)));
        }
    }
    if record.get("model_responses").is_some() {
        forest.drop("model responses with their log-probabilities");
    }
    Ok(())
}

/// The trees of a record whose nodes stand under their names: with a title each.
fn trees(record: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let keyed = |json: &Json| {
        let node = json.object("nodes").and_then(<[_]>::first);
        node.is_some_and(|(_, node)| node.text("text").or_else(|| node.text("content")).is_some())
    };
    // exoloom keeps the tree under `tree`; loomsidian one a note under `state`.
    let alone = [("", record)].into_iter();
    let inner = record.get("tree").map(|tree| (tree.text("title").unwrap_or_default(), tree));
    let states = record.object("state").unwrap_or_default();
    let states = states.iter().map(|(name, state)| (name.as_str(), state));
    alone.chain(inner).chain(states).filter(move |(_, tree)| keyed(tree))
}

/// Reads trees whose nodes stand under their names.
pub(super) fn keyed(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let lens = record.get("lens").unwrap_or(&Json::Null);
    let listed = |name: &str| -> Vec<String> {
        let list = lens.list(name).unwrap_or_default().iter();
        list.filter_map(|item| item.get("nodeId")?.as_name()).collect()
    };
    let (bookmarks, pruned) = (listed("bookmarks"), listed("prunedNodes"));
    for (title, tree) in trees(record) {
        let nodes: Vec<Flat> = tree
            .object("nodes")
            .unwrap_or_default()
            .iter()
            .map(|(id, node)| {
                let parent =
                    ["parentId", "parent_id", "parent"].iter().find_map(|name| node.get(name));
                Flat {
                    id: id.clone(),
                    parent: parent.and_then(Json::as_name),
                    text: node.text("text").or_else(|| node.text("content")).unwrap_or_default(),
                    record: node,
                }
            })
            .collect();
        let title = [title, tree.text("title").unwrap_or_default(), TITLE];
        let title = title.into_iter().find(|title| !title.is_empty()).unwrap_or(TITLE);
        let kept_bookmarks = tree.object("bookmarkedNodes").unwrap_or_default();
        flat::plant(
            &nodes,
            title,
            forest,
            |forest, parent, node, _| forest.step(parent, node.text, false, None),
            |forest, node, flat| {
                let bookmarked =
                    ["bookmarked", "isBookmarked"].iter().any(|name| flat.record.is_true(name))
                        || bookmarks.contains(&flat.id)
                        || kept_bookmarks.iter().any(|(id, _)| *id == flat.id);
                if bookmarked {
                    forest.flag(node)?;
                }
                if pruned.contains(&flat.id) {
                    forest.prune(node)?;
                }
                for name in ["author", "authorType", "authorName", "modelId", "type", "error"] {
                    if let Some(text) = flat.record.text(name) {
                        forest.note(node, &format!("{name}: {text}"));
                    }
                }
                Ok(())
            },
        )?;
    }
    Ok(())
}

/// Reads the export of basemode-loom, or any other list of nodes.
pub(super) fn listed(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    flat::read(record.list("nodes").unwrap_or_default(), forest)
}

/// Reads a logitloom file: a tree of tokens with their probabilities.
pub(super) fn logitloom(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let settings = record.get("modelSettings").unwrap_or(&Json::Null);
    let words = ["prompt", "prefill"].map(|name| settings.text(name).unwrap_or_default()).concat();
    let text = if words.trim().is_empty() { TITLE.to_owned() } else { words };
    let top = forest.plant(Problem { text, ..Problem::default() })?;
    if let Some(name) = record.text("modelName") {
        forest.note(top, &format!("model: {name}"));
    }
    let mut waiting: Vec<(&Json, NodeId)> =
        record.list("roots").unwrap_or_default().iter().rev().map(|token| (token, top)).collect();
    while let Some((token, parent)) = waiting.pop() {
        let children = token.list("children").unwrap_or_default();
        let ends = token.text("branchFinished") == Some("stop") && children.is_empty();
        let node = forest.step(parent, token.text("text").unwrap_or_default(), ends, None)?;
        let prob = token.number("prob").or_else(|| token.number("logprob").map(f64::exp));
        if let Some(raw) = prob {
            let score = super::forest::Score {
                evaluator: "probability",
                raw,
                range: (0.0, 1.0),
                scale: "0..1",
                explanation: "",
                kind: crate::tree::EvaluatorKind::Llm,
            };
            forest.evaluate(node, &score)?;
        }
        waiting.extend(children.iter().rev().map(|child| (child, node)));
    }
    Ok(())
}
