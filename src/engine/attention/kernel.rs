//! Who attends to what, and by which arithmetic.

use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps, _mm256_setzero_ps};
use std::ops::Range;

use bytemuck::{cast, cast_slice, cast_slice_mut};

use super::Layer;
use super::groups::{Group, Groups};
use super::lanes::{LANES, Lanes, exponentials, sum, widen};
use super::product::{BLOCK, Block, Product};
use super::sums::Sums;

/// The most bundles of eight rows that one product is for.
const BUNDLES: usize = 3;
/// The most numbers of a query, key or value.
pub const WIDEST: usize = 256;

/// What a thread keeps from call to call.
#[derive(Default)]
pub struct Scratch {
    groups: Groups,
    memory: Memory,
    seeing: Vec<usize>,
}

/// What attending to a group needs.
#[derive(Default)]
struct Memory {
    sums: Sums,
    block: Block,
    queries: Vec<Lanes>,
    values: Vec<Lanes>,
}

/// Computes one of `parts` equal parts of a layer and hands over each result: token, head, and as
/// many numbers as the layer is wide. A token that sees no cell gets zeros.
#[target_feature(enable = "avx2,f16c,fma")]
pub fn attend(
    layer: &Layer<'_>,
    (part, parts): (usize, usize),
    Scratch { groups, memory, seeing }: &mut Scratch,
    write: &mut dyn FnMut(usize, usize, &[f32]),
) {
    let groups = groups.of(layer);
    let each = layer.heads / layer.shared;
    let rows = layer.tokens * each;
    // Bundles of all heads are one list, of which every part has a piece without gaps.
    let bundles = rows.div_ceil(LANES);
    let all = layer.shared * bundles;
    let (mut next, end) = (all * part / parts, all * (part + 1) / parts);
    while next < end {
        let (head, first) = (next / bundles, next % bundles);
        let last = bundles.min(first + end - next);
        next += last - first;
        let rows = Rows { layer, head, each, range: first * LANES..rows.min(last * LANES) };
        memory.sums.clear(rows.range.len(), layer.width);
        for group in groups {
            let sees = |row: &usize| group.tokens >> (row / each) & 1 == 1;
            seeing.clear();
            seeing.extend(rows.range.clone().filter(sees));
            rows.attend(group, seeing, memory);
        }
        for (at, row) in rows.range.clone().enumerate() {
            write(row / each, head * each + row % each, memory.sums.mean(at));
        }
    }
}

/// Some of the rows that a shared head serves: tokens, and of each token all heads of queries.
struct Rows<'a> {
    layer: &'a Layer<'a>,
    head: usize,
    /// Heads of queries that the shared head serves.
    each: usize,
    range: Range<usize>,
}

impl Rows<'_> {
    fn query(&self, row: usize) -> &[f32] {
        let head = self.head * self.each + row % self.each;
        self.layer.queries.vector(row / self.each, head, self.layer.width)
    }

    /// Adds to the sums of the rows that see a group what its cells are to them.
    #[target_feature(enable = "avx2,f16c,fma")]
    fn attend(&self, group: &Group, seeing: &[usize], memory: &mut Memory) {
        match seeing {
            [] => return,
            [row] => return self.alone(group, *row, &mut memory.sums),
            _ => {}
        }
        // Chunks as even as whole bundles allow.
        let chunks = seeing.len().div_ceil(BUNDLES * LANES);
        let chunk = seeing.len().div_ceil(chunks).next_multiple_of(LANES);
        for rows in seeing.chunks(chunk) {
            match rows.len().div_ceil(LANES) {
                1 => self.together::<1, 2>(group, rows, memory),
                2 => self.together::<2, 1>(group, rows, memory),
                _ => self.together::<BUNDLES, 1>(group, rows, memory),
            }
        }
    }

    /// For rows side by side, `N` bundles of them; the last may have lanes without a row.
    #[target_feature(enable = "avx2,f16c,fma")]
    fn together<const N: usize, const WAYS: usize>(
        &self,
        group: &Group,
        rows: &[usize],
        Memory { sums, block, queries, values }: &mut Memory,
    ) {
        let zero = _mm256_setzero_ps();
        for lanes in [&mut *queries, &mut *values] {
            lanes.clear();
            lanes.resize(self.layer.width * N, zero);
        }
        for (at, row) in rows.iter().enumerate() {
            let lane = cast_slice_mut::<_, f32>(queries).iter_mut().skip(at).step_by(N * LANES);
            for (lane, number) in lane.zip(self.query(*row)) {
                *lane = number * self.layer.scale;
            }
        }
        let mut product = Product::<N, WAYS> {
            best: [_mm256_set1_ps(f32::NEG_INFINITY); N],
            weight: [zero; N],
            values: values.as_chunks_mut().0,
            queries: queries.as_chunks().0,
        };
        for cells in group.cells.chunks(BLOCK) {
            block.read(self.layer, self.head, cells);
            product.add(block, cells.len());
        }
        let best: &[f32] = cast_slice(&product.best);
        let weight: &[f32] = cast_slice(&product.weight);
        for (at, row) in rows.iter().enumerate() {
            let values = cast_slice(product.values).iter().skip(at).step_by(N * LANES);
            sums.add(row - self.range.start, best[at], weight[at], values.copied());
        }
    }

    /// For one row, along the width: nothing is shared, so nothing is kept of what is read.
    #[target_feature(enable = "avx2,f16c,fma")]
    fn alone(&self, group: &Group, row: usize, sums: &mut Sums) {
        let Layer { keys, values, width, scale, .. } = self.layer;
        let zero = _mm256_setzero_ps();
        let query = self.query(row).as_chunks::<LANES>().0;
        for cells in group.cells.chunks(BLOCK) {
            let mut weights = [0.0; BLOCK];
            let mut best = f32::NEG_INFINITY;
            for (weight, cell) in weights.iter_mut().zip(cells) {
                let key = keys.vector(*cell as usize, self.head, *width).as_chunks().0;
                let mut product = zero;
                for (query, key) in query.iter().zip(key) {
                    product = _mm256_fmadd_ps(cast(*query), widen(*key), product);
                }
                *weight = sum(product) * scale;
                best = best.max(*weight);
            }
            let weights = &mut weights[..cells.len()];
            for weight in &mut *weights {
                *weight -= best;
            }
            exponentials(weights);
            let mut total = [zero; WIDEST / LANES];
            for (weight, cell) in weights.iter().zip(cells) {
                let value = values.vector(*cell as usize, self.head, *width).as_chunks().0;
                for (total, value) in total.iter_mut().zip(value) {
                    *total = _mm256_fmadd_ps(_mm256_set1_ps(*weight), widen(*value), *total);
                }
            }
            let total = cast_slice(&total).iter().copied();
            sums.add(row - self.range.start, best, weights.iter().sum(), total);
        }
    }
}
