//! Text over a screen, to be read and scrolled: the messages, the search's log.

use super::Effect;
use super::model::Model;
use super::overlay::Overlay;

/// Text while it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// What it is.
    pub title: String,
    /// Its paragraphs, and whether each tells of a mistake.
    pub paragraphs: Vec<(String, bool)>,
    /// How many rows it is scrolled up from its end.
    pub scrolled: usize,
}

/// Opens a text at its end.
pub(super) fn open(model: &mut Model, title: &str, paragraphs: Vec<(String, bool)>) -> Vec<Effect> {
    let title = title.to_owned();
    model.overlays.push(Overlay::Reader(Reader { title, paragraphs, scrolled: 0 }));
    Vec::new()
}

/// Opens everything that was told since the program began.
pub(super) fn messages(model: &mut Model) -> Vec<Effect> {
    let told = model.messages.iter().map(|notice| (notice.text.clone(), notice.is_error));
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        model.tell("Nothing was told yet.");
        return Vec::new();
    }
    open(model, "Messages", told)
}

/// Opens why the search chose each node that it expanded.
pub(super) fn search_log(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let lines: Vec<_> = bench.search_log().map(|line| (line.to_owned(), false)).collect();
    if lines.is_empty() {
        model.tell("The search has not chosen a node since this session was opened.");
        return Vec::new();
    }
    open(model, "Search log", lines)
}

/// Scrolls by rows; the largest numbers lead to the beginning and to the end.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    match model.overlays.last_mut() {
        // Drawing stops at the first row; no text is so long that it has more rows than this.
        Some(Overlay::Reader(reader)) => {
            reader.scrolled = reader.scrolled.saturating_add_signed(by).min(1_000_000);
        }
        Some(Overlay::Page(page)) => page.scroll(by),
        Some(Overlay::Transcript(transcript)) => transcript.scroll(by),
        _ => {}
    }
    Vec::new()
}
