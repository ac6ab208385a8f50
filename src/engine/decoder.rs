//! The decoder: all branches of all requests, advanced together.
//!
//! Responsible for taking requests up, for which of them are decoded next and in what company,
//! and for handing logits to those who wait for them. Requests join and leave at any step.
//! Every argument is checked here before llama.cpp sees it, for llama.cpp aborts on most
//! mistakes.
//!
//! Invariants: a strand's first `fed` tokens are in its lane; a batch never has more than
//! `BATCH` rows, and at most `ACTIVE` of them sample (llama.cpp changes its kernels, and so its
//! rounding, at 64).

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;

use super::attention;
use super::cache::{Cache, Cells};
use super::context::{self, ACTIVE, BATCH, LANES};
use super::exponential::log_sum_exp;
use super::growth::{Growth, NOT_NUMBERS, alternatives};
use super::llama::Model;
use super::pace::Pace;
use super::process::processor_seconds;
use super::protocol::{
    Content, Counters, Event, Generate, MOST_ALTERNATIVES, ModelOptions, Prompt, Request, RequestId,
};
use super::sample::log_probability;
use super::strand::{Reading, Rider, Strand};
use crate::tree::Token;

/// How long tokens may wait to be sent together.
const FLUSH: Duration = Duration::from_millis(12);
/// While branches stream, a prompt is read in pieces that take about this long.
const PIECE: f64 = 0.1;
/// Else in pieces of this many rows, or of as many as take no longer than [`STEP`].
const ROWS: usize = 128;
/// Seconds, of processor time on a processor: a cancel waits for the end of a step.
const STEP: f64 = 2.0;
/// Cells that retired lanes may hold in any case: as many as cost nothing to look at.
const IDLE: usize = 512;
/// Cells that a branch is expected to need, so that not too many begin at once.
const EXPECTED: usize = 32;

const FULL: &str =
    "the context is full; pass a larger one with --context, or grow fewer branches at once";

/// Advances branches of a model and tells what happens.
pub struct Decoder<'model> {
    model: &'model Model,
    cache: Cache<Cells<'model>>,
    batch: LlamaBatch<'static>,
    strands: Vec<Strand<'model>>,
    waiting: VecDeque<Strand<'model>>,
    pace: Pace,
    /// Whether every branch is decoded alone.
    deterministic: bool,
    threads: u32,
    /// Cells of the context, and the longest sequence.
    size: usize,
    longest: usize,
    flushed: Instant,
    turn: u64,
    /// Whether lanes were opened or released since the cache was trimmed.
    stirred: bool,
    counters: Counters,
}

impl<'model> Decoder<'model> {
    /// Makes a context for a model and measures what its steps cost.
    ///
    /// # Errors
    /// Returns a sentence if there is not enough memory.
    pub fn new(
        backend: &LlamaBackend,
        model: &'model Model,
        options: &ModelOptions,
    ) -> Result<Self, String> {
        let mut context = context::new(backend, model, options)?;
        let mut batch = LlamaBatch::new(BATCH, 1);
        let pace = context::measure(&mut context, &mut batch);
        let size = context.n_ctx() as usize;
        let budget = context::host_memory(options);
        let cells = Cells::new(context, LANES);
        let mut cache = Cache::new(cells, LANES as usize, size, budget);
        if options.deterministic || !model.keeps_every_cell() {
            cache = cache.without_reuse();
        }
        Ok(Self {
            model,
            cache,
            batch,
            strands: Vec::new(),
            waiting: VecDeque::new(),
            pace,
            deterministic: options.deterministic,
            threads: context::threads(model, options),
            size,
            longest: size.min(model.info.context.max(1) as usize),
            flushed: Instant::now(),
            turn: 0,
            stirred: false,
            counters: Counters::default(),
        })
    }

    /// Returns whether there is nothing to do.
    pub fn is_idle(&self) -> bool {
        self.strands.is_empty() && self.waiting.is_empty()
    }

