//! Judging by hand: labels, proposals, first errors, flags, tags, notes, and the way from one step
//! that needs a person to the next.
//!
//! Responsible for the keys of a curator. What is proposed and what a decision comes to is worked
//! out by the `curate` room. While judging is on, Enter accepts the proposal and goes on; a label
//! key turns it on, Esc turns it off.

use super::Effect;
use super::argument::Arguments;
use super::find::{after, before};
use super::line;
use super::model::Model;
use super::prune::Shown;
use super::selecting;
use super::walking::{self, walk};
use super::workbench::{Workbench, change};
use crate::curate::{Marks, Progress, Reason, concerned, first_error, proposal, reason, together};
use crate::search::Turn;
use crate::tree::{Actor, Body, Label, NodeId, Tree};

/// A pause longer than this is no judging, in milliseconds.
const PAUSE: u64 = 120_000;

/// How far a person is with judging a tree.
#[derive(Debug, Clone, Default)]
pub struct Judging {
    /// Whether Enter accepts proposals.
    pub on: bool,
    /// How far the labelling has come, once it was asked for.
    pub progress: Option<Progress>,
    /// Whether comparisons hide what speaks for either side.
    pub blind: bool,
    /// When the last judgement was made.
    since: Option<u64>,
    /// What is shown before it is pruned.
    pub(super) shown: Shown,
}

impl Workbench {
    /// The chosen step; an error for the root.
    pub(super) fn step(&self) -> Result<NodeId, String> {
        if self.cursor == NodeId::ROOT {
            return Err("The problem itself is not judged; go to a step.".to_owned());
        }
        Ok(self.cursor)
    }

    /// A turn of judgements on a node, made at once, with the time that they took.
    fn judged(&mut self, bodies: Vec<Body>, node: NodeId, now: u64) -> Turn {
        self.judging.on = true;
        self.timed(bodies, node, now)
    }

    /// The same for what does not begin judging.
    pub(super) fn timed(&mut self, bodies: Vec<Body>, node: NodeId, now: u64) -> Turn {
        let spent = self.judging.since.map(|since| now.saturating_sub(since).max(1));
        self.judging.since = Some(now);
        let mut operations: Vec<_> = together(bodies).into_iter().collect();
        if let Some(milliseconds) = spent.filter(|spent| *spent <= PAUSE && !operations.is_empty())
        {
            operations.push(Body::Timed { node, milliseconds });
        }
        let operations = operations.into_iter().map(|body| (Actor::Person, body)).collect();
        Turn { operations, ..Turn::default() }
    }
}

impl Judging {
    /// Takes out of the progress what an operation is about to change. Returns the steps to be put
    /// in again by [`Judging::join`].
    pub(super) fn leave(&mut self, tree: &Tree, body: &Body) -> Vec<NodeId> {
        let Some(progress) = &mut self.progress else { return Vec::new() };
        let steps = concerned(body);
        match &steps {
            Some(steps) => progress.leave(tree, steps),
            None => self.progress = None,
        }
        steps.unwrap_or_default()
    }

    /// Puts in what they count now.
    pub(super) fn join(&mut self, tree: &Tree, steps: &[NodeId]) {
        if let Some(progress) = &mut self.progress {
            progress.join(tree, steps);
        }
    }

    /// Counts all, where it is needed and not known.
    pub(super) fn count(&mut self, tree: &Tree) {
        if self.on && self.progress.is_none() {
            self.progress = Some(Progress::of(tree));
        }
    }
}

/// How far the labelling is, in words.
fn progress(model: &mut Model) -> String {
    let Some(bench) = model.workbench_mut() else { return String::new() };
    bench.judging.progress.get_or_insert_with(|| Progress::of(&bench.tree)).to_string()
}

/// How far the labelling is, as a sentence after another, while judging is on.
pub(super) fn so_far(model: &mut Model) -> String {
    match model.workbench() {
        Some(bench) if bench.judging.on => format!(" {}.", progress(model)),
        _ => String::new(),
    }
}

