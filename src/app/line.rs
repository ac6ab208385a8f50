//! The `:` line: a command by its name and arguments, with completion and history.
//!
//! Responsible for what is typed on it, and for running a line through the command table. The
//! same lines are what a keymap file binds keys to.

use super::argument::{Arguments, cut};
use super::command::{self, COMMANDS, Command, Place};
use super::field::Field;
use super::model::Model;
use super::overlay::Overlay;
use super::{Effect, export, find, rewriting, signal, tour};
use crate::text::nearest;
use crate::tree::NodeId;

/// The most lines that are remembered.
const REMEMBERED: usize = 200;

/// What a line is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A command.
    #[default]
    Command,
    /// A text to be found.
    Find {
        /// The chosen node before, and its line on the screen.
        from: (NodeId, usize),
    },
    /// A query or a text to filter by.
    Filter,
    /// A query for the records of the export screen.
    Records,
    /// A revision signal.
    Signal,
    /// A rewrite of a step.
    Edit {
        /// The step.
        node: NodeId,
    },
}

/// The `:` line while it is open.
#[derive(Debug, Default)]
pub struct Line {
    /// What it is for.
    pub purpose: Purpose,
    /// What is typed.
    pub field: Field,
    /// How it could go on: whole lines, and a word about each.
    pub choices: Vec<(String, String)>,
    /// The choice that is filled in, if one is.
    pub chosen: Option<usize>,
    /// How far back in the history it is; 0 is what the person types now.
    back: usize,
    draft: String,
}

/// A command with its arguments, as a line says it.
#[derive(Debug, Clone)]
pub struct Call {
    /// The command.
    pub command: &'static Command,
    /// Its arguments.
    pub arguments: Arguments,
}

impl Call {
    /// Reads a line.
    ///
    /// # Errors
    /// Returns a sentence if no command has the name that the line begins with.
    pub fn read(line: &str) -> Result<Self, String> {
        let (name, rest) = cut(line);
        let command = COMMANDS.iter().find(|command| command.name == name);
        let command = command.ok_or_else(|| {
            let near = nearest(name, COMMANDS.iter().map(|command| command.name));
            let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
            format!("There is no command {name}.{near}")
        })?;
        Ok(Self { command, arguments: Arguments::new(rest) })
    }

    /// Returns the line that says it.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.command.name, self.arguments.text()).trim_end().to_owned()
    }

    /// Runs it. A command that lacks an argument which it needs opens the `:` line for it.
    pub fn run(&self, model: &mut Model, now: u64) -> Vec<Effect> {
        let place = model.place();
        if !self.command.works_at(place) {
            let places: Vec<_> = self.command.places.iter().map(|place| place.name()).collect();
            model.complain(format!("{} works on: {}.", self.command.name, places.join(", ")));
            return Vec::new();
        }
        let lacks = self.command.takes.first().is_some_and(|argument| argument.is_needed);
        if lacks && self.arguments.text().is_empty() {
            return open(model, &format!("{} ", self.command.name));
        }
        let mut effects = (self.command.run)(model, &self.arguments, now);
        effects.extend(tour::did(model, self.command.name));
        effects
    }
}

/// Opens the line with a text on it.
pub(super) fn open(model: &mut Model, text: &str) -> Vec<Effect> {
    open_for(model, Purpose::Command, text)
}

/// Opens the line for something.
pub(super) fn open_for(model: &mut Model, purpose: Purpose, text: &str) -> Vec<Effect> {
    let line = Line { purpose, field: Field::new(text), ..Line::default() };
    model.overlays.push(Overlay::Line(line));
    typed(model);
    Vec::new()
}

/// Closes the line; what was looked for while it was typed is dropped.
pub(super) fn close(model: &mut Model) {
    let purpose = line(model).map(|line| line.purpose);
    model.overlays.pop();
    if let Some(Purpose::Find { from }) = purpose {
        find::typed(model, "", from);
    }
}

fn line(model: &mut Model) -> Option<&mut Line> {
    match model.overlays.last_mut() {
        Some(Overlay::Line(line)) => Some(line),
        _ => None,
    }
}

