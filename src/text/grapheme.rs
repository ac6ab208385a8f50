//! Graphemes that fit into a cell of the screen.
//!
//! Responsible for cutting a grapheme that piles up characters, with a visible count of what
//! was cut, and for giving a base to marks that have none.
//!
//! Not responsible for which characters may appear at all; `character.rs` is.

use std::fmt::Write;

use super::character::{self, JOINER};

/// The longest grapheme, in bytes.
pub const GRAPHEME_BYTES: usize = 32;
/// The longest joined emoji, in bytes.
pub const EMOJI_BYTES: usize = 64;
/// The most combining marks on one character.
pub const GRAPHEME_MARKS: usize = 8;
/// Puts a grapheme into the output, cut and counted if it is too long.
pub(super) fn limit_grapheme(grapheme: &str, columns: usize, output: &mut String) {
    let has_base = grapheme.chars().next().is_some_and(|first| character::columns(first) > 0);
    if columns > 0 && has_base {
        return write_cut(grapheme, output);
    }
    // A mark without a base would vanish in some widgets: it gets a dotted circle.
    let with_base = format!("\u{25CC}{grapheme}");
    if character::is_one_grapheme(&with_base) {
        write_cut(&with_base, output);
    } else {
        grapheme.chars().for_each(|each| character::write_code(output, each));
    }
}

fn write_cut(grapheme: &str, output: &mut String) {
    let kept = kept_part(grapheme);
    output.push_str(kept);
    let rest = grapheme.get(kept.len()..).unwrap_or_default();
    if !rest.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(output, "<+{}>", rest.chars().count());
    }
}

/// Returns as much of a grapheme as one cell may hold.
fn kept_part(grapheme: &str) -> &str {
    if grapheme.contains(JOINER) {
        let kept = shortened(grapheme, EMOJI_BYTES);
        // Cut before its first joiner, it is no joined emoji any more.
        if kept.contains(JOINER) {
            return kept;
        }
    }
    shortened(grapheme, GRAPHEME_BYTES)
}

fn shortened(grapheme: &str, bytes: usize) -> &str {
    let (mut marks, mut end) = (0, 0);
    for (at, character) in grapheme.char_indices() {
        let is_mark = at > 0 && character != JOINER && character::columns(character) == 0;
        marks += usize::from(is_mark);
        if marks > GRAPHEME_MARKS || at + character.len_utf8() > bytes {
            break;
        }
        end = at + character.len_utf8();
    }
    let mut kept = grapheme.get(..end).unwrap_or(grapheme);
    // The count that follows must not join what was kept, nor a joiner stay without a partner.
    while kept.len() < grapheme.len() {
        let Some(last) = kept.chars().next_back() else { break };
        if !character::expects_more(last) {
            break;
        }
        kept = kept.get(..kept.len() - last.len_utf8()).unwrap_or_default();
    }
    kept
}
