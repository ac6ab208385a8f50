//! The export screen: what an export of this session would hold, format by format, and its
//! records with what a trainer does with them.
//!
//! Responsible for what is chosen there. The survey itself is made on a thread, from the
//! session's file, and again whenever something was saved.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Effect;
use super::argument::Arguments;
use super::comparing::inside;
use super::line::{self, Purpose};
use super::model::Model;
use super::overlay::Overlay;
use super::rows::{Row, wrapped};
use crate::export::{FORMATS, Fate, Format, Passage, Survey};
use crate::text::SafeText;
use crate::tree::Query;

/// The export screen while it is open.
#[derive(Debug, Default)]
pub struct Export {
    /// The chosen format, by its position in the list of all.
    pub chosen: usize,
    /// The record that is shown, by its position in the survey.
    pub record: usize,
    /// Rows that the record is scrolled down.
    pub scrolled: usize,
    /// Which records are taken.
    pub selection: Selection,
    /// What was found, once it was.
    pub found: Option<Survey>,
    /// Whether a survey is under way, and whether another one is needed after it.
    pub(super) waits: Waits,
}

/// Which records an export takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The query that means a step of each of them; empty if all are taken.
    pub query: String,
    /// Whether what only a vote speaks for is taken in.
    pub pseudo_labels: bool,
}

/// What a screen waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Waits {
    /// Nothing.
    #[default]
    No,
    /// A survey.
    Once,
    /// A survey of what has changed already, so another one after it.
    Twice,
}

impl Export {
    /// Returns the chosen format.
    #[must_use]
    pub fn format(&self) -> &'static Format {
        &FORMATS[self.chosen.min(FORMATS.len() - 1)]
    }

    /// Returns whether it waits for nothing.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.waits == Waits::No
    }

    /// Divides so many columns and rows: columns of the list of formats, and rows of the remarks.
    #[must_use]
    pub fn divided(&self, (columns, rows): (u16, u16)) -> (u16, u16) {
        let list = if columns >= WIDE { LIST } else { 0 };
        let low = self.remarks(usize::from(columns - list)).len();
        (list, u16::try_from(low).unwrap_or(REMARKS).min(REMARKS).min(rows / 3))
    }

    /// How far the record can be scrolled in so many columns and rows.
    fn furthest(&self, room: (u16, u16)) -> usize {
        let (list, low) = self.divided(room);
        let seen = usize::from(room.1.saturating_sub(low).saturating_sub(HEAD));
        self.rows(usize::from(room.0 - list)).len().saturating_sub(seen)
    }

    /// Returns the record in rows of so many columns: its passages with what a trainer does with each,
    /// or its JSON where nothing is learnt of it.
    #[must_use]
    pub fn rows(&self, columns: usize) -> Vec<Row> {
        let found = self.found.as_ref().filter(|found| found.format == self.format().name);
        let shown = found.and_then(|found| found.records.get(self.record));
        let Some(shown) = shown else { return Vec::new() };
        if shown.passages.len() < 2 {
            return wrapped(&[(&shown.json, "text")], [("  ", "text"); 2], columns);
        }
        let mut rows = Vec::new();
        let mut before = None;
        for Passage { fate, text } in &shown.passages {
            let (mark, word) = (fate.mark(), fate.word());
            let scope = match fate {
                Fate::Read => "muted",
                Fate::Learnt | Fate::Good => "value.high",
                Fate::Bad => "value.low",
            };
            if before != Some(fate) {
                rows.push(vec![(format!("{mark} {word}:"), "title")]);
                before = Some(fate);
            }
            let mark = format!("{mark} ");
            rows.extend(wrapped(&[(text, scope)], [(&mark, scope); 2], columns));
        }
        rows
    }

    /// Returns what is left out of the export, in rows of so many columns.
    #[must_use]
    pub fn remarks(&self, columns: usize) -> Vec<Row> {
        let remarks = self.found.iter().flat_map(|found| &found.remarks);
        let lay = |remark: &String| {
            let text = SafeText::line(remark);
            wrapped(&[(&text, "muted")], [("! ", "muted"), ("  ", "muted")], columns)
        };
        remarks.flat_map(lay).collect()
    }

    fn survey(&mut self, session: PathBuf) -> Vec<Effect> {
        if self.waits != Waits::No {
            self.waits = Waits::Twice;
            return Vec::new();
        }
        self.waits = Waits::Once;
        let format = self.format().name.to_owned();
        vec![Effect::Survey { session, format, selection: self.selection.clone() }]
    }
}

/// Columns of the list of formats.
const LIST: u16 = 30;
/// The fewest columns that have the list beside the record.
const WIDE: u16 = 70;
/// Rows at the lower edge for what is left out, at most.
const REMARKS: u16 = 6;
/// Rows above the record that tell what it is.
pub const HEAD: u16 = 3;

/// The screen on top, if it is this one, with the session's file.
fn screen(model: &mut Model) -> Option<(&mut Export, PathBuf)> {
    let session = model.workbench()?.path.clone();
    match model.overlays.iter_mut().find(|overlay| matches!(overlay, Overlay::Export(_)))? {
        Overlay::Export(export) => Some((export, session)),
        _ => None,
    }
}

