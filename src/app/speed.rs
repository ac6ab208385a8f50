//! How fast a recording is played.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The speeds that one steps through, as multiples of the pace at which it happened.
const STEPS: [f64; 9] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// A pause in the recording counts as no longer than this, in milliseconds.
const LONGEST_PAUSE: u64 = 2000;

/// How fast a recording is played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Speed {
    /// As a multiple of the pace at which it happened, from 0.25 to 64; long pauses are cut short.
    Times(f64),
    /// By the clock: as it happened, pauses and all.
    Clock,
    /// As fast as it can be drawn.
    Full,
}

impl Default for Speed {
    fn default() -> Self {
        Self::Times(1.0)
    }
}

impl Speed {
    /// Reads a speed: a number from 0.25 to 64 with or without `×`, `clock` or `full`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let times = || {
            let times: f64 = text.trim_matches(['x', '×']).parse().ok()?;
            (STEPS[0]..=STEPS[STEPS.len() - 1]).contains(&times).then_some(Self::Times(times))
        };
        match text {
            "full" => Some(Self::Full),
            "clock" => Some(Self::Clock),
            _ => times(),
        }
    }

    /// Returns the speeds that can be filled in, as they are read.
    pub(super) fn words() -> Vec<String> {
        let steps = STEPS.iter().map(f64::to_string);
        steps.chain(["clock".to_owned(), "full".to_owned()]).collect()
    }

    /// Returns the next faster speed, or the next slower one.
    pub(super) fn step(self, faster: bool) -> Self {
        let now = match self {
            Self::Times(times) => times,
            Self::Clock => 1.0,
            Self::Full if faster => return Self::Full,
            Self::Full => f64::INFINITY,
        };
        if faster {
            STEPS.into_iter().find(|step| *step > now).map_or(Self::Full, Self::Times)
        } else {
            Self::Times(STEPS.into_iter().rfind(|step| *step < now).unwrap_or(STEPS[0]))
        }
    }

    /// Returns how much of the recording's time is due after so many milliseconds.
    pub(super) fn due(self, passed: u64) -> f64 {
        match self {
            Self::Times(times) => passed as f64 * times,
            Self::Clock => passed as f64,
            Self::Full => f64::MAX,
        }
    }

    /// Returns how many milliseconds pass until so much of the recording's time is due.
    pub(super) fn wait(self, time: f64) -> u64 {
        let times = match self {
            Self::Times(times) => times,
            Self::Clock => 1.0,
            Self::Full => return 0,
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let milliseconds = (time / times).max(0.0).ceil() as u64;
        milliseconds
    }

    /// Returns what a time between two operations counts, in milliseconds.
    pub(super) fn pause(self, between: u64) -> u64 {
        if self == Self::Clock { between } else { between.min(LONGEST_PAUSE) }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(times) => write!(formatter, "×{times}"),
            Self::Clock => formatter.write_str("by the clock"),
            Self::Full => formatter.write_str("full speed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_and_stepped_through() {
        assert_eq!(Speed::read("×4"), Some(Speed::Times(4.0)));
        assert_eq!(Speed::read("0.25"), Some(Speed::Times(0.25)));
        for text in ["0.1", "65", "NaN", "inf", "fast", ""] {
            assert_eq!(Speed::read(text), None, "{text}");
        }
        for word in Speed::words() {
            assert!(Speed::read(&word).is_some(), "{word}");
        }
        assert_eq!(Speed::Times(64.0).step(true), Speed::Full);
        assert_eq!(Speed::Full.step(true), Speed::Full);
        assert_eq!(Speed::Full.step(false), Speed::Times(64.0));
        assert_eq!(Speed::Clock.step(true), Speed::Times(2.0));
        assert_eq!(Speed::Times(0.25).step(false), Speed::Times(0.25));
        assert_eq!(Speed::Times(3.0).step(false), Speed::Times(2.0));
    }
}
