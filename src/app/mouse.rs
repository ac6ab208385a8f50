//! The mouse: choosing, folding, scrolling, and moving the border between the panes.
//!
//! Responsible for what lies under the pointer. Everything that the mouse does has keys too, and
//! the setting `mouse` leaves it to the terminal.

use serde::{Deserialize, Serialize};

use super::command::Place;
use super::layout::Area;
use super::model::Model;
use super::{help, list, reader, start, walking};

/// Rows that one notch of the wheel scrolls.
const NOTCH: isize = 3;

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MouseKind {
    /// A button was pressed.
    Press,
    /// The pointer moved with a button held.
    Drag,
    /// The button was let go.
    Release,
    /// The wheel was turned away from the person.
    ScrollUp,
    /// The wheel was turned towards the person.
    ScrollDown,
}

/// Something that the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// The column of the pointer.
    pub x: u16,
    /// Its row.
    pub y: u16,
}

impl Area {
    /// Returns whether a cell lies inside.
    #[must_use]
    pub fn contains(&self, x: u16, y: u16) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }
}

/// Changes the model by what the mouse did.
pub(super) fn moved(model: &mut Model, mouse: Mouse) {
    let by = match mouse.kind {
        MouseKind::ScrollUp => -NOTCH,
        MouseKind::ScrollDown => NOTCH,
        MouseKind::Press => return press(model, mouse),
        MouseKind::Drag => return drag(model, mouse),
        MouseKind::Release => {
            model.drags_split = false;
            return;
        }
    };
    match model.place() {
        Place::List => drop(list::step(model, by.signum())),
        Place::Help => drop(help::scroll(model, by)),
        Place::Reader => drop(reader::scroll(model, -by)),
        Place::Start => drop(start::step(model, by.signum())),
        Place::Workbench if model.layout().path.contains(mouse.x, mouse.y) => {
            drop(walking::scroll_path(model, by));
        }
        Place::Workbench => drop(walking::by_rows(model, by)),
        _ => {}
    }
}

fn press(model: &mut Model, mouse: Mouse) {
    if model.place() != Place::Workbench {
        return;
    }
    let layout = model.layout();
    let (tree, border) = (layout.tree, layout.tree.x + layout.tree.width);
    if layout.path.x > 0 && mouse.x.abs_diff(border) <= 1 && tree.contains(tree.x, mouse.y) {
        model.drags_split = true;
        return;
    }
    // The first row of the pane is its heading.
    if tree.contains(mouse.x, mouse.y) && mouse.y > tree.y {
        let line = usize::from(mouse.y - tree.y - 1);
        walking::click(model, line, usize::from(mouse.x - tree.x));
    }
}

fn drag(model: &mut Model, mouse: Mouse) {
    let layout = model.layout();
    if model.drags_split {
        let both = u32::from(layout.tree.width + layout.path.width).max(1);
        let share = u32::from(mouse.x) * 1000 / both;
        model.panes.split = u16::try_from(share).unwrap_or(1000);
    }
}
