//! The tour of a first run: a small box that names the next key, and moves on when it is pressed.
//!
//! Responsible for the steps and for when each is done. It takes no key for itself: whatever the
//! person does instead is done, and Escape ends it.

use super::Effect;
use super::command::Place;
use super::model::Model;

/// A step of the tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is said, in a few short lines.
    pub says: &'static str,
    /// Where it can be done; elsewhere the tour waits.
    place: Place,
    /// The commands that do it.
    done_by: &'static [&'static str],
}

/// The steps, in order.
pub static STEPS: &[Step] = &[
    Step {
        says: "Welcome. The small model that comes along will try a puzzle.\nEnter opens the sample.",
        place: Place::Start,
        done_by: &["start-open", "accept"],
    },
    Step {
        says: "A tree of steps grows, and the model rates each. j and k go to the\nsteps beside, l and h deeper and back.",
        place: Place::Workbench,
        done_by: &["next", "previous", "child", "parent"],
    },
    Step {
        says: "At the right is the path to the chosen step, below it what the tree\nbelieves. g then a goes to the answer that it believes most.",
        place: Place::Workbench,
        done_by: &["best"],
    },
    Step {
        says: "x takes a step, and all below it, out of the search. Try it on a\nstep that looks wrong.",
        place: Place::Workbench,
        done_by: &["prune"],
    },
    Step {
        says: "u takes that back, and everything else that you do. All of it is\nsaved as you do it.",
        place: Place::Workbench,
        done_by: &["undo"],
    },
    Step {
        says: "s lets the search go on, or rest.",
        place: Place::Workbench,
        done_by: &["search"],
    },
    Step {
        says: "Space shows more keys, Space Space all commands, ? the help, and :\ntakes a command by its name. Press ? to end the tour.",
        place: Place::Workbench,
        done_by: &["help", "palette"],
    },
];

/// Begins the tour.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    let started = model.workbench().is_some();
    model.tour = Some(usize::from(started));
    Vec::new()
}

/// Returns what the tour says at present, and which step of how many it is.
#[must_use]
pub fn current(model: &Model) -> Option<(&'static str, usize)> {
    let at = model.tour?;
    let step = STEPS.get(at)?;
    (step.place == model.place()).then_some((step.says, at + 1))
}

/// Moves on if a command was what the tour waits for.
pub(super) fn did(model: &mut Model, command: &str) -> Vec<Effect> {
    let Some(at) = model.tour else { return Vec::new() };
    if !STEPS.get(at).is_some_and(|step| step.done_by.contains(&command)) {
        return Vec::new();
    }
    model.tour = Some(at + 1);
    if at + 1 < STEPS.len() { Vec::new() } else { end(model) }
}

/// Ends the tour for good. Returns nothing to do if there is none.
pub(super) fn end(model: &mut Model) -> Vec<Effect> {
    match model.tour.take() {
        Some(_) => {
            model.tell("The tour is over; :tour begins it again.");
            vec![Effect::EndTour]
        }
        None => Vec::new(),
    }
}
