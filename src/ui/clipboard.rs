//! The clipboard, the system's or the terminal's own over SSH; and the terminal's notifications.
//!
//! Responsible for choosing the way and for telling which way was taken. The clipboard is only
//! written, never read.

use std::io::Write;

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

use crate::text::{safe_clipboard, safe_title};

/// The longest text that terminals take by OSC 52, in bytes.
const TERMINAL_LIMIT: usize = 100_000;

/// Where copied text goes.
pub enum Clipboard {
    /// The system's clipboard, or the terminal's over SSH. On Linux the system's content lives
    /// only as long as the handle, so that is kept.
    System(Option<arboard::Clipboard>),
    /// Nowhere: there is no terminal, so a script's copies are only counted.
    Nowhere,
}

/// Returns whether what is copied goes to the terminal: over SSH the system's clipboard is the
/// wrong one.
#[must_use]
pub fn copies_by_terminal() -> bool {
    ["SSH_CONNECTION", "SSH_TTY"].iter().any(|name| std::env::var_os(name).is_some())
}

impl Clipboard {
    /// Tells something to a person who looks elsewhere: by the terminal's notification (OSC 9),
    /// and by its bell for terminals without one.
    pub fn notify(&self, text: &str) {
        if matches!(self, Self::System(_)) {
            let text = safe_title(text);
            let mut out = std::io::stdout();
            let _ = write!(out, "\x1b]9;{text}\x07\x07").and_then(|()| out.flush());
        }
    }

    /// Copies text and returns a sentence that says how.
    ///
    /// # Errors
    /// Returns a sentence that says why not.
    pub fn copy(&mut self, text: &str) -> Result<String, String> {
        let text = safe_clipboard(text);
        let count = text.chars().count();
        let Self::System(handle) = self else {
            return Ok(format!("Copied {count} characters."));
        };
        if !copies_by_terminal() {
            if handle.is_none() {
                *handle = arboard::Clipboard::new().ok();
            }
            let copied =
                handle.as_mut().is_some_and(|handle| handle.set_text(text.as_str()).is_ok());
            if copied {
                return Ok(format!("Copied {count} characters."));
            }
        }
        if text.len() > TERMINAL_LIMIT {
            return Err(format!(
                "{count} characters are too many for the terminal's clipboard; copy a single step, or use pleach show."
            ));
        }
        let mut out = std::io::stdout();
        execute!(out, CopyToClipboard::to_clipboard_from(text.as_str()))
            .and_then(|()| out.flush())
            .map(|()| format!("Copied {count} characters by the terminal (OSC 52)."))
            .map_err(|error| format!("There is no clipboard to copy to ({error})."))
    }
}
