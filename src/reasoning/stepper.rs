//! Finds where a step ends while its text is still arriving.
//!
//! Responsible for walking text once, piece by piece, and reporting the end of the current step.
//! Not responsible for the rules' names and presets (`steps.rs`) nor for what a step number looks
//! like (`marker.rs`).
//!
//! Whatever a cursor decides depends only on the text before that place, so it gives the same
//! answer however the text was cut into pieces.

use super::marker::{LineStart, numbered_line_start};
use super::steps::{Scan, Segmentation};

/// Opens the thinking of a model; not content by itself.
const THINK_OPEN: &str = "<think>";
/// Closes the thinking of a model; ends a step, but is not content by itself.
const THINK_CLOSE: &str = "</think>";

/// Remembers how far the current step was looked at; all positions count from the step's start.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    /// Everything before this byte has been looked at.
    scanned: usize,
    /// Where the current line begins.
    line_start: usize,
    /// Whether the current line holds only white space so far.
    line_blank: bool,
    /// Whether the step holds more than white space (for lines: before the current one).
    content: bool,
    end: Option<usize>,
}

impl Cursor {
    pub(super) fn new() -> Self {
        Self { scanned: 0, line_start: 0, line_blank: true, content: false, end: None }
    }

    /// Looks at the new part of `text`, which must extend the text of the call before.
    pub(super) fn advance(&mut self, rule: &Segmentation, text: &str) -> Scan {
        if self.end.is_none() {
            let settled = match rule {
                Segmentation::Line | Segmentation::BlankLine | Segmentation::Paragraphs => {
                    self.advance_by_breaks(rule, text);
                    text.len()
                }
                Segmentation::Numbered | Segmentation::Pattern(_) => {
                    self.advance_by_lines(rule, text)
                }
                Segmentation::Whole => text.len(),
            };
            if self.end.is_none() {
                return Scan { end: None, settled };
            }
        }
        Scan { end: self.end, settled: self.end.unwrap_or(text.len()) }
    }

    /// Walks the rules whose steps end at a line break, a blank line or a closing tag.
    fn advance_by_breaks(&mut self, rule: &Segmentation, text: &str) {
        let tags = *rule == Segmentation::Paragraphs;
        while self.end.is_none() && self.scanned < text.len() {
            let rest = &text[self.scanned..];
            if rest.starts_with('\n') {
                self.scanned += 1;
                if self.content && (self.line_blank || *rule == Segmentation::Line) {
                    self.end = Some(self.scanned);
                }
                self.line_blank = true;
            } else if tags && rest.starts_with(THINK_CLOSE) {
                self.scanned += THINK_CLOSE.len();
                self.line_blank = false;
                if self.content {
                    self.end = Some(self.scanned);
                }
            } else if tags && rest.starts_with(THINK_OPEN) {
                self.scanned += THINK_OPEN.len();
                self.line_blank = false;
            } else if tags && (THINK_OPEN.starts_with(rest) || THINK_CLOSE.starts_with(rest)) {
                // The rest may become a tag: wait.
                return;
            } else {
                self.pass_run(rest, tags);
            }
        }
    }

    /// Passes the text up to the next line break or possible tag.
    fn pass_run(&mut self, rest: &str, tags: bool) {
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = rest[first..]
            .find(|character| character == '\n' || (tags && character == '<'))
            .map_or(rest.len(), |found| first + found);
        if !rest[..length].trim().is_empty() {
            self.content = true;
            self.line_blank = false;
        }
        self.scanned += length;
    }

    /// Walks the rules whose steps begin at certain lines; returns the settled bytes.
    fn advance_by_lines(&mut self, rule: &Segmentation, text: &str) -> usize {
        loop {
            let line_break = text[self.scanned..].find('\n');
            let line_end = line_break.map_or(text.len(), |found| self.scanned + found);
            let line = &text[self.line_start..line_end];
            // The first line with content belongs to this step, whatever it looks like.
            if self.content {
                match line_start(rule, line, line_break.is_some()) {
                    LineStart::Yes => {
                        self.end = Some(self.line_start);
                        return self.line_start;
                    }
                    LineStart::Undecided => {
                        self.scanned = line_end;
                        return self.line_start;
                    }
                    LineStart::No => {}
                }
            }
            if line_break.is_none() {
                self.scanned = line_end;
                return line_end;
            }
            self.content = self.content || !line.trim().is_empty();
            self.line_start = line_end + 1;
            self.scanned = self.line_start;
        }
    }
}

fn line_start(rule: &Segmentation, line: &str, complete: bool) -> LineStart {
    match rule {
        Segmentation::Pattern(pattern) => pattern.line_start(line, complete),
        _ => numbered_line_start(line, complete),
    }
}

/// Cuts text that arrives in pieces into steps, looking at every byte about once.
///
/// For a token loop: push each piece, and take the step when the scan reports its end.
#[derive(Clone, Debug)]
pub struct Stepper {
    segmentation: Segmentation,
    /// Taken steps stay at the front until they are half of the text, so that taking is cheap.
    text: String,
    start: usize,
    cursor: Cursor,
}

impl Stepper {
    /// Makes a stepper with no text yet.
    #[must_use]
    pub fn new(segmentation: Segmentation) -> Self {
        Self { segmentation, text: String::new(), start: 0, cursor: Cursor::new() }
    }

    /// Appends a piece of text and reports on the current step; positions are bytes of [`Self::text`].
    pub fn push(&mut self, piece: &str) -> Scan {
        self.text.push_str(piece);
        self.scan()
    }

    /// Reports on the current step without new text.
    pub fn scan(&mut self) -> Scan {
        self.cursor.advance(&self.segmentation, &self.text[self.start..])
    }

    /// Returns the text of the current step and of whatever was pushed after it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text[self.start..]
    }

    /// Takes the current step if it is complete; the text after it becomes the current step.
    pub fn take_step(&mut self) -> Option<String> {
        let length = self.scan().end?;
        let step = self.text()[..length].to_owned();
        self.start += length;
        self.cursor = Cursor::new();
        if self.start > self.text.len() / 2 {
            self.text.drain(..self.start);
            self.start = 0;
        }
        Some(step)
    }

    /// Takes all text that is left, complete or not; empty when there is none.
    pub fn take_rest(&mut self) -> String {
        let rest = self.text().to_owned();
        self.text.clear();
        self.start = 0;
        self.cursor = Cursor::new();
        rest
    }
}
