//! The decoder: all branches of all requests, advanced together in one batch.
//!
//! Responsible for feeding prompts, forking one prompt into its branches without reading it
//! again, sampling, scoring labels, and cancelling within a step. Every argument is checked
//! here before llama.cpp sees it, for llama.cpp aborts on most mistakes.
//!
//! Invariants: a branch's tokens before `fed` are in its slot's cells; a batch never has more
//! rows than `BATCH`; at most `SEQUENCES` sequences exist (llama.cpp changes its kernels, and
//! so its rounding, at 64 rows).

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::{Duration, Instant};

use llama_cpp_2::DecodeError;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_ENABLED;

use super::branch::{Branch, Job, Work};
use super::exponential::log_sum_exp;
use super::growth::{Growth, NOT_NUMBERS};
use super::llama::Model;
use super::protocol::{Event, Generate, ModelOptions, Prompt, Request, RequestId, StopReason};
use super::slots::Slots;

const SEQUENCES: i32 = 63;
const BATCH: usize = 512;
const MICRO_BATCH: u32 = 128;
/// Cells of the key-value cache unless told otherwise.
const CONTEXT: u32 = 8192;
/// Models below this many parameters decode faster on one thread than on several.
const SMALL: u64 = 100_000_000;
/// How long tokens may wait to be sent together.
const FLUSH: Duration = Duration::from_millis(12);

/// Advances branches of a model and tells what happens.
pub struct Decoder<'model> {
    model: &'model Model,
    context: LlamaContext<'model>,
    batch: LlamaBatch<'static>,
    slots: Slots,
    waiting: VecDeque<Job<'model>>,
    branches: Vec<Branch<'model>>,
    flushed: Instant,
}

