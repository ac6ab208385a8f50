//! miniloom: a tree of differences. Each node's text is its parent's with a patch applied.
//!
//! Patches are those of diff-match-patch and are applied exactly: the text that they were made of is
//! known. Positions count UTF-16 units, as JavaScript does. A node that goes on from its parent's
//! text becomes a step with what is new; one that rewrites it holds the whole text and says so.

use std::collections::HashMap;

use super::error::Error;
use super::flat::{Flat, order};
use super::forest::Forest;
use super::json::Json;
use crate::tree::{Label, NodeId, Problem};

/// The most that all texts may have together, in UTF-16 units; each node's holds its parent's.
const MOST_UNITS: usize = 64 << 20;

/// Returns whether a record is a miniloom file.
pub(super) fn looks(first: &Json) -> bool {
    first.get("loomTree").is_some_and(|tree| tree.object("nodeStore").is_some())
}

/// Reads a miniloom file.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    let store =
        record.get("loomTree").and_then(|tree| tree.object("nodeStore")).unwrap_or_default();
    let nodes: Vec<Flat> = store
        .iter()
        .map(|(id, node)| {
            let parent = node.get("parent").and_then(Json::as_name);
            Flat { id: id.clone(), parent, text: "", record: node }
        })
        .collect();
    let order = order(&nodes, forest);
    let top = forest.plant(Problem { text: "A loom.".to_owned(), ..Problem::default() })?;
    let mut texts: HashMap<usize, (NodeId, Vec<u16>)> = HashMap::new();
    let mut units = 0;
    for (at, parent) in order.order {
        let json = nodes[at].record;
        let (above, before) = match parent.and_then(|parent| texts.get(&parent)) {
            Some((node, text)) => (*node, text.as_slice()),
            None => (top, [].as_slice()),
        };
        let Some(text) = patched(before, json.get("patch").unwrap_or(&Json::Null)) else {
            return Err(forest.shape(&format!("the patch of node {} does not fit", nodes[at].id)));
        };
        units += text.len();
        if units > MOST_UNITS {
            return Err(Error::TooMuch {
                what: "characters in all versions of its text",
                most: MOST_UNITS,
            });
        }
        let node = if parent.is_none() && text.is_empty() {
            top
        } else if let Some(more) = text.strip_prefix(before) {
            forest.step(above, &String::from_utf16_lossy(more), false, None)?
        } else {
            let node = forest.step(above, &String::from_utf16_lossy(&text), false, None)?;
            forest.tag(node, "rewrite")?;
            node
        };
        annotate(forest, node, json)?;
        texts.insert(at, (node, text));
    }
    Ok(())
}

fn annotate(forest: &mut Forest, node: NodeId, json: &Json) -> Result<(), Error> {
    match json.get("rating") {
        Some(Json::Bool(true)) => forest.label(node, Label::Good)?,
        Some(Json::Bool(false)) => forest.label(node, Label::Bad)?,
        _ => {}
    }
    for name in ["type", "summary", "model", "finishReason", "error"] {
        if let Some(text) = json.text(name) {
            forest.note(node, &format!("{name}: {text}"));
        }
    }
    Ok(())
}

/// Applies a list of patches; none if they do not fit the text.
fn patched(before: &[u16], patches: &Json) -> Option<Vec<u16>> {
    let patches = match patches {
        Json::List(patches) => patches.as_slice(),
        _ => &[],
    };
    let mut text = before.to_vec();
    for patch in patches {
        // Each patch counts from the text that those before it made.
        let start = patch.number("start2").filter(|start| *start >= 0.0).unwrap_or(0.0);
        if start > text.len() as f64 {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked just now
        let mut at = start as usize;
        for difference in patch.list("diffs")? {
            let (operation, units) = difference_of(difference)?;
            match operation {
                0 => {
                    (text.get(at..at + units.len())? == units).then_some(())?;
                    at += units.len();
                }
                -1 => {
                    (text.get(at..at + units.len())? == units).then_some(())?;
                    text.drain(at..at + units.len());
                }
                _ => {
                    text.splice(at..at, units.iter().copied());
                    at += units.len();
                }
            }
        }
    }
    Some(text)
}

/// A difference: keep (0), delete (−1) or insert (1), as a list or as an object with the names 0, 1.
fn difference_of(json: &Json) -> Option<(i8, Vec<u16>)> {
    let (operation, text) = match json {
        Json::List(list) => (list.first()?, list.get(1)?),
        _ => (json.get("0")?, json.get("1")?),
    };
    let operation = match operation.as_number()? {
        0.0 => 0,
        number if number < 0.0 => -1,
        _ => 1,
    };
    Some((operation, text.as_text()?.encode_utf16().collect()))
}
