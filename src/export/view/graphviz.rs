//! Graphviz: `dot -Tsvg` draws it.

use std::fmt::Write;

use super::super::material::Material;
use super::{View, label, rating, shown, verdict};

pub const VIEW: View =
    View { name: "graphviz", shows: "Graphviz: the tree as a picture", ending: "dot", draw };

fn draw(material: &Material) -> String {
    let tree = &material.tree;
    let mut text = String::from("digraph pleach {\n  node [shape=box, fontname=\"monospace\"];\n");
    for id in shown(tree) {
        let caption = match rating(tree, id) {
            Some(value) => format!("{} ({value:.2})", label(material, id)),
            None => label(material, id),
        };
        let border = match verdict(tree, id) {
            Some(true) => ", color=\"forestgreen\", penwidth=2",
            Some(false) => ", color=\"firebrick\", style=\"dashed\"",
            None => "",
        };
        let _ = writeln!(text, "  n{} [label=\"{}\"{border}];", id.0, escape(&caption));
        if let Some(parent) = tree.node(id).parent() {
            let _ = writeln!(text, "  n{} -> n{};", parent.0, id.0);
        }
    }
    text + "}\n"
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
