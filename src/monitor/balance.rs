//! Balance of exploration and exploitation (B-STaR, Zeng et al. 2024): what a threshold on the
//! value would select for training.

use serde::Serialize;

/// How many right responses of a problem are enough.
const ENOUGH: f64 = 8.0;

/// Returns the balance score of one problem: 1 where at least eight right responses were selected
/// and no wrong one.
#[must_use]
pub fn balance(right: u32, selected: u32) -> f64 {
    if selected == 0 {
        return 0.0;
    }
    (f64::from(right) / ENOUGH).min(1.0) * f64::from(right) / f64::from(selected)
}

/// The balance score at each threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Balance {
    /// Threshold, mean score over all problems, and the share of problems with a response left.
    /// Problems that a threshold empties count 0: leaving them out would flatter it.
    pub curve: Vec<(f64, f64, f64)>,
    /// Whether right means agreeing with the majority, for want of a verifier.
    pub pseudo: bool,
}

impl Balance {
    /// Measures problems, each with the value and the outcome of its distinct responses.
    #[must_use]
    pub fn of(problems: &[Vec<(f64, bool)>], pseudo: bool) -> Option<Self> {
        if problems.iter().all(Vec::is_empty) {
            return None;
        }
        let at = |threshold: f64| {
            let (mut score, mut kept) = (0.0, 0.0);
            for responses in problems {
                let selected = responses.iter().filter(|(value, _)| *value >= threshold);
                let right = selected.clone().filter(|(_, right)| *right).count();
                let selected = u32::try_from(selected.count()).unwrap_or(u32::MAX);
                score += balance(u32::try_from(right).unwrap_or(u32::MAX), selected);
                kept += f64::from(u8::from(selected > 0));
            }
            let all = problems.len() as f64;
            (threshold, score / all, kept / all)
        };
        Some(Self { curve: (0..=20).map(|step| at(f64::from(step) / 20.0)).collect(), pseudo })
    }

    /// Returns the lowest threshold with the best score.
    #[must_use]
    pub fn best(&self) -> Option<(f64, f64, f64)> {
        self.curve.iter().copied().rev().max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_the_golden_one() {
        // Golden, `methods.md` 12.
        for (right, selected, score) in
            [(8, 8, 1.0), (6, 8, 0.5625), (4, 4, 0.5), (12, 20, 0.6), (8, 32, 0.25), (0, 5, 0.0)]
        {
            assert!((balance(right, selected) - score).abs() < 1e-12, "{right} of {selected}");
        }
        assert_eq!(balance(0, 0), 0.0);
    }

    #[test]
    fn a_problem_that_a_threshold_empties_counts_as_nothing() {
        let sure: Vec<_> = (0..8).map(|_| (0.9, true)).collect();
        let unsure = vec![(0.2, true), (0.3, false)];
        let found = Balance::of(&[sure, unsure], false).unwrap();
        assert_eq!(found.curve.last(), Some(&(1.0, 0.0, 0.0)));
        let at = |threshold: f64| *found.curve.iter().find(|point| point.0 == threshold).unwrap();
        assert_eq!((at(0.5).1, at(0.5).2), (0.5, 0.5));
        assert!((at(0.0).1 - f64::midpoint(1.0, 0.125 * 0.5)).abs() < 1e-12);
        assert_eq!(found.best().unwrap().0, 0.0);
        assert_eq!(Balance::of(&[Vec::new()], false), None);
    }
}
