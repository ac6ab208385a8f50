//! llama.cpp used directly: the plain loop, and the most that it can do.

use std::num::NonZeroU32;
use std::sync::OnceLock;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};
use llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_ENABLED;
use serde_json::json;

use crate::{CHILDREN, EXPANSIONS, Figure, ROOT, STEP, Setting, own_seconds, parent, prefix};

/// Rows of a batch.
const BATCH: usize = 512;
/// Branches that the plain loop really runs; the others would cost the same.
const SAMPLE: usize = 2;

static MODEL: OnceLock<LlamaModel> = OnceLock::new();

pub struct Plain {
    context: LlamaContext<'static>,
    batch: LlamaBatch<'static>,
    new: usize,
}

impl Plain {
    pub fn load(setting: &Setting) -> Self {
        send_logs_to_tracing(LogOptions::default().with_logs_enabled(false));
        let backend = LlamaBackend::init().expect("llama.cpp starts");
        let parameters = LlamaModelParams::default();
        let model =
            LlamaModel::load_from_file(&backend, &setting.model, &parameters).expect("a model");
        let model = MODEL.get_or_init(|| model);
        let threads = i32::try_from(setting.threads).unwrap();
        let parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(setting.context))
            .with_n_batch(u32::try_from(BATCH).unwrap())
            .with_n_seq_max(33)
            .with_kv_unified(true)
            .with_flash_attention_policy(LLAMA_FLASH_ATTN_TYPE_ENABLED)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context = model.new_context(&backend, parameters).expect("a context");
        Self { context, batch: LlamaBatch::new(BATCH, 1), new: setting.new }
    }

    fn clear(&mut self) {
        self.context.clear_kv_cache_seq(None, None, None).expect("it is cleared");
    }

    /// Reads a sequence from its start.
    fn read(&mut self, tokens: &[i32], sequence: i32) {
        for (chunk, piece) in tokens.chunks(BATCH).enumerate() {
            self.batch.clear();
            for (at, token) in piece.iter().enumerate() {
                let position = chunk * BATCH + at;
                let last = position + 1 == tokens.len();
                let place = i32::try_from(position).unwrap();
                self.batch.add(LlamaToken(*token), place, &[sequence], last).expect("room");
            }
            self.context.decode(&mut self.batch).expect("it decodes");
        }
    }

    /// Decodes one token for each of some sequences at a position.
    fn step(&mut self, sequences: std::ops::Range<i32>, position: usize) {
        self.batch.clear();
        for sequence in sequences {
            let token = LlamaToken(30 + (sequence * 31 + i32::try_from(position).unwrap()) % 200);
            let place = i32::try_from(position).unwrap();
            self.batch.add(token, place, &[sequence], true).expect("room");
        }
        self.context.decode(&mut self.batch).expect("it decodes");
    }

    fn measure(&mut self, mut run: impl FnMut(&mut Self)) -> (f64, f64) {
        let (begin, mut times) = (own_seconds(), 0.0);
        while times == 0.0 || own_seconds() - begin < 1.0 {
            self.clear();
            run(self);
            times += 1.0;
        }
        (own_seconds() - begin, times)
    }

    /// The ceiling: the prefix is read once, then all sequences advance in one bare batch.
    pub fn ceiling(&mut self, length: usize, branches: usize) -> Figure {
        let count = i32::try_from(branches).unwrap();
        let (seconds, times) = self.measure(|plain| {
            plain.read(&prefix(length), 0);
            for sequence in 1..count {
                plain.context.copy_kv_cache_seq(0, sequence, None, None).expect("it copies");
            }
            // The first token of each branch comes from the prefix's logits.
            for at in 0..plain.new - 1 {
                plain.step(0..count, length + at);
            }
        });
        self.figure("ceiling", "node", (length, branches), seconds, times)
    }

    /// The prefix is read once, then one branch after another.
    pub fn alone(&mut self, length: usize, branches: usize) -> Figure {
        let count = i32::try_from(branches).unwrap();
        let (seconds, times) = self.measure(|plain| {
            plain.read(&prefix(length), 0);
            for _ in 0..count {
                plain.context.copy_kv_cache_seq(0, 1, None, None).expect("it copies");
                for at in 0..plain.new - 1 {
                    plain.step(1..2, length + at);
                }
                plain.context.clear_kv_cache_seq(Some(1), None, None).expect("it is cleared");
            }
        });
        self.figure("alone", "node", (length, branches), seconds, times)
    }

    fn figure(
        &self,
        way: &'static str,
        work: &'static str,
        (prefix, branches): (usize, usize),
        seconds: f64,
        times: f64,
    ) -> Figure {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small count
        let tokens = branches as u64 * self.new as u64 * times as u64;
        Figure { way, work, prefix, branches, tokens, seconds, more: json!({}) }
    }

    /// The plain loop: every branch reads its whole prefix.
    pub fn naive(&mut self, length: usize, branches: usize) -> Figure {
        let (seconds, times) = self.measure(|plain| {
            for _ in 0..SAMPLE {
                plain.clear();
                plain.read(&prefix(length), 0);
                for at in 0..plain.new - 1 {
                    plain.step(0..1, length + at);
                }
            }
        });
        let share = branches as f64 / SAMPLE as f64;
        self.figure("naive", "node", (length, branches), seconds * share, times)
    }

    /// The plain loop over a whole tree; of the children of a node, which cost the same, some.
    pub fn naive_tree(&mut self) -> Figure {
        let mut depths = vec![0; EXPANSIONS];
        for expansion in 1..EXPANSIONS {
            depths[expansion] = parent(expansion).map_or(0, |(of, _)| depths[of] + 1);
        }
        let (seconds, times) = self.measure(|plain| {
            for depth in &depths {
                let length = ROOT + depth * STEP;
                for _ in 0..SAMPLE {
                    plain.clear();
                    plain.read(&prefix(length), 0);
                    for at in 0..STEP - 1 {
                        plain.step(0..1, length + at);
                    }
                }
            }
        });
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small count
        let tokens = (EXPANSIONS * CHILDREN * STEP) as u64 * times as u64;
        let seconds = seconds * CHILDREN as f64 / SAMPLE as f64;
        let more = json!({});
        let (prefix, branches) = (ROOT, CHILDREN);
        Figure { way: "naive", work: "tree", prefix, branches, tokens, seconds, more }
    }
}
