//! Reads expressions by recursive descent.
//!
//! Responsible for turning text into nodes within the bounds on length and depth. Not
//! responsible for values and forms (`expression.rs`).

use super::{ExpressionError, LONGEST_EXPRESSION, Node};
use crate::reasoning::rational::Rational;

/// Deepest nesting of parentheses, signs and powers.
const DEEPEST: usize = 50;

/// Spellings of each sign; longer ones stand before their beginnings.
const PLUS: &[&str] = &["+"];
const MINUS: &[&str] = &["-", "−", "–"];
const TIMES: &[&str] = &["*", "×", "·", "⋅", "∗", "\\times", "\\cdot", "x ", "X "];
const OVER: &[&str] = &["/", "÷", "∕", "\\div"];
const POWER: &[&str] = &["**", "^"];
const FRACTION: &[&str] = &["\\frac", "\\dfrac", "\\tfrac"];
const BRACKETS: [(&str, &str); 4] =
    [("(", ")"), ("{", "}"), ("\\left(", "\\right)"), ("\\bigl(", "\\bigr)")];

const NUMBER: &str = "a number";
const OPERATOR: &str = "an operator";

pub(super) fn parse(text: &str) -> Result<Node, ExpressionError> {
    if text.len() > LONGEST_EXPRESSION {
        return Err(ExpressionError::TooLong(text.len()));
    }
    let mut parser = Parser { rest: text };
    let node = parser.sum(0)?;
    match parser.peek() {
        None => Ok(node),
        Some(found) => Err(ExpressionError::Unexpected { found, expected: OPERATOR }),
    }
}

struct Parser<'text> {
    rest: &'text str,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    /// Passes one of the spellings, if one stands here.
    fn accept(&mut self, spellings: &[&str]) -> bool {
        self.rest = self.rest.trim_start();
        let rest = spellings.iter().find_map(|spelling| self.rest.strip_prefix(spelling));
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn unexpected(&mut self, expected: &'static str) -> ExpressionError {
        match self.peek() {
            Some(found) => ExpressionError::Unexpected { found, expected },
            None => ExpressionError::Ended(expected),
        }
    }

    fn sum(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        let mut terms = vec![(false, self.product(depth)?)];
        loop {
            let subtracted = self.accept(MINUS);
            if !subtracted && !self.accept(PLUS) {
                break;
            }
            terms.push((subtracted, self.product(depth)?));
        }
        Ok(combine(terms, Node::Sum))
    }

    fn product(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        let mut factors = vec![(false, self.signed(depth)?)];
        loop {
            let divides = self.accept(OVER);
            // `**` is a power, which `power` has passed already.
            if !divides && !self.accept(TIMES) {
                break;
            }
            factors.push((divides, self.signed(depth)?));
        }
        Ok(combine(factors, Node::Product))
    }

    /// Reads signs and what follows; a sign binds less than a power: `-2^2` is -4.
    fn signed(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        let mut negative = false;
        loop {
            if self.accept(MINUS) {
                negative = !negative;
            } else if !self.accept(PLUS) {
                break;
            }
        }
        let node = self.power(depth)?;
        Ok(if negative { Node::Sum(vec![(true, node)]) } else { node })
    }

    fn power(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        let base = self.operand(depth)?;
        if !self.accept(POWER) {
            return Ok(base);
        }
        // Powers nest to the right: 2^3^2 is 2^9.
        let exponent = self.signed(deeper(depth)?)?;
        Ok(Node::Power(Box::new(base), Box::new(exponent)))
    }

    fn operand(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        if self.accept(FRACTION) {
            let above = self.fraction_part(depth)?;
            let below = self.fraction_part(depth)?;
            return Ok(Node::Product(vec![(false, above), (true, below)]));
        }
        match self.bracketed(depth)? {
            Some(node) => Ok(node),
            None => self.number(),
        }
    }

    /// Reads `{...}`, or the single digit of `\frac12`.
    fn fraction_part(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        if let Some(node) = self.bracketed(depth)? {
            return Ok(node);
        }
        match self.peek().and_then(|digit| digit.to_digit(10)) {
            Some(digit) => {
                self.rest = &self.rest[1..];
                Ok(Node::Number(Rational::from(i64::from(digit))))
            }
            None => Err(self.unexpected(NUMBER)),
        }
    }

    fn bracketed(&mut self, depth: usize) -> Result<Option<Node>, ExpressionError> {
        for (open, close) in BRACKETS {
            if self.accept(&[open]) {
                let node = self.sum(deeper(depth)?)?;
                if !self.accept(&[close]) {
                    return Err(self.unexpected("a closing parenthesis"));
                }
                return Ok(Some(node));
            }
        }
        Ok(None)
    }

    fn number(&mut self) -> Result<Node, ExpressionError> {
        self.rest = self.rest.trim_start();
        let length = number_length(self.rest);
        let literal = &self.rest[..length];
        let Some(number) = Rational::parse_decimal(literal) else {
            return Err(match literal.chars().find(|mark| matches!(mark, ',' | '.')) {
                Some(found) => ExpressionError::Unexpected { found, expected: OPERATOR },
                None if literal.is_empty() => self.unexpected(NUMBER),
                None => ExpressionError::TooLarge,
            });
        };
        self.rest = &self.rest[length..];
        Ok(Node::Number(number))
    }
}

/// Counts the bytes of the number at the beginning: digits, commas, a point, an exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while bytes.get(length).is_some_and(|byte| byte.is_ascii_digit() || b".,".contains(byte)) {
        length += 1;
    }
    if length > 0 && matches!(bytes.get(length), Some(b'e' | b'E')) {
        let signed = matches!(bytes.get(length + 1), Some(b'+' | b'-'));
        let mut end = length + 1 + usize::from(signed);
        if is_digit(end) {
            while is_digit(end) {
                end += 1;
            }
            length = end;
        }
    }
    length
}

fn deeper(depth: usize) -> Result<usize, ExpressionError> {
    if depth < DEEPEST { Ok(depth + 1) } else { Err(ExpressionError::TooDeep) }
}

/// Returns the only part, which never stands inverse, or makes a node of all parts.
fn combine(mut parts: Vec<(bool, Node)>, make: fn(Vec<(bool, Node)>) -> Node) -> Node {
    if parts.len() == 1 { parts.swap_remove(0).1 } else { make(parts) }
}
