//! The update: a message and the time go in, the model changes, effects come out.

use super::command::Place;
use super::key::{Key, KeyCode};
use super::keymap::Found;
use super::line;
use super::message::{Msg, Opened};
use super::model::{EngineState, Model, Screen};
use super::mouse;
use super::overlay::{self, Overlay};
use super::replay;
use super::rewriting;
use super::start::Start;
use super::workbench::{self, Workbench};
use super::{Effect, alternatives, diff, export, querying};
use super::{shading, signal, splicing};
use crate::engine::Event;
use crate::evaluate::Verdict;
use crate::search::{Driver, Mode, Turn};
use crate::tree::{Actor, Body, NodeId};

/// Changes the model by a message. `now` is in milliseconds since 1970-01-01 UTC.
pub fn update(model: &mut Model, message: Msg, now: u64) -> Vec<Effect> {
    model.now = now;
    let mut effects = match message {
        Msg::Key(key) => press(model, key, now),
        Msg::Line(line) if line.trim().is_empty() => Vec::new(),
        Msg::Line(line) => line::run(model, &line, now),
        Msg::Mouse(mouse) => {
            mouse::moved(model, mouse);
            Vec::new()
        }
        Msg::Focus(focused) => {
            model.focused = focused;
            Vec::new()
        }
        Msg::Paste(text) => {
            overlay::paste(model, &text);
            Vec::new()
        }
        Msg::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Msg::Engine(event) => engine(model, &event, now),
        Msg::Opened(opened) => open(model, opened, now),
        Msg::OpenFailed(message) => {
            if let Screen::Start(start) = &mut model.screen {
                start.gave_up();
            }
            model.complain(message);
            Vec::new()
        }
        Msg::Saved(sequence) => {
            if let Some(bench) = model.live_mut() {
                bench.saved.sequence = sequence;
                bench.saved.failure = None;
            }
            export::refresh(model)
        }
        Msg::SaveFailed(message) => {
            if let Some(bench) = model.live_mut() {
                bench.saved.failure = Some(message.clone());
            }
            stop_growth(model, message, now)
        }
        Msg::DiskFull(message) => stop_growth(model, message, now),
        Msg::Listed(recent) => {
            if let Screen::Start(start) = &mut model.screen {
                start.list(recent);
            }
            Vec::new()
        }
        Msg::Surveyed(found) => export::surveyed(model, found),
        Msg::Exported(Ok(text)) | Msg::Copied(Ok(text)) => {
            model.tell(text);
            Vec::new()
        }
        Msg::Exported(Err(text)) | Msg::Copied(Err(text)) => {
            model.complain(text);
            Vec::new()
        }
        Msg::Selected { text, aim, nodes } => querying::answered(model, &text, aim, nodes, now),
        Msg::Composed { node, text } => {
            rewriting::composed(model, node, text);
            Vec::new()
        }
        Msg::Replaying(recorded) => replay::open(model, recorded, now),
        Msg::Sought(sought) => replay::sought(model, sought, now),
        Msg::Fetched(operations) => replay::fetched(model, operations, now),
        Msg::Marked(marks) => replay::marked(model, marks),
        Msg::Woken => replay::wake(model, now),
        Msg::WentOn => workbench::change(model, now, |_| Ok(Turn::default())),
        Msg::ReplayFailed(message) => {
            if let Screen::Start(start) = &mut model.screen {
                start.gave_up();
            }
            replay::failed(model);
            model.complain(message);
            Vec::new()
        }
        Msg::Diffed(found) => diff::came(model, found),
        Msg::Verified { node, verdict } => verified(model, node, verdict, now),
    };
    effects.extend(splicing::settle(model, now));
    effects.extend(shading::settle(model, now));
    if let Some(broken) = model.live_mut().and_then(Workbench::take_broken) {
        model.complain(broken);
    }
    if let Some(reason) = model.workbench_mut().and_then(Workbench::take_ended)
        && !model.focused
    {
        effects.push(Effect::Notify(format!("pleach: the search has ended, {reason}")));
    }
    effects
}

fn press(model: &mut Model, key: Key, now: u64) -> Vec<Effect> {
    model.notice = None;
    model.keys.push(key);
    let place = model.place();
    match model.keymap.find(place, &model.keys) {
        Found::Binding(binding) => {
            let binding = binding.clone();
            model.keys.clear();
            binding.calls().iter().flat_map(|call| call.run(model, now)).collect()
        }
        Found::Prefix => Vec::new(),
        Found::Nothing => {
            let keys = std::mem::take(&mut model.keys);
            if Place::TEXT.contains(&place) {
                for key in keys {
                    overlay::type_key(model, key);
                }
            } else if place == Place::Quit {
                model.overlays.pop();
            } else if key.code != KeyCode::Escape {
                let keys: String = keys.iter().map(Key::to_string).collect();
                model.tell(format!("{keys} does nothing here; ? shows the keys."));
            }
            Vec::new()
        }
    }
}

