//! The model's tokenizer, for formats that are made of tokens.
//!
//! The vocabulary is read by llama.cpp in its worker; texts that come again, as questions and
//! template parts do, are asked about once.

use std::cell::RefCell;
use std::collections::HashMap;

use super::arguments::EngineChoice;
use super::exit::Failure;
use super::loading::{Reasoner, gone};
use crate::engine::protocol::{ModelOptions, Reading, RequestId};
use crate::engine::{Event, Request};

/// Texts whose tokens are remembered, at most.
const REMEMBERED: usize = 4096;

/// A tokenizer in an engine worker.
pub struct Tokenizer {
    /// Identifies the model's file.
    pub fingerprint: String,
    inside: RefCell<Inside>,
}

struct Inside {
    reasoner: Reasoner,
    next: RequestId,
    known: HashMap<(String, Reading), Vec<i32>>,
}

impl Tokenizer {
    /// Starts an engine and waits for its model.
    ///
    /// # Errors
    /// Returns why the model cannot be loaded.
    pub fn start(choice: EngineChoice, options: ModelOptions) -> Result<Self, Failure> {
        let mut reasoner = Reasoner::start(choice, options)?;
        let fingerprint = loop {
            if let Some(model) = reasoner.model() {
                break model.fingerprint.clone();
            }
            let event = reasoner.events.blocking_recv().ok_or_else(gone)?;
            reasoner.notice(&event)?;
        };
        let next = reasoner.request_range();
        let inside = RefCell::new(Inside { reasoner, next, known: HashMap::new() });
        Ok(Self { fingerprint, inside })
    }

    /// Turns a text into tokens.
    ///
    /// # Errors
    /// Returns in words that the engine was lost.
    pub fn tokenize(&self, text: &str, reading: Reading) -> Result<Vec<i32>, String> {
        let mut inside = self.inside.borrow_mut();
        let key = (text.to_owned(), reading);
        if let Some(tokens) = inside.known.get(&key) {
            return Ok(tokens.clone());
        }
        let tokens = inside.ask(text, reading)?;
        if inside.known.len() >= REMEMBERED {
            inside.known.clear();
        }
        inside.known.insert(key, tokens.clone());
        Ok(tokens)
    }
}

impl Inside {
    fn ask(&mut self, text: &str, reading: Reading) -> Result<Vec<i32>, String> {
        let id = self.next;
        self.next += 1;
        self.reasoner.send(Request::Tokenize { id, text: text.to_owned(), reading });
        while let Some(event) = self.reasoner.events.blocking_recv() {
            match event {
                Event::Tokenized { id: answered, tokens } if answered == id => return Ok(tokens),
                Event::Failed { message, .. } | Event::Lost { why: message, .. } => {
                    return Err(format!("not tokenised, since the engine failed ({message})"));
                }
                _ => {}
            }
        }
        Err("not tokenised, since the engine has ended".to_owned())
    }
}
