//! A person's marks on a step, and what is proposed, as words and signs.

use crate::app::Workbench;
use crate::curate::proposal;
use crate::text::SafeText;
use crate::tree::{Label, NodeId};

/// Returns the sign of a step's label for narrow places, or of the proposal while judging is on,
/// and the scope of its style.
pub fn sign(bench: &Workbench, id: NodeId) -> (&'static str, &'static str) {
    let node = bench.tree.node(id);
    if node.is_first_error() {
        return ("✗", "wrong");
    }
    match node.label() {
        Some(Label::Good) => ("+", "right"),
        Some(Label::Neutral) => ("~", "text"),
        Some(Label::Bad) => ("-", "wrong"),
        None if bench.judging.on && proposal(&bench.tree, id).is_some() => ("?", "muted"),
        None => (" ", "muted"),
    }
}

/// Returns the words that a row says of a step: label or proposal, first error, flag, tags, note.
pub fn words(bench: &Workbench, id: NodeId) -> String {
    let node = bench.tree.node(id);
    let mut words = String::new();
    let mut say = |word: &str| {
        words.push(' ');
        words.push_str(word);
    };
    match (node.label(), node.is_first_error()) {
        (_, true) => say("first error"),
        (Some(label), false) => say(label.name()),
        (None, false) if bench.judging.on => {
            if let Some(proposed) = proposal(&bench.tree, id) {
                say(&format!("{}?", proposed.name()));
            }
        }
        (None, false) => {}
    }
    if node.is_flagged() {
        say("!flag");
    }
    for tag in node.tags() {
        say(&format!("[{}]", SafeText::line(tag)));
    }
    if !node.note().is_empty() {
        say("note");
    }
    words
}

/// Returns whether a step comes after a first error on its path.
pub fn is_downstream(bench: &Workbench, id: NodeId) -> bool {
    bench.tree.ancestors(id).skip(1).any(|at| bench.tree.node(at).is_first_error())
}
