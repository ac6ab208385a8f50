//! A screen's styles as text: a letter a cell, and what the letters stand for in the words of
//! theme files.
//!
//! Responsible for `pleach script --styles` and for the tests of themes: a change of a theme is
//! seen where no colour can be.

use std::collections::HashMap;
use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The letters of styles, in the order in which they are met.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Returns a row of letters for each row of the screen, and a line for each letter. The style
/// that most cells have is a point.
#[must_use]
pub fn styles(buffer: &Buffer) -> String {
    let mut count: HashMap<String, usize> = HashMap::new();
    for cell in buffer.content() {
        *count.entry(words(cell)).or_default() += 1;
    }
    let most = count.iter().max_by_key(|(words, count)| (**count, *words));
    let mut known = vec![most.map_or(String::new(), |(words, _)| words.clone())];
    let mut text = String::new();
    for row in 0..buffer.area.height {
        let letters: String = (0..buffer.area.width)
            .map(|column| {
                let words = words(&buffer[(column, row)]);
                let at = known.iter().position(|style| *style == words).unwrap_or_else(|| {
                    known.push(words);
                    known.len() - 1
                });
                letter(at)
            })
            .collect();
        text += letters.trim_end_matches('.');
        text.push('\n');
    }
    for (at, words) in known.iter().enumerate() {
        let words = if words.is_empty() { "the terminal's own" } else { words };
        let _ = writeln!(text, "{} {words}", letter(at));
    }
    text
}

fn letter(at: usize) -> char {
    at.checked_sub(1).map_or('.', |at| LETTERS.chars().nth(at).unwrap_or('?'))
}

/// A cell's style in the words of theme files.
fn words(cell: &Cell) -> String {
    const MODIFIERS: [(Modifier, &str); 5] = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ];
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(cell.fg.to_string().to_lowercase());
    }
    let set = MODIFIERS.iter().filter(|(modifier, _)| cell.modifier.contains(*modifier));
    words.extend(set.map(|(_, word)| (*word).to_owned()));
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg.to_string().to_lowercase()));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_style_is_a_letter_and_its_words_are_those_of_theme_files() {
        let mut buffer = Buffer::with_lines(["abcd", "efgh"]);
        buffer
            .set_style(ratatui::layout::Rect::new(1, 0, 2, 1), Style::new().fg(Color::Red).bold());
        buffer.set_style(
            ratatui::layout::Rect::new(0, 1, 1, 1),
            Style::new().bg(Color::Rgb(1, 2, 3)).reversed(),
        );
        assert_eq!(
            styles(&buffer),
            ".aa\nb\n. the terminal's own\na red bold\nb reverse on #010203\n"
        );
    }
}