    /// Takes a request up.
    pub fn accept(&mut self, request: Request, out: &mut dyn FnMut(Event)) {
        let awaited = request.awaited();
        let strand = match request {
            Request::Generate(generate) => self.generation(generate),
            Request::ScoreLabels { id, prompt, labels } => self.labels(id, &prompt, &labels),
            Request::ScoreText { id, prompt, continuation, alternatives } => {
                self.text(id, &prompt, &continuation, alternatives)
            }
            Request::Count { id } => {
                let costs = self.pace.costs().to_vec();
                return out(Event::Counted { id, counters: self.counters(), costs });
            }
            Request::Tokenize { id, text, reading } => {
                let tokens = self.model.tokenize(&text, reading);
                return out(Event::Tokenized { id, tokens });
            }
            Request::Cancel { id } => {
                for rider in self.take(id) {
                    rider.cancel(out);
                }
                return;
            }
            Request::Load(_) => return,
        };
        match (strand, awaited) {
            (Ok(strand), _) => self.waiting.push_back(strand),
            (Err(message), Some(id)) => out(Event::Failed { id, message }),
            (Err(_), None) => {}
        }
    }

    fn generation(&self, generate: Generate) -> Result<Strand<'model>, String> {
        let count = generate.seeds.len();
        if count == 0 || count > ACTIVE {
            return Err(format!("a request has {count} branches; it may have 1 to {ACTIVE}"));
        }
        let tokens = self.fitting(self.model.encode(&generate.prompt)?.tokens)?;
        let (seeds, settings) = (generate.seeds.clone(), Rc::new(generate));
        let grown = (0..).zip(seeds).map(|(index, seed)| {
            let growth = Growth::new(self.model, index, seed, Rc::clone(&settings))?;
            Ok(Rider::Grow(Box::new(growth)))
        });
        let wanted = tokens.len() - 1;
        Ok(Strand::new(tokens, wanted, grown.collect::<Result<_, String>>()?))
    }

    fn labels(
        &self,
        id: RequestId,
        prompt: &Prompt,
        labels: &[String],
    ) -> Result<Strand<'model>, String> {
        let labels: Vec<_> = labels.iter().map(|label| self.model.label_tokens(label)).collect();
        if labels.iter().any(Vec::is_empty) {
            return Err("a label is not a single token in this model's vocabulary".to_owned());
        }
        let encoded = self.model.encode(prompt)?;
        let question = encoded.question;
        let tokens = self.fitting(encoded.tokens)?;
        let (wanted, keep) = (tokens.len() - 1, tokens.len() - question as usize);
        let strand = Strand::new(tokens, wanted, vec![Rider::Labels { id, labels, question }]);
        Ok(Strand { keep, ..strand })
    }

    fn text(
        &self,
        id: RequestId,
        prompt: &Prompt,
        continuation: &Content,
        alternatives: u32,
    ) -> Result<Strand<'model>, String> {
        let mut tokens = self.model.encode(prompt)?.tokens;
        let start = tokens.len();
        self.model.encode_content(continuation, &mut tokens)?;
        if start == 0 || tokens.len() == start {
            return Err("the prompt or the continuation is empty".to_owned());
        }
        let tokens = self.fitting(tokens)?;
        let alternatives = alternatives.min(MOST_ALTERNATIVES);
        let reading = Reading { id, alternatives, tokens: Vec::new(), beside: Vec::new() };
        Ok(Strand::new(tokens, start - 1, vec![Rider::Text(Box::new(reading))]))
    }

    fn fitting(&self, tokens: Vec<i32>) -> Result<Vec<i32>, String> {
        if tokens.is_empty() {
            return Err("the prompt is empty".to_owned());
        }
        if tokens.len() >= self.longest {
            return Err(format!(
                "the problem and the path are {} tokens long and the model reads {}; shorten the problem, or take a model with a longer context",
                tokens.len(),
                self.longest
            ));
        }
        Ok(tokens)
    }

    /// Takes the riders of a request off all strands; a strand without riders ends.
    fn take(&mut self, id: RequestId) -> Vec<Rider<'model>> {
        let mut taken = Vec::new();
        for strand in &mut self.waiting {
            taken.extend(strand.take(id));
        }
        self.waiting.retain(|strand| !strand.riders.is_empty());
        for mut strand in std::mem::take(&mut self.strands) {
            taken.extend(strand.take(id));
            if strand.riders.is_empty() {
                self.release(strand.lane, strand.keep);
            } else {
                self.strands.push(strand);
            }
        }
        taken
    }

    fn fail(&mut self, id: RequestId, message: String, out: &mut dyn FnMut(Event)) {
        self.take(id);
        out(Event::Failed { id, message });
    }

    fn release(&mut self, lane: usize, keep: usize) {
        self.cache.release(lane, keep);
        self.stirred = true;
    }

    /// Decodes one batch and handles what it brought.
    pub fn step(&mut self, out: &mut dyn FnMut(Event)) {
        self.admit();
        if std::mem::take(&mut self.stirred) {
            self.cache.trim(IDLE);
        }
        if self.fill(out) && self.decode(out) {
            for strand in std::mem::take(&mut self.strands) {
                self.advance(strand, out);
            }
        }
        if self.flushed.elapsed() >= FLUSH || self.strands.is_empty() {
            self.flushed = Instant::now();
            for strand in self.strands.iter_mut().chain(&mut self.waiting) {
                for rider in &mut strand.riders {
                    if let Rider::Grow(growth) = rider {
                        growth.flush(out);
                    }
                }
            }
        }
    }

    /// Gives lanes to waiting strands, in order, while there is room.
    fn admit(&mut self) {
        while let Some(at) = self.next() {
            let Some(mut strand) = self.waiting.remove(at) else { return };
            let Some((lane, fed)) = self.cache.open(&strand.tokens[..strand.wanted]) else {
                self.waiting.insert(at, strand);
                return;
            };
            (strand.lane, strand.fed) = (lane, fed);
            self.strands.push(strand);
            self.stirred = true;
        }
    }

    /// The next strand to begin with. One whose prompt another is just reading waits for it.
    fn next(&self) -> Option<usize> {
        if self.strands.is_empty() {
            return (!self.waiting.is_empty()).then_some(0);
        }
        if self.deterministic {
            return None;
        }
        let riders: usize = self.strands.iter().map(|strand| strand.riders.len()).sum();
        let expected: usize = self.strands.iter().map(Strand::unfed).sum::<usize>();
        for (at, strand) in self.waiting.iter().enumerate() {
            if riders + strand.riders.len() > ACTIVE {
                return None;
            }
            let prompt = &strand.tokens[..strand.wanted];
            let known = self.cache.known(prompt);
            let new = strand.tokens.len() - known;
            let branches = riders + strand.riders.len();
            let free = self.size - self.cache.cells() + self.cache.idle_cells();
            if expected + new + EXPECTED * branches > free {
                return None;
            }
            let soon = |other: &Strand| {
                let common = prompt.iter().zip(&other.tokens).take_while(|(a, b)| a == b).count();
                other.unfed() > 1 && common.min(other.keep) > known
            };
            if !self.strands.iter().any(soon) {
                return Some(at);
            }
        }
        None
    }

    /// Fills the batch; where the cache has too few cells, the youngest strand waits again.
    fn fill(&mut self, out: &mut dyn FnMut(Event)) -> bool {
        let mut choice = self.choose();
        while !self.cache.make_room(choice.iter().map(|(_, rows)| rows).sum()) {
            if self.strands.len() == 1 || self.deterministic {
                let ids: Vec<_> = self.strands[0].riders.iter().map(Rider::id).collect();
                for id in ids {
                    self.fail(id, FULL.to_owned(), out);
                }
                return false;
            }
            let Some(strand) = self.strands.pop() else { return false };
            self.release(strand.lane, strand.keep);
            self.waiting.push_front(Strand { fed: 0, ..strand });
            choice = self.choose();
        }
        self.turn += 1;
        self.batch.clear();
        for strand in &mut self.strands {
            strand.rows = (0, 0);
        }
        for (at, rows) in choice {
            let strand = &mut self.strands[at];
            let first = usize::try_from(self.batch.n_tokens()).unwrap_or(0);
            (strand.rows, strand.turn) = ((first, rows), self.turn);
            let sequence = self.cache.store.sequence(strand.lane);
            for position in strand.fed..strand.fed + rows {
                let token = LlamaToken(strand.tokens[position]);
                let place = i32::try_from(position).unwrap_or(i32::MAX);
                // The batch has room for every row that is chosen.
                let _ = self.batch.add(token, place, &[sequence], position >= strand.wanted);
            }
        }
        self.batch.n_tokens() > 0
    }

    /// Which strands go into the next batch, with how many rows: those that sample, in the
    /// group that is cheapest, or all of them beside a piece of what must be read.
    fn choose(&self) -> Vec<(usize, usize)> {
        if self.deterministic {
            let rows = |strand: &Strand| strand.unfed().min(ROWS);
            return self.strands.first().map(|strand| (0, rows(strand))).into_iter().collect();
        }
        let samples = |at: &usize| self.strands[*at].unfed() == 1;
        let (mut sampling, reading): (Vec<_>, Vec<_>) = (0..self.strands.len()).partition(samples);
        sampling.sort_by_key(|at| self.strands[*at].turn);
        if reading.is_empty() {
            sampling.truncate(self.pace.group(sampling.len()));
        }
        let mut room = if sampling.is_empty() {
            self.pace.rows_in(STEP).clamp(ROWS, BATCH)
        } else {
            self.pace.rows_in(PIECE).max(16).min(ROWS - sampling.len())
        };
        let mut choice: Vec<_> = sampling.into_iter().map(|at| (at, 1)).collect();
        for at in reading {
            let rows = self.strands[at].unfed().min(room);
            if rows > 0 {
                choice.push((at, rows));
                room -= rows;
            }
        }
        choice
    }

    fn decode(&mut self, out: &mut dyn FnMut(Event)) -> bool {
        let before = processor_seconds();
        let result = self.cache.store.context.decode(&mut self.batch);
        // Logits are wanted at once in any case; this counts the wait for them as decoding.
        self.cache.store.context.synchronize();
        self.counters.decoding += processor_seconds() - before;
        self.counters.steps += 1;
        let Err(error) = result else { return true };
        let ids: Vec<_> = self.strands.iter().filter(|strand| strand.rows.1 > 0).collect();
        let ids: Vec<_> = ids.iter().flat_map(|strand| &strand.riders).map(Rider::id).collect();
        for id in ids {
            self.fail(id, format!("llama.cpp could not decode ({error})"), out);
        }
        false
    }

    /// Notes what was decoded of a strand and gives the logits to its riders.
    fn advance(&mut self, mut strand: Strand<'model>, out: &mut dyn FnMut(Event)) {
        let (first, rows) = strand.rows;
        for row in 0..rows {
            let position = strand.fed + row;
            self.cache.advance(strand.lane, strand.tokens[position]);
            if position >= strand.wanted
                && let Some(next) = strand.tokens.get(position + 1)
            {
                let logits = logits(&self.cache.store, first + row);
                for rider in &mut strand.riders {
                    if let Rider::Text(reading) = rider {
                        read(self.model, reading, logits, *next);
                    }
                }
            }
        }
        strand.fed += rows;
        self.counters.decoded += rows as u64;
        if rows == 0 || strand.unfed() > 0 {
            return self.strands.push(strand);
        }
        self.answer(strand, first + rows - 1, out);
    }

    /// Gives the logits after a whole strand to its riders, and forks it where they differ.
    fn answer(&mut self, mut strand: Strand<'model>, row: usize, out: &mut dyn FnMut(Event)) {
        let logits = logits(&self.cache.store, row);
        let mut groups: Vec<(i32, Vec<Rider<'model>>)> = Vec::new();
        let mut failed = Vec::new();
        for rider in std::mem::take(&mut strand.riders) {
            match rider {
                Rider::Grow(mut growth) => {
                    self.counters.sampled += 1;
                    match growth.draw(self.model, logits, strand.fed, self.longest, out) {
                        Ok(Some(token)) => {
                            let rider = Rider::Grow(growth);
                            match groups.iter_mut().find(|(of, _)| *of == token) {
                                Some((_, riders)) => riders.push(rider),
                                None => groups.push((token, vec![rider])),
                            }
                        }
                        Ok(None) => {}
                        Err(message) => failed.push((growth.id(), message)),
                    }
                }
                Rider::Labels { id, labels, question } => match masses(logits, &labels) {
                    Some(masses) => out(Event::Labels { id, masses, tokens: question }),
                    None => failed.push((id, NOT_NUMBERS.to_owned())),
                },
                Rider::Text(reading) => {
                    let Reading { id, tokens, beside, .. } = *reading;
                    out(Event::Scored { id, tokens, alternatives: beside });
                }
            }
        }
        let mut groups = groups.into_iter();
        let first = groups.next();
        for (token, riders) in groups {
            let tokens = [&strand.tokens[..], &[token]].concat();
            let fork = Strand::new(tokens, strand.fed, riders);
            match self.cache.fork(strand.lane) {
                Some(lane) => self.strands.push(Strand { lane, fed: strand.fed, ..fork }),
                None => self.waiting.push_front(fork),
            }
        }
        match first {
            Some((token, riders)) => {
                strand.tokens.push(token);
                self.strands.push(Strand { wanted: strand.fed, riders, ..strand });
            }
            None => self.release(strand.lane, strand.keep),
        }
        for (id, message) in failed {
            self.fail(id, message, out);
        }
    }

    /// Returns what was done so far and what is held.
    fn counters(&self) -> Counters {
        let waiting = self.strands.iter().chain(&self.waiting);
        let (lanes, active) = self.cache.lanes();
        let traffic = self.cache.traffic;
        Counters {
            processor: processor_seconds(),
            shared: attention::calls(),
            cells: self.cache.cells() as u64,
            idle_cells: self.cache.idle_cells() as u64,
            lanes: lanes as u64,
            active_lanes: active as u64,
            spans: self.cache.spans() as u64,
            host_bytes: self.cache.bytes() as u64,
            saved: traffic.saved,
            restored: traffic.restored,
            saving: self.cache.store.saving,
            restoring: self.cache.store.restoring,
            active: waiting.map(|strand| strand.riders.len() as u64).sum(),
            threads: u64::from(self.threads),
            context: self.size as u64,
            host_budget: self.cache.budget() as u64,
            ..self.counters
        }
    }
}

