//! Pruning and restoring, and the way back and forth through a person's changes.
//!
//! Responsible for `x`, `:prune QUERY` and what RPC suggests. What is meant by a query or suggested is
//! shown first, dimmed, and pruned when it is asked for again.

use std::collections::BTreeSet;

use super::Effect;
use super::argument::Arguments;
use super::model::Model;
use super::querying::{self, Aim};
use super::walking::walk;
use super::workbench::{Workbench, change};
use super::{find, judge, selecting};
use crate::curate::{Marks, pruning, together};
use crate::search::Turn;
use crate::tree::{Actor, Body, NodeId, Tree};

/// What is shown before it is pruned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// What was asked for; empty if nothing was.
    asked: String,
    /// The tops of the subtrees.
    tops: BTreeSet<NodeId>,
}

/// What stands for RPC where a query would stand.
const SUGGESTED: &str = "improbable paths";

impl Workbench {
    /// Returns whether a step would be pruned by what is shown at present.
    #[must_use]
    pub fn is_doomed(&self, id: NodeId) -> bool {
        let tops = &self.judging.shown.tops;
        !tops.is_empty() && self.tree.ancestors(id).any(|at| tops.contains(&at))
    }

    /// Forgets what is shown before it is pruned; returns whether there was something.
    pub(super) fn spare(&mut self) -> bool {
        !std::mem::take(&mut self.judging.shown).tops.is_empty()
    }
}

/// A turn of one operation by the person.
fn person(body: Body) -> Turn {
    Turn { operations: vec![(Actor::Person, body)], ..Turn::default() }
}

/// Prunes or restores the chosen step or what is selected; with a query, shows what it means first,
/// and prunes that when it is given again.
pub(super) fn prune(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    let text = arguments.text();
    if text.is_empty() {
        return chosen(model, now);
    }
    let Some(bench) = model.workbench() else { return Vec::new() };
    match querying::read(text, &bench.tree) {
        Err(error) => {
            model.complain(error.sentence(text));
            Vec::new()
        }
        Ok(_) => querying::ask(model, text, Aim::Prune, now),
    }
}

/// Shows the steps that a query means, or prunes them if they are shown.
pub(super) fn meant(model: &mut Model, text: &str, nodes: &[NodeId], now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let tops = pruning::tops(&bench.tree, nodes);
    if !tops.is_empty() {
        find::kept(model, text, nodes);
    }
    show_or_prune(model, text, tops, now)
}

/// Shows what RPC would prune, and prunes it when it is asked for again.
pub(super) fn suggest(model: &mut Model, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let tops = pruning::suggested(&bench.tree);
    show_or_prune(model, SUGGESTED, tops, now)
}

fn show_or_prune(model: &mut Model, asked: &str, tops: Vec<NodeId>, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let by_query = asked != SUGGESTED;
    let steps = selecting::count(tops.len());
    if tops.is_empty() {
        bench.spare();
        model.tell(if by_query {
            "No step that is not pruned matches."
        } else {
            "RPC would prune nothing: it needs four answers or more of clearly different probability."
        });
        return Vec::new();
    }
    let tops: BTreeSet<_> = tops.into_iter().collect();
    let shown = Shown { asked: asked.to_owned(), tops: tops.clone() };
    if bench.judging.shown != shown {
        let early = tops.iter().filter(|id| pruning::is_early(&bench.tree, **id)).count();
        let all: usize = tops.iter().map(|id| bench.tree.subtree(*id).count()).sum();
        bench.judging.shown = shown;
        let warning = match early {
            0 => String::new(),
            early => {
                format!(" {early} judged low this early: 1 in 8 such steps still led to an answer.")
            }
        };
        let again =
            if by_query { "the same line again does it" } else { "the same key again does it" };
        model.tell(format!(
            "{steps} would be pruned, {all} with all below; {again}, Esc drops it.{warning}"
        ));
        return Vec::new();
    }
    bench.spare();
    if by_query {
        find::show_all(model);
    }
    let tops: Vec<_> = tops.into_iter().collect();
    let effects = change(model, now, |bench| {
        let bodies = Marks::Prune(true).on(&bench.tree, &tops);
        Ok(together(bodies).map(person).unwrap_or_default())
    });
    model.tell(format!("Pruned {steps} with all below; u takes it back."));
    effects
}

