//! Text that leaves the screen's cells: window titles and the clipboard.
//!
//! Responsible for what may be put into an escape sequence of our own or pasted elsewhere.
//!
//! Not responsible for the escape sequences themselves; the `ui` room writes those.

use super::character;

/// The longest window title, in characters.
const TITLE_CHARACTERS: usize = 240;
/// The most combining marks in a row in a title.
const TITLE_MARKS: usize = 2;

/// Makes text safe for a window title: no controls, nothing invisible, single spaces, short.
#[must_use]
pub fn safe_title(text: &str) -> String {
    let mut title = String::new();
    let (mut count, mut marks, mut gap) = (0, 0, false);
    for character in text.chars() {
        if character.is_whitespace() {
            gap = count > 0;
            continue;
        }
        let is_mark = character::columns(character) == 0;
        marks = if is_mark { marks + 1 } else { 0 };
        if character::is_unsafe(character) || marks > TITLE_MARKS {
            continue;
        }
        if count + usize::from(gap) >= TITLE_CHARACTERS {
            title.push('…');
            break;
        }
        if gap {
            title.push(' ');
        }
        title.push(character);
        count += 1 + usize::from(gap);
        gap = false;
    }
    title
}

/// Makes text safe to paste elsewhere: no controls but `\n` and `\t`, no end of a paste.
///
/// Line ends become `\n`, so that a terminal pastes lines and not keys.
#[must_use]
pub fn safe_clipboard(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        match character {
            '\n' | '\t' => safe.push(character),
            '\r' => {
                safe.push('\n');
                rest = rest.strip_prefix('\n').unwrap_or(rest);
            }
            '\u{1B}' | '\u{9B}' => rest = after_paste_mark(rest),
            _ if character.is_control() => {}
            _ => safe.push(character),
        }
    }
    safe
}

/// Skips the rest of the sequence that begins or ends a bracketed paste.
fn after_paste_mark(text: &str) -> &str {
    let body = text.strip_prefix('[').unwrap_or(text);
    body.strip_prefix("200~").or_else(|| body.strip_prefix("201~")).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_is_one_short_plain_line() {
        assert_eq!(safe_title("  a\u{1b}]0;b\u{7}\n\tc\u{202e}d\u{200b} "), "a]0;b cd");
        assert_eq!(safe_title("e\u{301}\u{301}\u{301}\u{301}"), "e\u{301}\u{301}");
        assert_eq!(safe_title(&"x ".repeat(500)).chars().count(), TITLE_CHARACTERS + 1 - 1);
        assert_eq!(safe_title("\u{1b}\u{200b}"), "");
    }

    #[test]
    fn clipboard_keeps_text_and_drops_control() {
        assert_eq!(safe_clipboard("a\tb\nc\r\nd\re"), "a\tb\nc\nd\ne");
        assert_eq!(safe_clipboard("x\u{1b}[201~rm -rf\u{9b}200~y\u{0}\u{7f}"), "xrm -rfy");
        assert_eq!(safe_clipboard("\u{1b}[31mred"), "[31mred");
    }
}
