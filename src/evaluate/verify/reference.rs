//! The verifiers that compare an answer with the problem's reference.
//!
//! Responsible for `exact` and `numeric`. Not responsible for what makes two answers one class:
//! that is `reasoning::equality`.

use super::{Case, Verdict, VerifierError};
use crate::reasoning::{Rational, classify, extract_or_whole, numeric_value};

/// Largest difference of two values that count as equal, as a share of the larger one.
const TOLERANCE: f64 = 1e-6;

/// Longest part of an answer that an explanation repeats, in characters.
const LONGEST_QUOTE: usize = 80;

/// Compares texts apart from case and white space.
pub(super) fn check_exact(case: &Case<'_>) -> Result<Verdict, VerifierError> {
    let reference = case.reference.ok_or(VerifierError::NoReference("exact"))?;
    let correct = folded(case.proposed) == folded(reference);
    Ok(verdict(correct, case.proposed, reference))
}

/// Compares answer classes, then values.
pub(super) fn check_numeric(case: &Case<'_>) -> Result<Verdict, VerifierError> {
    let reference = case.reference.ok_or(VerifierError::NoReference("numeric"))?;
    // The answer may still stand in its sentence: `Answer: 5`.
    let proposed = extract_or_whole(case.proposed);
    let proposed = proposed.as_str();
    let equal_class = classify(proposed) == classify(reference);
    let correct = equal_class
        || match (result_value(proposed), result_value(reference)) {
            (Some(left), Some(right)) => nearly_equal(left, right),
            _ => false,
        };
    Ok(verdict(correct, proposed, reference))
}

fn verdict(correct: bool, proposed: &str, reference: &str) -> Verdict {
    let (proposed, reference) = (quote(proposed), quote(reference));
    if correct {
        Verdict::right(format!("`{proposed}` equals the reference `{reference}`."))
    } else {
        Verdict::wrong(format!("`{proposed}` is not the reference `{reference}`."))
    }
}

fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Returns the value of a number, or of what stands after the last `=` of an equation.
fn result_value(text: &str) -> Option<Rational> {
    numeric_value(text).or_else(|| numeric_value(text.rsplit_once('=')?.1))
}

/// Allows for rounding where rounding can be: two whole numbers must be the same.
fn nearly_equal(left: Rational, right: Rational) -> bool {
    if left == right {
        return true;
    }
    if left.is_whole() && right.is_whole() {
        return false;
    }
    let (left, right) = (left.to_f64(), right.to_f64());
    (left - right).abs() <= TOLERANCE * left.abs().max(right.abs())
}

fn quote(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
