//! What rows have seen so far.

use crate::engine::exponential::exponential;

/// For each of some rows the weighted sum of values, relative to the row's best score: so what a row
/// has of several groups can be merged in any order, and no exponential is too large.
#[derive(Default)]
pub struct Sums {
    width: usize,
    best: Vec<f32>,
    weight: Vec<f32>,
    values: Vec<f32>,
}

impl Sums {
    /// Begins anew with rows that have seen nothing.
    pub fn clear(&mut self, rows: usize, width: usize) {
        self.width = width;
        for (numbers, count, value) in [
            (&mut self.best, rows, f32::NEG_INFINITY),
            (&mut self.weight, rows, 0.0),
            (&mut self.values, rows * width, 0.0),
        ] {
            numbers.clear();
            numbers.resize(count, value);
        }
    }

    /// Merges what a row has seen of some more cells: its best score, the sum of the weights, and the
    /// weighted sum of the values.
    pub fn add(&mut self, row: usize, best: f32, weight: f32, values: impl Iterator<Item = f32>) {
        let top = best.max(self.best[row]);
        let (old, new) = (exponential(self.best[row] - top), exponential(best - top));
        self.best[row] = top;
        self.weight[row] = self.weight[row] * old + weight * new;
        let sums = &mut self.values[row * self.width..][..self.width];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = *sum * old + value * new;
        }
    }

    /// Returns the mean of the values that a row has seen, by their weights; zeros if it saw none.
    pub fn mean(&mut self, row: usize) -> &[f32] {
        let share = if self.weight[row] == 0.0 { 0.0 } else { self.weight[row].recip() };
        let values = &mut self.values[row * self.width..][..self.width];
        for value in &mut *values {
            *value *= share;
        }
        values
    }
}
