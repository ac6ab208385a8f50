//! The help: every command of a place with its keys, narrowed by typing.

use super::Effect;
use super::command::{self, Command, Place};
use super::field::Field;
use super::keymap::Keymap;
use super::model::Model;
use super::overlay::Overlay;

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
        command::at(self.about)
            .map(|command| (command, keymap.keys_of(self.about, command).join(" ")))
            .filter(|(command, keys)| {
                let text = format!("{} {} {keys} {}", command.name, command.does, command.group);
                typed.split_whitespace().all(|word| text.to_lowercase().contains(word))
            })
            .collect()
    }

    /// Returns how many rows they have: each one, each group a heading, and a gap between groups.
    fn rows(&self, keymap: &Keymap) -> usize {
        let commands = self.commands(keymap);
        let mut groups: Vec<_> = commands.iter().map(|(command, _)| command.group).collect();
        groups.dedup();
        commands.len() + (2 * groups.len()).saturating_sub(1)
    }
}

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
        let most = help.rows(&model.keymap).saturating_sub(seen);
        help.scrolled = help.scrolled.saturating_add_signed(by).min(most);
    }
    Vec::new()
}
