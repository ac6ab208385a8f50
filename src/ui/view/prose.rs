//! The text of a step, laid out: safe, wrapped, with a scope for every byte.
//!
//! Responsible for what Markdown, code and tokens look like. The text itself stays as it is: marks
//! such as `**` are shown, so that what is read is what the model wrote; only formulas are put into
//! Unicode, unless the person wants them as they are. What was laid out is kept until the text
//! grows or the pane changes its width.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use ratatui::text::Span;

use super::code;
use crate::app::step_text;
use crate::text::{SafeText, Wrapped};
use crate::tree::{Node, NodeId};
use crate::ui::theme::Theme;

/// The most steps that are kept.
const KEPT: usize = 1000;
/// Longer texts than this are shown without marks, so that a frame stays short.
const LONGEST: usize = 200_000;

/// The scopes that a byte of text can have; `text` is the first.
const SCOPES: [&str; 16] = [
    "text",
    "markdown.heading",
    "markdown.strong",
    "markdown.emphasis",
    "markdown.code",
    "markdown.quote",
    "markdown.link",
    "code.keyword",
    "code.name",
    "code.text",
    "code.number",
    "code.comment",
    "token.sure",
    "token.likely",
    "token.unsure",
    "token.unlikely",
];

/// What was laid out.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    session: u64,
    laid: HashMap<(NodeId, u8), Laid>,
}

/// How a text is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How<'a> {
    /// As it was written.
    Written,
    /// With its formulas in Unicode.
    Formulas,
    /// Shaded by the probability of its tokens.
    Probability,
    /// Shaded by the entropies at the places of its tokens, in bits.
    Entropy(&'a [f32]),
}

impl How<'_> {
    /// Which of them it is, whatever it holds.
    fn kind(self) -> u8 {
        match self {
            Self::Written => 0,
            Self::Formulas => 1,
            Self::Probability => 2,
            Self::Entropy(_) => 3,
        }
    }
}

/// A text in rows.
#[derive(Debug, Clone)]
pub struct Laid {
    length: usize,
    text: SafeText,
    wrapped: Wrapped,
    /// For each byte of the text its scope's place in `SCOPES`; empty if all of it is `text`.
    scopes: Vec<u8>,
}

impl Cache {
    /// Forgets everything if another session is on the screen.
    pub fn turn_to(&mut self, session: u64) {
        if self.session != session {
            self.laid.clear();
            self.session = session;
        }
    }

    /// Returns the text of a node in rows of so many columns.
    pub fn lay(&mut self, id: NodeId, raw: &str, node: &Node, columns: usize, how: How) -> &Laid {
        let key = (id, how.kind());
        let holds =
            |laid: &Laid| laid.length == raw.len() && laid.wrapped.columns() == columns.max(1);
        if !self.laid.get(&key).is_some_and(holds) {
            if self.laid.len() >= KEPT {
                self.laid.clear();
            }
            self.laid.insert(key, Laid::new(raw, node, columns, how));
        }
        self.laid.entry(key).or_insert_with(|| Laid::new(raw, node, columns, how))
    }
}

impl Laid {
    fn new(raw: &str, node: &Node, columns: usize, how: How) -> Self {
        let ends: Vec<usize> = node.token_ends().collect();
        let (mut text, ends) = SafeText::block_with_offsets(raw.trim_end(), &ends);
        let is_short = text.len() <= LONGEST;
        if how == How::Formulas {
            text = step_text(raw, true);
        }
        let scopes = match how {
            _ if !is_short => Vec::new(),
            How::Probability => {
                shades(text.len(), &ends, node.logprobs().map(|it| by_probability(it.exp())))
            }
            How::Entropy(bits) => shades(text.len(), &ends, bits.iter().map(|it| by_entropy(*it))),
            How::Written | How::Formulas => marks(&text),
        };
        Self { length: raw.len(), wrapped: Wrapped::new(&text, columns), text, scopes }
    }

    /// Returns how many rows it has.
    pub fn rows(&self) -> usize {
        self.wrapped.rows().len()
    }

    /// Returns a row as spans. What has no scope of its own gets the one that is given.
    pub fn row(&self, index: usize, theme: &Theme, plain: &str) -> Vec<Span<'static>> {
        let whole = self.wrapped.row(&self.text, index);
        let range = self.wrapped.rows().get(index).cloned().unwrap_or_default();
        let styled = |text: &str, scope: u8| {
            let scope = if scope == 0 { plain } else { SCOPES[usize::from(scope)] };
            Span::styled(text.to_owned(), theme.style(plain).patch(theme.style(scope)))
        };
        let Some(scopes) = self.scopes.get(range).filter(|scopes| scopes.len() == whole.len())
        else {
            return vec![styled(whole, 0)];
        };
        let mut spans = Vec::new();
        let mut start = 0;
        for end in 1..=scopes.len() {
            if end == scopes.len() || scopes[end] != scopes[start] {
                // Scopes change between characters only.
                spans.push(styled(whole.get(start..end).unwrap_or_default(), scopes[start]));
                start = end;
            }
        }
        spans
    }
}

