//! The start screen: a new problem, a sample, or a recent session.

use std::path::PathBuf;

use tui_input::{Input, InputRequest};

use super::Effect;
use super::key::{Key, KeyCode};
use super::message::Recent;
use super::model::{Model, Screen};
use crate::assets;
use crate::tree::Problem;

/// The longest problem that can be typed, in bytes; longer ones come from files.
const LONGEST: usize = 16 << 10;

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
}

/// The state of the start screen.
#[derive(Debug)]
pub struct Start {
    /// What can be opened, in order.
    pub entries: Vec<Entry>,
    /// The chosen entry.
    pub cursor: usize,
    /// The text of a new problem, while it is typed.
    pub input: Option<Input>,
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
    /// A recent session.
    Recent(Recent),
}

impl Default for Start {
    fn default() -> Self {
        let samples = assets::SAMPLES.lines().filter_map(|line| serde_json::from_str(line).ok());
        let mut entries: Vec<_> = samples.map(Entry::Sample).collect();
        entries.push(Entry::New);
        Self { entries, cursor: 0, input: None, listed: false, opening: false }
    }
}

impl Start {
    /// Returns whether nothing is under way.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.listed && !self.opening
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
    };
    if let Some(start) = start(model) {
        start.opening = true;
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
        Some(Entry::New) => return begin_input(model),
        None => return Vec::new(),
    };
    start.opening = true;
    vec![effect]
}

pub(super) fn begin_input(model: &mut Model) -> Vec<Effect> {
    if let Some(start) = start(model) {
        start.cursor = start.entries.iter().position(|entry| *entry == Entry::New).unwrap_or(0);
        start.input = Some(Input::default());
    }
    Vec::new()
}

/// Handles a key while a problem is typed: every key but Escape belongs to the field.
pub(super) fn input_key(start: &mut Start, key: Key) -> Vec<Effect> {
    let Some(input) = &mut start.input else { return Vec::new() };
    let request = match (key.code, key.control || key.alt) {
        (KeyCode::Escape, _) => {
            start.input = None;
            return Vec::new();
        }
        (KeyCode::Enter, _) => {
            let text = input.value().trim().to_owned();
            if text.is_empty() {
                return Vec::new();
            }
            start.opening = true;
            return vec![Effect::Create(Problem { text, ..Problem::default() })];
        }
        (KeyCode::Char(character), false) if input.value().len() < LONGEST => {
            InputRequest::InsertChar(character)
        }
        (KeyCode::Char('u'), true) => InputRequest::DeleteFromStart,
        (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
        (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
        (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
        (KeyCode::Left, false) => InputRequest::GoToPrevChar,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, false) => InputRequest::GoToNextChar,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Backspace, false) => InputRequest::DeletePrevChar,
        (KeyCode::Backspace, true) => InputRequest::DeletePrevWord,
        (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
        _ => return Vec::new(),
    };
    input.handle(request);
    Vec::new()
}

/// Puts pasted text into the field, opening it if need be; line ends become spaces.
pub(super) fn paste(model: &mut Model, text: &str) {
    let Some(start) = start(model) else { return };
    let input = start.input.get_or_insert_default();
    let room = LONGEST.saturating_sub(input.value().len());
    let mut taken = 0;
    for character in text.chars() {
        taken += character.len_utf8();
        if taken > room {
            return model.complain("The pasted text is too long; only its beginning was taken.");
        }
        input.handle(InputRequest::InsertChar(if character.is_control() {
            ' '
        } else {
            character
        }));
    }
}
