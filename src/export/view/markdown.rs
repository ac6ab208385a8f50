//! Markdown: the problem, its answers with their paths, and the tree as a list.

use std::fmt::Write;

use super::super::material::Material;
use super::super::trajectory::trajectories;
use super::{View, label, rating, shown, verdict};
use crate::tree::{Label, NodeId, Source};

pub const VIEW: View = View {
    name: "markdown",
    shows: "Markdown: answers with their paths, and the tree",
    ending: "md",
    draw,
};

/// Levels of a list that are indented.
const DEEPEST: u32 = 12;

fn draw(material: &Material) -> String {
    let tree = &material.tree;
    let mut text = String::from("# Problem\n\n");
    fence(&mut text, &material.problem.text);
    text.push_str("\n# Trajectories\n");
    for path in trajectories(tree) {
        let word = match path.standing {
            Some(standing) if standing.good => format!("good, by {}", standing.basis.word()),
            Some(standing) => format!("bad, by {}", standing.basis.word()),
            None => "not judged".to_owned(),
        };
        let _ = writeln!(text, "\n## {}: {word}\n", path.leaf);
        for segment in &path.segments {
            let mark = match (segment.source, segment.label) {
                (Source::Signal, _) => "revision signal",
                (Source::Written, _) => "written by hand",
                (_, Some(Label::Bad)) => "bad",
                (_, Some(Label::Neutral)) => "neutral",
                (_, Some(Label::Good)) => "good",
                _ => "",
            };
            let read = if segment.trained { "" } else { "read, not learnt" };
            let marks: Vec<_> = [mark, read].into_iter().filter(|mark| !mark.is_empty()).collect();
            if !marks.is_empty() {
                let _ = writeln!(text, "*{}*\n", marks.join(", "));
            }
            fence(&mut text, segment.text.trim_end());
            text.push('\n');
        }
    }
    text.push_str("# Tree\n\n");
    for id in shown(tree).filter(|id| *id != NodeId::ROOT) {
        let indent = "  ".repeat(tree.node(id).depth().clamp(1, DEEPEST) as usize - 1);
        let value = rating(tree, id).map_or("-".to_owned(), |value| format!("{value:.2}"));
        let right = match verdict(tree, id) {
            Some(true) => ", right",
            Some(false) => ", wrong",
            None => "",
        };
        let line = label(material, id).replace('`', "'");
        let _ = writeln!(text, "{indent}- {id} ({value}{right}) `{line}`");
    }
    text
}

/// Writes text between fences that are longer than any in it.
fn fence(out: &mut String, text: &str) {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(out, "{fence}text\n{text}\n{fence}");
}
