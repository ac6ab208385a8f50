//! Confusion: what an evaluator calls good and bad, beside what is.

use serde::Serialize;

/// Counts of what was said beside what is so. An evaluator says good from one half on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Said to be good, and good.
    pub good_as_good: u32,
    /// Said to be bad, but good.
    pub good_as_bad: u32,
    /// Said to be good, but bad.
    pub bad_as_good: u32,
    /// Said to be bad, and bad.
    pub bad_as_bad: u32,
}

impl Confusion {
    /// Counts judgements against outcomes.
    #[must_use]
    pub fn of(judgements: &[(f64, bool)]) -> Self {
        let mut counts = Self::default();
        for (value, good) in judgements {
            *match (*good, *value >= 0.5) {
                (true, true) => &mut counts.good_as_good,
                (true, false) => &mut counts.good_as_bad,
                (false, true) => &mut counts.bad_as_good,
                (false, false) => &mut counts.bad_as_bad,
            } += 1;
        }
        counts
    }

    /// Returns the share of agreement.
    #[must_use]
    pub fn agreement(&self) -> f64 {
        f64::from(self.good_as_good + self.bad_as_bad) / self.all().max(1.0)
    }

    /// Returns Cohen's kappa: agreement beyond chance. Nothing where chance alone would agree
    /// always, as when both say good of everything.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let all = self.all();
        let said_good = f64::from(self.good_as_good + self.bad_as_good) / all;
        let good = f64::from(self.good_as_good + self.good_as_bad) / all;
        let chance = said_good * good + (1.0 - said_good) * (1.0 - good);
        (all > 0.0 && chance < 1.0).then(|| (self.agreement() - chance) / (1.0 - chance))
    }

    fn all(&self) -> f64 {
        f64::from(self.good_as_good + self.good_as_bad + self.bad_as_good + self.bad_as_bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_that_of_the_textbook() {
        // 20 both yes, 15 both no, 5 and 10 apart: agreement 0.7, by chance 0.5.
        let counts =
            Confusion { good_as_good: 20, good_as_bad: 5, bad_as_good: 10, bad_as_bad: 15 };
        assert!((counts.agreement() - 0.7).abs() < 1e-12);
        assert!((counts.kappa().unwrap() - 0.4).abs() < 1e-12);
    }

    #[test]
    fn judgements_are_counted_and_without_a_difference_there_is_no_kappa() {
        let counts = Confusion::of(&[(0.9, true), (0.5, false), (0.49, true), (0.1, false)]);
        assert_eq!(
            counts,
            Confusion { good_as_good: 1, good_as_bad: 1, bad_as_good: 1, bad_as_bad: 1 }
        );
        assert_eq!(counts.kappa(), Some(0.0));
        assert_eq!(Confusion::of(&[(0.9, true), (0.8, true)]).kappa(), None);
        assert_eq!(Confusion::default().kappa(), None);
    }
}
