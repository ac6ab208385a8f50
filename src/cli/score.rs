//! Figures over trials: rates with their intervals.

use serde::Serialize;

use super::trial::{At, Outcome};
use crate::monitor::wilson;

/// A policy at a budget; the names are relied on from outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// The policy.
    pub policy: String,
    /// The budget in tokens, those of judging too.
    pub tokens: u64,
    /// How many problems.
    pub problems: usize,
    /// How many seeds each.
    pub seeds: u64,
    /// Share of trials whose answer, chosen without a verifier, is right.
    pub chosen: f64,
    /// Lower end of its 95 % interval (Wilson).
    pub chosen_low: f64,
    /// Upper end.
    pub chosen_high: f64,
    /// Share of trials with a right answer anywhere in the tree.
    pub found: f64,
    /// Tokens spent in all for each right answer chosen; nothing without one.
    pub tokens_per_chosen: Option<f64>,
}

impl Score {
    /// Returns the figures of a policy at a budget.
    #[must_use]
    pub fn of(
        policy: &str,
        budget: u64,
        problems: usize,
        seeds: u64,
        outcomes: &[&Outcome],
    ) -> Self {
        let at: Vec<&At> = outcomes.iter().filter_map(|one| at(one, budget)).collect();
        let chosen = at.iter().filter(|at| at.chosen).count();
        let found = at.iter().filter(|at| at.found).count();
        let spent: u64 = at.iter().map(|at| at.tokens).sum();
        let (low, high) = wilson(chosen, at.len());
        let share = |count: usize| count as f64 / at.len().max(1) as f64;
        Self {
            policy: policy.to_owned(),
            tokens: budget,
            problems,
            seeds,
            chosen: share(chosen),
            chosen_low: low,
            chosen_high: high,
            found: share(found),
            tokens_per_chosen: (chosen > 0).then(|| spent as f64 / chosen as f64),
        }
    }
}

/// What a trial came to at a budget.
fn at(outcome: &Outcome, budget: u64) -> Option<&At> {
    outcome.at.iter().find(|at| at.budget == budget)
}
