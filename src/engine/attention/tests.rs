//! The attention against a naive one, on trees and on masks without order.

use half::f16;
use proptest::prelude::*;

use super::kernel::{Scratch, WIDEST};
use super::operation::attend;
use super::{Layer, Strided};

/// Random operands, with gaps between their vectors.
struct Operands {
    tokens: usize,
    heads: usize,
    shared: usize,
    width: usize,
    cells: usize,
    queries: Vec<f32>,
    keys: Vec<f16>,
    values: Vec<f16>,
    mask: Vec<u16>,
}

/// Numbers between vectors that are never read.
const GAP: usize = 3;

impl Operands {
    /// `sees` is asked for each token and cell.
    fn new(
        [tokens, shared, each, width, cells]: [usize; 5],
        start: u64,
        sees: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let mut state = start | 1;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f32::from((state >> 48) as u16) / 16384.0 - 2.0
        };
        let heads = shared * each;
        let queries = (0..tokens * (heads * width + GAP)).map(|_| random()).collect();
        let mut stored = || {
            (0..cells * (shared * width + GAP)).map(|_| f16::from_f32(random())).collect::<Vec<_>>()
        };
        let (keys, values) = (stored(), stored());
        let unseen = |seen: bool| if seen { 0 } else { f16::NEG_INFINITY.to_bits() };
        let mask = (0..tokens * cells).map(|at| unseen(sees(at / cells, at % cells))).collect();
        Self { tokens, heads, shared, width, cells, queries, keys, values, mask }
    }

    fn layer(&self) -> Layer<'_> {
        let Self { tokens, heads, shared, width, cells, .. } = *self;
        let (step, head) = (shared * width + GAP, width);
        Layer {
            tokens,
            heads,
            shared,
            width,
            cells,
            scale: 0.25,
            queries: Strided { numbers: &self.queries, step: heads * width + GAP, head },
            keys: Strided { numbers: &self.keys, step, head },
            values: Strided { numbers: &self.values, step, head },
            mask: Strided { numbers: &self.mask, step: cells, head: 0 },
        }
    }

    /// Ours, in parts, as several threads would.
    fn attention(&self, parts: usize, scratch: &mut Scratch) -> Vec<f32> {
        let mut results = vec![f32::NAN; self.tokens * self.heads * self.width];
        for part in 0..parts {
            attend(&self.layer(), (part, parts), scratch, &mut |token, head, result| {
                let at = (token * self.heads + head) * self.width;
                let place = &mut results[at..at + self.width];
                assert!(place.iter().all(|number| number.is_nan()), "computed twice");
                place.copy_from_slice(result);
            });
        }
        results
    }

    /// The definition: softmax of the scores, weighted mean of the values.
    fn naive(&self) -> Vec<f64> {
        let layer = self.layer();
        let mut results = Vec::new();
        for token in 0..self.tokens {
            for head in 0..self.heads {
                let shared = head * self.shared / self.heads;
                let query = layer.queries.vector(token, head, self.width);
                let seen: Vec<_> = (0..self.cells)
                    .filter(|cell| self.mask[token * self.cells + cell] == 0)
                    .collect();
                let score = |cell: &usize| {
                    let key = layer.keys.vector(*cell, shared, self.width);
                    let products = query.iter().zip(key).map(|(q, k)| f64::from(*q) * k.to_f64());
                    (products.sum::<f64>() * 0.25).exp()
                };
                let weights: Vec<_> = seen.iter().map(score).collect();
                let total: f64 = weights.iter().sum();
                for number in 0..self.width {
                    let value = |cell: &usize| {
                        layer.values.vector(*cell, shared, self.width)[number].to_f64()
                    };
                    let sum: f64 = seen.iter().zip(&weights).map(|(cell, w)| value(cell) * w).sum();
                    results.push(if seen.is_empty() { 0.0 } else { sum / total });
                }
            }
        }
        results
    }
}

fn check(operands: &Operands, parts: usize, scratch: &mut Scratch) {
    let exact = operands.naive();
    for (at, (ours, exact)) in operands.attention(parts, scratch).iter().zip(exact).enumerate() {
        assert!((f64::from(*ours) - exact).abs() < 1e-4, "number {at}: {ours} against {exact}");
    }
}

#[test]
fn branches_that_share_a_prefix_get_what_each_would_alone() {
    let mut scratch = Scratch::default();
    // A prefix for all, a node for every other, and an end for each, in turns, as they were sampled.
    let sees = |token: usize, cell: usize| match cell {
        0..100 => true,
        100..140 => token.is_multiple_of(2),
        _ => cell % 8 == token,
    };
    for [shared, each, width] in [[1, 1, 8], [5, 1, 32], [3, 3, 64], [2, 7, 64], [1, 4, WIDEST]] {
        let operands = Operands::new([8, shared, each, width, 256], 7, sees);
        for parts in [1, 2, 5, 64] {
            check(&operands, parts, &mut scratch);
        }
    }
}

#[test]
fn a_token_that_sees_nothing_gets_zeros_and_large_scores_do_not_overflow() {
    let mut operands = Operands::new([3, 1, 1, 16, 64], 5, |token, _| token != 1);
    for query in &mut operands.queries {
        *query *= 1e4;
    }
    let ours = operands.attention(1, &mut Scratch::default());
    assert!(ours.iter().all(|number| number.is_finite()));
    assert!(ours[16..32].iter().all(|number| *number == 0.0));
}

#[test]
fn what_is_not_a_number_stays_so() {
    let mut operands = Operands::new([4, 1, 1, 16, 64], 5, |_, _| true);
    operands.queries[0] = f32::NAN;
    let ours = operands.attention(1, &mut Scratch::default());
    assert!(ours[..16].iter().all(|number| number.is_nan()));
    assert!(ours[16..].iter().all(|number| number.is_finite()));
}

proptest! {
    #[test]
    fn it_is_attention_whoever_sees_what(
        tokens in 1usize..=63,
        shared in 1usize..4,
        each in 1usize..5,
        width in prop::sample::select(vec![8usize, 16, 40, 64, 80]),
        cells in 1usize..200,
        parts in 1usize..6,
        patterns in prop::collection::vec(any::<u64>(), 1..12),
        seed in any::<u64>(),
    ) {
        let sees = |token: usize, cell: usize| {
            patterns[(cell * 7 + cell / 9) % patterns.len()] >> token & 1 == 1
        };
        let operands = Operands::new([tokens, shared, each, width, cells], seed, sees);
        check(&operands, parts, &mut Scratch::default());
    }
}
