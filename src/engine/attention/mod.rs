//! Attention over a tree: a cell that several branches see is read once for all of them.
//!
//! Responsible for the attention of a step in which branches advance together, in place of
//! llama.cpp's, which reads every cell anew for each row of a batch below 64. Cells are put into
//! groups that the same tokens see (a shared prefix, a shared node, a branch's own end); each group
//! is one product of matrices, and the softmaxes of a row's groups are merged. The idea is that of
//! Hydragen (arXiv 2402.05099) and `DeFT` (arXiv 2404.00242), the softmax that of flash attention
//! (arXiv 2205.14135). Keys and values are read as llama.cpp stores them; sums are 32-bit.
//!
//! Not responsible for what is decoded together, nor for single rows, prompts of 64 rows and more,
//! quantised cells, graphics processors or other processors than x86-64 with AVX2: there
//! llama.cpp's own attention runs.
//!
//! - [`groups`]: which cells the same tokens see.
//! - [`kernel`]: which rows attend to them, and how.
//! - [`product`]: many rows and the same cells; [`lanes`]: eight numbers at once.
//! - [`sums`]: what rows have seen so far.
//! - [`operation`]: its place in llama.cpp's graph.

mod groups;
mod kernel;
mod lanes;
mod operation;
mod product;
mod sums;
#[cfg(test)]
mod tests;

use half::f16;

pub use operation::{calls, take_over};

/// What the attention of a layer reads, as llama.cpp lays it out.
pub struct Layer<'graph> {
    /// Rows of the batch, fewer than 64.
    pub tokens: usize,
    /// Heads of the queries, a multiple of `shared`.
    pub heads: usize,
    /// Heads of keys and values: each serves `heads / shared` heads of queries.
    pub shared: usize,
    /// Numbers of a query, key or value, a multiple of 8.
    pub width: usize,
    /// Cells that are looked at, used or not.
    pub cells: usize,
    /// What a product of query and key is multiplied with.
    pub scale: f32,
    /// By token and head.
    pub queries: Strided<'graph, f32>,
    /// By cell and shared head.
    pub keys: Strided<'graph, f16>,
    /// By cell and shared head.
    pub values: Strided<'graph, f16>,
    /// By token: for each cell the bits of a 16-bit float, minus infinity where the token does not
    /// see the cell, and else 0.
    pub mask: Strided<'graph, u16>,
}

/// Vectors in memory, numbered twice; neighbours of each numbering are a fixed distance apart.
pub struct Strided<'graph, T> {
    pub numbers: &'graph [T],
    /// From one token or cell to the next.
    pub step: usize,
    /// From one head to the next.
    pub head: usize,
}

impl<'graph, T> Strided<'graph, T> {
    fn vector(&self, at: usize, head: usize, width: usize) -> &'graph [T] {
        &self.numbers[at * self.step + head * self.head..][..width]
    }
}
