//! Mermaid: a picture in Markdown, as code hosts and editors draw it.

use std::fmt::Write;

use super::super::material::Material;
use super::{View, label, rating, shown, verdict};

pub const VIEW: View = View {
    name: "mermaid",
    shows: "Mermaid: the tree as a picture in Markdown",
    ending: "mmd",
    draw,
};

fn draw(material: &Material) -> String {
    let tree = &material.tree;
    let mut text = String::from("flowchart TD\n");
    for id in shown(tree) {
        let caption = match rating(tree, id) {
            Some(value) => format!("{} ({value:.2})", label(material, id)),
            None => label(material, id),
        };
        let _ = writeln!(text, "  n{}[\"{}\"]", id.0, escape(&caption));
        if let Some(parent) = tree.node(id).parent() {
            let _ = writeln!(text, "  n{} --> n{}", parent.0, id.0);
        }
    }
    text.push_str("  classDef right stroke:#228b22,stroke-width:3px\n");
    text.push_str("  classDef wrong stroke:#b22222,stroke-dasharray:4\n");
    for (class, is_right) in [("right", true), ("wrong", false)] {
        for id in shown(tree).filter(|id| verdict(tree, *id) == Some(is_right)) {
            let _ = writeln!(text, "  class n{} {class}", id.0);
        }
    }
    text
}

/// Mermaid takes entities with `#` in place of `&`, and reads Markdown unless they stand for it.
fn escape(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' | '#' | '&' | '<' | '>' | '`' | '*' | '_' | '[' | ']' => {
                format!("#{};", u32::from(character))
            }
            other => other.to_string(),
        })
        .collect()
}
