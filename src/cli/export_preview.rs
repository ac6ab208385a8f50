//! `pleach export --preview N`: one record, and what a trainer does with its text.
//!
//! Responsible for printing what the export screen shows. Nothing is written.

use super::exit::{Exit, Failure};
use super::export_arguments::ExportArguments;
use super::output::Output;
use crate::export::{Format, Options, Rendering, Shown, survey};

/// Prints the record of a number, counted from 1 over all sessions: its passages with their
/// marks, or with `--json` the record itself.
///
/// # Errors
/// Returns that there is no such record, or why a session cannot be read.
pub fn preview(
    arguments: &ExportArguments,
    format: &'static Format,
    options: &Options,
    rendering: Option<&Rendering>,
    number: usize,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut before = 0;
    for file in &arguments.files {
        let found = survey(file, format, options, rendering)?;
        if let Some(shown) = number.checked_sub(before + 1).and_then(|at| found.records.get(at)) {
            print(shown, format, arguments.json, output)?;
            return Ok(Exit::Fine);
        }
        before += found.records.len();
    }
    let name = format.name;
    let message = format!("there is no record {number} of {name} to preview; there are {before}");
    Err(Failure::new(Exit::Input, message))
}

fn print(shown: &Shown, format: &Format, json: bool, output: &mut Output) -> Result<(), Failure> {
    if json && shown.json.is_empty() {
        let message = format!("a record of {} takes the tokenizer; export it", format.name);
        return Err(Failure::new(Exit::Input, message));
    }
    if json || shown.passages.len() < 2 {
        return output.json_text(&shown.json);
    }
    let mut before = None;
    for passage in &shown.passages {
        let mark = passage.fate.mark();
        if before != Some(passage.fate) {
            output.row(&format!("{mark} {}:", passage.fate.word()))?;
            before = Some(passage.fate);
        }
        for line in passage.text.lines() {
            output.row(&format!("{mark} {line}"))?;
        }
    }
    Ok(())
}
