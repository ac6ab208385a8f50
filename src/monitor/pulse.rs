//! The pulse of a session: how its ratings are spread, how its best answer went, and how many
//! tokens came in each second.
//!
//! Responsible for keeping these up while operations come in, so that drawing them costs nothing
//! on a large tree. Like the tree it is a fold of the log, so that it is known at any moment.

use std::collections::VecDeque;

use super::series::{BINS, bin};
use crate::evaluate::Rating;
use crate::tree::{Body, State, Tree};

/// How many seconds of tokens are kept.
const SECONDS: usize = 120;

/// The figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pulse {
    /// How many ratings fell into each tenth of `[0, 1]`.
    pub spread: [u64; BINS],
    /// When a better rated answer was found: tokens spent until then, and its rating.
    pub progress: Vec<(u64, f64)>,
    /// Tokens of each second in which there were some or that came after it, oldest first.
    tokens: VecDeque<u64>,
    /// The second of the last of them, since 1970-01-01 UTC.
    second: u64,
}

impl Pulse {
    /// Takes in an operation that was applied to the tree, `now` in milliseconds since 1970-01-01
    /// UTC.
    pub fn take_in(&mut self, tree: &Tree, body: &Body, now: u64) {
        match body {
            Body::TokensAppended { tokens, .. } => self.count(tokens.len() as u64, now / 1000),
            Body::Evaluated { node, evaluation } if evaluation.evaluator == Rating::NAME => {
                let value = evaluation.value;
                self.spread[bin(value)] += 1;
                let is_better = self.progress.last().is_none_or(|(_, best)| value > *best);
                if is_better && tree.node(*node).state() == State::Answered {
                    self.progress.push((tree.tokens_sampled(), value));
                }
            }
            _ => {}
        }
    }

    fn count(&mut self, tokens: u64, second: u64) {
        let passed = if self.tokens.is_empty() { 1 } else { second.saturating_sub(self.second) };
        let passed = usize::try_from(passed).unwrap_or(SECONDS).min(SECONDS);
        self.tokens.extend(std::iter::repeat_n(0, passed));
        self.second = self.second.max(second);
        while self.tokens.len() > SECONDS {
            self.tokens.pop_front();
        }
        if let Some(last) = self.tokens.back_mut() {
            *last += tokens;
        }
    }

    /// Returns the tokens of each second, oldest first.
    #[must_use]
    pub fn tokens(&self) -> Vec<u64> {
        self.tokens.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_without_tokens_are_kept_and_old_ones_go() {
        let mut pulse = Pulse::default();
        for (tokens, second) in [(5, 100), (2, 100), (1, 103)] {
            pulse.count(tokens, second);
        }
        assert_eq!(pulse.tokens(), [7, 0, 0, 1]);
        pulse.count(3, 10_000);
        assert_eq!((pulse.tokens().len(), pulse.tokens().last()), (SECONDS, Some(&3)));
    }
}
