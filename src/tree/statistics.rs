//! The one record that every selector reads: how the values below a node are distributed.

use serde::Serialize;

/// Count, mean, spread and maximum of the values of one evaluator that were backed up
/// through a node. UCT, PUCT, best-first, AB-MCTS and HGM all read this record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Statistics {
    /// How many values were backed up: the node's visits.
    pub visits: u64,
    /// Mean of the values, in `[0, 1]`; 0 without visits.
    pub mean: f64,
    /// Sum of squared distances from the mean (Welford's M2).
    pub m2: f64,
    /// The largest value, in `[0, 1]`; negative infinity without visits.
    pub max: f64,
}

impl Default for Statistics {
    fn default() -> Self {
        Self { visits: 0, mean: 0.0, m2: 0.0, max: f64::NEG_INFINITY }
    }
}

impl Statistics {
    /// Adds one value (Welford 1962).
    #[allow(clippy::cast_precision_loss)] // 2^53 visits are out of reach
    pub fn add(&mut self, value: f64) {
        self.visits += 1;
        let distance = value - self.mean;
        self.mean += distance / self.visits as f64;
        self.m2 += distance * (value - self.mean);
        self.max = self.max.max(value);
    }

    /// Adds all values of another record (Chan, Golub and LeVeque 1979).
    #[allow(clippy::cast_precision_loss)]
    pub fn merge(&mut self, other: &Self) {
        if other.visits == 0 {
            return;
        }
        let total = self.visits + other.visits;
        let weight = other.visits as f64 / total as f64;
        let distance = other.mean - self.mean;
        self.mean += distance * weight;
        self.m2 += other.m2 + distance * distance * self.visits as f64 * weight;
        self.visits = total;
        self.max = self.max.max(other.max);
    }

    /// Returns the sample variance, or 0 with fewer than two values.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn variance(&self) -> f64 {
        if self.visits < 2 { 0.0 } else { self.m2 / (self.visits - 1) as f64 }
    }

    /// Returns the sum of the values: successes, where every value is 0 or 1.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn sum(&self) -> f64 {
        self.mean * self.visits as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Statistics {
        let mut record = Statistics::default();
        for value in values {
            record.add(*value);
        }
        record
    }

    proptest! {
        #[test]
        fn merging_equals_adding_one_by_one(
            left in prop::collection::vec(0.0..=1.0f64, 0..20),
            right in prop::collection::vec(0.0..=1.0f64, 0..20),
        ) {
            let mut merged = of(&left);
            merged.merge(&of(&right));
            let plain = of(&[left, right].concat());
            prop_assert_eq!(merged.visits, plain.visits);
            prop_assert!((merged.mean - plain.mean).abs() < 1e-12);
            prop_assert!((merged.m2 - plain.m2).abs() < 1e-12);
            prop_assert_eq!(merged.max, plain.max);
        }
    }

    #[test]
    fn known_values() {
        let record = of(&[0.2, 0.4, 0.9]);
        assert_eq!(record.visits, 3);
        assert!((record.mean - 0.5).abs() < 1e-12);
        assert!((record.variance() - 0.13).abs() < 1e-12);
        assert!((record.sum() - 1.5).abs() < 1e-12);
        assert_eq!(record.max, 0.9);
    }
}
