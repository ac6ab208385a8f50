//! Arithmetic expressions and their exact values.
//!
//! Responsible for reading `+ - * / ^`, parentheses and fractions in plain and LaTeX notation,
//! for the exact value, the numbers used, and a form that is equal for expressions which differ
//! only by commutativity and associativity. Not responsible for variables, units or equations.
//!
//! Length and nesting are bounded, and sums and products are flat lists, so that no input can
//! exhaust the stack.

use super::rational::Rational;

#[path = "expression_form.rs"]
mod form;
#[path = "expression_parser.rs"]
mod parser;

/// Longest expression that is read, in bytes.
pub(super) const LONGEST_EXPRESSION: usize = 2000;

/// Says why a text is no expression, or has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// The text is longer than 2000 bytes.
    #[error("The expression is {0} bytes long; write one of at most {LONGEST_EXPRESSION} bytes.")]
    TooLong(usize),
    /// Parentheses, signs or powers are nested more than 50 deep.
    #[error("The expression is nested more than 50 deep; write it with fewer parentheses.")]
    TooDeep,
    /// The text stops where a number or a closing parenthesis has to follow.
    #[error("The expression stops where {0} has to follow; complete it.")]
    Ended(&'static str),
    /// A character stands where something else has to stand.
    #[error("The expression has `{found}` where {expected} has to stand; correct it.")]
    Unexpected {
        /// The character that stands there.
        found: char,
        /// What has to stand there, with its article.
        expected: &'static str,
    },
    /// The expression divides by zero.
    #[error("The expression divides by zero; choose another divisor.")]
    DivisionByZero,
    /// A value does not fit in 128 bits, or a power is not a whole number from -128 to 128.
    #[error("A value in the expression is too large to compute exactly; use smaller numbers.")]
    TooLarge,
}

/// Holds an arithmetic expression that was read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    root: Node,
}

/// The value of an expression and the numbers it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The exact value.
    pub value: Rational,
    /// The numbers as written, without signs, in order, each as often as it stands there.
    pub literals: Vec<Rational>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Number(Rational),
    /// Terms, each with whether it is subtracted. One subtracted term is a unary minus.
    Sum(Vec<(bool, Node)>),
    /// Factors, each with whether it divides.
    Product(Vec<(bool, Node)>),
    Power(Box<Node>, Box<Node>),
}

impl Expression {
    /// Reads an expression of at most 2000 bytes.
    ///
    /// Accepts `+ - * / ^ ( )`, their typographic and LaTeX forms (`×`, `÷`, `−`, `\times`,
    /// `\frac{1}{2}`), `x` between spaces as a product sign, and decimal numbers.
    ///
    /// # Errors
    /// Fails when the text is no such expression, or too long or too deep.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        parser::parse(text).map(|root| Self { root })
    }

    /// Computes the exact value and lists the numbers used.
    ///
    /// # Errors
    /// Fails on division by zero and when a value does not fit in 128 bits.
    pub fn evaluate(&self) -> Result<Evaluation, ExpressionError> {
        let mut literals = Vec::new();
        let value = self.root.value(&mut literals)?;
        Ok(Evaluation { value, literals })
    }

    /// Says whether anything is computed: whether it is more than one number with signs.
    #[must_use]
    pub fn has_operator(&self) -> bool {
        let mut node = &self.root;
        while let Node::Sum(terms) = node {
            match terms.as_slice() {
                [(_, only)] => node = only,
                _ => return true,
            }
        }
        !matches!(node, Node::Number(_))
    }

    /// Says whether a power is used.
    #[must_use]
    pub fn has_power(&self) -> bool {
        self.root.has_power()
    }

    /// Writes a form that is equal for expressions equal up to commutativity and associativity.
    ///
    /// `a-(b-c)` and `c+a-b` are one form, and so are `a/(b/c)` and `c*a/b`; values are not
    /// computed, so `8*3` and `6*4` are two. The form is itself an expression.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.root.canonical()
    }
}

impl Node {
    fn value(&self, literals: &mut Vec<Rational>) -> Result<Rational, ExpressionError> {
        match self {
            Self::Number(number) => {
                literals.push(*number);
                Ok(*number)
            }
            Self::Sum(terms) => {
                terms.iter().try_fold(Rational::from(0), |sum, (subtracted, term)| {
                    let value = term.value(literals)?;
                    let value = if *subtracted { value.negated() } else { value };
                    sum.checked_add(value).ok_or(ExpressionError::TooLarge)
                })
            }
            Self::Product(factors) => {
                factors.iter().try_fold(Rational::from(1), |product, (divides, factor)| {
                    let value = factor.value(literals)?;
                    let value = if *divides {
                        value.reciprocal().ok_or(ExpressionError::DivisionByZero)?
                    } else {
                        value
                    };
                    product.checked_mul(value).ok_or(ExpressionError::TooLarge)
                })
            }
            Self::Power(base, exponent) => {
                let base = base.value(literals)?;
                let exponent = exponent.value(literals)?;
                if base == Rational::from(0) && exponent.numerator() < 0 {
                    return Err(ExpressionError::DivisionByZero);
                }
                base.checked_power(exponent).ok_or(ExpressionError::TooLarge)
            }
        }
    }

    fn has_power(&self) -> bool {
        match self {
            Self::Number(_) => false,
            Self::Sum(parts) | Self::Product(parts) => {
                parts.iter().any(|(_, part)| part.has_power())
            }
            Self::Power(..) => true,
        }
    }
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod tests;
