//! Wrapping text into rows.
//!
//! Responsible for where rows begin and end, at a given number of columns. Rows are byte
//! ranges, so that colours by token can be laid over them. ratatui's own wrapping panics on
//! some texts (ratatui#2679) and starts from scratch each frame; this does neither.
//!
//! Not responsible for safety: give it [`SafeText`](super::SafeText).
//!
//! Invariants: rows are ascending; what lies between two rows is a line end or spaces; no row
//! is wider than the columns, but for a two-column character in one column.

use std::ops::Range;

use super::width::{cells, width};

/// So many bytes before its end, text that grows does not change any more. What can change is
/// the last grapheme and the count of what was cut from a line.
const SETTLED_BYTES: usize = 4096;

/// Where the rows of a text are at some width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    columns: usize,
    rows: Vec<Range<usize>>,
    /// How many bytes are wrapped.
    length: usize,
}

impl Wrapped {
    /// Wraps text into rows of at most so many columns (at least one).
    ///
    /// Even empty text has a row, and text that ends in `\n` has an empty last one.
    #[must_use]
    pub fn new(text: &str, columns: usize) -> Self {
        let mut wrapped = Self { columns: columns.max(1), rows: Vec::new(), length: 0 };
        wrapped.wrap_from(0, text);
        wrapped
    }

    /// Wraps text again after more was appended to it, in time for the last paragraph.
    ///
    /// `text` is the whole text, and what it was before must be the beginning of it, as it is
    /// for the [`SafeText::block`](super::SafeText::block) of text that grows.
    pub fn extend(&mut self, text: &str) {
        let settled = self.length.saturating_sub(SETTLED_BYTES);
        let restart = self.rows.iter().rposition(|row| {
            row.start <= settled || text.as_bytes().get(row.start - 1) == Some(&b'\n')
        });
        let restart = restart.unwrap_or(0);
        let start = self.rows.get(restart).map_or(0, |row| row.start);
        if text.is_char_boundary(start) {
            self.rows.truncate(restart);
            self.wrap_from(start, text);
        } else {
            *self = Self::new(text, self.columns);
        }
    }

    /// Returns the columns that the text was wrapped to.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the rows, as byte ranges of the text.
    #[must_use]
    pub fn rows(&self) -> &[Range<usize>] {
        &self.rows
    }

    /// Returns the row that shows the byte at this offset; the last one if it is past the end.
    #[must_use]
    pub fn row_at(&self, offset: usize) -> usize {
        self.rows.partition_point(|row| row.start <= offset).saturating_sub(1)
    }

    /// Returns the text of a row, empty if there is no such row.
    ///
    /// A character that is wider than the whole row is shown as `?`.
    #[must_use]
    pub fn row<'text>(&self, text: &'text str, index: usize) -> &'text str {
        let row = self.rows.get(index).and_then(|row| text.get(row.clone())).unwrap_or_default();
        // Just a character alone on its row can be too wide, and only in a column or two.
        if self.columns <= 2 && width(row) > self.columns { "?" } else { row }
    }

    fn wrap_from(&mut self, start: usize, text: &str) {
        self.length = text.len();
        let mut at = start;
        // Unlike `lines`, this keeps the empty line after a last `\n`.
        for line in text.get(start..).unwrap_or_default().split('\n') {
            Paragraph::new(at, self.columns, &mut self.rows).wrap(line);
            at += line.len() + 1;
        }
    }
}

/// One line of text on its way into rows.
struct Paragraph<'rows> {
    rows: &'rows mut Vec<Range<usize>>,
    columns: usize,
    /// Where the line begins in the text.
    base: usize,
    /// Where the current row begins, and its columns so far.
    row: usize,
    row_columns: usize,
    /// Where the row could end: after the last whole word, or after the spaces that fit.
    word_end: Option<usize>,
    spaces_end: usize,
    /// Where the current word begins, and its columns so far.
    word: usize,
    word_columns: usize,
}

impl<'rows> Paragraph<'rows> {
    fn new(base: usize, columns: usize, rows: &'rows mut Vec<Range<usize>>) -> Self {
        Self {
            rows,
            columns,
            base,
            row: 0,
            row_columns: 0,
            word_end: None,
            spaces_end: 0,
            word: 0,
            word_columns: 0,
        }
    }

    fn wrap(mut self, line: &str) {
        // A line begins as if after a space: the first character begins a word.
        let (mut after_space, mut after_wide) = (true, false);
        for cell in cells(line) {
            if cell.text == " " {
                if !after_space {
                    self.word_end = Some(cell.start);
                }
                after_space = true;
                self.row_columns += 1;
                if self.row_columns <= self.columns {
                    self.spaces_end = cell.end();
                }
                continue;
            }
            let is_wide = cell.columns > 1;
            if after_space {
                self.begin_word(cell.start);
            } else if is_wide || after_wide {
                // Scripts of wide characters break anywhere.
                self.word_end = Some(cell.start);
                self.begin_word(cell.start);
            }
            self.place(cell.start, cell.columns);
            (after_space, after_wide) = (false, is_wide);
        }
        let end =
            if after_space { self.spaces_end.max(self.word_end.unwrap_or(0)) } else { line.len() };
        self.push(end, line.len());
    }

    fn begin_word(&mut self, at: usize) {
        (self.word, self.word_columns) = (at, 0);
    }

    fn place(&mut self, at: usize, columns: usize) {
        if self.row_columns + columns > self.columns && self.word > self.row {
            let end = self.word_end.unwrap_or(self.spaces_end);
            self.push(end, self.word);
            self.row_columns = self.word_columns;
        }
        // A word wider than a row is broken where the row is full.
        if self.row_columns + columns > self.columns && at > self.row {
            self.push(at, at);
            self.begin_word(at);
            self.row_columns = 0;
        }
        self.row_columns += columns;
        self.word_columns += columns;
    }

    fn push(&mut self, end: usize, next: usize) {
        self.rows.push(self.base + self.row..self.base + end);
        self.row = next;
        self.word_end = None;
        self.spaces_end = next;
    }
}