impl<'model> Decoder<'model> {
    /// Makes a context for a model.
    ///
    /// # Errors
    /// Returns a sentence if there is not enough memory.
    pub fn new(
        backend: &LlamaBackend,
        model: &'model Model,
        options: &ModelOptions,
    ) -> Result<Self, String> {
        let cells = options.context.unwrap_or(CONTEXT).clamp(256, 1 << 22);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = match options.threads {
            Some(threads) => threads.clamp(1, 512),
            None if model.info.parameters < SMALL => 1,
            None => u32::try_from(cores).unwrap_or(1),
        };
        let threads = i32::try_from(threads).unwrap_or(1);
        let parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(cells))
            .with_n_batch(u32::try_from(BATCH).unwrap_or(512))
            .with_n_ubatch(MICRO_BATCH)
            .with_n_seq_max(SEQUENCES.unsigned_abs())
            .with_kv_unified(true)
            .with_flash_attention_policy(LLAMA_FLASH_ATTN_TYPE_ENABLED)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context = model.llama.new_context(backend, parameters).map_err(|_| {
            format!(
                "there is not enough memory for a context of {cells} tokens; pass a smaller one with --context"
            )
        })?;
        Ok(Self {
            model,
            context,
            batch: LlamaBatch::new(BATCH, 1),
            slots: Slots::new(SEQUENCES),
            waiting: VecDeque::new(),
            branches: Vec::new(),
            flushed: Instant::now(),
        })
    }

    /// Returns whether there is nothing to do.
    pub fn is_idle(&self) -> bool {
        self.branches.is_empty() && self.waiting.is_empty()
    }

    /// Takes a request up.
    pub fn accept(&mut self, request: Request, out: &mut dyn FnMut(Event)) {
        let (id, job) = match request {
            Request::Generate(generate) => (generate.id, self.generation(generate)),
            Request::ScoreLabels { id, prompt, labels } => (id, self.scoring(id, &prompt, &labels)),
            Request::Cancel { id } => return self.cancel(id, out),
            Request::Load(_) => return,
        };
        match job {
            Ok(job) => self.waiting.push_back(job),
            Err(message) => out(Event::Failed { id, message }),
        }
    }

    fn generation(&self, generate: Generate) -> Result<Job<'model>, String> {
        let (count, most) = (generate.seeds.len(), SEQUENCES.unsigned_abs() as usize);
        if count == 0 || count > most {
            return Err(format!("a request has {count} branches; it may have 1 to {most}"));
        }
        let prompt = self.fitting(self.model.encode(&generate.prompt)?.tokens)?;
        let (id, seeds, settings) = (generate.id, generate.seeds.clone(), Rc::new(generate));
        let growths = (0..)
            .zip(seeds)
            .map(|(index, seed)| Growth::new(self.model, index, seed, Rc::clone(&settings)));
        Ok(Job { id, prompt, work: Work::Fork(growths.collect::<Result<_, _>>()?) })
    }

    fn scoring(
        &self,
        id: RequestId,
        prompt: &Prompt,
        labels: &[String],
    ) -> Result<Job<'model>, String> {
        let labels: Vec<_> = labels.iter().map(|label| self.model.label_tokens(label)).collect();
        if labels.iter().any(Vec::is_empty) {
            return Err("a label is not a single token in this model's vocabulary".to_owned());
        }
        let encoded = self.model.encode(prompt)?;
        let question = encoded.question;
        let prompt = self.fitting(encoded.tokens)?;
        Ok(Job { id, prompt, work: Work::Score { labels, question } })
    }

    /// The longest sequence: the model's own limit, or all cells if there are fewer.
    fn longest(&self) -> usize {
        self.context.n_ctx().min(self.model.info.context.max(1)) as usize
    }

    fn fitting(&self, tokens: Vec<i32>) -> Result<Vec<i32>, String> {
        if tokens.is_empty() {
            return Err("the prompt is empty".to_owned());
        }
        if tokens.len() >= self.longest() {
            return Err(format!(
                "the problem and the path are {} tokens long and the model reads {}; shorten the problem, or take a model with a longer context",
                tokens.len(),
                self.longest()
            ));
        }
        Ok(tokens)
    }

    fn cancel(&mut self, id: RequestId, out: &mut dyn FnMut(Event)) {
        for job in std::mem::take(&mut self.waiting) {
            if job.id == id {
                job.work.abandon(id, out);
            } else {
                self.waiting.push_back(job);
            }
        }
        for branch in std::mem::take(&mut self.branches) {
            if branch.id == id {
                self.slots.release(branch.sequence);
                branch.work.abandon(id, out);
            } else {
                self.branches.push(branch);
            }
        }
    }

    /// Decodes one batch and handles what it brought.
    pub fn step(&mut self, out: &mut dyn FnMut(Event)) {
        self.admit(out);
        self.fill_batch();
        if self.batch.n_tokens() > 0 && self.decode(out) {
            for branch in std::mem::take(&mut self.branches) {
                self.advance(branch, out);
            }
        }
        if self.flushed.elapsed() >= FLUSH || self.branches.is_empty() {
            self.flushed = Instant::now();
            for branch in &mut self.branches {
                if let Work::Sample(growth) = &mut branch.work {
                    growth.flush(out);
                }
            }
        }
    }

    /// Starts waiting jobs, in order, while there are slots for all of their branches.
    fn admit(&mut self, out: &mut dyn FnMut(Event)) {
        while let Some(job) = self.waiting.front() {
            let reserved: usize = self.branches.iter().map(|branch| branch.work.forks()).sum();
            if self.slots.idle() < reserved + 1 + job.work.forks() {
                return;
            }
            let Some(Job { id, prompt, work }) = self.waiting.pop_front() else { return };
            let Some(lease) = self.slots.lease(&prompt) else { return };
            let from = u32::try_from(lease.shared).unwrap_or(0);
            let prepared = if lease.source == lease.sequence {
                self.context
                    .clear_kv_cache_seq(Some(lease.sequence.unsigned_abs()), Some(from), None)
                    .is_ok()
            } else {
                self.context
                    .clear_kv_cache_seq(Some(lease.sequence.unsigned_abs()), None, None)
                    .is_ok()
                    && self
                        .context
                        .copy_kv_cache_seq(lease.source, lease.sequence, Some(0), Some(from))
                        .is_ok()
            };
            if prepared {
                let (sequence, fed) = (lease.sequence, lease.shared);
                self.branches.push(Branch {
                    id,
                    sequence,
                    tokens: prompt,
                    fed,
                    queued: 0,
                    row: None,
                    work,
                });
            } else {
                self.slots.release(lease.sequence);
                out(Event::Failed { id, message: "the key-value cache refused a copy".to_owned() });
            }
        }
    }

    /// Puts the next token of every sampling branch into the batch, then prompts as room allows.
    fn fill_batch(&mut self) {
        self.batch.clear();
        let mut room = BATCH;
        self.branches.sort_by_key(|branch| !matches!(branch.work, Work::Sample(_)));
        for branch in &mut self.branches {
            branch.row = None;
            let end = branch.tokens.len().min(branch.fed + room);
            for at in branch.fed..end {
                let wants_logits = at + 1 == branch.tokens.len();
                if wants_logits {
                    branch.row = Some(self.batch.n_tokens());
                }
                let position = i32::try_from(at).unwrap_or(i32::MAX);
                let token = LlamaToken(branch.tokens[at]);
                // The batch has room for every row that is counted here.
                let _ = self.batch.add(token, position, &[branch.sequence], wants_logits);
            }
            branch.queued = end - branch.fed;
            room -= branch.queued;
        }
    }

    /// Decodes the batch; while the cache is full, idle slots give way, oldest first.
    fn decode(&mut self, out: &mut dyn FnMut(Event)) -> bool {
        loop {
            let message = match self.context.decode(&mut self.batch) {
                Ok(()) => return true,
                Err(DecodeError::NoKvCacheSlot) => {
                    if let Some(sequence) = self.slots.evict() {
                        let _ = self.context.clear_kv_cache_seq(
                            Some(sequence.unsigned_abs()),
                            None,
                            None,
                        );
                        continue;
                    }
                    "the context is full; pass a larger one with --context, or grow fewer branches at once".to_owned()
                }
                Err(error) => format!("llama.cpp could not decode ({error})"),
            };
            if let Some(branch) = self.branches.last() {
                let id = branch.id;
                self.drop_request(id);
                out(Event::Failed { id, message });
            }
            return false;
        }
    }

    fn drop_request(&mut self, id: RequestId) {
        let Self { branches, slots, context, .. } = self;
        branches.retain(|branch| {
            if branch.id == id {
                slots.release(branch.sequence);
            }
            branch.id != id
        });
        while let Some(sequence) = slots.evict() {
            let _ = context.clear_kv_cache_seq(Some(sequence.unsigned_abs()), None, None);
        }
    }

    /// Notes what was decoded for a branch and, at its end, uses the logits.
    fn advance(&mut self, mut branch: Branch<'model>, out: &mut dyn FnMut(Event)) {
        let fed = branch.fed + branch.queued;
        self.slots.extend(branch.sequence, &branch.tokens[branch.fed..fed]);
        branch.fed = fed;
        let Some(row) = branch.row else { return self.branches.push(branch) };
        let (id, sequence) = (branch.id, branch.sequence);
        match branch.work {
            Work::Score { labels, question } => {
                out(match score(self.context.get_logits_ith(row), &labels) {
                    Some(masses) => Event::Labels { id, masses, tokens: question },
                    None => Event::Failed { id, message: NOT_NUMBERS.to_owned() },
                });
                self.slots.release(sequence);
            }
            Work::Fork(growths) => {
                for (at, mut growth) in growths.into_iter().enumerate() {
                    let own = if at == 0 { Some(sequence) } else { self.copy_of(sequence) };
                    let Some(sequence) = own else {
                        growth.end(StopReason::Cancelled, usize::MAX, out);
                        continue;
                    };
                    let tokens = branch.tokens.clone();
                    self.sample(id, sequence, tokens, growth, row, out);
                }
            }
            Work::Sample(growth) => self.sample(id, sequence, branch.tokens, *growth, row, out),
        }
    }

    /// Leases a sequence as a copy of another, so that a prompt is not read again.
    fn copy_of(&mut self, sequence: i32) -> Option<i32> {
        let copy = self.slots.fork(sequence)?;
        let cleared = self.context.clear_kv_cache_seq(Some(copy.unsigned_abs()), None, None);
        let copied = self.context.copy_kv_cache_seq(sequence, copy, None, None);
        (cleared.is_ok() && copied.is_ok()).then_some(copy)
    }

    /// Draws the next token of a branch, all of whose tokens are decoded.
    fn sample(
        &mut self,
        id: RequestId,
        sequence: i32,
        mut tokens: Vec<i32>,
        mut growth: Growth<'model>,
        row: i32,
        out: &mut dyn FnMut(Event),
    ) {
        let (fed, longest) = (tokens.len(), self.longest());
        let logits = self.context.get_logits_ith(row);
        match growth.draw(self.model, logits, fed, longest, out) {
            Ok(Some(token)) => {
                tokens.push(token);
                let work = Work::Sample(Box::new(growth));
                self.branches.push(Branch {
                    id,
                    sequence,
                    tokens,
                    fed,
                    queued: 0,
                    row: None,
                    work,
                });
                return;
            }
            Ok(None) => {}
            Err(message) => out(Event::Failed { id, message }),
        }
        self.slots.release(sequence);
    }
}

/// The probability of each label: the sum over the tokens that spell it.
fn score(logits: &[f32], labels: &[Vec<usize>]) -> Option<Vec<f64>> {
    let total = log_sum_exp(logits)?;
    let probability =
        |token: &usize| logits.get(*token).map_or(0.0, |logit| (f64::from(*logit) - total).exp());
    Some(labels.iter().map(|tokens| tokens.iter().map(probability).sum()).collect())
}
