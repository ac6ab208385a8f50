//! Pruning and restoring, and the way back and forth through a person's changes.

use super::Effect;
use super::model::Model;
use super::workbench::{change, walk};
use crate::search::Turn;
use crate::tree::{Actor, Body, NodeId, Tree};

/// A turn of one operation by the person.
fn person(body: Body) -> Turn {
    Turn { operations: vec![(Actor::Person, body)], ..Turn::default() }
}

pub(super) fn prune(model: &mut Model, now: u64) -> Vec<Effect> {
    let mut done = String::new();
    let effects = change(model, now, |bench| {
        let node = bench.cursor;
        if node == NodeId::ROOT {
            return Err("The root stands for the problem and cannot be pruned.".to_owned());
        }
        let steps = bench.tree.subtree(node).count();
        let steps = if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
        if bench.tree.node(node).is_pruned() {
            done = format!("Restored {node} ({steps}).");
            return Ok(person(Body::Restored { node }));
        }
        done = format!("Pruned {node} ({steps}); u takes it back.");
        Ok(person(Body::Pruned { node }))
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
        model.tell(format!("{done}: {}.", what.unwrap_or_default()));
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