/// Turns judging on or off.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    bench.judging.on = !bench.judging.on;
    bench.judging.since = Some(now);
    let on = model.workbench().is_some_and(|bench| bench.judging.on);
    let progress = progress(model);
    model.tell(if on {
        format!("Enter accepts what is proposed: {progress}.")
    } else {
        "Enter opens again.".to_owned()
    });
    Vec::new()
}

/// Labels the chosen step and goes on along the path, or labels what is selected; without a label
/// it becomes unlabelled.
pub(super) fn label(model: &mut Model, label: Option<Label>, now: u64) -> Vec<Effect> {
    let word = label.map_or("unlabelled", Label::name);
    let mut done = None;
    let effects = change(model, now, |bench| {
        let nodes = bench.targets()?;
        let many = bench.selection.take().is_some();
        let bodies = Marks::Label(label).on(&bench.tree, &nodes);
        done = Some((nodes[0], many.then_some(bodies.len())));
        Ok(bench.judged(bodies, nodes[0], now))
    });
    match done {
        None => {}
        Some((_, Some(changed))) => {
            let (changed, progress) = (selecting::count(changed), progress(model));
            model.tell(format!("{changed} made {word}, u takes it back: {progress}."));
        }
        Some((node, None)) => {
            let ended = label.is_some() && !onward(model);
            let progress = progress(model);
            let end = if ended { " The path ends here; ] goes on." } else { "" };
            model.tell(format!("{node} is {word}: {progress}.{end}"));
        }
    }
    effects
}

/// Goes to the next step of the path; returns whether there is one.
fn onward(model: &mut Model) -> bool {
    let before = model.workbench().map(|bench| bench.cursor);
    walking::child(model);
    model.workbench().map(|bench| bench.cursor) != before
}

/// Enter: accepts the proposal and goes on while judging is on, else opens.
pub(super) fn accept(model: &mut Model, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench().filter(|bench| bench.judging.on) else {
        return walking::open(model);
    };
    let node = bench.cursor;
    let open = node != NodeId::ROOT && bench.tree.node(node).label().is_none();
    match proposal(&bench.tree, node).filter(|_| open) {
        Some(proposed) => label(model, Some(proposed), now),
        None => walking::open(model),
    }
}

/// Accepts all proposals of what is selected, or on the path through the chosen step up to its end.
pub(super) fn accept_all(model: &mut Model, now: u64) -> Vec<Effect> {
    let mut done = None;
    let effects = change(model, now, |bench| {
        let nodes = bench.selected().unwrap_or_else(|| bench.way().split_off(1));
        bench.selection = None;
        let tree = &bench.tree;
        let open: Vec<_> = nodes.iter().filter(|id| tree.node(**id).label().is_none()).collect();
        let bodies: Vec<_> = open
            .iter()
            .filter_map(|id| {
                let label = Some(proposal(tree, **id)?);
                Some(Body::Labelled { node: **id, label })
            })
            .collect();
        done = Some((bodies.len(), open.len() - bodies.len()));
        let end = nodes.last().copied().unwrap_or(bench.cursor);
        Ok(bench.judged(bodies, end, now))
    });
    if let Some((accepted, without)) = done {
        let without = match without {
            0 => String::new(),
            count => format!(" {count} have no proposal."),
        };
        let progress = progress(model);
        model.tell(format!(
            "{accepted} labelled as proposed, u takes it back: {progress}.{without}"
        ));
    }
    effects
}

/// Makes the chosen step the first error of its path, or takes that back.
pub(super) fn first_error(model: &mut Model, now: u64) -> Vec<Effect> {
    let mut told = String::new();
    let effects = change(model, now, |bench| {
        let node = bench.target()?;
        let tree = &bench.tree;
        let bodies = if tree.node(node).is_first_error() {
            told = format!("{node} is no first error any more.");
            vec![Body::FirstErrorSet { node, error: false }]
        } else {
            let model = first_error::propose(tree, &bench.way(), 1);
            told = format!("{node} is the first error; {}.", compared(tree, node, model));
            first_error::mark(tree, node)
        };
        Ok(bench.judged(bodies, node, now))
    });
    if !told.is_empty() {
        progress(model);
        model.tell(told);
    }
    effects
}

