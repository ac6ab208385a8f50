//! Finds the final answer in a reasoning text.
//!
//! Responsible for the places where models put their answers, and for which place wins. Not
//! responsible for which answers are equal (`equality.rs`) or right (`evaluate`).
//!
//! An answer stands at one of these places:
//!
//! 1. `\boxed{X}` with balanced braces;
//! 2. a line `Answer: X` or `Final answer: X`, perhaps in bold or as a heading, with X on the
//!    next line that is not blank if the line ends after the colon;
//! 3. `#### X` at the beginning of a line, if X is a number or nothing follows it (otherwise it
//!    is a heading);
//! 4. `the answer is X` or `the final answer is X`, up to the end of the sentence; not when X
//!    begins with `not`.
//!
//! The place whose X begins last wins, whatever its kind: models correct themselves forwards,
//! and a place inside another's X (`Answer: $\boxed{5}$`) is the more exact one. Places without
//! X do not count. What follows the last `</think>` is searched first, and the rest only if
//! there is no answer in it.

use super::notation::unwrap_answer;
use super::number::numeric_value;

/// Longest answer in a sentence, in bytes; what is longer is cut there.
const LONGEST_SENTENCE: usize = 1000;

const LINE_LABELS: [&str; 3] = ["the final answer", "final answer", "answer"];
const PHRASES: [&str; 3] = ["the answer is", "the final answer is", "the correct answer is"];

/// Finds the final answer of a reasoning text, without its wrapping; see the module for the rules.
#[must_use]
pub fn extract(text: &str) -> Option<String> {
    match text.rsplit_once("</think>") {
        Some((thinking, conclusion)) => extract_from(conclusion).or_else(|| extract_from(thinking)),
        None => extract_from(text),
    }
}

/// Finds the final answer like [`extract`], or takes the whole text, without its wrapping, when
/// no place announces an answer: for a text that may be the bare answer already.
#[must_use]
pub fn extract_or_whole(text: &str) -> String {
    extract(text).unwrap_or_else(|| unwrap_answer(text).to_owned())
}

fn extract_from(text: &str) -> Option<String> {
    let mut candidates = boxed(text);
    candidates.extend(labelled_lines(text));
    candidates.extend(sentences(text));
    candidates.sort_by_key(|candidate| candidate.start);
    candidates
        .iter()
        .rev()
        .map(|candidate| unwrap_answer(candidate.text))
        .find(|answer| !answer.is_empty())
        .map(str::to_owned)
}

/// A text that may be the answer, and where it begins in the whole.
struct Candidate<'text> {
    start: usize,
    text: &'text str,
}

/// Finds the content of each `\boxed{...}` whose braces balance, in one pass.
fn boxed(text: &str) -> Vec<Candidate<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    // For each open brace, where the content of a box begins, or none for other braces.
    let mut open_braces: Vec<Option<usize>> = Vec::new();
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        match byte {
            b'\\' if bytes[position..].starts_with(b"\\boxed{") => {
                position += b"\\boxed{".len();
                open_braces.push(Some(position));
                continue;
            }
            // An escaped brace is text.
            b'\\' => position += 1,
            b'{' => open_braces.push(None),
            b'}' => {
                if let Some(Some(start)) = open_braces.pop() {
                    let text = &text[start..position];
                    found.push(Candidate { start, text });
                }
            }
            _ => {}
        }
        position += 1;
    }
    found
}

/// Finds the answers that lines announce: `Answer: X` and `#### X`.
fn labelled_lines(text: &str) -> Vec<Candidate<'_>> {
    let content_end = text.trim_end().len();
    let mut found = Vec::new();
    let mut label_waits = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let line_end = start + line.len();
        let content = line.trim();
        let value = label_value(content).or_else(|| {
            let value = content.strip_prefix("####")?;
            let ends_text = line_end >= content_end;
            (!value.starts_with('#') && (ends_text || numeric_value(value).is_some()))
                .then_some(value)
        });
        let value = match value {
            Some(value) if unwrap_answer(value).is_empty() => {
                label_waits = true;
                None
            }
            None if label_waits && !content.is_empty() => Some(content),
            value => value,
        };
        if let Some(value) = value {
            label_waits = false;
            // Every value is the end of its line's content.
            let value_start = start + line.trim_end().len() - value.len();
            found.push(Candidate { start: value_start, text: value });
        }
        start = line_end;
    }
    found
}

/// Returns what follows `Answer:` if the line begins with that, after Markdown marks.
fn label_value(line: &str) -> Option<&str> {
    let content = line.trim_start_matches(['#', '*', '_', '>', '-', ' ']);
    let rest = LINE_LABELS.iter().find_map(|label| strip_prefix_ignoring_case(content, label))?;
    let rest = rest.trim_start_matches(['*', '_', ' ']);
    let value = rest.strip_prefix([':', '：'])?;
    // In `**Answer:** X` the marks close what the line began with.
    Some(value.strip_prefix("**").unwrap_or(value).trim_start())
}

fn strip_prefix_ignoring_case<'text>(text: &'text str, prefix: &str) -> Option<&'text str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Finds the answers that sentences give: `the answer is X`.
fn sentences(text: &str) -> Vec<Candidate<'_>> {
    // Lower-casing ASCII only keeps the positions.
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for phrase in PHRASES {
        for (position, _) in lower.match_indices(phrase) {
            let after = position + phrase.len();
            let rest = &text[after..];
            if rest.starts_with(char::is_alphanumeric) {
                continue;
            }
            let window = &rest[..rest.floor_char_boundary(LONGEST_SENTENCE)];
            let value = window.trim_start_matches([':', ' ', '：']);
            if strip_prefix_ignoring_case(value, "not ").is_some() {
                continue;
            }
            let start = after + window.len() - value.len();
            let text = &value[..sentence_end(value)];
            found.push(Candidate { start, text });
        }
    }
    found
}

/// Returns where the sentence ends: before a line break or an end mark followed by white space.
fn sentence_end(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((position, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let ends = match character {
            '\n' | '。' => true,
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends {
            return position;
        }
    }
    text.len()
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
