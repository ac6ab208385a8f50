//! The arithmetic of a step, checked exactly (SelfPiCo, `methods.md` 6).
//!
//! Every equation `a op b = c` in the step's text is computed with exact fractions; decimals may
//! be off by half a unit of their last digit. The check knows nothing of the problem: it sees
//! neither the given numbers nor the target, so it is no verifier. A step without equations is
//! none of its business.

use std::sync::LazyLock;

use regex::Regex;

use super::evaluator::{Ask, Case, Evaluator};
use crate::reasoning::{Expression, Rational};
use crate::tree::{Evaluation, EvaluatorKind};

/// Checks equations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arithmetic;

impl Arithmetic {
    /// The evaluator's name.
    pub const NAME: &'static str = "arithmetic";
}

/// An arithmetic expression, an equals sign and a number. Patterns are fixed, so they compile.
static EQUATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"([-+*/×÷·()\d.\s]*\d[-+*/×÷·()\d.\s]*)=\s*(-?\d+(?:\.\d+)?)").ok()
});

/// The equations of a text that do not hold, and how many there are in all.
fn false_equations(text: &str) -> (Vec<String>, usize) {
    let mut wrong = Vec::new();
    let mut all = 0;
    for found in EQUATION.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let (left, right) = (found[1].trim(), &found[2]);
        let left = left.trim_start_matches(['.', ')']).trim();
        let Some(value) = Expression::parse(left)
            .ok()
            .filter(Expression::has_operator)
            .and_then(|left| left.evaluate().ok())
        else {
            continue;
        };
        let Some(claimed) = Rational::parse_decimal(right) else { continue };
        all += 1;
        if !is_close(value.value, claimed, right) {
            wrong.push(format!("{left} = {right}"));
        }
    }
    (wrong, all)
}

/// Whether a claim is the value, or the value rounded to the claim's digits.
fn is_close(value: Rational, claimed: Rational, written: &str) -> bool {
    if value == claimed {
        return true;
    }
    let Some((_, decimals)) = written.split_once('.') else { return false };
    let digits = i32::try_from(decimals.len()).unwrap_or(i32::MAX);
    let tolerance = 0.5 * 10f64.powi(-digits);
    (value.to_f64() - claimed.to_f64()).abs() <= tolerance * (1.0 + 1e-9)
}

impl Evaluator for Arithmetic {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "do the equations of the step hold"
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        let (wrong, all) = false_equations(case.tree.node(case.node).text());
        if all == 0 {
            return Ask::Nothing;
        }
        let value = f64::from(u8::from(wrong.is_empty()));
        let explanation = match wrong.first() {
            Some(first) => format!("{first} is false"),
            None if all == 1 => "the equation holds".to_owned(),
            None => format!("all {all} equations hold"),
        };
        Ask::Judged(Evaluation {
            evaluator: Self::NAME.into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: None,
            explanation,
            kind: EvaluatorKind::Code,
            calls: 0,
            tokens: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equations_are_checked_exactly_and_other_text_is_let_be() {
        for (text, wrong, all) in [
            ("8 - 4 = 4 (left: 7 8 4)", 0, 1),
            ("8 * 7 = 54 (left: 54)", 1, 1),
            ("Answer: (8 - 4) * (7 - 8 / 8) = 24", 0, 1),
            ("8 / (3 - 8 / 3) = 24", 0, 1),
            ("so 2/3 = 0.67 and 2/3 = 0.66", 1, 2),
            ("3 + 4 = 7, then 7 * 2 = 15.", 1, 2),
            ("x = 3 and there are 5 apples", 0, 0),
            ("7 = 7", 0, 0),
            ("1 / 0 = 3", 0, 0),
            ("", 0, 0),
        ] {
            let (found, count) = false_equations(text);
            assert_eq!((found.len(), count), (wrong, all), "{text}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>(), more in "[-+*/().= 0-9]{0,60}") {
            false_equations(&text);
            false_equations(&more);
        }
    }
}