/// Says where the model sees the first error, beside where the person does.
fn compared(tree: &Tree, person: NodeId, model: Option<NodeId>) -> String {
    let Some(model) = model else { return "the model sees none".to_owned() };
    let depth = |id: NodeId| tree.node(id).depth();
    match depth(person).abs_diff(depth(model)) {
        0 => "the model says so too".to_owned(),
        1 => format!("the model sees it at {model}, one step apart"),
        apart => format!("the model sees it at {model}, {apart} steps apart"),
    }
}

/// Flags the chosen step or what is selected; takes the flags away if all have one.
pub(super) fn flag(model: &mut Model, now: u64) -> Vec<Effect> {
    mark(model, now, |tree, nodes| {
        let flagged = !nodes.iter().all(|node| tree.node(*node).is_flagged());
        let told = if flagged { "flagged" } else { "not flagged any more" };
        (Marks::Flag(flagged), told.to_owned())
    })
}

/// Gives the chosen step or what is selected a tag; takes it away if all have it.
pub(super) fn tag(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    let tag = arguments.text().to_owned();
    mark(model, now, |tree, nodes| {
        let set = !nodes.iter().all(|node| tree.node(*node).tags().contains(&tag));
        let told = if set { format!("tagged {tag}") } else { format!("not tagged {tag} any more") };
        (Marks::Tag(tag, set), told)
    })
}

/// The tags that the tree has.
pub(super) fn tags(model: &Model) -> Vec<String> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let mut tags: Vec<_> =
        bench.tree.ids().flat_map(|id| bench.tree.node(id).tags().to_vec()).collect();
    tags.sort();
    tags.dedup();
    tags
}

/// Writes a note on the chosen step, or opens the line for it; `-` takes it away.
pub(super) fn note(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    match arguments.text() {
        "" => line::open(model, &format!("note {}", bench.tree.node(bench.cursor).note())),
        text => {
            let text = if text == "-" { String::new() } else { text.to_owned() };
            mark(model, now, |_, _| {
                let told = if text.is_empty() { "without a note" } else { "noted" };
                let told = told.to_owned();
                (Marks::Note(text), told)
            })
        }
    }
}

/// Marks the chosen step or what is selected.
fn mark(
    model: &mut Model,
    now: u64,
    to: impl FnOnce(&Tree, &[NodeId]) -> (Marks, String),
) -> Vec<Effect> {
    let mut told = String::new();
    let effects = change(model, now, |bench| {
        let nodes = bench.targets()?;
        let many = bench.selection.take().is_some();
        let (marks, done) = to(&bench.tree, &nodes);
        told = if many {
            format!("{} {done}; u takes it back.", selecting::count(nodes.len()))
        } else {
            format!("{} is {done}.", nodes[0])
        };
        let body = together(marks.on(&bench.tree, &nodes));
        let operations = body.into_iter().map(|body| (Actor::Person, body)).collect();
        Ok(Turn { operations, ..Turn::default() })
    });
    if !told.is_empty() {
        model.tell(told);
    }
    effects
}

/// Goes to the next step that needs a person, or the one before: those with a reason of their own
/// first, then those that merely have no label.
pub(super) fn triage(model: &mut Model, forwards: bool) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let found =
        seek(bench, forwards, Reason::is_strong).or_else(|| seek(bench, forwards, |_| true));
    if let Some((node, why)) = found {
        walk(model, |_| Some(node));
        if let Some(bench) = model.workbench_mut() {
            bench.judging.on = true;
        }
        let progress = progress(model);
        model.tell(format!("{node}: {why}. {progress}."));
    } else {
        let progress = progress(model);
        model.tell(format!("No step needs you: {progress}."));
    }
    Vec::new()
}

fn seek(
    bench: &Workbench,
    forwards: bool,
    wanted: impl Fn(&Reason) -> bool,
) -> Option<(NodeId, Reason)> {
    let tree = &bench.tree;
    let mut at = bench.cursor;
    for _ in 0..tree.len() {
        at = if forwards { after(tree, at) } else { before(tree, at) };
        if bench.is_in_sight(at)
            && let Some(why) = reason(tree, at).filter(&wanted)
        {
            return Some((at, why));
        }
    }
    None
}

#[cfg(test)]
#[path = "judge_tests.rs"]
pub(super) mod tests;