fn place(scope: &str) -> u8 {
    let place = SCOPES.iter().position(|known| *known == scope).unwrap_or(0);
    u8::try_from(place).unwrap_or(0)
}

fn by_probability(probability: f32) -> &'static str {
    match probability {
        0.9.. => "token.sure",
        0.5.. => "token.likely",
        0.1.. => "token.unsure",
        _ => "token.unlikely",
    }
}

fn by_entropy(bits: f32) -> &'static str {
    match bits {
        ..0.5 => "token.sure",
        ..1.0 => "token.likely",
        ..2.0 => "token.unsure",
        _ => "token.unlikely",
    }
}

/// The scopes of a text of so many bytes, by those of its tokens.
fn shades(length: usize, ends: &[usize], tokens: impl Iterator<Item = &'static str>) -> Vec<u8> {
    let mut scopes = vec![0; length];
    let mut start = 0;
    for (end, scope) in ends.iter().zip(tokens) {
        let end = (*end).min(length);
        if let Some(part) = scopes.get_mut(start..end) {
            part.fill(place(scope));
        }
        start = end.max(start);
    }
    scopes
}

/// The scopes of Markdown and of code in it; nothing if there is none.
fn marks(text: &str) -> Vec<u8> {
    // Most steps of reasoning have no mark at all.
    if !text.contains(['*', '_', '`', '#', '>', '[', '$', '~']) {
        return Vec::new();
    }
    let mut scopes = vec![0; text.len()];
    let mut fill = |range: Range<usize>, scope: &str| {
        if let Some(part) = scopes.get_mut(range) {
            part.fill(place(scope));
        }
    };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
    let mut language: Option<String> = None;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let has_words =
            || text.get(range.clone()).is_some_and(|part| part.contains(char::is_alphabetic));
        match event {
            Event::Start(Tag::Heading { .. }) => fill(range, "markdown.heading"),
            Event::Start(Tag::Strong) => fill(range, "markdown.strong"),
            // In 2*3*4 nothing is meant to have emphasis.
            Event::Start(Tag::Emphasis) if has_words() => fill(range, "markdown.emphasis"),
            Event::Start(Tag::BlockQuote(_)) => fill(range, "markdown.quote"),
            Event::Start(Tag::Link { .. }) => fill(range, "markdown.link"),
            Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                fill(range, "markdown.code");
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                fill(range, "code.comment");
                language =
                    info.split_whitespace().next().map(ToOwned::to_owned).or(Some(String::new()));
            }
            Event::Text(_) => {
                if let Some(language) = &language {
                    fill(range.clone(), "text");
                    let block = text.get(range.clone()).unwrap_or_default();
                    for (part, scope) in code::scopes(block, language) {
                        fill(range.start + part.start..range.start + part.end, scope);
                    }
                }
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => language = None,
            _ => {}
        }
    }
    scopes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parts of a text that have a scope.
    fn scoped(text: &str) -> Vec<(&str, &str)> {
        let scopes = marks(text);
        let mut parts = Vec::new();
        let mut start = 0;
        for end in 1..=scopes.len() {
            if end == scopes.len() || scopes[end] != scopes[start] {
                if scopes[start] != 0 {
                    parts.push((&text[start..end], SCOPES[usize::from(scopes[start])]));
                }
                start = end;
            }
        }
        parts
    }

    #[test]
    fn markdown_is_marked_and_arithmetic_is_not() {
        assert_eq!(scoped("So **this** is it."), [("**this**", "markdown.strong")]);
        assert_eq!(scoped("# Plan\nGo on."), [("# Plan\n", "markdown.heading")]);
        assert_eq!(scoped("Let `x` be 2."), [("`x`", "markdown.code")]);
        assert_eq!(scoped("4*7*8 = 224, and 3 * 4 * 5 = 60"), []);
    }

    #[test]
    fn code_is_marked_by_its_language() {
        let text = "See:\n```python\ndef f(): # why\n    return 12\n```\n";
        let parts = scoped(text);
        let scope =
            |part: &str| parts.iter().find(|(text, _)| text.trim() == part).map(|found| found.1);
        assert_eq!(scope("def"), Some("code.keyword"), "{parts:?}");
        assert_eq!(scope("f"), Some("code.name"), "{parts:?}");
        assert_eq!(scope("# why"), Some("code.comment"), "{parts:?}");
        assert_eq!(scope("12"), Some("code.number"), "{parts:?}");
    }

    proptest! {
        #[test]
        fn scopes_change_between_characters_only(text in "[*_`#>$~\\[\\]()a日é\n ]{0,60}") {
            let scopes = marks(&text);
            for at in 1..scopes.len() {
                prop_assert!(scopes[at] == scopes[at - 1] || text.is_char_boundary(at));
            }
        }
    }
}
