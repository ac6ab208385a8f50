//! Tests of safe text: the marks by hand, and what holds for any text.

use std::time::Instant;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::{EMOJI_BYTES, GRAPHEME_BYTES, LINE_COLUMNS, PARAGRAPH_COLUMNS, SafeText, width};

/// Texts that broke, or could deceive, some terminal program.
pub(super) const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}c\u{1b}[?1049l\u{1b}[8m",
    "\u{1b}]0;title\u{7}\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]8;;http://a\u{1b}\\b",
    "\u{1b}P$q\u{1b}\\\u{1b}_Gf=24\u{1b}X\u{9b}31m\u{9d}0;x\u{9c}\u{90}",
    "\u{0}\u{5}\u{7}\u{8}safe\rEVIL\u{b}\u{c}\u{85}\u{2028}\u{2029}\u{7f}\t\u{e}\u{f}",
    "a\u{202e}b\u{2066}c\u{2069}\u{200f}\u{061c}\u{200b}\u{feff}\u{ad}\u{3164}\u{ffa0}",
    "\u{e0041}\u{e0001}\u{e0100}\u{fe0f}\u{fe0e}a\u{200d}b\u{f8ff}\u{ffff}\u{10ffff}\u{fdd0}",
    "\u{301}\u{301}lead\n\u{301}line\u{1161}\u{11a8}\u{115f}",
    "\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}x",
    "\u{600}\u{600}\u{600}\u{600}\u{600}\u{600}\u{600}\u{600}\u{600}\u{600}\u{600}\u{1b}",
    "👩‍👩‍👧‍👦 🏳️‍🌈 ☺️ 1️⃣ 🇩🇪🇫 👍🏽 ❤️‍🔥 \u{1f3fd}",
    "aあ[ क्षि स्त्र्य ำกำ ｶﾞあﾞ ﷽ \u{12031} \u{2e3b} лא日",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
];

/// Text made of dangerous characters, plain ones and whole hostile strings.
pub(super) fn hostile_text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => prop::sample::select(vec![
            'a', 'b', '<', ' ', ' ', '\n', '\t', '\r', '\u{1b}', '\u{9b}', '\u{200d}', '\u{fe0f}',
            '\u{fe0e}', '\u{20e3}', '1', '\u{301}', '\u{5b0}', '\u{600}', '\u{1100}', '\u{1161}',
            '\u{11a8}', '\u{915}', '\u{94d}', '\u{937}', '\u{93f}', '👩', '💻', '❤', '\u{1f3fd}',
            '🇩', '🇪', '日', 'あ', '\u{ff9e}', '\u{e33}', '\u{202e}', '\u{e0041}', '\u{a9}',
            '\u{d4e}', '\u{2e3b}', '\u{110bd}', '\u{644}', '\u{627}', '◌', '…',
        ]),
        1 => any::<char>(),
    ];
    let run = (character.clone(), 1_usize..40).prop_map(|(each, n)| each.to_string().repeat(n));
    let part = prop_oneof![
        10 => character.prop_map(String::from),
        1 => run,
        1 => prop::sample::select(HOSTILE).prop_map(String::from),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

fn line(text: &str) -> String {
    SafeText::line(text).into_string()
}

#[test]
fn plain_text_stays() {
    let text = "Grüße, 日本語, e\u{301}, 👩‍💻, ☺️, 1️⃣, 🇩🇪, क्षि — 2 ≤ 3";
    assert_eq!(line(text), text);
    assert_eq!(SafeText::block("a\nb\n").as_str(), "a\nb\n");
}

#[test]
fn controls_become_pictures() {
    assert_eq!(line("\u{1b}[2J\u{0}\u{7f}\u{9b}m"), "␛[2J␀␡<U+009B>m");
    assert_eq!(line("safe\rEVIL\nx\ty"), "safe␍EVIL␊x    y");
    assert_eq!(SafeText::block("a\r\nb\u{2028}").as_str(), "a␍\nb<U+2028>");
}

#[test]
fn hidden_characters_become_codes() {
    assert_eq!(line("a\u{202e}b\u{200b}"), "a<U+202E>b<U+200B>");
    assert_eq!(line("\u{e0041}\u{e000}\u{ffff}"), "<U+E0041><U+E000><U+FFFF>");
    assert_eq!(line("a\u{200d}b\u{fe0f}👩\u{200d}"), "a<U+200D>b<U+FE0F>👩<U+200D>");
    assert_eq!(line("\u{301}x\u{1161}"), "◌\u{301}x<U+1161>");
}

#[test]
fn overlong_graphemes_are_counted() {
    let zalgo = format!("e{}x", "\u{301}".repeat(1000));
    assert_eq!(line(&zalgo), format!("e{}<+992>x", "\u{301}".repeat(8)));
    assert_eq!(line(&"\u{1100}".repeat(32_769)), format!("{}<+32759>", "\u{1100}".repeat(10)));
    assert_eq!(line(&"\u{600}".repeat(65_537)), "<+65537>");
}

#[test]
fn overlong_lines_are_cut() {
    let safe = SafeText::line(&"x".repeat(LINE_COLUMNS + 1));
    assert!(safe.ends_with("x… +25"), "{}", &safe[safe.len() - 20..]);
    assert!(width(&safe) <= LINE_COLUMNS);
    assert_eq!(line(&"x".repeat(LINE_COLUMNS)).len(), LINE_COLUMNS);
    let block = SafeText::block(&format!("{}\nnext", "日".repeat(PARAGRAPH_COLUMNS)));
    assert!(block.ends_with("\nnext") && block.contains("… +100024\n"));
}

#[test]
fn offsets_follow_the_text() {
    let text = "ab\u{1b}c\u{202e}\ne\u{301}f";
    let offsets: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let (safe, carried) = SafeText::block_with_offsets(text, &offsets);
    assert_eq!(safe.as_str(), "ab␛c<U+202E>\ne\u{301}f");
    let pieces: Vec<_> = carried.windows(2).map(|pair| &safe[pair[0]..pair[1]]).collect();
    assert_eq!(pieces, ["a", "b", "␛", "c", "<U+202E>", "\n", "e", "\u{301}", "f"]);
}

#[test]
fn time_is_linear() {
    let start = Instant::now();
    for unit in
        ["\u{301}", "\u{200d}", "\u{600}", "\u{1100}", "🇩", "👩‍", "\u{94d}क", "\t", "\n", "\u{1b}"]
    {
        let safe = SafeText::block(&unit.repeat(200_000));
        assert!(safe.graphemes(true).all(|grapheme| grapheme.len() <= EMOJI_BYTES));
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn safe_text_is_safe_and_stays(text in hostile_text()) {
        for safe in [SafeText::line(&text), SafeText::block(&text)] {
            prop_assert!(!safe.contains(|each: char| each.is_control() && each != '\n'));
            for grapheme in safe.graphemes(true).filter(|each| *each != "\n") {
                let limit = if grapheme.contains('\u{200d}') { EMOJI_BYTES } else { GRAPHEME_BYTES };
                prop_assert!(grapheme.len() <= limit, "{grapheme:?}");
                prop_assert!(width(grapheme) > 0, "{grapheme:?} in {safe:?}");
            }
        }
        let line = SafeText::line(&text);
        prop_assert_eq!(&SafeText::line(&line), &line);
        let block = SafeText::block(&text);
        prop_assert_eq!(&SafeText::block(&block), &block);
    }

    #[test]
    fn offsets_ascend_on_borders(text in hostile_text(), step in 1_usize..7) {
        let offsets: Vec<_> = (0..=text.len()).step_by(step).collect();
        let (safe, carried) = SafeText::block_with_offsets(&text, &offsets);
        prop_assert_eq!(carried.len(), offsets.len());
        prop_assert!(carried.is_sorted());
        prop_assert!(carried.iter().all(|at| safe.is_char_boundary(*at)));
    }
}