/// Opens the screen.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlays.push(Overlay::Export(Export::default()));
    refresh(model)
}

/// Looks at the session again, if the screen is open.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    screen(model).map_or_else(Vec::new, |(export, session)| export.survey(session))
}

/// Takes in what a survey found.
pub(super) fn surveyed(model: &mut Model, found: Result<Survey, String>) -> Vec<Effect> {
    let Some((export, session)) = screen(model) else { return Vec::new() };
    let again = std::mem::take(&mut export.waits) == Waits::Twice;
    let complaint = match found {
        Ok(found) => {
            export.record = export.record.min(found.records.len().saturating_sub(1));
            export.found = Some(found);
            None
        }
        Err(message) => Some(message),
    };
    let effects = if again { export.survey(session) } else { Vec::new() };
    if let Some(message) = complaint {
        model.complain(message);
    }
    effects
}

/// Chooses another format.
pub(super) fn choose(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some((export, session)) = screen(model) else { return Vec::new() };
    let chosen = export.chosen.saturating_add_signed(by).min(FORMATS.len() - 1);
    if chosen == export.chosen {
        return Vec::new();
    }
    (export.chosen, export.record, export.scrolled) = (chosen, 0, 0);
    export.survey(session)
}

/// Shows another record.
pub(super) fn turn(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some((export, _)) = screen(model) {
        let count = export.found.as_ref().map_or(0, |found| found.records.len());
        export.record = export.record.saturating_add_signed(by).min(count.saturating_sub(1));
        export.scrolled = 0;
    }
    Vec::new()
}

/// Scrolls the record, no further than there is something of it.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    let room = inside(model.size);
    if let Some((export, _)) = screen(model) {
        export.scrolled = export.scrolled.saturating_add_signed(by).min(export.furthest(room));
    }
    Vec::new()
}

/// Takes in what only a vote speaks for, or leaves it out again.
pub(super) fn pseudo_labels(model: &mut Model) -> Vec<Effect> {
    let Some((export, session)) = screen(model) else { return Vec::new() };
    export.selection.pseudo_labels = !export.selection.pseudo_labels;
    export.survey(session)
}

/// Takes only what a query means, or opens the line for one.
pub(super) fn ask(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some((export, _)) = screen(model) else { return Vec::new() };
    if arguments.text().is_empty() {
        let query = export.selection.query.clone();
        return line::open_for(model, Purpose::Records, &query);
    }
    select(model, arguments.text())
}

/// Takes only records with a step that a query means; all if it is empty.
pub(super) fn select(model: &mut Model, text: &str) -> Vec<Effect> {
    let Some(tree) = model.workbench().map(|bench| &bench.tree) else { return Vec::new() };
    if !text.is_empty()
        && let Err(error) = Query::parse(text).and_then(|query| query.check(tree))
    {
        model.complain(error.sentence(text));
        return Vec::new();
    }
    let Some((export, session)) = screen(model) else { return Vec::new() };
    text.clone_into(&mut export.selection.query);
    (export.record, export.scrolled) = (0, 0);
    export.survey(session)
}

/// Copies the record as it would be written.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    let Some((export, _)) = screen(model) else { return Vec::new() };
    let name = export.format().name;
    let shown = export.found.as_ref().and_then(|found| found.records.get(export.record));
    match shown.map(|record| record.json.clone()) {
        None => Vec::new(),
        Some(json) if json.is_empty() => {
            model.complain(format!(
                "{name} needs the tokenizer: run pleach export --format {name}."
            ));
            Vec::new()
        }
        Some(json) => vec![Effect::Copy(json)],
    }
}

/// Writes this session as a data set of the chosen format, into a folder or beside the session.
pub(super) fn write(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some((export, session)) = screen(model) else { return Vec::new() };
    let (format, selection) = (export.format().name.to_owned(), export.selection.clone());
    let out = place(arguments.text(), &session, &format);
    vec![Effect::Export { session, format, out, selection }]
}

/// Writes this session as a data set of a format, into a folder or beside the session.
pub(super) fn write_as(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let session = bench.path.clone();
    let format = arguments.word(0).unwrap_or_default().to_owned();
    if Format::named(&format).is_none() {
        model.complain(format!("There is no format named {format}; Tab lists them."));
        return Vec::new();
    }
    let given = arguments.text().strip_prefix(&format).unwrap_or_default().trim();
    let out = place(given, &session, &format);
    vec![Effect::Export { session, format, out, selection: Selection::default() }]
}

/// The names of all formats.
pub(super) fn formats(_: &Model) -> Vec<String> {
    FORMATS.iter().map(|format| format.name.to_owned()).collect()
}

/// The folder that was named, or one beside the session.
fn place(named: &str, session: &Path, format: &str) -> PathBuf {
    if !named.is_empty() {
        return PathBuf::from(named);
    }
    let stem = session.file_stem().unwrap_or_default().to_string_lossy();
    session.with_file_name(format!("{stem}-{format}"))
}
