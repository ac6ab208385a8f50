//! The export screen: what an export of this session would hold, format by format, and its
//! records with what a trainer does with them.
//!
//! Responsible for what is chosen there. The survey itself is made on a thread, from the
//! session's file, and again whenever something was saved.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Effect;
use super::argument::Arguments;
use super::line::{self, Purpose};
use super::model::Model;
use super::overlay::Overlay;
use crate::export::{FORMATS, Format, Survey};
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

/// Scrolls the record.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some((export, _)) = screen(model) {
        export.scrolled = export.scrolled.saturating_add_signed(by).min(10_000);
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
