//! What a decoding step costs by the number of its rows, and how to group branches by it.
//!
//! On a processor the cost is not monotone in what one would think: two branches together may
//! cost more than two steps of one each, while eight together cost less than half. So the cost
//! is measured when a model is loaded, and branches are decoded in the groups that are
//! cheapest in sum.
//!
//! Responsible for the measured costs and the grouping. Not responsible for decoding.

/// Row counts that are measured, as long as the time for measuring lasts.
pub const MEASURED: [usize; 12] = [1, 2, 4, 8, 16, 3, 6, 12, 32, 24, 48, 63];

/// Sums that differ by less than this share are equal: costs that were not measured go on at one rate,
/// and only rounding tells their sums apart.
const ROUNDING: f64 = 1e-12;

/// The cost of steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// Seconds of a step by its rows; `costs[0]` is 0.
    costs: Vec<f64>,
    /// The size of the first group, by the number of branches.
    groups: Vec<usize>,
}

impl Pace {
    /// Makes a pace for up to `most` rows from measured steps: rows and seconds. What was not
    /// measured lies on the line between its neighbours, or goes on at the last one's rate.
    pub fn new(measured: &[(usize, f64)], most: usize) -> Self {
        let mut points: Vec<(usize, f64)> = measured.to_vec();
        points.sort_by_key(|(rows, _)| *rows);
        points.dedup_by_key(|(rows, _)| *rows);
        let costs: Vec<f64> = (0..=most).map(|rows| interpolate(&points, rows)).collect();
        // The cheapest way to let each of n branches make one token.
        let mut sums = vec![0.0; most + 1];
        let mut groups = vec![0; most + 1];
        for branches in 1..=most {
            let sum = |group: usize| costs[group] + sums[branches - group];
            let least = (1..=branches).map(sum).fold(f64::INFINITY, f64::min);
            // Among equals the largest group.
            let equal = |group: &usize| sum(*group) <= least * (1.0 + ROUNDING);
            groups[branches] = (1..=branches).rev().find(equal).unwrap_or(branches);
            sums[branches] = sum(groups[branches]);
        }
        Self { costs, groups }
    }

    /// Returns how many of a number of branches to decode in the next step.
    pub fn group(&self, branches: usize) -> usize {
        self.groups.get(branches).copied().unwrap_or(branches)
    }

    /// Returns how many rows fit into a time, at the rate of the largest measured step.
    pub fn rows_in(&self, seconds: f64) -> usize {
        let most = self.costs.len() - 1;
        let rate = self.costs[most] / most as f64;
        if rate <= 0.0 {
            return usize::MAX;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive, and capped
        let rows = (seconds / rate).min(1e6) as usize;
        rows
    }

    /// Returns the seconds of a step by its rows, from 0 rows on.
    pub fn costs(&self) -> &[f64] {
        &self.costs
    }
}

fn interpolate(points: &[(usize, f64)], rows: usize) -> f64 {
    let after = points.iter().find(|(at, _)| *at >= rows);
    let before = points.iter().rev().find(|(at, _)| *at <= rows);
    match (before, after) {
        (Some((_, cost)), Some((at, _))) if *at == rows => *cost,
        (Some((low, low_cost)), Some((high, high_cost))) => {
            let share = (rows - low) as f64 / (high - low) as f64;
            low_cost + share * (high_cost - low_cost)
        }
        (Some((at, cost)), None) if *at > 0 => cost / *at as f64 * rows as f64,
        (None, Some((at, cost))) => cost / *at as f64 * rows as f64,
        _ => rows as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_grouped_by_what_costs_least() {
        // Tokens per second by rows, as measured on a 135M model (Q8_0, one thread): 84, 59, 76,
        // 122, 140, 121 at 1, 2, 4, 8, 16, 32 rows.
        let rates = [(1, 84.0), (2, 59.0), (4, 76.0), (8, 122.0), (16, 140.0), (32, 121.0)];
        let measured: Vec<_> =
            rates.iter().map(|(rows, rate)| (*rows, *rows as f64 / rate)).collect();
        let pace = Pace::new(&measured, 63);
        assert_eq!([1, 2, 3].map(|branches| pace.group(branches)), [1, 1, 1]);
        assert_eq!([8, 16, 32].map(|branches| pace.group(branches)), [8, 16, 16]);
        // Whatever the number, no other split into two groups is cheaper.
        for branches in 1..=63usize {
            let whole = |mut left: usize| {
                let mut sum = 0.0;
                while left > 0 {
                    sum += pace.costs()[pace.group(left)];
                    left -= pace.group(left);
                }
                sum
            };
            for first in 1..branches {
                assert!(whole(branches) <= whole(first) + whole(branches - first) + 1e-9);
            }
        }
    }

    #[test]
    fn branches_stay_together_where_nothing_says_that_they_should_not() {
        // A slow model, for which the time for measuring was over after two rows; one rate from there on.
        for two in [0.113, 0.1137, 0.1139] {
            let pace = Pace::new(&[(1, 0.119), (2, two)], 63);
            assert!((2..=63).all(|branches| pace.group(branches) == branches), "{two}");
        }
    }

    #[test]
    fn what_is_not_measured_lies_between_or_goes_on_at_the_last_rate() {
        let pace = Pace::new(&[(4, 4.0), (1, 2.0), (8, 6.0)], 16);
        assert_eq!(
            [1, 2, 4, 6, 8, 16].map(|rows| pace.costs()[rows]),
            [2.0, 8.0 / 3.0, 4.0, 5.0, 6.0, 12.0]
        );
        assert_eq!(pace.rows_in(7.5), 10);
        assert_eq!(Pace::new(&[], 4).group(3), 3);
    }
}
