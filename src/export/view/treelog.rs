//! llm-reasoners' `TreeLog`: one picture of the tree after each step of the search.

use serde_json::{Map, Value, json};

use super::super::material::Material;
use super::{View, rating, verdict};
use crate::tree::{NodeId, Tree};

pub const VIEW: View = View {
    name: "treelog",
    shows: "llm-reasoners' viewer: the tree after each step of the search",
    ending: "treelog.json",
    draw,
};

/// The most pictures: each holds the whole tree, so the file would grow with its square.
const PICTURES: usize = 200;

fn draw(material: &Material) -> String {
    let steps = &material.search_steps;
    let stride = steps.len().div_ceil(PICTURES).max(1);
    let mut logs: Vec<_> = steps
        .iter()
        .enumerate()
        .skip(1)
        .step_by(stride)
        .map(|(index, (until, _))| picture(material, *until, steps[index - 1].1))
        .collect();
    let last = steps.last().map_or(NodeId::ROOT, |(_, node)| *node);
    logs.push(picture(material, u64::MAX, last));
    let text = serde_json::to_string(&json!({ "logs": logs })).unwrap_or_default();
    text + "\n"
}

/// The tree before an operation, and the way to the node that was chosen last.
fn picture(material: &Material, until: u64, chosen: NodeId) -> Value {
    let tree = &material.tree;
    let there = |id: &NodeId| material.made_by(*id) < until && !tree.node(*id).is_withdrawn();
    let (mut nodes, mut edges) = (Map::new(), Map::new());
    for id in tree.ids().filter(there) {
        let text = if id == NodeId::ROOT { &material.problem.text } else { tree.node(id).text() };
        let node = json!({
            "id": id.0,
            "data": { "text": text },
            "selected_edge": selected(tree, id, chosen),
            "convert_images": false,
        });
        nodes.insert(id.0.to_string(), node);
        if let Some(parent) = tree.node(id).parent() {
            let edge = json!({
                "id": id.0,
                "source": parent.0,
                "target": id.0,
                "data": { "reward": rating(tree, id), "correct": verdict(tree, id) },
                "convert_images": false,
            });
            edges.insert(id.0.to_string(), edge);
        }
    }
    json!({ "nodes": nodes, "edges": edges })
}

/// The edge that leads from a node towards the chosen one; it has the number of its end.
fn selected(tree: &Tree, id: NodeId, chosen: NodeId) -> Option<u32> {
    tree.children(id).find(|child| tree.is_within(chosen, *child)).map(|child| child.0)
}
