//! Everything that a headless verb prints.
//!
//! Responsible for writing to standard output and standard error, for making foreign text safe
//! on the way, and for a reader that goes away. Not responsible for what is said.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use super::exit::{Exit, Failure};
use crate::text::SafeText;

/// Columns of a terminal that does not say how many it has.
const USUAL_COLUMNS: usize = 80;

/// Standard output and standard error.
pub struct Output {
    out: Box<dyn Write>,
    columns: Option<usize>,
    terminal: bool,
}

impl Output {
    /// Returns the process's own.
    #[must_use]
    pub fn standard() -> Self {
        let terminal = io::stdout().is_terminal();
        let size = || crossterm::terminal::size().map_or(USUAL_COLUMNS, |size| size.0.into());
        Self { out: Box::new(io::stdout()), columns: terminal.then(size), terminal }
    }

    /// Returns how many columns a row may take; nothing where it is not a terminal.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        self.columns
    }

    /// Prints a row of text.
    ///
    /// # Errors
    /// Returns a failure without words where nobody reads any more, else the system's reason.
    pub fn row(&mut self, text: &str) -> Result<(), Failure> {
        self.raw(&SafeText::line(text))
    }

    /// Prints text of several rows.
    ///
    /// # Errors
    /// As [`Output::row`].
    pub fn block(&mut self, text: &str) -> Result<(), Failure> {
        self.raw(&SafeText::block(text.trim_end_matches('\n')))
    }

    /// Prints a value as one line of JSON.
    ///
    /// # Errors
    /// As [`Output::row`].
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string(value)
            .map_err(|error| Failure::new(Exit::Failed, format!("no JSON can be made: {error}")))?;
        self.json_text(&json)
    }

    /// Prints what is JSON already.
    ///
    /// # Errors
    /// As [`Output::row`].
    pub fn json_text(&mut self, json: &str) -> Result<(), Failure> {
        self.raw(&escape_hidden(json))
    }

    fn raw(&mut self, text: &str) -> Result<(), Failure> {
        let written = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::nobody_reads(),
            _ => Failure::new(
                Exit::Failed,
                format!("standard output cannot be written to ({error}); free some space or write elsewhere"),
            ),
        })
    }

    /// Tells something on standard error.
    pub fn tell(&mut self, message: &str) {
        let mut text = message.trim_end().to_owned();
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
        // Where nobody reads, there is nobody to tell.
        let _ = writeln!(io::stderr(), "pleach: {}", SafeText::block(&text));
    }

    /// Tells what went wrong and returns how the program ends.
    pub fn complain(&mut self, failure: &Failure) -> Exit {
        if !failure.message.is_empty() {
            self.tell(&failure.message);
        }
        failure.exit
    }

    /// Prints what clap says: help and versions on standard output, the rest on standard error.
    pub fn refuse(&mut self, refusal: &clap::Error) -> Exit {
        let text = refusal.render();
        if refusal.use_stderr() {
            let _ = writeln!(io::stderr(), "{}", SafeText::block(text.to_string().trim_end()));
            return Exit::Usage;
        }
        let styled = if self.terminal { text.ansi().to_string() } else { text.to_string() };
        let _ = write!(self.out, "{styled}");
        Exit::Fine
    }
}

/// Escapes what a terminal would obey or hide. In JSON such characters can only be inside
/// strings, where an escape means the same.
fn escape_hidden(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Controls, and characters that reorder or hide what is beside them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_hides_no_controls_and_means_the_same() {
        let text = "a\u{1b}[2J\u{9b}31m\u{202e}b\u{7f}\u{e0041}é日\u{2028}";
        let json = escape_hidden(&serde_json::to_string(text).unwrap());
        assert!(!json.chars().any(is_hidden), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
