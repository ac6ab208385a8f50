//! Rewriting a step: on a line, or in the person's editor with the changes shown before they are
//! made.
//!
//! Responsible for the way of a text to the person and back. Not responsible for what becomes of
//! it (`curate::rewrite`), nor for running an editor (`ui::editor`).

use super::Effect;
use super::argument::Arguments;
use super::comparing::{self, Shown};
use super::line::{self, Purpose};
use super::model::Model;
use super::overlay::Overlay;
use super::walking::walk;
use super::workbench::change;
use crate::curate;
use crate::search::Turn;
use crate::tree::{Actor, NodeId};

/// Stands for a line end in the line in which a step is rewritten.
const LINE_END: char = '↵';

/// The screen of a rewrite that came back from the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewriting {
    /// The step.
    pub of: NodeId,
    /// The new text.
    pub text: String,
    /// How many rows the texts are scrolled down.
    pub scrolled: usize,
}

/// How a rewrite is shown beside what it rewrites.
pub const SHOWN: Shown = Shown { names: ["as it is", "rewritten"], hidden: true, chosen: None };

/// Lets the person rewrite the chosen step in an editor.
pub(super) fn compose(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    if let Some(why) = &bench.saved.read_only {
        let text = format!("This session is read-only: {why}");
        model.complain(text);
        return Vec::new();
    }
    match bench.target() {
        Ok(node) => {
            let text = bench.tree.node(node).text().trim_end().to_owned();
            begin(model, node, text)
        }
        Err(message) => {
            model.complain(message);
            Vec::new()
        }
    }
}

/// Opens the rewrite on the screen in the editor once more.
pub(super) fn again(model: &mut Model) -> Vec<Effect> {
    match model.overlays.pop() {
        Some(Overlay::Rewriting(Rewriting { of, text, .. })) => begin(model, of, text),
        Some(other) => {
            model.overlays.push(other);
            Vec::new()
        }
        None => Vec::new(),
    }
}

fn begin(model: &mut Model, node: NodeId, text: String) -> Vec<Effect> {
    model.is_composing = true;
    vec![Effect::Compose { node, text }]
}

/// The editor has ended: what it changed is shown before it is made.
pub(super) fn composed(model: &mut Model, of: NodeId, text: Result<String, String>) {
    model.is_composing = false;
    let Some(bench) = model.workbench().filter(|bench| bench.tree.contains(of)) else { return };
    match text {
        Err(message) => model.complain(message),
        Ok(text) if text.trim_end() == bench.tree.node(of).text().trim_end() => {
            model.tell(format!("{of} was not changed."));
        }
        Ok(text) if text.trim().is_empty() => {
            model.complain("The text is empty; nothing was made of it. x prunes a step.");
        }
        Ok(text) => {
            let text = text.trim_end().to_owned();
            model.overlays.push(Overlay::Rewriting(Rewriting { of, text, scrolled: 0 }));
        }
    }
}

/// Makes the rewrite that is shown.
pub(super) fn apply(model: &mut Model, now: u64) -> Vec<Effect> {
    match model.overlays.pop() {
        Some(Overlay::Rewriting(Rewriting { of, text, .. })) => rewrite(model, of, &text, now),
        Some(other) => {
            model.overlays.push(other);
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Scrolls the texts, no further than there is some.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    let (Some(bench), Some(Overlay::Rewriting(shown))) = (model.workbench(), model.overlays.last())
    else {
        return Vec::new();
    };
    let compared = curate::compare::rewrite(&bench.tree, shown.of, &shown.text);
    let most = comparing::furthest(&compared, SHOWN, comparing::inside(model.size));
    if let Some(Overlay::Rewriting(rewriting)) = model.overlays.last_mut() {
        rewriting.scrolled = rewriting.scrolled.saturating_add_signed(by).min(most);
    }
    Vec::new()
}

/// Rewrites the chosen step, or opens the line for it.
pub(super) fn edit(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    match bench.target() {
        Ok(node) if !arguments.text().is_empty() => typed(model, node, arguments.text(), now),
        Ok(node) => {
            let text = bench.tree.node(node).text().trim_end().replace('\n', &LINE_END.to_string());
            line::open_for(model, Purpose::Edit { node }, &text)
        }
        Err(message) => {
            model.complain(message);
            Vec::new()
        }
    }
}

/// Makes the rewrite that was typed on a line.
pub(super) fn typed(model: &mut Model, of: NodeId, text: &str, now: u64) -> Vec<Effect> {
    rewrite(model, of, &text.replace(LINE_END, "\n"), now)
}

/// Makes a rewrite of a step, beside it. It is judged like any other, and the search goes on from
/// it.
fn rewrite(model: &mut Model, of: NodeId, text: &str, now: u64) -> Vec<Effect> {
    let mut made = None;
    let effects = change(model, now, |bench| {
        let (node, body) = curate::rewrite(&bench.tree, of, text)?;
        made = Some(node);
        Ok(Turn { operations: vec![(Actor::Person, body)], ..Turn::default() })
    });
    if let Some(node) = made {
        walk(model, |bench| Some(node).filter(|node| bench.tree.contains(*node)));
        model.tell(format!("{node} rewrites {of}; gr rolls it out, u takes it back."));
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::super::judge::tests::{opened, press};
    use super::super::message::Msg;
    use super::super::update;
    use super::*;
    use crate::tree::sample::Grower;

    fn session() -> Model {
        let mut grower = Grower::new("p");
        grower.add(NodeId::ROOT, "one\ntwo\n");
        opened(grower)
    }

    #[test]
    fn what_the_editor_changed_is_shown_and_then_made() {
        let mut model = session();
        press(&mut model, "jE");
        assert!(model.is_composing && !model.is_settled());
        let node = NodeId(1);
        let text = Ok("one\nthree\n".to_owned());
        update(&mut model, Msg::Composed { node, text }, 9);
        let tree = &model.workbench().unwrap().tree;
        assert!(!model.is_composing && tree.len() == 2, "nothing is made yet");
        assert!(matches!(model.overlays.last(), Some(Overlay::Rewriting(_))));
        press(&mut model, "<enter>");
        let bench = model.workbench().unwrap();
        let made = bench.tree.node(bench.cursor);
        assert_eq!((made.text(), made.of()), ("one\nthree\n", Some(node)));
        press(&mut model, "u");
        assert!(model.workbench().unwrap().tree.node(NodeId(2)).is_withdrawn());
    }

    #[test]
    fn what_was_not_changed_or_failed_makes_nothing() {
        let node = NodeId(1);
        for (text, words) in [
            (Ok("one\ntwo\n".to_owned()), "was not changed"),
            (Ok("\n".to_owned()), "is empty"),
            (Err("The editor vi did not run.".to_owned()), "did not run"),
        ] {
            let mut model = session();
            press(&mut model, "jE");
            update(&mut model, Msg::Composed { node, text }, 9);
            assert!(model.notice.clone().unwrap().text.contains(words));
            assert!(model.overlays.is_empty() && !model.is_composing);
        }
        let mut model = session();
        press(&mut model, "jE");
        update(&mut model, Msg::Composed { node, text: Ok("other".to_owned()) }, 9);
        press(&mut model, "q");
        assert_eq!(model.workbench().unwrap().tree.len(), 2, "it can be dropped");
    }
}
