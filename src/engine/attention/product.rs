//! The attention of many rows to the same cells: two products of matrices.
//!
//! Rows lie side by side in vectors. So a number of a key, loaded once, serves up to 24 rows, and a
//! softmax needs no sum across a vector.

use std::arch::x86_64::{
    _mm256_add_ps, _mm256_fmadd_ps, _mm256_max_ps, _mm256_mul_ps, _mm256_set1_ps,
    _mm256_setzero_ps, _mm256_sub_ps,
};

use bytemuck::{cast, cast_slice_mut};

use super::Layer;
use super::lanes::{LANES, Lanes, exponentials, widen};

/// Cells that are read at once: what is read of them stays in the fastest cache.
pub const BLOCK: usize = 32;

/// Keys and values of some cells of a shared head, widened.
#[derive(Default)]
pub struct Block {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl Block {
    /// Reads at most [`BLOCK`] cells.
    #[target_feature(enable = "avx2,f16c,fma")]
    #[inline]
    pub fn read(&mut self, layer: &Layer<'_>, head: usize, cells: &[u32]) {
        let width = layer.width;
        for (tensor, numbers) in [(&layer.keys, &mut self.keys), (&layer.values, &mut self.values)]
        {
            numbers.resize(BLOCK * width, 0.0);
            for (cell, to) in cells.iter().zip(numbers.chunks_exact_mut(width)) {
                let from = tensor.vector(*cell as usize, head, width).as_chunks::<LANES>().0;
                for (to, from) in to.as_chunks_mut().0.iter_mut().zip(from) {
                    *to = cast::<_, [f32; LANES]>(widen(*from));
                }
            }
        }
    }
}

/// What `N` bundles of eight rows have seen so far, relative to the best score of each row.
/// `WAYS` sums of a kind run beside each other, so that no addition waits for the last one:
/// `4 * N * WAYS` vectors have to fit into twelve registers.
pub struct Product<'a, const N: usize, const WAYS: usize> {
    /// The best score of each row.
    pub best: [Lanes; N],
    /// The sum of the weights: exponentials of the scores' distances from the best.
    pub weight: [Lanes; N],
    /// The weighted sum of the values, by their numbers.
    pub values: &'a mut [[Lanes; N]],
    /// The queries, scaled, by their numbers.
    pub queries: &'a [[Lanes; N]],
}

impl<const N: usize, const WAYS: usize> Product<'_, N, WAYS> {
    /// Adds some cells of a block, its first ones.
    #[target_feature(enable = "avx2,f16c,fma")]
    pub fn add(&mut self, block: &Block, cells: usize) {
        let mut weights = [[_mm256_setzero_ps(); N]; BLOCK];
        self.score(&block.keys, cells, &mut weights);
        self.weigh(&mut weights[..cells]);
        self.sum(&block.values, &weights[..cells]);
    }

    /// The products of queries and keys, four cells at once. Keys beyond the last cell are those of
    /// an earlier block; their scores are not used.
    #[target_feature(enable = "avx2,f16c,fma")]
    #[inline]
    fn score(&self, keys: &[f32], cells: usize, scores: &mut [[Lanes; N]; BLOCK]) {
        let width = self.queries.len();
        let queries = self.queries.as_chunks::<WAYS>().0;
        let fours = keys.chunks_exact(4 * width).zip(scores.as_chunks_mut::<4>().0);
        for (keys, scores) in fours.take(cells.div_ceil(4)) {
            let (first, second) = keys.split_at(2 * width);
            let ((a, b), (c, d)) = (first.split_at(width), second.split_at(width));
            let (a, b) = (a.as_chunks::<WAYS>().0, b.as_chunks::<WAYS>().0);
            let (c, d) = (c.as_chunks::<WAYS>().0, d.as_chunks::<WAYS>().0);
            let mut sums = [[[_mm256_setzero_ps(); N]; 4]; WAYS];
            for ((((queries, a), b), c), d) in queries.iter().zip(a).zip(b).zip(c).zip(d) {
                for way in 0..WAYS {
                    let numbers = [a[way], b[way], c[way], d[way]];
                    sums[way] = multiply_add(sums[way], numbers, &queries[way]);
                }
            }
            for sums in sums {
                for (scores, sums) in scores.iter_mut().zip(sums) {
                    for (score, sum) in scores.iter_mut().zip(sums) {
                        *score = _mm256_add_ps(*score, sum);
                    }
                }
            }
        }
    }

    /// Turns scores into weights, and what was summed before with them.
    #[target_feature(enable = "avx2,f16c,fma")]
    #[inline]
    fn weigh(&mut self, scores: &mut [[Lanes; N]]) {
        let mut rest = [_mm256_setzero_ps(); N];
        for n in 0..N {
            let best =
                scores.iter().fold(self.best[n], |best, score| _mm256_max_ps(score[n], best));
            rest[n] = _mm256_sub_ps(self.best[n], best);
            self.best[n] = best;
        }
        exponentials(cast_slice_mut(&mut rest));
        for scores in &mut *scores {
            for (score, best) in scores.iter_mut().zip(self.best) {
                *score = _mm256_sub_ps(*score, best);
            }
        }
        exponentials(cast_slice_mut(scores));
        for (weight, rest) in self.weight.iter_mut().zip(rest) {
            *weight = _mm256_mul_ps(*weight, rest);
        }
        for weights in scores {
            for (sum, weight) in self.weight.iter_mut().zip(weights) {
                *sum = _mm256_add_ps(*sum, *weight);
            }
        }
        for values in &mut *self.values {
            for (value, rest) in values.iter_mut().zip(rest) {
                *value = _mm256_mul_ps(*value, rest);
            }
        }
    }

    /// Adds the values by their weights, four of their numbers at once.
    #[target_feature(enable = "avx2,f16c,fma")]
    #[inline]
    fn sum(&mut self, values: &[f32], weights: &[[Lanes; N]]) {
        let step = self.values.len() / 4 / WAYS;
        let values = values.as_chunks::<4>().0.as_chunks::<WAYS>().0;
        let totals = self.values.as_chunks_mut::<4>().0.as_chunks_mut::<WAYS>().0;
        for (at, total) in totals.iter_mut().enumerate() {
            let mut sums = *total;
            for (numbers, weights) in values.chunks_exact(step).zip(weights) {
                let numbers = &numbers[at];
                for way in 0..WAYS {
                    sums[way] = multiply_add(sums[way], numbers[way], weights);
                }
            }
            *total = sums;
        }
    }
}

/// Adds the products of four numbers with the same vectors to four sums of each.
#[target_feature(enable = "avx2,f16c,fma")]
#[inline]
fn multiply_add<const N: usize>(
    mut sums: [[Lanes; N]; 4],
    numbers: [f32; 4],
    vectors: &[Lanes; N],
) -> [[Lanes; N]; 4] {
    for (sums, number) in sums.iter_mut().zip(numbers) {
        let number = _mm256_set1_ps(number);
        for (sum, vector) in sums.iter_mut().zip(vectors) {
            *sum = _mm256_fmadd_ps(number, *vector, *sum);
        }
    }
    sums
}
