//! Text over a screen, to be read and scrolled: the messages, the search's log.

use super::Effect;
use super::comparing::inside;
use super::model::Model;
use super::overlay::Overlay;
use super::rows::{Row, wrapped};

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

/// Scrolls by rows, upwards if positive; the largest numbers lead to the beginning and to the end.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    let size = model.size;
    let transcript = match (model.workbench(), model.overlays.last()) {
        (Some(bench), Some(Overlay::Transcript(transcript))) => {
            transcript.rows(bench, columns(size)).1.len()
        }
        _ => 0,
    };
    match model.overlays.last_mut() {
        Some(Overlay::Reader(reader)) => {
            // No further than there is something: else the way back would begin with keys that
            // seem dead.
            let most = reader.rows_from_end(columns(size)).count().saturating_sub(height(size));
            reader.scrolled = reader.scrolled.saturating_add_signed(by).min(most);
        }
        Some(Overlay::Page(page)) => page.scroll(by, height(size)),
        Some(Overlay::Transcript(shown)) => shown.scroll(by, transcript, height(size)),
        Some(Overlay::Diff(diff)) => diff.scroll(by, inside(size).1),
        _ => {}
    }
    Vec::new()
}

/// The widest that a text is shown, its frame included.
pub const WIDEST: u16 = 100;
/// Columns of the frame, and rows of the frame and below it.
const AROUND: (u16, u16) = (4, 4);

/// How many rows of a text a screen shows.
fn height(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(AROUND.1))
}

/// How many columns of a text a screen shows.
fn columns(size: (u16, u16)) -> usize {
    usize::from(size.0.min(WIDEST).saturating_sub(AROUND.0)).max(1)
}

impl Reader {
    /// Returns the text in rows of so many columns, the last one first: a log may be long, and its end
    /// is what is read.
    pub fn rows_from_end(&self, columns: usize) -> impl Iterator<Item = Row> {
        self.paragraphs.iter().rev().flat_map(move |(text, is_error)| {
            let (mark, scope) = if *is_error { ("! ", "notice.error") } else { ("· ", "text") };
            wrapped(&[(text, scope)], [(mark, "muted"), ("  ", "muted")], columns).into_iter().rev()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_from_the_beginning_and_the_end_takes_one_key() {
        let mut model = Model::new((40, 12), 0);
        let paragraphs = (0..30).map(|at| (format!("line {at}"), false)).collect();
        open(&mut model, "Text", paragraphs);
        let scrolled = |model: &Model| match model.overlays.last() {
            Some(Overlay::Reader(reader)) => reader.scrolled,
            other => panic!("{other:?}"),
        };
        scroll(&mut model, isize::MAX);
        assert_eq!(scrolled(&model), 22, "30 rows, of which 8 are seen");
        scroll(&mut model, -1);
        assert_eq!(scrolled(&model), 21);
        scroll(&mut model, isize::MIN);
        assert_eq!(scrolled(&model), 0);
    }
}