fn logits<'a>(cells: &'a Cells<'_>, row: usize) -> &'a [f32] {
    cells.context.get_logits_ith(i32::try_from(row).unwrap_or(i32::MAX))
}

/// Notes the probability of a given token.
fn read(model: &Model, reading: &mut Reading, logits: &[f32], next: i32) {
    let logit = usize::try_from(next).ok().and_then(|next| logits.get(next));
    let logprob = match (logit, log_sum_exp(logits)) {
        (Some(logit), Some(total)) => log_probability(*logit, total),
        // Broken logits stand out as what is next to impossible.
        _ => log_probability(f32::MIN, 0.0),
    };
    reading.tokens.push(Token { id: next, logprob, bytes: model.bytes(next) });
    if reading.alternatives > 0 {
        reading.beside.push(alternatives(model, logits, reading.alternatives));
    }
}

/// The probability of each label: the sum over the tokens that spell it.
fn masses(logits: &[f32], labels: &[Vec<usize>]) -> Option<Vec<f64>> {
    let total = log_sum_exp(logits)?;
    let probability =
        |token: &usize| logits.get(*token).map_or(0.0, |logit| (f64::from(*logit) - total).exp());
    Some(labels.iter().map(|tokens| tokens.iter().map(probability).sum()).collect())
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
