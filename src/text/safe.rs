//! Text that cannot harm a terminal or deceive its reader.
//!
//! Responsible for the only way from foreign text to [`SafeText`]: dangerous characters become
//! visible marks, overlong graphemes and lines are cut with a visible count.
//!
//! Not responsible for the stored text (it stays as it came) and for look-alike letters.
//!
//! Invariants: making safe text safe again changes nothing; nothing disappears without a mark.

use std::fmt::{self, Write};
use std::ops::Deref;

use super::character;
use super::grapheme::{EMOJI_BYTES, limit_grapheme};
use super::offsets::Offsets;
use super::width::{graphemes, is_ascii, width};

/// The longest line for one row of screen, in columns.
pub const LINE_COLUMNS: usize = 10_000;
/// The longest line of a block, in columns; longer than a row's because it gets wrapped.
pub const PARAGRAPH_COLUMNS: usize = 100_000;
/// Columns that the count of what was cut from a line may take.
const COUNT_COLUMNS: usize = 24;

/// Text that cannot harm a terminal or deceive its reader.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeText(String);

impl SafeText {
    /// Makes text safe for one row of screen: line ends become a visible `␊`.
    #[must_use]
    pub fn line(text: &str) -> Self {
        if text.len() <= LINE_COLUMNS && is_ascii(text) {
            return Self(text.to_owned());
        }
        let visible = show_characters(text, false, &mut Offsets::new(Vec::new()));
        Self(limit(&visible, LINE_COLUMNS, &mut Offsets::new(Vec::new())))
    }

    /// Makes the beginning of text safe for a row of so many columns; `…` stands for what is cut
    /// off a long text, which is not read to its end.
    #[must_use]
    pub fn row(text: &str, columns: usize) -> Self {
        // No column takes more bytes than this, but for marks that nobody can read.
        let most = (columns + 1) * EMOJI_BYTES;
        if text.len() <= most {
            return Self::line(text);
        }
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        Self::line(&format!("{}…", &text[..end]))
    }

    /// Makes text safe for an area of screen: `\n` stays.
    #[must_use]
    pub fn block(text: &str) -> Self {
        Self::block_with_offsets(text, &[]).0
    }

    /// Makes text safe for an area of screen, and carries offsets over.
    ///
    /// `offsets` are ascending byte offsets in `text`, such as token borders. Those that come
    /// back are the same places in the safe text, where characters may take more bytes.
    #[must_use]
    pub fn block_with_offsets(text: &str, offsets: &[usize]) -> (Self, Vec<usize>) {
        let mut carried = Offsets::new(offsets.to_vec());
        let visible = show_characters(text, true, &mut carried);
        let mut carried = Offsets::new(carried.finish(&visible));
        let safe = limit(&visible, PARAGRAPH_COLUMNS, &mut carried);
        let offsets = carried.finish(&safe);
        (Self(safe), offsets)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text as a plain string, for what takes nothing else.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Replaces every unsafe character by a visible mark.
fn show_characters(text: &str, keep_line_ends: bool, offsets: &mut Offsets) -> String {
    let mut output = String::with_capacity(text.len());
    let mut before = [None; 2];
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let start = output.len();
        match character {
            '\n' if keep_line_ends => output.push('\n'),
            '\t' => output.push_str("    "),
            _ if !character::is_unsafe(character) => output.push(character),
            _ => {
                let after = characters.peek().map(|&(_, next)| next);
                if character::joins(before, character, after) {
                    output.push(character);
                } else {
                    character::write_mark(&mut output, character);
                }
            }
        }
        before = [Some(character), before[0]];
        offsets.piece(&(at..at + character.len_utf8()), &(start..output.len()));
    }
    output
}

/// Cuts overlong graphemes and lines, and gives a base to marks that have none.
fn limit(text: &str, columns: usize, offsets: &mut Offsets) -> String {
    let mut output = String::with_capacity(text.len());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        limit_line(line, at, columns, &mut output, offsets);
        at += line.len();
    }
    output
}

fn limit_line(line: &str, at: usize, columns: usize, output: &mut String, offsets: &mut Offsets) {
    let line_start = output.len();
    let first_offset = offsets.position();
    let mut used = 0;
    // Where the line ends if it turns out too long, in the output and in columns.
    let (mut cut, mut cut_columns) = (line_start, 0);
    let body = line.strip_suffix('\n').unwrap_or(line);
    for grapheme in graphemes(body) {
        let input = at + grapheme.start;
        let start = output.len();
        let mut shown = grapheme.columns;
        if grapheme.text.len() == 1 {
            output.push_str(grapheme.text);
        } else {
            limit_grapheme(grapheme.text, grapheme.columns, output);
            if output.len() - start != grapheme.text.len() {
                shown = output.get(start..).map_or(0, width);
            }
        }
        offsets.piece(&(input..input + grapheme.text.len()), &(start..output.len()));
        used += shown;
        if used + COUNT_COLUMNS <= columns {
            (cut, cut_columns) = (output.len(), used);
        } else if used > columns {
            // Do not keep what will be cut: a line may be a hundred megabytes.
            output.truncate(start);
        }
    }
    if used > columns {
        output.truncate(cut);
        offsets.no_later_than(first_offset, cut);
        let _ = write!(output, "… +{}", used - cut_columns);
    }
    if body.len() < line.len() {
        let start = output.len();
        output.push('\n');
        offsets.piece(&(at + body.len()..at + line.len()), &(start..output.len()));
    }
}

impl Deref for SafeText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for SafeText {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}
