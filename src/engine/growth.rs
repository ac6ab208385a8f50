//! The growth of one branch: from logits to tokens, text and events.
//!
//! Responsible for drawing a branch's tokens, for seeing where its step ends, and for sending
//! its tokens in time. Not responsible for where logits come from.

use std::rc::Rc;

use super::grammar::Grammar;
use super::llama::Model;
use super::protocol::{Event, Generate, MOST_ALTERNATIVES, RequestId, StopReason};
use super::sample::{self, Allow, Place, Refusal};
use crate::reasoning::Stepper;
use crate::tree::{Token, decode_utf8};

/// Why a branch cannot go on when its logits are broken.
pub const NOT_NUMBERS: &str = "the model's logits are not numbers; the file is damaged, or its quantisation does not run on this machine";
const NOTHING_ALLOWED: &str =
    "the grammar allows no token of this model's vocabulary here; change the grammar";

/// A branch while it is sampled.
pub struct Growth<'model> {
    pub index: u32,
    seed: u64,
    settings: Rc<Generate>,
    grammar: Option<Grammar<'model>>,
    sampled: Vec<i32>,
    stepper: Stepper,
    /// The start of a character whose other bytes were not sampled yet.
    pending: Vec<u8>,
    unsent: Vec<Unsent>,
}

/// A token that was sampled and not yet sent.
struct Unsent {
    /// The length of the text before it.
    start: usize,
    token: Token,
    alternatives: Vec<Token>,
}

impl<'model> Growth<'model> {
    /// Makes a branch.
    ///
    /// # Errors
    /// Returns a sentence if the grammar is no grammar.
    pub fn new(
        model: &'model Model,
        index: u32,
        seed: u64,
        settings: Rc<Generate>,
    ) -> Result<Self, String> {
        let grammar = settings.grammar.as_deref().map(|source| Grammar::new(model, source));
        Ok(Self {
            index,
            seed,
            grammar: grammar.transpose()?,
            stepper: Stepper::new(settings.segmentation.clone()),
            settings,
            sampled: Vec::new(),
            pending: Vec::new(),
            unsent: Vec::new(),
        })
    }

    pub fn id(&self) -> RequestId {
        self.settings.id
    }

    /// Draws the token at a position and returns it, or ends the branch and returns none. A
    /// sequence may have `longest` tokens.
    ///
    /// # Errors
    /// Returns a sentence if there is no token to draw; then the branch has not ended.
    pub fn draw(
        &mut self,
        model: &Model,
        logits: &[f32],
        position: usize,
        longest: usize,
        out: &mut dyn FnMut(Event),
    ) -> Result<Option<i32>, String> {
        let penalised = sample::penalise(logits, &self.settings.penalties, &self.sampled);
        let drawn = sample::draw(
            logits,
            penalised.as_deref().unwrap_or(logits),
            &self.settings.sampling,
            Place { seed: self.seed, position: position as u64 },
            self.grammar.as_mut().map(|grammar| grammar as &mut dyn Allow),
        );
        let drawn = drawn.map_err(|refusal| match refusal {
            Refusal::NotNumbers => NOT_NUMBERS.to_owned(),
            Refusal::NothingAllowed => NOTHING_ALLOWED.to_owned(),
        })?;
        let token = told(model, drawn);
        if model.ends_turn(token.id) {
            self.end(StopReason::EndOfTurn, usize::MAX, out);
            return Ok(None);
        }
        if let Some(grammar) = &mut self.grammar {
            grammar.accept(token.id);
        }
        let most = self.settings.alternatives.min(MOST_ALTERNATIVES);
        let alternatives = alternatives(model, logits, most);
        let id = token.id;
        self.sampled.push(id);
        self.pending.extend_from_slice(&token.bytes);
        self.unsent.push(Unsent { start: self.stepper.text().len(), token, alternatives });
        let mut text = String::new();
        decode_utf8(&mut self.pending, &mut text);
        let scan = self.stepper.push(&text);
        let most = usize::try_from(self.settings.max_tokens).unwrap_or(usize::MAX).max(1);
        if let Some(end) = scan.end {
            self.end(StopReason::Step, end, out);
        } else if self.sampled.len() >= most || position + 1 >= longest {
            self.end(StopReason::Length, usize::MAX, out);
        } else {
            return Ok(Some(id));
        }
        Ok(None)
    }

    /// Sends the tokens that surely belong to the step.
    pub fn flush(&mut self, out: &mut dyn FnMut(Event)) {
        let settled = self.stepper.scan().settled;
        self.send(settled, out);
    }

    /// Sends what is left of the step, up to byte `end` of its text, and ends the branch.
    pub fn end(&mut self, stop: StopReason, end: usize, out: &mut dyn FnMut(Event)) {
        self.send(end, out);
        out(Event::BranchDone { id: self.id(), branch: self.index, stop });
    }

    /// Sends the tokens that begin before a byte of the text.
    fn send(&mut self, end: usize, out: &mut dyn FnMut(Event)) {
        let count = self.unsent.iter().take_while(|unsent| unsent.start < end).count();
        if count == 0 {
            return;
        }
        let (id, branch) = (self.id(), self.index);
        let sent = self.unsent.drain(..count).map(|unsent| (unsent.token, unsent.alternatives));
        let (tokens, alternatives) = sent.unzip();
        out(Event::Tokens { id, branch, tokens });
        if self.settings.alternatives > 0 {
            out(Event::Alternatives { id, branch, alternatives });
        }
    }
}

/// Returns the most probable tokens at a place, best first.
pub fn alternatives(model: &Model, logits: &[f32], count: u32) -> Vec<Token> {
    if count == 0 {
        return Vec::new();
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    sample::alternatives(logits, count).into_iter().map(|drawn| told(model, drawn)).collect()
}

fn told(model: &Model, drawn: sample::Drawn) -> Token {
    let id = i32::try_from(drawn.token).unwrap_or(i32::MAX);
    Token { id, logprob: drawn.logprob, bytes: model.bytes(id) }
}
