//! The help: every command of a place with its keys, narrowed by typing.

use super::Effect;
use super::command::Place;
use super::field::Field;
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
        // Drawing stops at the last row; the number goes no further than a help can be long.
        help.scrolled = help.scrolled.saturating_add_signed(by).min(1000);
    }
    Vec::new()
}
