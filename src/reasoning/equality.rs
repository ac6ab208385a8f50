//! Decides which answers are equal.
//!
//! Responsible for [`classify`], which writes every answer in a canonical form, so that two
//! answers are equal exactly when their forms are. Not responsible for finding answers in text
//! (`answer.rs`), for reading numbers (`number.rs`) or for tolerances (`evaluate`).
//!
//! The first rule that fits gives the form:
//!
//! 1. two or more elements in `( )`, `[ ]` or `\{ \}`: element by element, in order;
//! 2. a number or arithmetic expression: its value, as a fraction in lowest terms. Currency
//!    signs fall away, `50%` is 1/2, `3 1/2` is 7/2;
//! 3. an equation of an expression and a number (`8 * 3 = 24`): the expression up to
//!    commutativity and associativity, because the way is the answer there;
//!    an equation of a letter and a number (`x = 5`): the letter and the value;
//! 4. bare numbers separated by commas: number by number, in order;
//! 5. any other text: in lower case, with white space collapsed, without outer quotes and
//!    punctuation, so that `(B)`, `B.` and `b` are one. Units stay, as text.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::notation::{between, braces_balance, plain_latex, unwrap_answer};
use super::number::number;

/// Longest answer that is read as a list or an equation, in bytes; a longer one is plain text.
const LONGEST_STRUCTURE: usize = 2000;

/// How often the form of a form is taken, at most.
const MOST_ROUNDS: usize = 8;

/// Brackets around lists: as written, and as the canonical form writes them.
const LIST_BRACKETS: [(&str, &str); 3] = [("(", ")"), ("[", "]"), (r"\{", r"\}")];

/// Holds the canonical form that all equal answers share.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnswerClass(String);

impl AnswerClass {
    /// Returns the canonical form, fit for showing; classifying it gives the same class.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AnswerClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Returns the class of an answer; two answers are equal exactly when their classes are.
#[must_use]
pub fn classify(text: &str) -> AnswerClass {
    let mut form = canonical_form(text);
    // Taking off one layer may lay open another rule, as in `"(1/2)"`; repeating the form until it
    // stays makes a class its own class. Real answers take two rounds; the bound is for hostile ones.
    for _ in 0..MOST_ROUNDS {
        let again = canonical_form(&form);
        if again == form {
            break;
        }
        form = again;
    }
    AnswerClass(form)
}

fn canonical_form(text: &str) -> String {
    let plain = plain_latex(unwrap_answer(text));
    let plain = plain.trim();
    if plain.len() > LONGEST_STRUCTURE {
        return text_form(plain);
    }
    bracketed_list(plain)
        .or_else(|| single_form(plain))
        .or_else(|| bare_list(plain))
        .unwrap_or_else(|| text_form(plain))
}

/// Writes a number or an equation.
fn single_form(plain: &str) -> Option<String> {
    number(plain).map(|value| value.to_string()).or_else(|| equation(plain))
}

fn bracketed_list(plain: &str) -> Option<String> {
    let (open, close, inner) = LIST_BRACKETS
        .iter()
        .find_map(|(open, close)| Some((open, close, between(plain, open, close)?)))?;
    let elements: Vec<&str> = inner.split(',').map(str::trim).collect();
    let simple = |element: &&str| {
        !element.is_empty() && !element.contains(['(', ')', '[', ']']) && braces_balance(element)
    };
    if elements.len() < 2 || !elements.iter().all(simple) {
        return None;
    }
    let forms: Vec<String> = elements
        .iter()
        .map(|element| single_form(element).unwrap_or_else(|| text_form(element)))
        .collect();
    Some(format!("{open}{}{close}", forms.join(", ")))
}

fn bare_list(plain: &str) -> Option<String> {
    let forms: Option<Vec<String>> = plain
        .split(',')
        .map(|element| number(element.trim()).map(|value| value.to_string()))
        .collect();
    forms.filter(|forms| forms.len() > 1).map(|forms| forms.join(", "))
}

/// Writes `EXPRESSION = NUMBER` (or the other way round) and `LETTER = ANSWER`.
fn equation(plain: &str) -> Option<String> {
    let (left, right) = plain.split_once('=')?;
    let (left, right) = (left.trim(), right.trim());
    if right.contains('=') {
        return None;
    }
    let mut letters = left.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && letter.is_alphabetic()
    {
        return number(right).map(|value| format!("{letter}={value}"));
    }
    let left = Expression::parse(left).ok()?;
    let right = Expression::parse(right).ok()?;
    let (way, result) = match (left.has_operator(), right.has_operator()) {
        (true, false) => (left, right),
        (false, true) => (right, left),
        _ => return None,
    };
    let result = result.evaluate().ok()?.value;
    Some(format!("{}={result}", way.canonical()))
}

/// Writes plain text: lower case, single spaces, no outer quotes, punctuation or parentheses.
fn text_form(plain: &str) -> String {
    let lower = plain.to_lowercase();
    let collapsed = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut inner = collapsed.as_str();
    loop {
        let stripped = strip_outer(inner);
        if stripped.len() == inner.len() {
            break;
        }
        inner = stripped;
    }
    if inner.is_empty() { collapsed } else { inner.to_owned() }
}

fn strip_outer(text: &str) -> &str {
    const QUOTES: [char; 9] = ['"', '\'', '`', '“', '”', '‘', '’', '«', '»'];
    let text =
        text.trim_matches(QUOTES).trim_end_matches(['.', ',', ';', ':', '!', '?', '。']).trim();
    match between(text, "(", ")") {
        // `(a)(b)` is not in parentheses as a whole.
        Some(inner) if !inner.contains(['(', ')']) => inner.trim(),
        _ => match text.strip_suffix(')') {
            // `b)` as in a list of choices.
            Some(choice) if choice.chars().count() == 1 => choice,
            _ => text,
        },
    }
}

#[cfg(test)]
#[path = "equality_tests.rs"]
mod tests;
