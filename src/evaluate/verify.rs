//! Verifiers: programs, built in or the user's, that say whether an answer is right.
//!
//! Responsible for which verifiers there are, how problem files name them, and what they are
//! given. Not responsible for finding the proposed answer in a path (`reasoning`), nor for
//! turning a verdict into an evaluation. Each verifier has its own file in `verify/`.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::tree::Problem;

mod command;
mod countdown;
mod puzzle;
mod reference;

/// The name under which verdicts stand among a node's evaluations.
pub const NAME: &str = "verifier";

/// How long a verifier command may run before it is killed.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);

/// Names a way to check an answer; serialises as in problem files, such as `"countdown"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Verifier {
    /// `exact`: the same text as the reference, apart from case and white space.
    Exact,
    /// `numeric`: the same answer class as the reference, or values within one millionth where
    /// one of them is no whole number.
    Numeric,
    /// `countdown`: an expression of the given numbers, each used once, that makes the target.
    Countdown,
    /// Any other text: a program and its arguments, run directly and never by a shell.
    Command(Vec<String>),
}

/// What a verifier is given; a command receives it as one JSON object on standard input.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Case<'a> {
    /// The text of the problem.
    pub problem: &'a str,
    /// The right answer, if the problem has one.
    pub reference: Option<&'a str>,
    /// The numbers of a countdown problem; when empty they are read from the problem's text.
    pub numbers: &'a [i64],
    /// The target of a countdown problem; when none it is read from the problem's text.
    pub target: Option<i64>,
    /// The whole text of the path that ends in the answer.
    pub path: &'a str,
    /// The answer to check.
    pub proposed: &'a str,
}

/// Says whether an answer is right, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the answer is right.
    pub correct: bool,
    /// Why, in a sentence; a command may leave it empty.
    pub explanation: String,
}

impl Verdict {
    fn right(explanation: impl Into<String>) -> Self {
        Self { correct: true, explanation: explanation.into() }
    }

    fn wrong(explanation: impl Into<String>) -> Self {
        Self { correct: false, explanation: explanation.into() }
    }
}

/// Says why no verdict could be reached; a wrong answer is a verdict and no error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifierError {
    /// The verifier's name is empty.
    #[error("The verifier is empty; write exact, numeric, countdown or a command.")]
    Empty,
    /// The command cannot be split into words.
    #[error("The verifier command `{0}` has an open quote or a lone backslash; close the quote.")]
    Unsplittable(String),
    /// The verifier compares with a reference, and the problem has none.
    #[error("The verifier {0} needs a reference, and the problem has none; give it an `answer`.")]
    NoReference(&'static str),
    /// Neither fields nor text give the numbers of a countdown problem.
    #[error("The countdown problem names no numbers; give it `numbers`.")]
    NoNumbers,
    /// Neither field nor text gives the target of a countdown problem.
    #[error("The countdown problem names no target; give it a `target`.")]
    NoTarget,
    /// A countdown problem gives more than 100 numbers.
    #[error("The countdown problem gives {0} numbers; give it at most 100.")]
    TooManyNumbers(usize),
    /// A countdown number is negative.
    #[error("The countdown problem gives the negative number {0}; use numbers from 0 on.")]
    NegativeNumber(i64),
    /// The command could not be started or spoken to.
    #[error(
        "The verifier command `{command}` cannot be run: {reason}; check that it is installed and executable."
    )]
    NotRun {
        /// The program's name.
        command: String,
        /// What the system says, without a period.
        reason: String,
    },
    /// The command ran too long and was killed.
    #[error(
        "The verifier command `{command}` did not end within {seconds} s and was killed; make it faster."
    )]
    TimedOut {
        /// The program's name.
        command: String,
        /// How long it was given, in seconds.
        seconds: u64,
    },
    /// The command ended without a verdict.
    #[error(
        "The verifier command `{command}` {reason}; let it print {{\"correct\": true}} or {{\"correct\": false}}, or exit with 0 or 1."
    )]
    NoVerdict {
        /// The program's name.
        command: String,
        /// What it did instead.
        reason: String,
    },
}

impl Verifier {
    /// Reads a verifier as problem files write it: a built-in name, or a command line that is
    /// split into words by the quoting rules of a shell.
    ///
    /// # Errors
    /// Fails when the text is empty or has an open quote.
    pub fn parse(text: &str) -> Result<Self, VerifierError> {
        let text = text.trim();
        match text {
            "" => Err(VerifierError::Empty),
            "exact" => Ok(Self::Exact),
            "numeric" => Ok(Self::Numeric),
            "countdown" => Ok(Self::Countdown),
            command => match shlex::split(command) {
                Some(words) if words.first().is_some_and(|word| !word.is_empty()) => {
                    Ok(Self::Command(words))
                }
                // Only a comment or an empty program name is left.
                Some(_) => Err(VerifierError::Empty),
                None => Err(VerifierError::Unsplittable(command.to_owned())),
            },
        }
    }

    /// Says whether the verdict depends on the case alone: true for all that are built in.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        !matches!(self, Self::Command(_))
    }

    /// Checks the proposed answer of a case. A command blocks for up to [`COMMAND_TIMEOUT`].
    ///
    /// # Errors
    /// Fails when the case lacks what the verifier needs, or the command gives no verdict.
    pub fn check(&self, case: &Case<'_>) -> Result<Verdict, VerifierError> {
        match self {
            Self::Exact => reference::check_exact(case),
            Self::Numeric => reference::check_numeric(case),
            Self::Countdown => countdown::check(case),
            Self::Command(words) => command::check(words, case, COMMAND_TIMEOUT),
        }
    }
}

/// Returns how a problem's answers are verified: as it says, else against its reference answer;
/// `None` if it gives neither.
///
/// # Errors
/// Fails when the problem names a verifier that cannot be read.
#[must_use]
pub fn of(problem: &Problem) -> Option<Result<Verifier, VerifierError>> {
    match (&problem.verifier, &problem.answer) {
        (Some(verifier), _) => Some(Verifier::parse(verifier)),
        (None, Some(_)) => Some(Ok(Verifier::Numeric)),
        (None, None) => None,
    }
}

/// Returns the case of an answer that a path reached.
#[must_use]
pub fn case<'a>(problem: &'a Problem, path: &'a str, proposed: &'a str) -> Case<'a> {
    Case {
        problem: &problem.text,
        reference: problem.answer.as_deref(),
        numbers: &problem.numbers,
        target: problem.target,
        path,
        proposed,
    }
}

impl fmt::Display for Verifier {
    /// Writes the form that [`Verifier::parse`] reads.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => formatter.write_str("exact"),
            Self::Numeric => formatter.write_str("numeric"),
            Self::Countdown => formatter.write_str("countdown"),
            Self::Command(words) => {
                // Quoting fails only for a zero byte, which no argument of a program can hold.
                let line = shlex::try_join(words.iter().map(String::as_str));
                formatter.write_str(&line.unwrap_or_else(|_| words.join(" ")))
            }
        }
    }
}

impl TryFrom<String> for Verifier {
    type Error = VerifierError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Verifier> for String {
    fn from(verifier: Verifier) -> Self {
        verifier.to_string()
    }
}

#[cfg(test)]
#[path = "verify/tests.rs"]
mod tests;
