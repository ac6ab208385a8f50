//! A step pattern of the user's: a regular expression that matches how a step begins.
//!
//! Responsible for checking it once and trying it on lines. Not responsible for where the lines
//! are (`stepper.rs`) nor for built-in step numbers (`marker.rs`).

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::marker::LineStart;

/// Bytes of an unfinished line that a pattern is tried on; the whole line is tried once it is
/// complete. The bound keeps a long line from being matched again for every token.
const PATTERN_WINDOW: usize = 256;

/// Longest accepted step pattern, in bytes.
const LONGEST_PATTERN: usize = 1000;

/// Says why a step pattern was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The pattern is empty.
    #[error("The step pattern is empty; give a regular expression such as `Step [0-9]+`.")]
    Empty,
    /// The pattern is longer than 1000 bytes.
    #[error(
        "The step pattern is {0} bytes long; write one of at most {LONGEST_PATTERN} bytes that matches only how a step begins."
    )]
    TooLong(usize),
    /// The pattern is not a regular expression.
    #[error("The step pattern `{pattern}` is not a regular expression: {reason}; correct it.")]
    Invalid {
        /// The refused pattern.
        pattern: String,
        /// What is wrong with it, on one line.
        reason: String,
    },
}

/// Holds a checked regular expression that matches at the beginning of a line that starts a step.
///
/// It is matched within one line, without the line's end. Two patterns are equal when their
/// sources are; it serialises as its source.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StepPattern {
    source: String,
    regex: Regex,
    looks_ahead: bool,
}

impl StepPattern {
    /// Compiles `source`, a regular expression of at most 1000 bytes.
    ///
    /// # Errors
    /// Fails when the source is empty, too long or not a regular expression.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        if source.is_empty() {
            return Err(PatternError::Empty);
        }
        if source.len() > LONGEST_PATTERN {
            return Err(PatternError::TooLong(source.len()));
        }
        let regex = Regex::new(source).map_err(|error| PatternError::Invalid {
            pattern: source.to_owned(),
            reason: last_line(&error.to_string()),
        })?;
        Ok(Self { source: source.to_owned(), regex, looks_ahead: may_look_ahead(source) })
    }

    /// Returns the regular expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Judges a line without its line end; `complete` says whether the line end was seen.
    pub(super) fn line_start(&self, line: &str, complete: bool) -> LineStart {
        // A carriage return at the end may be half of the line end, so it is never part of the line.
        let line = line.strip_suffix('\r').unwrap_or(line);
        if complete {
            return if self.matches(line) { LineStart::Yes } else { LineStart::No };
        }
        let head = &line[..line.floor_char_boundary(PATTERN_WINDOW)];
        if !self.looks_ahead && self.matches(head) { LineStart::Yes } else { LineStart::Undecided }
    }

    fn matches(&self, line: &str) -> bool {
        // The leftmost match begins at 0 whenever any match does.
        self.regex.find(line).is_some_and(|found| found.start() == 0)
    }
}

impl PartialEq for StepPattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for StepPattern {}

impl TryFrom<String> for StepPattern {
    type Error = PatternError;

    fn try_from(source: String) -> Result<Self, Self::Error> {
        Self::new(&source)
    }
}

impl From<StepPattern> for String {
    fn from(pattern: StepPattern) -> Self {
        pattern.source
    }
}

/// Says whether a match of the pattern may depend on the text after it (`$`, `\b` and the like).
///
/// Errs on the side of yes: such a pattern only waits for the end of the line.
fn may_look_ahead(source: &str) -> bool {
    let assertions = ["$", "\\b", "\\B", "\\z", "\\<", "\\>"];
    // The flag R makes `^` look at the character after a carriage return.
    let carriage_return_mode = source.contains("(?") && source.contains('R');
    carriage_return_mode || assertions.iter().any(|assertion| source.contains(assertion))
}

/// Returns the last line of the regex crate's drawing of an error, which says what is wrong.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or(message).trim();
    line.strip_prefix("error: ").unwrap_or(line).trim_end_matches('.').to_owned()
}
