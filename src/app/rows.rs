//! Rows of text that are laid out for so many columns: `update` counts them to know how far one can
//! scroll, and the view draws them.
//!
//! Responsible for where lines break. Not responsible for what a scope looks like (`ui::theme`).

use crate::text::{SafeText, Wrapped, width, with_formulas};

/// A row: its parts, each with the scope of its style.
pub type Row = Vec<(String, &'static str)>;

/// A text with the scope of its style.
pub(super) type Part<'text> = (&'text str, &'static str);

/// What stands between items of a row.
const GAP: &str = "  ";
/// Longer texts than this have their formulas as they were written, so that a frame stays short.
const LONGEST: usize = 200_000;

/// Lays a text out in rows of so many columns. What stands before its first row is given, and what
/// stands before all others.
#[must_use]
pub(super) fn wrapped(parts: &[Part], leads: [Part; 2], columns: usize) -> Vec<Row> {
    let raw: String = parts.iter().map(|(part, _)| *part).collect();
    let mut end = 0;
    let ends: Vec<usize> = parts
        .iter()
        .map(|(part, _)| {
            end += part.len();
            end
        })
        .collect();
    let (text, ends) = SafeText::block_with_offsets(&raw, &ends);
    let lead = leads.map(|(text, _)| width(text)).into_iter().max().unwrap_or(0);
    let rows = Wrapped::new(&text, columns.saturating_sub(lead).max(1));
    let mut all = Vec::new();
    for (at, range) in rows.rows().iter().enumerate() {
        let (lead, scope) = leads[at.min(1)];
        let mut row = vec![(lead.to_owned(), scope)];
        let mut from = range.start;
        for ((_, scope), end) in parts.iter().zip(&ends) {
            let to = (*end).min(range.end);
            if to > from {
                row.push((text[from..to].to_owned(), *scope));
                from = to;
            }
        }
        all.push(row);
    }
    all
}

/// Lays items out in rows of so many columns, none of them in two rows. What stands before each row
/// is given.
#[must_use]
pub(super) fn filled(items: Vec<Row>, lead: &str, columns: usize) -> Vec<Row> {
    let begun = || vec![(lead.to_owned(), "text")];
    let (mut rows, mut row, mut used) = (Vec::new(), begun(), width(lead));
    for item in items {
        let wide: usize = item.iter().map(|(text, _)| width(text)).sum();
        if row.len() > 1 && used + GAP.len() + wide > columns {
            rows.push(std::mem::replace(&mut row, begun()));
            used = width(lead);
        }
        if row.len() > 1 {
            row.push((GAP.to_owned(), "text"));
            used += GAP.len();
        }
        row.extend(item);
        used += wide;
    }
    rows.push(row);
    rows
}

/// Returns the text of a step as the path shows it, with its formulas in Unicode or as they are.
#[must_use]
pub fn step_text(raw: &str, formulas: bool) -> SafeText {
    let text = SafeText::block(raw.trim_end());
    if formulas && text.len() <= LONGEST { SafeText::block(&with_formulas(&text)) } else { text }
}

/// A bar of a value in `[0, 1]`, in eighths of a column.
#[must_use]
pub fn bar(value: f64, columns: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let eighths = (value.clamp(0.0, 1.0) * columns as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_scopes_when_they_are_wrapped() {
        let leads = [("", "text"), ("  ", "text")];
        let rows = wrapped(&[("rating ", "text"), ("5 of 10", "value.high")], leads, 11);
        let text: Vec<String> =
            rows.iter().map(|row| row.iter().map(|(part, _)| part.as_str()).collect()).collect();
        assert_eq!(text, ["rating 5", "  of 10"]);
        assert_eq!(rows[1].last(), Some(&("of 10".to_owned(), "value.high")));
        let items = ["ab", "cd", "ef"].map(|text| vec![(text.to_owned(), "text")]);
        let rows = filled(items.to_vec(), " ", 7);
        let text: Vec<String> =
            rows.iter().map(|row| row.iter().map(|(part, _)| part.as_str()).collect()).collect();
        assert_eq!(text, [" ab  cd", " ef"]);
        // A mark of the terminal's is shown as one, and takes nothing from what follows.
        let rows = wrapped(&[("a\u{1b}b", "text"), ("c", "muted")], leads, 20);
        assert!(!rows[0][1].0.contains('\u{1b}'));
        assert_eq!(rows[0].last(), Some(&("c".to_owned(), "muted")));
    }
}
