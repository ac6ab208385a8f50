//! Whether numbers can still make a target: every way of joining them, exactly.

use crate::reasoning::Rational;

/// The most numbers that are tried; five take some ten thousand ways.
const MOST: usize = 5;

/// Returns whether the numbers, as they are written (`4`, `2/3`, `-1.5`), can be joined by
/// + − × ÷ to the target; none if one cannot be read or there are too many.
pub(super) fn solvable(numbers: &[&str], target: i64) -> Option<bool> {
    if numbers.is_empty() || numbers.len() > MOST {
        return None;
    }
    let numbers: Option<Vec<Rational>> = numbers.iter().map(|number| read(number)).collect();
    Some(makes(&numbers?, Rational::from(target)))
}

fn makes(numbers: &[Rational], target: Rational) -> bool {
    if let [only] = numbers {
        return *only == target;
    }
    for (at, one) in numbers.iter().enumerate() {
        for (place, other) in numbers.iter().enumerate().filter(|(place, _)| *place != at) {
            let others =
                numbers.iter().enumerate().filter(|(index, _)| *index != at && *index != place);
            let mut rest: Vec<Rational> = others.map(|(_, number)| *number).collect();
            let joined = [
                one.checked_add(*other),
                one.checked_add(other.negated()),
                one.checked_mul(*other),
                other.reciprocal().and_then(|other| one.checked_mul(other)),
            ];
            for value in joined.into_iter().flatten() {
                rest.push(value);
                if makes(&rest, target) {
                    return true;
                }
                rest.pop();
            }
        }
    }
    false
}

fn read(text: &str) -> Option<Rational> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let value = match text.split_once('/') {
        Some((above, below)) => Rational::parse_decimal(above)?
            .checked_mul(Rational::parse_decimal(below)?.reciprocal()?)?,
        None => Rational::parse_decimal(text)?,
    };
    value.checked_mul(Rational::from(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_puzzles() {
        assert_eq!(solvable(&["4", "9", "10", "13"], 24), Some(true));
        assert_eq!(solvable(&["1", "1", "1", "1"], 24), Some(false));
        assert_eq!(solvable(&["3", "3", "8", "8"], 24), Some(true), "8 / (3 - 8/3)");
        assert_eq!(solvable(&["2/3", "36"], 24), Some(true));
        assert_eq!(solvable(&["-1", "-24"], 24), Some(true));
        assert_eq!(solvable(&["1.666", "14.4"], 24), Some(false), "1.666 is not 5/3");
        assert_eq!(solvable(&["24"], 24), Some(true));
        assert_eq!(solvable(&["x"], 24), None);
        assert_eq!(solvable(&[], 24), None);
        assert_eq!(solvable(&["1/0", "2"], 24), None);
    }
}
