//! How many columns text takes on a screen.
//!
//! Responsible for measuring, truncating and padding by what a terminal shows as one
//! character. Counts are ratatui's own, grapheme by grapheme.
//!
//! Not responsible for safety: give it [`SafeText`](super::SafeText).

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::character;

/// One piece of text that stays together on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'text> {
    /// Where it starts, in bytes.
    pub start: usize,
    /// The piece: a grapheme, or a part of one that is wider than two columns.
    pub text: &'text str,
    /// Its columns.
    pub columns: usize,
}

impl Cell<'_> {
    /// Where it ends, in bytes.
    #[must_use]
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Cuts text into the pieces that stay together.
///
/// Graphemes wider than two columns (conjuncts, runs of Hangul letters) are split between
/// their characters, so that every piece fits into two columns.
pub fn cells(text: &str) -> impl Iterator<Item = Cell<'_>> {
    graphemes(text).flat_map(|grapheme| {
        let mut rest = Some(grapheme);
        std::iter::from_fn(move || {
            let whole = rest.take()?;
            if whole.columns <= 2 {
                return Some(whole);
            }
            let part = first_part(whole.text);
            let start = whole.start + part.len();
            rest = whole.text.get(part.len()..).filter(|text| !text.is_empty()).map(|text| Cell {
                start,
                text,
                columns: grapheme_columns(text),
            });
            Some(Cell { start: whole.start, text: part, columns: grapheme_columns(part) })
        })
    })
}

/// Cuts text into graphemes.
pub fn graphemes(text: &str) -> impl Iterator<Item = Cell<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..)?;
        let mut characters = rest.chars();
        let first = characters.next()?;
        let is_border = |next: char| next.is_ascii() || character::is_plain(next);
        let cell = if character::is_plain(first) && characters.next().is_none_or(is_border) {
            Cell { start, text: rest.get(..first.len_utf8())?, columns: 1 }
        } else {
            let text = rest.graphemes(true).next()?;
            Cell { start, text, columns: grapheme_columns(text) }
        };
        start = cell.end();
        Some(cell)
    })
}

/// Returns whether text is safe as it is and takes a column a character.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.chars().all(character::is_plain)
}

/// Returns whether all bytes are printable ASCII, so that a byte is a column.
pub(super) fn is_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns the longest beginning of a grapheme that fits into two columns: its first character with the
/// zero-width ones that follow it, or more where several are drawn as one. So the parts of a grapheme
/// have as many columns as the whole.
fn first_part(grapheme: &str) -> &str {
    let borders = grapheme.char_indices().skip(1);
    let borders = borders.filter(|(_, character)| character::columns(*character) > 0);
    let mut parts = borders.filter_map(|(at, _)| grapheme.get(..at));
    let first = parts.next().unwrap_or(grapheme);
    parts.take_while(|part| grapheme_columns(part) <= 2).last().unwrap_or(first)
}

/// Counts the columns of one grapheme, as ratatui does.
fn grapheme_columns(grapheme: &str) -> usize {
    if grapheme.len() == 1 {
        return 1;
    }
    grapheme.width() + grapheme.matches(character::SOUND_MARKS).count()
}

/// Counts the columns of text on one row.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_ascii(text) {
        return text.len();
    }
    graphemes(text).map(|grapheme| grapheme.columns).sum()
}

/// Cuts text to at most so many columns, with `…` at the end if anything was cut.
///
/// Returns the text and its columns.
#[must_use]
pub fn truncate(text: &str, columns: usize) -> (Cow<'_, str>, usize) {
    if text.len() <= columns && is_ascii(text) {
        return (Cow::Borrowed(text), text.len());
    }
    let (mut used, mut kept, mut kept_columns) = (0, 0, 0);
    for cell in cells(text) {
        used += cell.columns;
        if used > columns {
            return match text.get(..kept) {
                Some(start) if columns > 0 => (Cow::Owned(format!("{start}…")), kept_columns + 1),
                _ => (Cow::Borrowed(""), 0),
            };
        }
        // One column stays free for the ellipsis.
        if used < columns {
            (kept, kept_columns) = (cell.end(), used);
        }
    }
    (Cow::Borrowed(text), used)
}

/// Makes text exactly so many columns wide: cut with `…`, or filled with spaces.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    let (text, used) = truncate(text, columns);
    let mut padded = text.into_owned();
    padded.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    padded
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::CellWidth;

    use super::super::safe_tests::HOSTILE;
    use super::*;

    #[test]
    fn counts_what_ratatui_counts() {
        for (text, columns) in
            [("", 0), ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("🇩🇪", 2), ("👩‍👩‍👧", 2), ("क्षि", 3)]
        {
            assert_eq!(width(text), columns, "{text}");
        }
        for text in HOSTILE.iter().flat_map(|text| text.graphemes(true)) {
            if !text.contains(char::is_control) {
                assert_eq!(width(text), usize::from(text.cell_width()), "{text:?}");
            }
        }
    }

    #[test]
    fn the_pieces_of_a_grapheme_have_its_columns() {
        // Two people who are drawn as one, and a letter that is drawn beside them.
        for text in [
            "👨\u{200d}👪\u{200d}\u{1f269}",
            "👪\u{200d}\u{1f269}",
            "\u{1fda9}\u{200d}🎩\u{200d}👀",
            "क्षि",
            "ᄀᄀᄀ",
            "각ᆨᆨ",
        ] {
            assert_eq!(text.graphemes(true).count(), 1, "{text:?}");
            let columns: Vec<_> = cells(text).map(|cell| cell.columns).collect();
            assert_eq!(columns.iter().sum::<usize>(), width(text), "{text:?}: {columns:?}");
            assert!(columns.iter().all(|columns| *columns <= 2), "{text:?}: {columns:?}");
        }
    }

    #[test]
    fn plain_characters_are_as_unicode_has_them() {
        let plain: Vec<_> = ('\0'..='\u{FFFF}').filter(|each| character::is_plain(*each)).collect();
        assert!(plain.len() > 400);
        for first in &plain {
            assert_eq!((character::columns(*first), character::is_unsafe(*first)), (1, false));
            for next in plain.iter().chain(&['\n', '\t', '\r']) {
                let pair = format!("{first}{next}");
                assert_eq!(pair.graphemes(true).count(), 2, "{pair:?}");
            }
        }
    }

    #[test]
    fn no_safe_character_is_wider_than_two() {
        let wide: Vec<_> = ('\0'..=char::MAX)
            .filter(|each| character::columns(*each) > 2 && !character::is_unsafe(*each))
            .collect();
        assert_eq!(wide, []);
    }

    #[test]
    fn truncates_by_graphemes() {
        assert_eq!(truncate("tree", 4), ("tree".into(), 4));
        assert_eq!(truncate("trees", 4), ("tre…".into(), 4));
        assert_eq!(truncate("日本語", 4), ("日…".into(), 3));
        assert_eq!(truncate("e\u{301}e\u{301}e", 2), ("e\u{301}…".into(), 2));
        assert_eq!(truncate("ab", 1), ("…".into(), 1));
        assert_eq!(truncate("ab", 0), ("".into(), 0));
    }

    #[test]
    fn pads_to_the_column() {
        assert_eq!(pad("日", 4), "日  ");
        assert_eq!(pad("日本語", 4), "日… ");
    }

    #[test]
    fn splits_graphemes_wider_than_two() {
        let parts: Vec<_> = cells("\u{1100}\u{1100}\u{1100}").map(|cell| cell.columns).collect();
        assert_eq!(parts, [2, 2, 2]);
    }
}
