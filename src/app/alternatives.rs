//! What a step could have said: its tokens, what the model held likely beside each, and a new
//! sibling that takes one of those.
//!
//! Responsible for the lists in which a token and then another one is chosen. The entries are
//! lines: `alternatives 3` shows what could stand in place of the third token, and `alternatives
//! 3 2` grows the step on from the second of them.

use super::Effect;
use super::argument::Arguments;
use super::list::{self, Entry};
use super::model::Model;
use super::shading;
use super::walking::walk;
use super::workbench::{Workbench, change};
use crate::search::Alternatives;
use crate::tree::NodeId;

/// Lists the tokens of the chosen step, the alternatives of one, or grows one.
pub(super) fn alternatives(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    let mut numbers = [None; 2];
    for (at, number) in numbers.iter_mut().enumerate() {
        let Some(word) = arguments.word(at) else { break };
        *number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if number.is_none() {
            model.complain("Name a token and a choice by their numbers, as in :alternatives 3 2.");
            return Vec::new();
        }
    }
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let node = bench.cursor;
    let known = bench.alternatives.as_ref().filter(|known| known.node == node).cloned();
    match (known, numbers) {
        (Some(known), [Some(place), Some(choice)]) => grow(model, &known, place, choice, now),
        (Some(known), [Some(place), None]) => choices(model, &known, place),
        (Some(known), _) => tokens(model, &known),
        (None, [Some(_), _]) => {
            model.complain(format!("The alternatives of {node} are not known; gT asks for them."));
            Vec::new()
        }
        (None, _) => match bench.driver.ask_alternatives(&bench.tree, node) {
            Ok(turn) => {
                let effects = bench.take(turn, now);
                model.tell(format!("Asking what else {node} could have said."));
                effects
            }
            Err(message) => {
                model.complain(message);
                Vec::new()
            }
        },
    }
}

/// Takes the engine's reply, if there is one, and lists the tokens if their step is still chosen.
pub(super) fn arrived(model: &mut Model) {
    let Some(bench) = model.live_mut() else { return };
    let Some(found) = bench.driver.take_alternatives() else { return };
    shading::keep(bench, found.clone());
    let waits = model.workbench().is_some_and(|bench| bench.cursor == found.node);
    if waits && model.overlays.is_empty() {
        model.notice = None;
        tokens(model, &found);
    }
}

/// Lists the tokens of a step, from the one that was least likely on.
fn tokens(model: &mut Model, known: &Alternatives) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let said = said(bench, known.node);
    let entries: Vec<_> = said
        .iter()
        .zip(&known.tokens)
        .enumerate()
        .map(|(at, ((text, logprob), others))| Entry {
            name: format!("{:>3}  {text}", at + 1),
            note: others
                .iter()
                .filter(|other| shown(&other.bytes) != *text)
                .take(3)
                .map(|other| format!("{} {}", shown(&other.bytes), share(other.logprob)))
                .collect::<Vec<_>>()
                .join("  "),
            aside: share(*logprob),
            line: format!("alternatives {}", at + 1),
        })
        .collect();
    let least = said.iter().enumerate().min_by(|one, other| one.1.1.total_cmp(&other.1.1));
    let least = least.map_or(0, |(at, _)| at);
    let effects = list::open(model, &format!("Tokens of {}", known.node), entries);
    list::choose(model, least);
    effects
}

/// Lists what could stand in place of a token.
fn choices(model: &mut Model, known: &Alternatives, place: usize) -> Vec<Effect> {
    let Some(others) = known.tokens.get(place) else {
        let count = known.tokens.len();
        model.complain(format!("{} has {count} tokens.", known.node));
        return Vec::new();
    };
    let Some(bench) = model.workbench() else { return Vec::new() };
    let said = said(bench, known.node).into_iter().nth(place).map(|(text, _)| text);
    let entries = others.iter().zip(1..).map(|(other, choice)| {
        let text = shown(&other.bytes);
        let note = if said.as_ref() == Some(&text) { "what was said" } else { "" };
        Entry {
            name: format!("{choice:>3}  {text}"),
            note: note.to_owned(),
            aside: share(other.logprob),
            line: format!("alternatives {} {choice}", place + 1),
        }
    });
    let entries = entries.collect();
    let title = format!("In place of token {} of {}", place + 1, known.node);
    list::open(model, &title, entries)
}

/// Grows a sibling that takes another token.
fn grow(
    model: &mut Model,
    known: &Alternatives,
    place: usize,
    choice: usize,
    now: u64,
) -> Vec<Effect> {
    let Some(token) = known.tokens.get(place).and_then(|others| others.get(choice)).cloned() else {
        model.complain(format!("{} has no such alternative.", known.node));
        return Vec::new();
    };
    let (text, node) = (shown(&token.bytes), known.node);
    let said = model.workbench().and_then(|bench| bench.tree.node(node).token_ids().nth(place));
    if said == Some(token.id) {
        model.tell(format!("{text} is what {node} said; choose another token."));
        return Vec::new();
    }
    let mut made = None;
    let effects = change(model, now, |bench| {
        made = Some(NodeId(u32::try_from(bench.tree.len()).unwrap_or(u32::MAX)));
        bench.driver.branch(&bench.tree, node, place, token)
    });
    let made =
        made.filter(|made| model.workbench().is_some_and(|bench| bench.tree.contains(*made)));
    if let Some(made) = made {
        walk(model, |_| Some(made));
        model.tell(format!("{made} says {text} where {node} did not, and grows on."));
    }
    effects
}

/// The tokens of a step as they are shown, with their log-probabilities.
fn said(bench: &Workbench, node: NodeId) -> Vec<(String, f32)> {
    let step = bench.tree.node(node);
    let mut start = 0;
    let tokens = step.token_ends().zip(step.logprobs());
    tokens
        .map(|(end, logprob)| {
            let text = step.text().as_bytes().get(start..end).unwrap_or_default();
            start = end;
            (shown(text), logprob)
        })
        .collect()
}

/// A token between marks, so that its spaces are seen.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace('\n', "⏎").replace('\t', "⇥");
    format!("‹{text}›")
}

fn share(logprob: f32) -> String {
    format!("{:.1} %", f64::from(logprob).exp() * 100.0)
}
