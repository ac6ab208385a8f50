//! The wrapping that answers come in: Markdown, LaTeX, quotes, end punctuation.
//!
//! Responsible for taking such wrapping off. Not responsible for what the text inside means
//! (`equality.rs`) or where an answer stands (`answer.rs`).

/// How many layers of wrapping are taken off; a bound, so that hostile text costs linear time.
const MOST_LAYERS: usize = 16;

/// Pairs of marks that wrap an answer without changing it. Longer marks stand first.
const WRAPPERS: [(&str, &str); 8] = [
    ("***", "***"),
    ("**", "**"),
    ("__", "__"),
    ("$$", "$$"),
    ("$", "$"),
    (r"\(", r"\)"),
    (r"\[", r"\]"),
    ("`", "`"),
];

/// LaTeX commands that only change the look of their argument.
const LOOKS: [&str; 7] =
    [r"\boxed{", r"\text{", r"\textbf{", r"\textit{", r"\mathrm{", r"\mathbf{", r"\operatorname{"];

/// Takes Markdown and LaTeX wrapping and the trailing period off an answer.
pub(super) fn unwrap_answer(text: &str) -> &str {
    let mut text = text;
    for _ in 0..MOST_LAYERS {
        let inner = unwrap_once(text);
        if inner.len() == text.len() {
            break;
        }
        text = inner;
    }
    text
}

fn unwrap_once(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_suffix(['.', '。']).unwrap_or(text).trim_end();
    for (open, close) in WRAPPERS {
        if let Some(inner) = between(text, open, close)
            // `$5$ and $6$` is not one wrapped answer.
            && !inner.contains(open)
        {
            return inner.trim();
        }
    }
    for look in LOOKS {
        if let Some(inner) = between(text, look, "}")
            && braces_balance(inner)
        {
            return inner.trim();
        }
    }
    // A mark whose partner stood before the answer: `**Answer: 5**`.
    text.strip_suffix("**").or_else(|| text.strip_prefix("**")).unwrap_or(text).trim()
}

/// Returns what stands between two marks at the two ends of `text`.
pub(super) fn between<'text>(text: &'text str, open: &str, close: &str) -> Option<&'text str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// Says whether every brace closes and none closes too early.
pub(super) fn braces_balance(text: &str) -> bool {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return false,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// Replaces LaTeX spacing, escapes and sizes by plain text, and removes commands that only
/// change the look, with their braces.
pub(super) fn plain_latex(text: &str) -> String {
    const REPLACEMENTS: [(&str, &str); 12] = [
        (r"\left", ""),
        (r"\right", ""),
        (r"\!", ""),
        (r"\,", " "),
        (r"\;", " "),
        (r"\:", " "),
        (r"\ ", " "),
        (r"\$", "$"),
        (r"\%", "%"),
        ("{,}", ","),
        (r"\dfrac", r"\frac"),
        (r"\tfrac", r"\frac"),
    ];
    if !text.contains(['\\', '{']) {
        return text.to_owned();
    }
    let mut plain = text.to_owned();
    for (from, to) in REPLACEMENTS {
        if plain.contains(from) {
            plain = plain.replace(from, to);
        }
    }
    without_looks(&plain)
}

/// Removes `\text{` and the like and the brace that closes each.
fn without_looks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // For each open brace, whether it is to be removed.
    let mut open_braces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = LOOKS.iter().find_map(|look| rest.strip_prefix(look)) {
            open_braces.push(true);
            rest = after;
            continue;
        }
        match first {
            '{' => open_braces.push(false),
            '}' if open_braces.pop() == Some(true) => {
                rest = &rest[1..];
                continue;
            }
            _ => {}
        }
        plain.push(first);
        rest = &rest[first.len_utf8()..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_wrapping_off() {
        let cases = [
            ("  **5**. ", "5"),
            ("$\\boxed{\\text{cat}}$.", "cat"),
            ("\\[ x \\]", "x"),
            ("`5`", "5"),
            ("5**", "5"),
            ("$5$ and $6$", "$5$ and $6$"),
            ("$5", "$5"),
            ("\\text{a} and \\text{b}", "\\text{a} and \\text{b}"),
            ("3.14", "3.14"),
            ("2**3", "2**3"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(unwrap_answer(text), expected, "{text}");
        }
    }

    #[test]
    fn makes_latex_plain() {
        let cases = [
            (r"\left( 1, 2 \right)", "( 1, 2 )"),
            (r"1{,}000\%", "1,000%"),
            (r"\text{a \textbf{b}} c", "a b c"),
            (r"\dfrac{1}{2}", r"\frac{1}{2}"),
            (r"\text{open", "open"),
            ("}}{", "}}{"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain_latex(text), expected, "{text}");
        }
    }
}
