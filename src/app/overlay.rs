//! What lies over a screen: layers, the last one on top.
//!
//! Responsible for which layers there are, which place each of them is for keys, and what
//! accepting, cancelling and typing do there. A layer that covers the whole screen is one too:
//! the search runs on below it.
//!
//! To add one: a file with its state and commands beside this one, a variant here with its
//! place, a `Place`, and a file in `ui/view/` that draws it.

use super::command::Place;
use super::comparing::Comparing;
use super::debate::Transcript;
use super::diff::Diff;
use super::export::Export;
use super::field::Field;
use super::help::Help;
use super::key::Key;
use super::line::Line;
use super::list::List;
use super::model::Model;
use super::page::Page;
use super::reader::Reader;
use super::rewriting::Rewriting;
use super::splicing::Splicing;
use super::{Effect, help, line, list, sight, start, tour};

/// A layer.
#[derive(Debug)]
pub enum Overlay {
    /// The help.
    Help(Help),
    /// The question whether to quit.
    Quit,
    /// The `:` line.
    Line(Line),
    /// A list to choose from.
    List(List),
    /// Text to be read.
    Reader(Reader),
    /// What an export would hold.
    Export(Export),
    /// Figures to be read.
    Page(Page),
    /// What was said in a debate.
    Transcript(Transcript),
    /// The splice screen.
    Splicing(Splicing),
    /// The compare screen.
    Comparing(Comparing),
    /// A rewrite that came back from the editor.
    Rewriting(Rewriting),
    /// Two trees side by side.
    Diff(Box<Diff>),
}

impl Overlay {
    /// Returns where commands are looked up while it is on top.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Help(_) => Place::Help,
            Self::Quit => Place::Quit,
            Self::Line(_) => Place::Line,
            Self::List(_) => Place::List,
            Self::Reader(_) | Self::Page(_) | Self::Transcript(_) => Place::Reader,
            Self::Export(_) => Place::Export,
            Self::Splicing(_) => Place::Splice,
            Self::Comparing(_) => Place::Compare,
            Self::Rewriting(_) => Place::Rewrite,
            Self::Diff(_) => Place::Diff,
        }
    }

    fn field(&mut self) -> Option<&mut Field> {
        match self {
            Self::Help(help) => Some(&mut help.field),
            Self::Line(line) => Some(&mut line.field),
            Self::List(list) => Some(&mut list.field),
            Self::Reader(_)
            | Self::Page(_)
            | Self::Transcript(_)
            | Self::Export(_)
            | Self::Splicing(_)
            | Self::Comparing(_)
            | Self::Rewriting(_)
            | Self::Diff(_)
            | Self::Quit => None,
        }
    }
}

/// The field that keys are typed into at present, if any.
fn field(model: &mut Model) -> Option<&mut Field> {
    if model.overlays.is_empty() {
        return start::field(model);
    }
    model.overlays.last_mut()?.field()
}

/// Types a key into the field on top.
pub(super) fn type_key(model: &mut Model, key: Key) {
    if let Some(field) = field(model) {
        field.press(key);
    }
    typed(model);
}

/// Pastes text into the field on top; on the bare start screen it begins a new problem.
pub(super) fn paste(model: &mut Model, text: &str) {
    if model.place() == Place::Start {
        start::begin_input(model);
    }
    let whole = field(model).is_none_or(|field| field.paste(text));
    typed(model);
    if !whole {
        model.complain("The pasted text is too long; only its beginning was taken.");
    }
}

/// What follows when the text of the field on top has changed.
fn typed(model: &mut Model) {
    match model.place() {
        Place::Line => line::typed(model),
        Place::List => list::typed(model),
        Place::Help => help::typed(model),
        _ => {}
    }
}

/// Enter in a text field.
pub(super) fn accept(model: &mut Model, now: u64) -> Vec<Effect> {
    match model.place() {
        Place::Field => start::accept(model),
        Place::Line => line::accept(model, now),
        Place::List => list::accept(model, now),
        _ => Vec::new(),
    }
}

/// Escape: cancels the innermost thing. What was told and half a key sequence are dropped
/// before this is reached.
pub(super) fn escape(model: &mut Model) -> Vec<Effect> {
    if tour::current(model).is_some() {
        return tour::end(model);
    }
    match model.place() {
        Place::List => list::close(model),
        Place::Line => line::close(model),
        Place::Workbench => sight::widen(model),
        Place::Field => start::leave_field(model),
        _ => {
            model.overlays.pop();
        }
    }
    Vec::new()
}
