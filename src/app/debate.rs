//! Debates on the workbench: holding one, and reading its transcript while it goes on or later, in
//! a replay too.

use super::Effect;
use super::argument::Arguments;
use super::model::Model;
use super::overlay::Overlay;
use super::rows::{Row, wrapped};
use super::workbench::{self, Workbench};
use crate::aggregate::{Passage, transcript};
use crate::search::debate::Rules;
use crate::text::SafeText;

/// A transcript while it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Which debate, from 0.
    pub which: usize,
    /// The first row that is shown.
    pub top: usize,
}

impl Transcript {
    /// Returns the debate's name and its passages as the tree has them now.
    #[must_use]
    pub fn read(&self, bench: &Workbench) -> (String, Vec<Passage>) {
        let debates = bench.tree.debates();
        let title = format!("Debate {} of {}", self.which + 1, debates.len());
        let said = debates.get(self.which).map(|debate| transcript(&bench.tree, debate));
        (title, said.unwrap_or_default())
    }

    /// Returns its name and its rows of so many columns: a gap stands before each heading but the
    /// first.
    #[must_use]
    pub fn rows(&self, bench: &Workbench, columns: usize) -> (String, Vec<Row>) {
        let (title, said) = self.read(bench);
        let mut rows = Vec::new();
        for passage in said {
            match passage {
                Passage::Heading(text) => {
                    if !rows.is_empty() {
                        rows.push(Vec::new());
                    }
                    let text = SafeText::line(&text);
                    rows.extend(wrapped(&[(&text, "title")], [("", "title"); 2], columns));
                }
                Passage::Text(text) => {
                    rows.extend(wrapped(&[(&text, "text")], [("  ", "text"); 2], columns));
                }
            }
        }
        (title, rows)
    }

    /// Scrolls by rows, upwards if positive, as the reader does; of so many rows so many are seen.
    pub(super) fn scroll(&mut self, by: isize, rows: usize, height: usize) {
        let down = by.checked_neg().unwrap_or(isize::MAX);
        self.top = self.top.saturating_add_signed(down).min(rows.saturating_sub(height));
    }
}

/// Lets agents debate the answers, or the model say on which most solutions agree, and shows what
/// is said.
pub(super) fn hold(model: &mut Model, rules: Rules, now: u64) -> Vec<Effect> {
    let before = model.workbench().map_or(0, |bench| bench.tree.debates().len());
    let effects = workbench::change(model, now, |bench| bench.driver.debate(&bench.tree, rules));
    if model.workbench().is_some_and(|bench| bench.tree.debates().len() > before) {
        show(model, before);
    }
    effects
}

/// Opens the transcript of a debate: of the last one, or of that with a number.
pub(super) fn open(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let count = model.workbench().map_or(0, |bench| bench.tree.debates().len());
    let number = arguments.word(0).map_or(Some(count), |word| word.parse().ok());
    match number {
        _ if count == 0 => {
            model.tell("There was no debate yet; gd lets agents debate the answers.");
        }
        Some(number) if (1..=count).contains(&number) => show(model, number - 1),
        _ => model.complain(format!("Name a debate by its number, from 1 to {count}.")),
    }
    Vec::new()
}

/// The numbers of the debates.
pub(super) fn numbers(model: &Model) -> Vec<String> {
    let count = model.workbench().map_or(0, |bench| bench.tree.debates().len());
    (1..=count).map(|number| number.to_string()).collect()
}

fn show(model: &mut Model, which: usize) {
    model.overlays.push(Overlay::Transcript(Transcript { which, top: 0 }));
}
