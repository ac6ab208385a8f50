//! The start screen: a new problem, a sample, or a recent session.

use std::path::PathBuf;

use super::Effect;
use super::field::Field;
use super::message::Recent;
use super::model::{Model, Screen};
use super::speed::Speed;
use crate::assets::{self, Recording};
use crate::tree::Problem;

/// What the program begins with.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Opening {
    /// The start screen.
    #[default]
    StartScreen,
    /// A new session on a problem.
    New(Problem),
    /// A session file.
    File(PathBuf),
    /// A session file's past, from an operation on, playing at this speed.
    Replay(PathBuf, Option<Speed>),
}

/// The state of the start screen.
#[derive(Debug)]
pub struct Start {
    /// What can be opened, in order.
    pub entries: Vec<Entry>,
    /// The chosen entry.
    pub cursor: usize,
    /// The text of a new problem, while it is typed.
    pub input: Option<Field>,
    /// Whether the program was started for a replay, and ends with it.
    pub(super) for_replay: bool,
    listed: bool,
    opening: bool,
}

/// Something to open.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A problem that comes with the program.
    Sample(Problem),
    /// A problem still to be typed.
    New,
    /// A session that comes with the program, by its place among them.
    Recording(usize),
    /// A recent session.
    Recent(Recent),
}

impl Default for Start {
    fn default() -> Self {
        let samples = assets::SAMPLES.lines().filter_map(|line| serde_json::from_str(line).ok());
        let mut entries: Vec<_> = samples.map(Entry::Sample).collect();
        entries.push(Entry::New);
        entries.extend((0..assets::RECORDINGS.len()).map(Entry::Recording));
        let (for_replay, listed, opening) = (false, false, false);
        Self { entries, cursor: 0, input: None, for_replay, listed, opening }
    }
}

impl Start {
    /// Returns whether nothing is under way.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.listed && !self.opening
    }

    /// Returns whether the chosen entry is a session, which can be replayed.
    #[must_use]
    pub fn can_replay(&self) -> bool {
        let chosen = self.entries.get(self.cursor);
        chosen.is_some_and(|it| matches!(it, Entry::Recording(_) | Entry::Recent(_)))
    }

    /// Takes in the recent sessions.
    pub(super) fn list(&mut self, recent: Vec<Recent>) {
        self.entries.retain(|entry| !matches!(entry, Entry::Recent(_)));
        self.entries.extend(recent.into_iter().map(Entry::Recent));
        self.cursor = self.cursor.min(self.entries.len().saturating_sub(1));
        self.listed = true;
    }

    /// Notes that what was to be opened will not be.
    pub(super) fn gave_up(&mut self) {
        self.opening = false;
    }
}

/// Returns what the program does first.
pub fn begin(model: &mut Model, opening: &Opening) -> Vec<Effect> {
    let effect = match opening {
        Opening::StartScreen => return vec![Effect::List],
        Opening::New(problem) => Effect::Create(problem.clone()),
        Opening::File(path) => Effect::Open(path.clone()),
        Opening::Replay(path, speed) => {
            Effect::Replay { path: path.clone(), born: None, sequence: 1, speed: *speed }
        }
    };
    if let Some(start) = start(model) {
        start.opening = true;
        start.for_replay = matches!(opening, Opening::Replay(..));
    }
    vec![Effect::List, effect]
}

fn start(model: &mut Model) -> Option<&mut Start> {
    match &mut model.screen {
        Screen::Start(start) => Some(start),
        Screen::Workbench(_) => None,
    }
}

pub(super) fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(start) = start(model) {
        let last = start.entries.len().saturating_sub(1);
        start.cursor = start.cursor.saturating_add_signed(by).min(last);
    }
    Vec::new()
}

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(start) = start(model) else { return Vec::new() };
    let effect = match start.entries.get(start.cursor) {
        Some(Entry::Sample(problem)) => Effect::Create(problem.clone()),
        Some(Entry::Recent(recent)) => Effect::Open(recent.path.clone()),
        Some(Entry::Recording(at)) => {
            let at = *at;
            return recording(model, at, false);
        }
        Some(Entry::New) => return begin_input(model),
        None => return Vec::new(),
    };
    start.opening = true;
    vec![effect]
}

/// `r`: replays the chosen session.
pub(super) fn replay(model: &mut Model) -> Vec<Effect> {
    let Some(start) = start(model) else { return Vec::new() };
    let path = match start.entries.get(start.cursor) {
        Some(Entry::Recording(at)) => {
            let at = *at;
            return recording(model, at, true);
        }
        Some(Entry::Recent(recent)) => recent.path.clone(),
        _ => {
            model.tell("Only a session can be replayed.");
            return Vec::new();
        }
    };
    start.opening = true;
    vec![Effect::Replay { path, born: None, sequence: 1, speed: None }]
}

/// Opens a session that comes with the program and says what to look at, or replays it.
fn recording(model: &mut Model, at: usize, replay: bool) -> Vec<Effect> {
    let Some(Recording { name, look, .. }) = assets::RECORDINGS.get(at) else { return Vec::new() };
    if let Some(start) = start(model) {
        start.opening = true;
    }
    if !replay {
        model.tell(*look);
    }
    vec![Effect::Recording { name: (*name).to_owned(), replay }]
}

pub(super) fn begin_input(model: &mut Model) -> Vec<Effect> {
    if let Some(start) = start(model) {
        start.cursor = start.entries.iter().position(|entry| *entry == Entry::New).unwrap_or(0);
        start.input = Some(Field::default());
    }
    Vec::new()
}

/// Enter while a problem is typed: makes a session of it. The text stays until that is done.
pub(super) fn accept(model: &mut Model) -> Vec<Effect> {
    let Some(start) = start(model) else { return Vec::new() };
    let text = start.input.as_ref().map_or("", |field| field.text().trim()).to_owned();
    if text.is_empty() {
        return Vec::new();
    }
    start.opening = true;
    vec![Effect::Create(Problem { text, ..Problem::default() })]
}

/// Returns the field in which a problem is typed, if it is open.
pub(super) fn field(model: &mut Model) -> Option<&mut Field> {
    start(model)?.input.as_mut()
}

/// Closes the field.
pub(super) fn leave_field(model: &mut Model) {
    if let Some(start) = start(model) {
        start.input = None;
    }
}
