//! Reads a countdown problem: which numbers are given, what they have to make, and whether all
//! of them have to be used.
//!
//! Responsible for the fields of a problem and, where they are empty, for its text. Not
//! responsible for checking answers (`countdown.rs`).

use super::{Case, VerifierError};

/// Words before the target in a problem's text, in lower case.
const TARGET_WORDS: [&str; 5] = ["make", "equal", "reach", "get", "target"];

/// Words after a number that only counts the numbers, as in `the 4 numbers 4, 7, 8, 8`.
const COUNTED_WORDS: [&str; 3] = [" numbers", " integers", " digits"];

/// Most numbers that a problem may give.
const MOST_NUMBERS: usize = 100;

/// Phrases by which a problem's text allows numbers to be left over, in lower case.
const SUBSET_PHRASES: [&str; 6] =
    ["some of", "any of", "at most once", "not all", "need not", "subset"];

/// A countdown problem.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Puzzle {
    /// The given numbers, none negative.
    pub numbers: Vec<i64>,
    pub target: i64,
    /// Whether each number has to be used.
    pub uses_all: bool,
}

impl Puzzle {
    /// Reads the problem of a case.
    pub(super) fn read(case: &Case<'_>) -> Result<Self, VerifierError> {
        let lower = case.problem.to_lowercase();
        let (text_numbers, text_target) = read_text(&lower);
        let target = case.target.or(text_target);
        let numbers = if case.numbers.is_empty() { text_numbers } else { case.numbers.to_vec() };
        if numbers.is_empty() {
            return Err(VerifierError::NoNumbers);
        }
        if numbers.len() > MOST_NUMBERS {
            return Err(VerifierError::TooManyNumbers(numbers.len()));
        }
        if let Some(negative) = numbers.iter().find(|number| **number < 0) {
            return Err(VerifierError::NegativeNumber(*negative));
        }
        Ok(Self {
            numbers,
            target: target.ok_or(VerifierError::NoTarget)?,
            uses_all: !SUBSET_PHRASES.iter().any(|phrase| lower.contains(phrase)),
        })
    }
}

/// Finds the numbers and the target in a problem's text.
///
/// The target is the first whole number after the last word such as `make` that has one after
/// it. The numbers are those before that word, or, when there are none, those after the target.
fn read_text(lower: &str) -> (Vec<i64>, Option<i64>) {
    let integers = integers(lower);
    let Some((last, _)) = integers.last() else {
        return (Vec::new(), None);
    };
    let word = TARGET_WORDS.iter().filter_map(|word| last_word_start(&lower[..*last], word)).max();
    let Some(word) = word else {
        return (integers.iter().map(|(_, number)| *number).collect(), None);
    };
    let split = integers.partition_point(|(position, _)| *position < word);
    let (before, after) = integers.split_at(split);
    let numbers = if before.is_empty() { after.get(1..).unwrap_or_default() } else { before };
    (numbers.iter().map(|(_, number)| *number).collect(), after.first().map(|(_, number)| *number))
}

/// Finds the last word that begins with `word`; `together` has no `get` in this sense.
fn last_word_start(text: &str, word: &str) -> Option<usize> {
    text.rmatch_indices(word)
        .map(|(start, _)| start)
        .find(|start| !text[..*start].ends_with(char::is_alphanumeric))
}

/// Lists the whole numbers of a text with their positions.
///
/// A minus counts as a sign when it stands directly before the number and not behind a word or
/// number. Numbers that do not fit in 64 bits and those that only count are passed over.
fn integers(text: &str) -> Vec<(usize, i64)> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(offset) = text[position..].find(|character: char| character.is_ascii_digit()) {
        let start = position + offset;
        let length = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        position = start + length;
        let before = text[..start].strip_suffix(['-', '−']);
        let negative = before
            .is_some_and(|before| !before.ends_with(|character: char| character.is_alphanumeric()));
        let counts = COUNTED_WORDS.iter().any(|word| text[position..].starts_with(word));
        if counts {
            continue;
        }
        if let Ok(number) = text[start..position].parse::<i64>() {
            found.push((start, if negative { -number } else { number }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(problem: &str) -> Result<Puzzle, VerifierError> {
        Puzzle::read(&Case {
            problem,
            reference: None,
            numbers: &[],
            target: None,
            path: "",
            proposed: "",
        })
    }

    #[test]
    fn reads_problems() {
        let cases: [(&str, &[i64], i64, bool); 9] = [
            ("Use 4, 7, 8 and 8 to make 24.", &[4, 7, 8, 8], 24, true),
            ("Make 24 from 4 7 8 8", &[4, 7, 8, 8], 24, true),
            ("Using 3,5 get to 8. Use each number once.", &[3, 5], 8, true),
            ("Use some of 1, 2, 3 to reach 5!", &[1, 2, 3], 5, false),
            (
                "Combine 9 and 2 (each at most once) so that the result equals -7",
                &[9, 2],
                -7,
                false,
            ),
            ("1 2 3 4: make an expression equal to 10", &[1, 2, 3, 4], 10, true),
            ("With the 4 numbers 4, 7, 8, 8, reach the target 24.", &[4, 7, 8, 8], 24, true),
            ("Make 10 with 2 and 5 taken together; forget 0.", &[2, 5, 0], 10, true),
            ("Use 1-2 to make 3. Then make your case.", &[1, 2], 3, true),
        ];
        for (problem, numbers, target, uses_all) in cases {
            let expected = Puzzle { numbers: numbers.to_vec(), target, uses_all };
            assert_eq!(read(problem), Ok(expected), "{problem}");
        }
    }

    #[test]
    fn says_what_a_problem_lacks() {
        assert_eq!(read("hello"), Err(VerifierError::NoNumbers));
        assert_eq!(read("make 24"), Err(VerifierError::NoNumbers));
        assert_eq!(read("1 2 3"), Err(VerifierError::NoTarget));
        assert_eq!(read("Use -4 and 2 to make 6"), Err(VerifierError::NegativeNumber(-4)));
        assert_eq!(
            read(&format!("{}make 3", "1 ".repeat(101))),
            Err(VerifierError::TooManyNumbers(101))
        );
        assert_eq!(read("99999999999999999999 é"), Err(VerifierError::NoNumbers));
    }
}
