//! A list to choose from, narrowed by typing: the palette, and whatever else offers lines.
//!
//! Responsible for matching and choosing. What is chosen is a line of the `:` line, so a list
//! can do nothing that cannot also be typed.

use frizbee::{Config, Matcher, Pattern};

use super::command::{self, Place};
use super::field::Field;
use super::keymap::Keymap;
use super::model::Model;
use super::overlay::Overlay;
use super::{Effect, line};

/// A list while it is open.
#[derive(Debug, Default)]
pub struct List {
    /// What it is a list of.
    pub title: String,
    /// What is typed.
    pub field: Field,
    /// The entries that match, best first, by their positions in `entries`.
    pub matches: Vec<usize>,
    /// The chosen one, by its position in `matches`.
    pub chosen: usize,
    /// All entries.
    pub entries: Vec<Entry>,
    /// What shows a choice before it is made; told nothing when the list closes.
    preview: Option<fn(&mut Model, Option<&Entry>)>,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is shown and matched.
    pub name: String,
    /// What is shown beside it and matched after the name.
    pub note: String,
    /// What is shown at the right, such as a key.
    pub aside: String,
    /// The line that runs when it is chosen.
    pub line: String,
}

/// Opens a list.
pub(super) fn open(model: &mut Model, title: &str, entries: Vec<Entry>) -> Vec<Effect> {
    let list = List { title: title.to_owned(), entries, ..List::default() };
    model.overlays.push(Overlay::List(list));
    typed(model);
    Vec::new()
}

/// Opens a list of which one entry holds at present: it is marked, and chosen first.
pub(super) fn open_at(
    model: &mut Model,
    title: &str,
    mut entries: Vec<Entry>,
    now: &str,
) -> Vec<Effect> {
    let at = entries.iter().position(|entry| entry.name == now);
    if let Some(at) = at {
        "now".clone_into(&mut entries[at].aside);
    }
    open(model, title, entries);
    choose(model, at.unwrap_or(0));
    Vec::new()
}

/// Opens the palette: every command of the place, with its keys.
pub(super) fn palette(model: &mut Model) -> Vec<Effect> {
    let entries = commands(&model.keymap, model.place());
    open(model, "Commands", entries)
}

/// Every command of a place, as an entry that runs it.
pub(super) fn commands(keymap: &Keymap, place: Place) -> Vec<Entry> {
    let named = command::at(place);
    let entries = named.map(|command| Entry {
        name: command.name.to_owned(),
        note: command.does.to_owned(),
        aside: keymap.keys_of(place, command).join(" "),
        line: command.name.to_owned(),
    });
    entries.collect()
}

/// Shows each choice of the list on top before it is made.
pub(super) fn preview(model: &mut Model, preview: fn(&mut Model, Option<&Entry>)) {
    if let Some(list) = list(model) {
        list.preview = Some(preview);
    }
    show(model);
}

/// Chooses an entry of the list on top.
pub(super) fn choose(model: &mut Model, entry: usize) {
    if let Some(list) = list(model) {
        list.chosen = list.matches.iter().position(|at| *at == entry).unwrap_or(0);
    }
    show(model);
}

fn show(model: &mut Model) {
    let Some(list) = list(model) else { return };
    let Some(preview) = list.preview else { return };
    let chosen = list.matches.get(list.chosen).and_then(|at| list.entries.get(*at)).cloned();
    preview(model, chosen.as_ref());
}

/// Closes the list on top.
pub(super) fn close(model: &mut Model) {
    let preview = list(model).and_then(|list| list.preview);
    model.overlays.pop();
    if let Some(preview) = preview {
        preview(model, None);
    }
}

fn list(model: &mut Model) -> Option<&mut List> {
    match model.overlays.last_mut() {
        Some(Overlay::List(list)) => Some(list),
        _ => None,
    }
}

/// Narrows the list to what is typed.
pub(super) fn typed(model: &mut Model) {
    let Some(list) = list(model) else { return };
    list.matches = matches(list.field.text(), &list.entries);
    list.chosen = 0;
    show(model);
}

/// The entries that match what is typed, best first; one typo is allowed in a long word.
fn matches(typed: &str, entries: &[Entry]) -> Vec<usize> {
    if typed.trim().is_empty() {
        return (0..entries.len()).collect();
    }
    let texts: Vec<_> =
        entries.iter().map(|entry| format!("{} {}", entry.name, entry.note)).collect();
    let patterns = Pattern::parse_query(typed).into_iter().map(|pattern| {
        let typos = u16::from(pattern.needle.len() > 4);
        pattern.max_typos(Some(typos))
    });
    let patterns: Vec<_> = patterns.collect();
    let mut matcher = Matcher::from_patterns(&patterns, &Config::default());
    let mut found = matcher.match_list(&texts);
    // A match in the name goes before one that needs the note.
    let in_name = |index: usize| {
        let name = entries[index].name.to_lowercase();
        typed.split_whitespace().all(|word| name.contains(&word.to_lowercase()))
    };
    found.sort_by_key(|found| {
        let index = found.index as usize;
        (!in_name(index), std::cmp::Reverse(found.score), index)
    });
    found.into_iter().map(|found| found.index as usize).collect()
}

/// Goes to another entry.
pub(super) fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(list) = list(model)
        && !list.matches.is_empty()
    {
        let count = list.matches.len();
        list.chosen = (list.chosen + count).saturating_add_signed(by % count.cast_signed()) % count;
    }
    show(model);
    Vec::new()
}

/// Runs the chosen entry's line.
pub(super) fn accept(model: &mut Model, now: u64) -> Vec<Effect> {
    let Some(list) = list(model) else { return Vec::new() };
    let chosen = list.matches.get(list.chosen).and_then(|at| list.entries.get(*at));
    let Some(text) = chosen.map(|entry| entry.line.clone()) else { return Vec::new() };
    close(model);
    line::run(model, &text, now)
}
