//! What single characters do to a screen.
//!
//! Responsible for which characters must be shown as a mark instead of themselves, and where
//! the joiners of an emoji are at home.
//!
//! Not responsible for whole graphemes and lines; `safe.rs` is.

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// Joins emoji into one: the zero-width joiner.
pub(super) const JOINER: char = '\u{200D}';
/// The half-width sound marks: ratatui 0.30.2 gives them a column on top of their own. Rows must
/// come out as it counts, or it would cut them.
pub(super) const SOUND_MARKS: [char; 2] = ['\u{FF9E}', '\u{FF9F}'];
const TEXT_STYLE: char = '\u{FE0E}';
const EMOJI_STYLE: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// Tells whether a character is invisible, moves what follows, or has no agreed look or width.
///
/// The joiner and the emoji style selectors are among them: [`joins`] tells where they may stay.
pub(super) fn is_hidden(character: char) -> bool {
    matches!(u32::from(character),
        // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul and Khmer fillers.
        0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x3164 | 0xFFA0
        // The one character wider than two columns.
        | 0x17D8
        // Mongolian selectors; zero-width and direction marks; line separators; bidi controls.
        | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
        // Variation selectors, byte order mark, interlinear annotations.
        | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF0..=0xFFFB
        // Hieroglyph, shorthand and musical format controls; tags, more selectors.
        | 0x1_3430..=0x1_343F | 0x1_BCA0..=0x1_BCA3 | 0x1_D173..=0x1_D17A | 0xE_0000..=0xE_0FFF
        // Private use, then noncharacters.
        | 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF | 0xFDD0..=0xFDEF)
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// Tells whether a character is safe, takes one column and stands apart from its neighbours of this
/// kind: printable ASCII, and what frames, bars and graphs are drawn with. Almost everything on a
/// screen is such, and it needs no look into Unicode's tables.
pub(super) fn is_plain(character: char) -> bool {
    matches!(character, ' '..='~' | '·' | '×' | '…' | '\u{2500}'..='\u{25FC}' | '\u{2800}'..='\u{28FF}')
}

/// Tells whether a character must not reach a terminal as itself.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control() || (!character.is_ascii() && is_hidden(character))
}

/// Writes the visible stand-in of an unsafe character.
pub(super) fn write_mark(output: &mut String, character: char) {
    let code = u32::from(character);
    let picture = match code {
        0..=0x1F => char::from_u32(0x2400 + code),
        0x7F => Some('\u{2421}'),
        _ => None,
    };
    match picture {
        Some(picture) => output.push(picture),
        None => write_code(output, character),
    }
}

/// Writes a character's code point, such as `<U+202E>`.
pub(super) fn write_code(output: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = write!(output, "<U+{:04X}>", u32::from(character));
}

/// Tells whether a character cannot be the last one before a `<`.
///
/// A joiner or selector would stand without its partner; a prepended mark would take the `<`
/// into its grapheme.
pub(super) fn expects_more(character: char) -> bool {
    let followed: String = [character, '<'].iter().collect();
    matches!(character, JOINER | TEXT_STYLE | EMOJI_STYLE) || is_one_grapheme(&followed)
}

/// Tells whether a joiner or style selector may stay between its neighbours.
///
/// `before` is the two characters before it, nearest first.
pub(super) fn joins(before: [Option<char>; 2], character: char, after: Option<char>) -> bool {
    let [nearest, second] = before;
    match character {
        JOINER => {
            let element = match nearest {
                Some(TEXT_STYLE | EMOJI_STYLE | '\u{1F3FB}'..='\u{1F3FF}') => second,
                other => other,
            };
            element.is_some_and(is_pictograph) && after.is_some_and(is_pictograph)
        }
        EMOJI_STYLE if after == Some(KEYCAP) => {
            nearest.is_some_and(|base| matches!(base, '0'..='9' | '#' | '*'))
        }
        TEXT_STYLE | EMOJI_STYLE => nearest.is_some_and(is_pictograph),
        _ => false,
    }
}

/// Tells whether a character is an emoji or may become one.
///
/// Asks the segmentation tables instead of bringing tables of its own: after a copyright sign
/// and a joiner, just the pictographs and the combining characters continue the grapheme.
fn is_pictograph(character: char) -> bool {
    if character.is_ascii() {
        return false;
    }
    let joined: String = ['\u{A9}', JOINER, character].iter().collect();
    let plain: String = ['a', character].iter().collect();
    is_one_grapheme(&joined) && !is_one_grapheme(&plain)
}

/// Tells whether text is exactly one grapheme.
pub(super) fn is_one_grapheme(text: &str) -> bool {
    text.graphemes(true).next().is_some_and(|first| first.len() == text.len())
}

/// Counts the columns of one character on its own, as ratatui does.
pub(super) fn columns(character: char) -> usize {
    character.width().unwrap_or(0) + usize::from(SOUND_MARKS.contains(&character))
}
