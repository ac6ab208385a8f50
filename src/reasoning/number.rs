//! Reads answers that are numbers.
//!
//! Responsible for the exact value of a number as answers write it: with a currency sign, as a
//! percentage, as a mixed number, or as an arithmetic expression. Not responsible for other
//! answers (`equality.rs`).

use super::expression::Expression;
use super::notation::{plain_latex, unwrap_answer};
use super::rational::Rational;

const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// Returns the exact value of a number or arithmetic expression, such as `50%`, `$1,000`, `1/2`.
#[must_use]
pub fn numeric_value(text: &str) -> Option<Rational> {
    number(&plain_latex(unwrap_answer(text)))
}

/// Like [`numeric_value`], of a text without wrapping and LaTeX spacing.
pub(super) fn number(plain: &str) -> Option<Rational> {
    let plain = plain.trim();
    let (plain, divisor) = match plain.strip_suffix('%') {
        Some(rest) => (rest, 100),
        None => (plain, 1),
    };
    let (negative, unsigned) = match plain.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, plain),
    };
    let value = if let Some(amount) = unsigned.strip_prefix(CURRENCIES) {
        Rational::parse_decimal(amount.trim())
    } else {
        mixed_number(unsigned)
    };
    let value = match value {
        Some(value) if negative => value.negated(),
        Some(value) => value,
        None => Expression::parse(plain).ok()?.evaluate().ok()?.value,
    };
    value.checked_mul(Rational::new(1, divisor)?)
}

/// Reads `3 1/2` and `3\frac{1}{2}`: whole digits and a proper fraction.
fn mixed_number(unsigned: &str) -> Option<Rational> {
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, fraction) = unsigned.split_at(digits);
    if !fraction.starts_with([' ', '\\']) {
        return None;
    }
    let fraction = fraction.trim_start();
    let is_fraction = fraction.starts_with(r"\frac")
        || fraction
            .split_once('/')
            .is_some_and(|(above, below)| is_digits(above) && is_digits(below));
    if !is_fraction {
        return None;
    }
    let fraction = Expression::parse(fraction).ok()?.evaluate().ok()?.value;
    let proper = fraction.numerator() > 0 && fraction.numerator() < fraction.denominator();
    proper.then(|| Rational::parse_decimal(whole)?.checked_add(fraction)).flatten()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