/// Prunes the chosen step or what is selected; restores it if all of it is pruned.
fn chosen(model: &mut Model, now: u64) -> Vec<Effect> {
    let mut done = String::new();
    let effects = change(model, now, |bench| {
        if bench.selection.is_none() && bench.cursor == NodeId::ROOT {
            return Err("The root stands for the problem and cannot be pruned.".to_owned());
        }
        let nodes = bench.targets()?;
        bench.selection = None;
        let tree = &bench.tree;
        let restored: Vec<_> =
            nodes.iter().copied().filter(|id| tree.node(*id).is_pruned()).collect();
        let tops = pruning::tops(tree, &nodes);
        let (mark, nodes, word) = if tops.is_empty() {
            (Marks::Prune(false), restored, "Restored")
        } else {
            (Marks::Prune(true), tops, "Pruned")
        };
        let Some(first) = nodes.first() else {
            return Err("What is above it is pruned; restore that.".to_owned());
        };
        let all = selecting::count(nodes.iter().map(|id| tree.subtree(*id).count()).sum());
        let what = match nodes.len() {
            1 => format!("{first} ({all})"),
            more => format!("{first} and {} more ({all})", more - 1),
        };
        let early = nodes.iter().any(|id| pruning::is_early(tree, *id));
        let warning = if early && word == "Pruned" {
            " Judged low this early says little: 1 in 8 such steps still led to an answer."
        } else {
            ""
        };
        done = format!("{word} {what}; u takes it back.{warning}");
        Ok(together(mark.on(tree, &nodes)).map(person).unwrap_or_default())
    });
    if !done.is_empty() {
        model.tell(done);
    }
    effects
}

pub(super) fn undo(model: &mut Model, now: u64) -> Vec<Effect> {
    travel(model, now, "undo", "Undid", Tree::next_undo, |operation| Body::Undone { operation })
}

pub(super) fn redo(model: &mut Model, now: u64) -> Vec<Effect> {
    travel(model, now, "redo", "Redid", Tree::next_redo, |operation| Body::Redone { operation })
}

/// Undoes or redoes and goes to the node that it concerns.
fn travel(
    model: &mut Model,
    now: u64,
    verb: &str,
    done: &str,
    next: fn(&Tree) -> Option<(u64, NodeId)>,
    body: fn(u64) -> Body,
) -> Vec<Effect> {
    let mut target = None;
    let effects = change(model, now, |bench| {
        let Some((operation, node)) = next(&bench.tree) else {
            return Err(format!("There is nothing to {verb}."));
        };
        target = Some((operation, node));
        Ok(person(body(operation)))
    });
    if let Some((operation, node)) = target {
        walk(model, |_| Some(node));
        let what = model.workbench().map(|bench| what_changed(&bench.tree, operation, node));
        let so_far = judge::so_far(model);
        model.tell(format!("{done}: {}.{so_far}", what.unwrap_or_default()));
    }
    effects
}

/// Says what an operation did that was undone or done again.
fn what_changed(tree: &Tree, operation: u64, node: NodeId) -> String {
    match tree.concerned(operation).as_slice() {
        [] => format!("the marks of {node} are as they were"),
        [node] if tree.node(*node).is_withdrawn() => format!("{node} is withdrawn"),
        [node] if tree.node(*node).is_pruned() => format!("{node} is pruned again"),
        [node] => format!("{node} is back"),
        nodes => format!("{} steps are as they were", nodes.len()),
    }
}
