//! Finding and filtering: `/`, `n`, `N` and `f`.
//!
//! Responsible for what matches a text and for going there, and for showing only what a query
//! keeps. Small letters match large ones too; a large letter matches only itself.

use regex::{Regex, RegexBuilder};

use super::Effect;
use super::argument::Arguments;
use super::line::{self, Purpose};
use super::model::Model;
use super::querying::{self, Aim};
use super::walking::walk;
use super::workbench::Workbench;
use crate::tree::{NodeId, Tree};

/// Signs that make a text a query, even one that cannot be read.
const SIGNS: [char; 6] = ['<', '>', '~', '&', '|', '!'];

/// A text that is looked for.
#[derive(Debug, Clone)]
pub struct Find {
    text: String,
    pattern: Regex,
}

impl Find {
    /// Makes one of a text; of an empty one there is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let ignores_case = !text.chars().any(char::is_uppercase);
        let pattern =
            RegexBuilder::new(&regex::escape(text)).case_insensitive(ignores_case).build();
        Some(Self { text: text.to_owned(), pattern: pattern.ok()? })
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns where a text has it, in bytes.
    pub fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.pattern.find_iter(text).map(|found| (found.start(), found.end()))
    }

    pub(super) fn is_in(&self, tree: &Tree, id: NodeId) -> bool {
        let text = match tree.problem() {
            Some(problem) if id == NodeId::ROOT => problem.text.as_str(),
            _ => tree.node(id).text(),
        };
        self.pattern.is_match(text)
    }
}

impl Workbench {
    /// Returns whether a node has the text that is looked for.
    #[must_use]
    pub fn is_found(&self, id: NodeId) -> bool {
        self.sight.find.as_ref().is_some_and(|find| find.is_in(&self.tree, id))
    }
}

/// The node after one when all rows are unfolded; after the last comes the root.
pub(super) fn after(tree: &Tree, id: NodeId) -> NodeId {
    let below = tree.node(id).first_child();
    let beside = || tree.ancestors(id).find_map(|at| tree.node(at).next());
    below.or_else(beside).unwrap_or(NodeId::ROOT)
}

/// The node before one; before the root comes the last.
pub(super) fn before(tree: &Tree, id: NodeId) -> NodeId {
    let last_within = |mut at: NodeId| {
        while let Some(child) = tree.node(at).last_child() {
            at = child;
        }
        at
    };
    match (tree.node(id).previous(), tree.node(id).parent()) {
        (Some(previous), _) => last_within(previous),
        (None, Some(parent)) => parent,
        (None, None) => last_within(NodeId::ROOT),
    }
}

/// The nearest node from one on that has the text and a row; itself last.
fn nearest(bench: &Workbench, from: NodeId, to: fn(&Tree, NodeId) -> NodeId) -> Option<NodeId> {
    let find = bench.sight.find.as_ref()?;
    let tree = &bench.tree;
    let mut at = from;
    for _ in 0..tree.len() {
        at = to(tree, at);
        if !bench.outline.is_left_out(tree, at) && bench.is_in_sight(at) && find.is_in(tree, at) {
            return Some(at);
        }
    }
    None
}

/// Finds a text, or opens the line for one.
pub(super) fn find(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if arguments.text().is_empty() {
        let from = (bench.cursor, bench.line);
        return line::open_for(model, Purpose::Find { from }, "");
    }
    bench.sight.find = Find::new(arguments.text());
    next(model, true)
}

/// Goes to the next match, or the one before.
pub(super) fn next(model: &mut Model, forwards: bool) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let Some(find) = &bench.sight.find else {
        model.tell("Nothing is looked for; / finds a text.");
        return Vec::new();
    };
    let text = find.text().to_owned();
    let from = bench.cursor;
    match nearest(bench, from, if forwards { after } else { before }) {
        None => model.complain(format!("No step has {text:?}.")),
        Some(found) => {
            let wrapped = if forwards { found <= from } else { found >= from };
            walk(model, |_| Some(found));
            if found == from {
                model.tell(format!("No other step has {text:?}."));
            } else if wrapped && forwards {
                model.tell("Round to the first match.");
            }
        }
    }
    Vec::new()
}

/// While a text is typed: goes to the first match from where the person was.
pub(super) fn typed(model: &mut Model, text: &str, from: (NodeId, usize)) {
    let Some(bench) = model.workbench_mut() else { return };
    bench.sight.find = Find::new(text);
    let here = bench.sight.find.as_ref().is_some_and(|find| find.is_in(&bench.tree, from.0));
    let found = if here { Some(from.0) } else { nearest(bench, from.0, after) };
    return_to(model, (found.unwrap_or(from.0), from.1));
}

/// Goes back to where the person was.
pub(super) fn return_to(model: &mut Model, (node, line): (NodeId, usize)) {
    walk(model, |bench| Some(node).filter(|node| bench.tree.contains(*node)));
    if let Some(bench) = model.workbench_mut()
        && bench.cursor == node
    {
        bench.line = line;
    }
}

/// Shows only what has a text, or opens the line for one.
pub(super) fn filter(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    if arguments.text().is_empty() {
        let text = model.workbench().map_or("", |bench| bench.sight.filter.as_str()).to_owned();
        return line::open_for(model, Purpose::Filter, &text);
    }
    keep(model, arguments.text(), now)
}

/// Shows only the steps that a query means, or that have a text if it is no query, and what leads
/// to them; all if it is empty.
pub(super) fn keep(model: &mut Model, text: &str, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if text.is_empty() {
        show_all(model);
        return Vec::new();
    }
    match querying::read(text, &bench.tree) {
        Err(error) if text.contains(SIGNS) => {
            model.complain(error.sentence(text));
            Vec::new()
        }
        _ => querying::ask(model, text, Aim::Filter, now),
    }
}

/// Shows all steps.
pub(super) fn show_all(model: &mut Model) {
    let Some(bench) = model.workbench_mut() else { return };
    bench.sight.filter.clear();
    bench.outline.set_filter(&bench.tree, None);
    let here = bench.cursor;
    walk(model, |_| Some(here));
}

/// Shows only some steps, which are in order of creation, and what leads to them; they are what a
/// text means.
pub(super) fn kept(model: &mut Model, text: &str, nodes: &[NodeId]) {
    let Some(bench) = model.workbench_mut() else { return };
    text.clone_into(&mut bench.sight.filter);
    bench.outline.set_filter(&bench.tree, Some(&|id| nodes.binary_search(&id).is_ok()));
    let is_shown = |at: &NodeId| !bench.outline.is_left_out(&bench.tree, *at);
    // Nothing is left of what was hoisted, so there would be no row to stand on.
    bench.sight.top = bench.sight.top.filter(is_shown);
    let shown = bench.tree.ancestors(bench.cursor).find(is_shown);
    walk(model, |_| shown);
    let steps = match nodes.len() {
        1 => "1 step has".to_owned(),
        count => format!("{count} steps have"),
    };
    model.tell(format!("{steps} {text:?}; Esc shows all again."));
}
