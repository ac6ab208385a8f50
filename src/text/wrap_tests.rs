//! Tests of wrapping: rows by hand, and what holds for any text.

use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend, text::Line};

use super::safe_tests::{HOSTILE, hostile_text};
use super::{SafeText, Wrapped, width};

fn rows(text: &str, columns: usize) -> Vec<&str> {
    let wrapped = Wrapped::new(text, columns);
    (0..wrapped.rows().len()).map(|index| wrapped.row(text, index)).collect()
}

#[test]
fn breaks_between_words() {
    assert_eq!(rows("the quick brown fox", 10), ["the quick", "brown fox"]);
    assert_eq!(rows("the  quick", 5), ["the", "quick"]);
    assert_eq!(rows("exact fit", 5), ["exact", "fit"]);
    assert_eq!(rows("a  b", 1), ["a", "b"]);
}

#[test]
fn breaks_words_that_are_too_long() {
    assert_eq!(rows("xx aaaaaaaaa bb", 4), ["xx", "aaaa", "aaaa", "a bb"]);
    assert_eq!(rows("日本語 text", 4), ["日本", "語", "text"]);
    assert_eq!(rows("I 日本", 4), ["I 日", "本"]);
}

#[test]
fn keeps_lines_and_indentation() {
    assert_eq!(rows("", 5), [""]);
    assert_eq!(rows("a\n\n  b\n", 5), ["a", "", "  b", ""]);
    assert_eq!(rows("      b", 3), ["   ", "b"]);
    assert_eq!(rows("ab     ", 4), ["ab  "]);
}

#[test]
fn shows_a_question_mark_for_what_cannot_fit() {
    assert_eq!(rows("a日b", 1), ["a", "?", "b"]);
}

#[test]
fn finds_the_row_of_an_offset() {
    let wrapped = Wrapped::new("ab cd\nef", 2);
    let found: Vec<_> = (0..9).map(|offset| wrapped.row_at(offset)).collect();
    assert_eq!(found, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
}

#[test]
fn extending_a_long_line_is_cheap_and_exact() {
    let mut raw = "word ".repeat(3000);
    let mut wrapped = Wrapped::new(&SafeText::block(&raw), 17);
    for _ in 0..200 {
        raw.push_str("more\u{200d} e\u{301}");
        let safe = SafeText::block(&raw);
        wrapped.extend(&safe);
        assert_eq!(wrapped, Wrapped::new(&safe, 17));
    }
}

#[test]
fn renders_hostile_text_without_controls() {
    for text in HOSTILE {
        for columns in [1, 2, 3, 20] {
            let safe = SafeText::block(text);
            let wrapped = Wrapped::new(&safe, usize::from(columns));
            let mut terminal = Terminal::new(TestBackend::new(columns, 40)).unwrap();
            terminal
                .draw(|frame| {
                    for (y, index) in (0..wrapped.rows().len().min(40)).enumerate() {
                        let row = Line::from(wrapped.row(&safe, index));
                        frame.buffer_mut().set_line(0, u16::try_from(y).unwrap(), &row, columns);
                    }
                    let line = SafeText::line(text);
                    frame.render_widget(Line::from(line.as_str()), frame.area());
                })
                .unwrap();
            for cell in terminal.backend().buffer().content() {
                assert!(!cell.symbol().contains(char::is_control), "{text:?}");
                assert!(cell.symbol().len() <= 64, "{text:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn every_byte_is_in_a_row_or_swallowed(text in hostile_text(), columns in 1_usize..30) {
        let safe = SafeText::block(&text);
        let wrapped = Wrapped::new(&safe, columns);
        let mut at = 0;
        for row in wrapped.rows() {
            prop_assert!(row.start >= at && row.end >= row.start);
            let swallowed = &safe[at..row.start];
            prop_assert!(swallowed.chars().all(|each| each == ' ' || each == '\n'));
            prop_assert!(swallowed.matches('\n').count() <= 1);
            let shown = &safe[row.clone()];
            prop_assert!(!shown.contains('\n'));
            let fits = width(shown) <= columns || (columns == 1 && super::cells(shown).count() == 1);
            prop_assert!(fits, "{shown:?} in {columns}");
            at = row.end;
        }
        prop_assert!(safe[at..].chars().all(|each| each == ' '));
    }

    #[test]
    fn extending_is_wrapping_from_scratch(
        parts in prop::collection::vec(hostile_text(), 1..6), columns in 1_usize..30,
    ) {
        let mut text = String::new();
        let mut wrapped = Wrapped::new("", columns);
        for part in parts {
            text.push_str(&part);
            let safe = SafeText::block(&text);
            wrapped.extend(&safe);
            prop_assert_eq!(&wrapped, &Wrapped::new(&safe, columns));
        }
    }
}