/// Looks for how the line could go on.
pub(super) fn typed(model: &mut Model) {
    let below = model.place_below();
    let Some((purpose, text)) =
        line(model).map(|line| (line.purpose, line.field.text().to_owned()))
    else {
        return;
    };
    let choices = match purpose {
        Purpose::Command => choices(model, below, &text),
        Purpose::Find { from } => {
            find::typed(model, &text, from);
            Vec::new()
        }
        Purpose::Filter | Purpose::Records | Purpose::Signal | Purpose::Edit { .. } => Vec::new(),
    };
    if let Some(line) = line(model) {
        (line.choices, line.chosen) = (choices, None);
    }
}

/// How a line could go on at a place: whole lines, and a word about each.
pub(super) fn choices(model: &Model, place: Place, text: &str) -> Vec<(String, String)> {
    let here = || command::at(place);
    let (name, rest) = cut(text);
    if !text.trim_start().contains(char::is_whitespace) {
        let begins = here().filter(|command| command.name.starts_with(name));
        let within =
            here().filter(|command| !command.name.starts_with(name) && command.name.contains(name));
        return begins
            .chain(within)
            .map(|command| (command.name.to_owned(), command.does.to_owned()))
            .collect();
    }
    let Some(command) = here().find(|command| command.name == name) else { return Vec::new() };
    let (before, last) = rest.rsplit_once(char::is_whitespace).unwrap_or(("", rest));
    let position = before.split_whitespace().count();
    let Some(argument) = command.takes.get(position).or(command.takes.last()) else {
        return Vec::new();
    };
    let lead = if before.is_empty() { name.to_owned() } else { format!("{name} {before}") };
    let mut values = (argument.values)(model);
    values.retain(|value| value.starts_with(last));
    values.into_iter().map(|value| (format!("{lead} {value}"), String::new())).collect()
}

/// Fills in the next choice, or the one before.
pub(super) fn complete(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(line) = line(model) else { return Vec::new() };
    let count = line.choices.len();
    if count == 0 {
        return Vec::new();
    }
    let first = if by > 0 { 0 } else { count - 1 };
    let chosen = line.chosen.map_or(first, |at| (at + count).saturating_add_signed(by) % count);
    line.field = Field::new(&line.choices[chosen].0);
    line.chosen = Some(chosen);
    Vec::new()
}

/// Fills in an older line of the history, or a newer one.
pub(super) fn remember(model: &mut Model, by: isize) -> Vec<Effect> {
    let history = model.history.clone();
    let Some(line) = line(model) else { return Vec::new() };
    if line.back == 0 {
        line.draft = line.field.text().to_owned();
    }
    line.back = line.back.saturating_add_signed(by).min(history.len());
    let text = history.len().checked_sub(line.back).and_then(|at| history.get(at));
    line.field = Field::new(text.unwrap_or(&line.draft));
    let back = line.back;
    typed(model);
    if let Some(line) = self::line(model) {
        line.back = back;
    }
    Vec::new()
}

/// Runs what is typed.
pub(super) fn accept(model: &mut Model, now: u64) -> Vec<Effect> {
    let Some((purpose, text)) =
        line(model).map(|line| (line.purpose, line.field.text().trim().to_owned()))
    else {
        return Vec::new();
    };
    model.overlays.pop();
    match purpose {
        Purpose::Command => {}
        Purpose::Find { .. } => {
            let found = model.workbench().is_some_and(|bench| bench.is_found(bench.cursor));
            if !text.is_empty() && !found {
                model.complain(format!("No step has {text:?}."));
            }
            return Vec::new();
        }
        Purpose::Filter => return find::keep(model, &text, now),
        Purpose::Records => return export::select(model, &text),
        Purpose::Signal => return signal::typed(model, &text),
        Purpose::Edit { node } => return rewriting::typed(model, node, &text, now),
    }
    if text.is_empty() {
        return Vec::new();
    }
    model.history.retain(|line| *line != text);
    model.history.push(text.clone());
    if model.history.len() > REMEMBERED {
        model.history.remove(0);
    }
    run(model, &text, now)
}

/// Runs a line.
pub(super) fn run(model: &mut Model, text: &str, now: u64) -> Vec<Effect> {
    match Call::read(text) {
        Ok(call) => call.run(model, now),
        Err(message) => {
            model.complain(message);
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_command_names_the_nearest() {
        let error = Call::read("redoo").unwrap_err();
        assert_eq!(error, "There is no command redoo. Did you mean redo?");
    }
}
