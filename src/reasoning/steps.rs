//! The rules by which text becomes steps.
//!
//! Responsible for the names of the rules, for cutting a whole text, and for which rule suits
//! which model. Not responsible for the walk through the text (`stepper.rs`).

use serde::{Deserialize, Serialize};

use super::pattern::{PatternError, StepPattern};
use super::stepper::Cursor;

/// Says where one reasoning step ends and the next begins.
///
/// Under every rule, leading blank lines belong to the step that follows, so a step never
/// consists of white space only, unless the whole text does. Serialises as `"line"`,
/// `"blank-line"`, `"numbered"`, `"paragraphs"`, `"whole"` or `{"pattern": "REGEX"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Segmentation {
    /// Each line is a step and ends with its line break.
    Line,
    /// A step ends with the first blank line after it.
    BlankLine,
    /// A step starts at each line that begins with `1.`, `2)`, `Step 3:` or the like.
    Numbered,
    /// Like [`Self::BlankLine`], and `</think>` also ends a step; the tags alone are no step.
    Paragraphs,
    /// The whole text is one step, as a judge's explanation is.
    Whole,
    /// A step starts at each line whose beginning the pattern matches.
    Pattern(StepPattern),
}

/// What is known about the first step of a text, in bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Where the first step ends (exclusive, its line breaks included), or none while it may go on.
    pub end: Option<usize>,
    /// How many leading bytes belong to the first step whatever follows; never more than `end`.
    pub settled: usize,
}

/// The rule for a model whose lower-case name contains the text; the first row that fits holds.
const PRESETS: [(&str, Segmentation); 6] = [
    ("pleach-reasoner", Segmentation::Line),
    ("deepseek-r1", Segmentation::Paragraphs),
    ("r1-distill", Segmentation::Paragraphs),
    ("qwq", Segmentation::Paragraphs),
    ("thinking", Segmentation::Paragraphs),
    ("phi-4-reasoning", Segmentation::Paragraphs),
];

impl Segmentation {
    /// Makes the rule under which a step starts at each line whose beginning `source` matches.
    ///
    /// # Errors
    /// Fails when `source` is empty, longer than 1000 bytes or not a regular expression.
    pub fn pattern(source: &str) -> Result<Self, PatternError> {
        StepPattern::new(source).map(Self::Pattern)
    }

    /// Picks the rule that suits a model, by its name; [`Self::BlankLine`] for unknown models.
    #[must_use]
    pub fn preset(model_name: &str) -> Self {
        let name = model_name.to_lowercase().replace(['_', ' '], "-");
        PRESETS
            .iter()
            .find(|(part, _)| name.contains(part))
            .map_or(Self::BlankLine, |(_, rule)| rule.clone())
    }

    /// Finds the end of the first step of `text`.
    ///
    /// Once an end is reported it stays the same for every extension of the text, and `settled`
    /// never shrinks. In a token loop use [`super::Stepper`], which does not start over each time.
    #[must_use]
    pub fn scan(&self, text: &str) -> Scan {
        Cursor::new().advance(self, text)
    }

    /// Cuts a whole text into steps; the steps together are the text.
    ///
    /// White space after the last step belongs to it. An empty text has no steps.
    #[must_use]
    pub fn split<'text>(&self, text: &'text str) -> Vec<&'text str> {
        let content_end = text.trim_end().len();
        let mut steps = Vec::new();
        let mut start = 0;
        while let Some(length) = self.scan(&text[start..]).end {
            if start + length >= content_end {
                break;
            }
            steps.push(&text[start..start + length]);
            start += length;
        }
        if start < text.len() {
            steps.push(&text[start..]);
        }
        steps
    }
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
