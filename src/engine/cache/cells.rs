//! The key-value cache of a llama.cpp context, as a store of lanes.
//!
//! Responsible for asking llama.cpp only what it does not abort on: sequence numbers are checked
//! here, ranges by the cache.

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::session::{LlamaStateSeqFlags, SeqState};

use super::Store;
use crate::engine::process::processor_seconds;

/// A context with one sequence more than there are lanes, through which ranges pass on their
/// way out and in.
pub struct Cells<'model> {
    pub context: LlamaContext<'model>,
    /// Seconds of processor time that went into saving and into bringing back.
    pub saving: f64,
    pub restoring: f64,
    lanes: u32,
}

impl<'model> Cells<'model> {
    /// Takes a context with `lanes + 1` sequences.
    pub fn new(context: LlamaContext<'model>, lanes: u32) -> Self {
        Self { context, saving: 0.0, restoring: 0.0, lanes }
    }

    /// The number of llama.cpp's sequence for a lane.
    pub fn sequence(&self, lane: usize) -> i32 {
        let lane = u32::try_from(lane).unwrap_or(u32::MAX).min(self.lanes);
        i32::try_from(lane).unwrap_or(0)
    }

    fn passage(&self) -> i32 {
        i32::try_from(self.lanes).unwrap_or(0)
    }

    fn copy_range(&mut self, from: i32, to: i32, start: usize, end: usize) -> bool {
        let (start, end) = (u32::try_from(start).ok(), u32::try_from(end).ok());
        start.is_some()
            && end.is_some()
            && self.context.copy_kv_cache_seq(from, to, start, end).is_ok()
    }

    fn clear_passage(&mut self) {
        let _ = self.context.clear_kv_cache_seq(Some(self.lanes), None, None);
    }
}

impl Store for Cells<'_> {
    type Blob = SeqState;

    fn copy(&mut self, from: usize, to: usize, length: usize) {
        let (from, to) = (self.sequence(from), self.sequence(to));
        self.copy_range(from, to, 0, length);
    }

    fn remove(&mut self, lane: usize, start: usize) {
        let sequence = self.sequence(lane).unsigned_abs();
        let start = u32::try_from(start).ok();
        let _ = self.context.clear_kv_cache_seq(Some(sequence), start, None);
    }

    fn save(&mut self, lane: usize, start: usize, end: usize) -> Option<(SeqState, usize)> {
        let begin = processor_seconds();
        let (lane, passage) = (self.sequence(lane), self.passage());
        let copied = self.copy_range(lane, passage, start, end);
        let state = self.context.state_seq_get(passage, LlamaStateSeqFlags::empty());
        self.clear_passage();
        self.saving += processor_seconds() - begin;
        let state = state.ok().filter(|_| copied)?;
        let bytes = state.byte_len();
        Some((state, bytes))
    }

    fn restore(&mut self, blob: &SeqState, lane: usize, start: usize, end: usize) -> bool {
        let begin = processor_seconds();
        let (lane, passage) = (self.sequence(lane), self.passage());
        let restored = self.context.state_seq_set(blob, passage).is_ok()
            && self.copy_range(passage, lane, start, end);
        self.clear_passage();
        self.restoring += processor_seconds() - begin;
        restored
    }
}
