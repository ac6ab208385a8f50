//! Recognises lines that begin with a step number: `1.`, `2)`, `Step 3:`.
//!
//! Responsible for what a step number looks like. Not responsible for where the lines are or
//! which step is current (`stepper.rs`), nor for the user's own patterns (`pattern.rs`).
//!
//! A verdict on an unfinished line must hold whatever text follows, so that streaming and
//! whole-text segmentation agree; a rule that cannot promise this says [`LineStart::Undecided`].

/// Bytes at the beginning of a line within which a step number has to be complete.
const NUMBER_WINDOW: usize = 64;

/// What is known about whether a line starts a new step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineStart {
    /// The line starts a new step, whatever follows.
    Yes,
    /// The line continues the current step, whatever follows.
    No,
    /// More text is needed.
    Undecided,
}

/// Judges whether a line begins with a step number: `1.`, `2)`, `Step 3:`, also in a heading or bold.
///
/// `line` is without its line end; `complete` says whether the line end was seen.
pub(super) fn numbered_line_start(line: &str, complete: bool) -> LineStart {
    let head = &line[..line.floor_char_boundary(NUMBER_WINDOW)];
    let whole = line.len() < NUMBER_WINDOW;
    if has_step_number(head, complete && whole) {
        return LineStart::Yes;
    }
    let may_become_number = match head.trim_start_matches(' ').chars().next() {
        None => true,
        Some(first) => first.is_ascii_digit() || "#*_sS".contains(first),
    };
    if complete || !whole || !may_become_number { LineStart::No } else { LineStart::Undecided }
}

fn has_step_number(head: &str, line_ends: bool) -> bool {
    let text = head.trim_start_matches(' ');
    // Four spaces and more are a list inside a step, as in Markdown.
    if head.len() - text.len() > 3 {
        return false;
    }
    let text = without_emphasis(text.trim_start_matches('#').trim_start_matches(' '));
    match text.get(..4) {
        Some(word) if word.eq_ignore_ascii_case("step") => is_step_word_tail(&text[4..], line_ends),
        _ => is_list_number(text, line_ends),
    }
}

/// Judges what follows the word `Step`: a space, a number, and `:`, `)`, `.`, a dash or the line's end.
fn is_step_word_tail(tail: &str, line_ends: bool) -> bool {
    let Some((_, rest)) = tail.strip_prefix(' ').and_then(split_number) else {
        return false;
    };
    let rest = without_emphasis(rest);
    if rest.starts_with([':', ')', '–', '—']) || rest.starts_with(" - ") {
        return true;
    }
    let after_stop = rest.strip_prefix('.').unwrap_or(rest);
    if after_stop.trim().is_empty() {
        // `Step 3` and `Step 3.` alone on a line.
        return line_ends || (after_stop.len() < rest.len() && !after_stop.is_empty());
    }
    after_stop.len() < rest.len() && after_stop.starts_with(char::is_whitespace)
}

/// Judges `1. ` and `2) `; without the white space it may be the decimal number `1.5`.
fn is_list_number(text: &str, line_ends: bool) -> bool {
    let Some((_, rest)) = split_number(text) else {
        return false;
    };
    let Some(rest) = rest.strip_prefix(['.', ')']) else {
        return false;
    };
    let rest = without_emphasis(rest);
    rest.starts_with(char::is_whitespace) || (rest.is_empty() && line_ends)
}

/// Splits one to three digits from the beginning of `text`.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=3).contains(&digits).then(|| text.split_at(digits))
}

fn without_emphasis(text: &str) -> &str {
    text.strip_prefix("**").or_else(|| text.strip_prefix("__")).unwrap_or(text)
}
