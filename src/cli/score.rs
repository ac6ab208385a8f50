//! Figures over trials: rates with their intervals.

use serde::Serialize;

use super::trial::{At, Outcome};

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

/// Returns the 95 % interval of a share (Wilson 1927).
#[must_use]
pub fn wilson(successes: usize, of: usize) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (of as f64, successes as f64 / of as f64);
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}

/// Returns the chance that at least one of `k` samples is right, where `right` of `of` were: the
/// estimate without bias.
#[must_use]
pub fn pass_at(k: u64, right: u64, of: u64) -> f64 {
    let wrong = of.saturating_sub(right);
    let miss: f64 =
        (0..k.min(of)).map(|at| wrong.saturating_sub(at) as f64 / (of - at) as f64).product();
    if right == 0 { 0.0 } else { 1.0 - miss }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_wilson() {
        // R: prop.test(74, 100, correct = FALSE) and prop.test(0, 10, correct = FALSE).
        let (low, high) = wilson(74, 100);
        assert!((low - 0.646_333).abs() < 1e-4 && (high - 0.816_033).abs() < 1e-3, "{low} {high}");
        let (low, high) = wilson(0, 10);
        assert!(low == 0.0 && (high - 0.277_533).abs() < 1e-4, "{high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn pass_at_k_is_the_golden_one() {
        // Golden, `methods.md` 12.
        assert!((pass_at(4, 4, 16) - 0.728_021_978_0).abs() < 1e-9);
        assert_eq!((pass_at(1, 0, 5), pass_at(9, 5, 5), pass_at(3, 0, 0)), (0.0, 1.0, 0.0));
    }
}
