//! The help: every command of a place with its keys, narrowed by typing.

use super::Effect;
use super::command::{self, Command, Place};
use super::field::Field;
use super::keymap::Keymap;
use super::model::Model;
use super::overlay::Overlay;
use super::rows::{Row, wrapped};
use crate::text::{pad, width};

/// The help while it is open.
#[derive(Debug)]
pub struct Help {
    /// What is typed.
    pub field: Field,
    /// The place that it is about.
    pub about: Place,
    /// How many rows it is scrolled down.
    pub scrolled: usize,
}

impl Help {
    /// Returns the commands that what is typed means, each with its keys.
    #[must_use]
    pub fn commands(&self, keymap: &Keymap) -> Vec<(&'static Command, String)> {
        let typed = self.field.text().to_lowercase();
        let mut all: Vec<_> = command::at(self.about)
            .map(|command| (command, keymap.keys_of(self.about, command).join(" ")))
            .filter(|(command, keys)| {
                let text = format!("{} {} {keys} {}", command.name, command.does, command.group);
                typed.split_whitespace().all(|word| text.to_lowercase().contains(word))
            })
            .collect();
        // Each group has one heading, where its first command stands.
        let groups: Vec<_> = all.iter().map(|(command, _)| command.group).collect();
        all.sort_by_key(|(command, _)| groups.iter().position(|group| *group == command.group));
        all
    }

    /// Returns them in rows for a screen of so many columns, each group below its heading.
    #[must_use]
    pub fn rows(&self, keymap: &Keymap, screen: u16) -> Vec<Row> {
        let commands = self.commands(keymap);
        let widest =
            |of: fn(&(&Command, String)) -> usize| commands.iter().map(of).max().unwrap_or(0) + 2;
        let keys = widest(|(_, keys)| width(keys));
        let names = if screen >= 70 { widest(|(command, _)| width(command.name)) } else { 0 };
        let columns = usize::from(screen.min(WIDEST).saturating_sub(4));
        // What a command does stands beside its name, or below it where that leaves too little.
        let is_beside = keys + names + NARROWEST <= columns;
        let blank = " ".repeat(if is_beside { keys + names } else { 2 });
        let mut rows: Vec<Row> = Vec::new();
        let mut group = "";
        for (command, bound) in &commands {
            if command.group != group {
                group = command.group;
                if !rows.is_empty() {
                    rows.push(Vec::new());
                }
                rows.push(vec![(group.to_owned(), "title")]);
            }
            let mut head = vec![(pad(bound, keys), "key")];
            if names > 0 {
                head.push((pad(command.name, names), "muted"));
            }
            let does = wrapped(&[(command.does, "text")], [(&blank, "text"); 2], columns);
            let first = rows.len();
            rows.extend(does);
            if is_beside {
                rows[first].splice(..1, head);
            } else {
                rows.insert(first, head);
            }
        }
        rows
    }
}

/// The fewest columns for what a command does.
const NARROWEST: usize = 24;
/// The widest that the help is, its frame included.
pub const WIDEST: u16 = 90;
/// Rows of the frame, of the field, and below the help.
const AROUND: u16 = 5;

/// Opens the help.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let about = model.place();
    model.overlays.push(Overlay::Help(Help { field: Field::default(), about, scrolled: 0 }));
    Vec::new()
}

pub(super) fn typed(model: &mut Model) {
    if let Some(Overlay::Help(help)) = model.overlays.last_mut() {
        help.scrolled = 0;
    }
}

/// Scrolls.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(Overlay::Help(help)) = model.overlays.last_mut() {
        let seen = usize::from(model.size.1.saturating_sub(AROUND));
        let most = help.rows(&model.keymap, model.size.0).len().saturating_sub(seen);
        help.scrolled = help.scrolled.saturating_add_signed(by).min(most);
    }
    Vec::new()
}
