//! The countdown verifier: given numbers, each used once, have to make a target.
//!
//! Responsible for checking one proposed expression exactly. Not responsible for reading the
//! problem (`puzzle.rs`) nor for arithmetic (`reasoning::expression`).

use super::puzzle::Puzzle;
use super::{Case, Verdict, VerifierError};
use crate::reasoning::{Expression, Rational, extract_or_whole};

/// Checks `EXPRESSION` or `EXPRESSION = NUMBER`.
pub(super) fn check(case: &Case<'_>) -> Result<Verdict, VerifierError> {
    let puzzle = Puzzle::read(case)?;
    // The answer may still stand in its sentence or box: `Answer: (8 - 4) * 6 = 24`.
    let proposed = extract_or_whole(case.proposed);
    Ok(match fault(&proposed, &puzzle) {
        None => {
            let numbers = written_list(&puzzle.numbers);
            let all = if puzzle.uses_all { "each" } else { "some" };
            let target = puzzle.target;
            Verdict::right(format!("It uses {all} of {numbers} once and makes {target}."))
        }
        Some(fault) => Verdict::wrong(fault),
    })
}

/// Returns what is wrong with the proposed text, as a sentence.
fn fault(proposed: &str, puzzle: &Puzzle) -> Option<String> {
    let (way, claim) = split_equation(proposed);
    let expression = match Expression::parse(way) {
        Ok(expression) => expression,
        Err(error) => return Some(error.to_string()),
    };
    if expression.has_power() {
        return Some("It uses a power, but only + - * / are allowed.".to_owned());
    }
    let evaluation = match expression.evaluate() {
        Ok(evaluation) => evaluation,
        Err(error) => return Some(error.to_string()),
    };
    let target = Rational::from(puzzle.target);
    fault_of_numbers(&evaluation.literals, puzzle)
        .or_else(|| {
            (evaluation.value != target)
                .then(|| format!("It makes {}, not {target}.", evaluation.value))
        })
        .or_else(|| fault_of_claim(claim?, target))
}

/// Splits `WAY = RESULT`, also written the other way round; the result is none without `=`.
fn split_equation(proposed: &str) -> (&str, Option<&str>) {
    let Some((left, right)) = proposed.split_once('=') else {
        return (proposed, None);
    };
    let computes =
        |side: &str| Expression::parse(side).is_ok_and(|expression| expression.has_operator());
    if computes(right) && !computes(left) { (right, Some(left)) } else { (left, Some(right)) }
}

/// Finds a number that is not given, is used too often, or is left over.
fn fault_of_numbers(used: &[Rational], puzzle: &Puzzle) -> Option<String> {
    let given: Vec<Rational> = puzzle.numbers.iter().copied().map(Rational::from).collect();
    for number in used {
        let times_used = count(used, *number);
        let times_given = count(&given, *number);
        if times_given == 0 {
            return Some(format!("{number} is used but not given."));
        }
        if times_used > times_given {
            let (used, given) = (times(times_used), times(times_given));
            return Some(format!("{number} is used {used} but given {given}."));
        }
    }
    if !puzzle.uses_all {
        return None;
    }
    let left_over = given.iter().find(|number| count(used, **number) < count(&given, **number))?;
    let times_used = count(used, *left_over);
    Some(if times_used == 0 {
        format!("{left_over} is not used.")
    } else {
        let (used, given) = (times(times_used), times(count(&given, *left_over)));
        format!("{left_over} is used {used} but given {given}.")
    })
}

/// Compares what the text itself says the result is.
fn fault_of_claim(claim: &str, target: Rational) -> Option<String> {
    // A chain such as `4 * 6 = 24` after the first sign ends with the result.
    let last = claim.rsplit_once('=').map_or(claim, |(_, last)| last);
    let result = Expression::parse(last).and_then(|expression| expression.evaluate());
    match result {
        Ok(evaluation) if evaluation.value == target => None,
        Ok(evaluation) => {
            Some(format!("It says that the result is {}, but it is {target}.", evaluation.value))
        }
        Err(_) => Some("What stands after the equals sign is not a number.".to_owned()),
    }
}

fn count(numbers: &[Rational], number: Rational) -> usize {
    numbers.iter().filter(|other| **other == number).count()
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn written_list(numbers: &[i64]) -> String {
    let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
    words.join(", ")
}