fn engine(model: &mut Model, event: &Event, now: u64) -> Vec<Effect> {
    match event {
        Event::Loading { progress } => model.engine = EngineState::Loading(*progress),
        Event::Loaded(info) => model.engine = EngineState::Ready(info.clone()),
        Event::LoadFailed { message } => {
            model.engine = EngineState::Failed(message.clone());
            model.complain(message.clone());
        }
        Event::Lost { why, restarting: true } => {
            model.engine = EngineState::Restarting(why.clone());
            model.complain(format!(
                "The engine was lost and is being started again; the tree is whole. ({why})"
            ));
        }
        Event::Lost { why, restarting: false } => {
            let message =
                format!("The engine was lost again and again ({why}); try another model.");
            model.engine = EngineState::Failed(message.clone());
            model.complain(message);
        }
        Event::Failed { message, .. } => {
            model.complain(format!("The engine cannot go on: {message}."));
        }
        // What a request brings is the driver's to handle.
        _ => {}
    }
    signal::hear(model, event);
    let Some(bench) = model.live_mut() else { return Vec::new() };
    let turn = bench.driver.handle(&bench.tree, event);
    let is_read_only = bench.saved.read_only.is_some();
    let effects = if is_read_only { Vec::new() } else { bench.take(turn, now) };
    if let Some(bench) = model.live_mut() {
        shading::hear(bench, event);
    }
    alternatives::arrived(model);
    effects
}

/// Puts a session on the workbench. A new one begins to grow at once.
fn open(model: &mut Model, opened: Opened, now: u64) -> Vec<Effect> {
    let problem = opened.problem.clone();
    // Late answers to an earlier session's requests must not be taken for this one's.
    model.sessions += 1;
    let mut bench = match Workbench::open(opened, model.policy.clone(), model.sessions << 32) {
        Ok(bench) => bench,
        Err(message) => {
            if let Screen::Start(start) = &mut model.screen {
                start.gave_up();
            }
            model.complain(message);
            return Vec::new();
        }
    };
    model.keys.clear();
    model.overlays.clear();
    if let EngineState::Ready(info) = &model.engine {
        let _ = bench.driver.handle(&bench.tree, &Event::Loaded(info.clone()));
    }
    let effects = if let Some(why) = &bench.saved.read_only {
        let text = format!("Read-only: {why}");
        model.complain(text);
        Vec::new()
    } else if let Some(problem) = problem {
        bench.act(Actor::Person, Body::ProblemSet { problem }, now);
        let turn = bench.driver.start(&bench.tree, NodeId::ROOT, now);
        bench.take(turn, now)
    } else {
        let turn = bench.driver.take_over(&bench.tree);
        bench.take(turn, now)
    };
    model.screen = Screen::Workbench(Box::new(bench));
    effects
}

fn verified(
    model: &mut Model,
    node: NodeId,
    verdict: Result<(bool, String), String>,
    now: u64,
) -> Vec<Effect> {
    match verdict {
        Ok((correct, explanation)) => {
            let Some(bench) = model.live_mut() else { return Vec::new() };
            if !bench.tree.contains(node) {
                return Vec::new();
            }
            let operation = Driver::verified(node, &Verdict { correct, explanation });
            bench.take(Turn { operations: vec![operation], ..Turn::default() }, now)
        }
        Err(message) => {
            model.complain(message);
            Vec::new()
        }
    }
}

/// Ctrl-C: closes what lies on top; stops generation if there is any; else asks whether to
/// quit, and the second time quits.
pub(super) fn stop(model: &mut Model, now: u64) -> Vec<Effect> {
    match model.overlays.last() {
        Some(Overlay::Quit) => return vec![Effect::Quit],
        Some(_) => return overlay::escape(model),
        None => {}
    }
    if let Some(bench) = model.workbench_mut()
        && (!bench.driver.is_idle() || bench.driver.mode() != Mode::Paused)
    {
        let turn = bench.driver.cancel();
        let effects = bench.take(turn, now);
        model.tell("Stopped growing; s starts again, Ctrl-C once more quits.");
        return effects;
    }
    model.overlays.push(Overlay::Quit);
    Vec::new()
}

/// Grows nothing more that might be lost, and says why.
fn stop_growth(model: &mut Model, why: String, now: u64) -> Vec<Effect> {
    let effects = model.live_mut().map(|bench| {
        let turn = bench.driver.cancel();
        bench.take(turn, now)
    });
    model.complain(why);
    effects.unwrap_or_default()
}

/// Quits, unless something could not be saved: then it asks first.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    let unsaved = model.live_mut().is_some_and(|bench| bench.saved.failure.is_some());
    if unsaved {
        model.overlays.push(Overlay::Quit);
        return Vec::new();
    }
    vec![Effect::Quit]
}

pub(super) fn retry_save(model: &mut Model) -> Vec<Effect> {
    vec![Effect::RetrySave].into_iter().filter(|_| model.place() == Place::Workbench).collect()
}

/// Leaves the workbench for the start screen; the session is closed and saved.
pub(super) fn go_home(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    if model.workbench().is_some_and(|bench| bench.replay.is_some()) {
        return replay::leave(model);
    }
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if bench.saved.failure.is_some() {
        model.complain(
            "The session is not saved; free some space and press gw, or q to quit without.",
        );
        return Vec::new();
    }
    let turn = bench.driver.cancel();
    let mut effects = bench.take(turn, now);
    model.screen = Screen::Start(Start::default());
    effects.push(Effect::List);
    effects
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
