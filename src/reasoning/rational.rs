//! Exact fractions.
//!
//! Responsible for arithmetic without rounding, within 128 bits: whatever does not fit is `None`,
//! never a wrong value. Not responsible for reading expressions (`expression.rs`).

use std::fmt;

/// Largest power of ten, and largest exponent, that is tried; 10^38 is the last to fit in 128 bits.
const LARGEST_EXPONENT: u32 = 38;

/// Holds an exact fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rational {
    numerator: i128,
    denominator: i128,
}

impl Rational {
    /// Makes `numerator / denominator`; none for a zero denominator or when it does not fit.
    #[must_use]
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        // The least number has no absolute value; refusing it keeps every later step simple.
        if denominator == 0 || numerator == i128::MIN || denominator == i128::MIN {
            return None;
        }
        let divisor = greatest_common_divisor(numerator.abs(), denominator.abs());
        let sign = denominator.signum();
        Some(Self {
            numerator: sign * (numerator / divisor),
            denominator: sign * (denominator / divisor),
        })
    }

    /// Returns the number above the line; it carries the sign.
    #[must_use]
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// Returns the number below the line, at least 1.
    #[must_use]
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// Says whether the value is a whole number.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.denominator == 1
    }

    /// Returns the nearest floating-point number, or one beside it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the caller asks for the approximation")]
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Adds; none when the sum does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::new(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// Multiplies; none when the product does not fit.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        // Cancelling crosswise first keeps the products small.
        let left = Self::new(self.numerator, other.denominator)?;
        let right = Self::new(other.numerator, self.denominator)?;
        Self::new(
            left.numerator.checked_mul(right.numerator)?,
            left.denominator.checked_mul(right.denominator)?,
        )
    }

    /// Returns one divided by the value; none for zero.
    #[must_use]
    pub fn reciprocal(self) -> Option<Self> {
        Self::new(self.denominator, self.numerator)
    }

    /// Returns the value with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { numerator: -self.numerator, denominator: self.denominator }
    }

    /// Raises to a whole power between -128 and 128; none outside or when it does not fit.
    #[must_use]
    pub fn checked_power(self, exponent: Self) -> Option<Self> {
        if !exponent.is_whole() || exponent.numerator.abs() > 128 {
            return None;
        }
        let base = if exponent.numerator < 0 { self.reciprocal()? } else { self };
        let power = u32::try_from(exponent.numerator.abs()).ok()?;
        Self::new(base.numerator.checked_pow(power)?, base.denominator.checked_pow(power)?)
    }

    /// Reads an unsigned decimal number such as `24`, `1,000`, `.5`, `2.50` or `1e3`.
    ///
    /// Commas must group thousands. None for anything else and for what does not fit.
    #[must_use]
    pub fn parse_decimal(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let whole = ungrouped(whole)?;
        let fraction = fraction.trim_end_matches('0');
        let mut digits: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte.checked_sub(b'0')?))?;
        }
        let scale = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        if digits == 0 {
            return Self::new(0, 1);
        }
        if scale.unsigned_abs() > LARGEST_EXPONENT {
            return None;
        }
        let power = 10_i128.checked_pow(scale.unsigned_abs())?;
        if scale < 0 { Self::new(digits, power) } else { Self::new(digits.checked_mul(power)?, 1) }
    }
}

/// Removes the commas from `1,234,567`; none when they do not group thousands.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = whole.len() > first.len();
    if grouped && !(1..=3).contains(&first.len()) {
        return None;
    }
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
}

fn parse_exponent(text: &str) -> Option<i32> {
    // The standard parser would also take a sign only, which is not a number here either.
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn greatest_common_divisor(left: i128, right: i128) -> i128 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

impl From<i64> for Rational {
    fn from(number: i64) -> Self {
        Self { numerator: i128::from(number), denominator: 1 }
    }
}

impl fmt::Display for Rational {
    /// Writes `3`, `-1/2`: the form by which equal values are equal texts.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            write!(formatter, "{}", self.numerator)
        } else {
            write!(formatter, "{}/{}", self.numerator, self.denominator)
        }
    }
}

#[cfg(test)]
#[path = "rational_tests.rs"]
mod tests;
