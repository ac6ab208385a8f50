//! What is on the screen in sentences, for people who hear it and for logs.
//!
//! Responsible for the words of the plain mode. Not responsible for printing them.

use super::model::{EngineState, Model, Screen};
use super::overlay::Overlay;
use super::start::Entry;
use super::workbench::Workbench;
use crate::aggregate::Passage;
use crate::assets;
use crate::evaluate::Rating;
use crate::search::Mode;
use crate::tree::{NodeId, State};

/// Columns of two trees side by side, of which there are none where it is heard.
const WIDE: usize = 160;

/// Returns the place, the chosen thing and what can be seen around it, one sentence a line.
#[must_use]
pub fn describe(model: &Model) -> Vec<String> {
    match (&model.overlays.last(), &model.screen) {
        (Some(Overlay::Reader(reader)), _) => std::iter::once(format!("{}:", reader.title))
            .chain(reader.paragraphs.iter().map(|(text, _)| text.clone()))
            .collect(),
        (Some(Overlay::Transcript(transcript)), Screen::Workbench(bench)) => {
            let (title, said) = transcript.read(bench);
            let said = said.into_iter().map(|passage| match passage {
                Passage::Heading(text) => format!("{text}:"),
                Passage::Text(text) => text,
            });
            std::iter::once(format!("{title}:")).chain(said).collect()
        }
        (Some(Overlay::List(list)), _) => {
            let entries =
                list.entries.iter().map(|entry| format!("{}: {}", entry.line, entry.note));
            std::iter::once(format!("{}:", list.title)).chain(entries).collect()
        }
        (Some(Overlay::Diff(diff)), _) => diff.trees.rows(WIDE, diff.only_differences),
        (_, Screen::Start(start)) => {
            let entries = start.entries.iter().enumerate().map(|(at, entry)| {
                let chosen = if at == start.cursor { "chosen: " } else { "" };
                match entry {
                    Entry::Sample(problem) => format!("{chosen}sample: {}", problem.text),
                    Entry::New => format!("{chosen}a new problem"),
                    Entry::Recording(at) => {
                        assets::RECORDINGS.get(*at).map_or_else(String::new, |recording| {
                            format!("{chosen}recording: {}", recording.title)
                        })
                    }
                    Entry::Recent(recent) => {
                        let title =
                            recent.title.as_deref().unwrap_or("a session that cannot be read");
                        format!("{chosen}session of {} nodes: {title}", recent.nodes)
                    }
                }
            });
            std::iter::once(engine(model)).chain(entries).collect()
        }
        (_, Screen::Workbench(bench)) => workbench(bench),
    }
}

fn engine(model: &Model) -> String {
    match &model.engine {
        EngineState::Loading(share) => {
            format!("The model is being loaded, {:.0} %.", share * 100.0)
        }
        EngineState::Ready(info) => format!("The model is {}.", info.name),
        EngineState::Failed(why) => format!("There is no model: {why}"),
        EngineState::Restarting(why) => format!("The engine is being started again: {why}"),
    }
}

fn workbench(bench: &Workbench) -> Vec<String> {
    let mut lines = vec![step(bench, bench.cursor, "Chosen")];
    let children = bench.outline.children(&bench.tree, bench.cursor);
    let children = children.filter(|id| !bench.outline.is_hidden(*id));
    lines.extend(children.map(|id| step(bench, id, "Child")));
    if let Some(best) = bench.best() {
        let correct = match best.correct {
            Some(true) => ", right",
            Some(false) => ", wrong",
            None => "",
        };
        lines.push(format!(
            "Most believed answer: {} ({:.0} %{correct}).",
            best.text,
            best.confidence * 100.0
        ));
    }
    lines.push(format!("{} nodes; {}.", bench.tree.len() - 1, searching(bench)));
    lines
}

fn searching(bench: &Workbench) -> String {
    match (bench.driver.mode(), &bench.stopped) {
        (Mode::Running, _) => "searching".to_owned(),
        (Mode::Stepping, _) => "growing".to_owned(),
        (Mode::Paused, Some(reason)) => format!("resting: {reason}"),
        (Mode::Paused, None) => "resting".to_owned(),
    }
}

/// A step in a sentence: what it is, where it is, its state, value and text.
fn step(bench: &Workbench, id: NodeId, what: &str) -> String {
    let (tree, node) = (&bench.tree, bench.tree.node(id));
    if id == NodeId::ROOT {
        let problem = tree.problem().map_or("", |problem| problem.text.as_str());
        return format!("{what}: the problem: {}", problem.trim());
    }
    let state = match node.state() {
        _ if node.is_pruned() => "pruned",
        State::Growing => "growing",
        State::Open => "open",
        _ if node.ends_without_answer() => "the end, without an answer",
        State::Answered => "an answer",
        State::Duplicate => "a repetition",
        State::Interrupted => "interrupted",
    };
    let record = tree.statistics(id, Rating::NAME);
    let value = match record.visits {
        0 => String::new(),
        1 => format!(", value {:.2}", record.mean),
        visits => format!(", value {:.2} over {visits} visits", record.mean),
    };
    format!("{what}: {id}, step {}, {state}{value}: {}", node.depth(), node.text().trim())
}
