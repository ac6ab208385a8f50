//! Writes expressions in a form that is equal for equal ways of computing.
//!
//! Responsible for the form behind [`super::Expression::canonical`]: nested sums and products
//! become flat, signs move to the front, and parts stand in sorted order. Not responsible for
//! values, which are never computed here.

use super::Node;

impl Node {
    pub(super) fn canonical(&self) -> String {
        let (negative, form) = self.signed_form();
        if negative { format!("-{form}") } else { form }
    }

    /// Writes the canonical form, with a sign that stands before all of it taken out.
    fn signed_form(&self) -> (bool, String) {
        match self {
            Self::Number(number) => (false, number.to_string()),
            Self::Sum(_) => {
                let mut terms = Vec::new();
                self.collect_terms(false, &mut terms);
                match terms.as_mut_slice() {
                    [(negative, only)] => (*negative, std::mem::take(only)),
                    _ => (false, join_parts(terms, "+", "-")),
                }
            }
            Self::Product(_) => {
                let mut factors = Vec::new();
                let negative = self.collect_factors(false, &mut factors);
                (negative, join_parts(factors, "*", "/"))
            }
            Self::Power(base, exponent) => {
                let (base, exponent) = (base.operand_form(), exponent.operand_form());
                (false, format!("{base}^{exponent}"))
            }
        }
    }

    /// Writes the canonical form so that it can stand beside a product or power sign.
    fn operand_form(&self) -> String {
        let form = self.canonical();
        if form.bytes().all(|byte| byte.is_ascii_digit()) { form } else { format!("({form})") }
    }

    fn collect_terms(&self, subtracted: bool, terms: &mut Vec<(bool, String)>) {
        if let Self::Sum(parts) = self {
            for (minus, part) in parts {
                part.collect_terms(subtracted != *minus, terms);
            }
        } else {
            let (negative, form) = self.signed_form();
            terms.push((subtracted != negative, form));
        }
    }

    /// Collects the factors of nested products without their signs; returns whether the signs
    /// together are a minus.
    fn collect_factors(&self, divides: bool, factors: &mut Vec<(bool, String)>) -> bool {
        match self {
            Self::Product(parts) => parts.iter().fold(false, |negative, (over, part)| {
                negative != part.collect_factors(divides != *over, factors)
            }),
            Self::Sum(parts) if parts.len() == 1 => {
                parts.iter().fold(false, |negative, (minus, part)| {
                    (negative != *minus) != part.collect_factors(divides, factors)
                })
            }
            // A decimal fraction is written as a quotient, and has to equal that quotient.
            Self::Number(number) => {
                factors.push((divides, number.numerator().to_string()));
                if !number.is_whole() {
                    factors.push((!divides, number.denominator().to_string()));
                }
                false
            }
            _ => {
                factors.push((divides, self.operand_form()));
                false
            }
        }
    }
}

/// Sorts the parts, those with the inverse sign last, and joins them with their signs.
fn join_parts(mut parts: Vec<(bool, String)>, sign: &str, inverse_sign: &str) -> String {
    parts.sort();
    let mut text = String::new();
    for (index, (inverse, part)) in parts.iter().enumerate() {
        if *inverse {
            text.push_str(inverse_sign);
        } else if index > 0 {
            text.push_str(sign);
        }
        text.push_str(part);
    }
    text
}
