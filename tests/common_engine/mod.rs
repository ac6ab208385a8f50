//! A real worker on a model, for the tests of the engine.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking
#![allow(dead_code)] // each test binary uses a part of it

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use pleach::engine::protocol::{Counters, Generate, ModelOptions, Prompt, StopReason};
use pleach::engine::{Engine, Event, Events, ModelInfo, Request, Worker};
use pleach::evaluate::{Evaluator, Rating, Reply};
use pleach::reasoning::Segmentation;
use pleach::tree::Token;

pub const PROBLEM: &str = "Use 4, 7, 8 and 8 to make 24.";

/// A worker with its events.
pub struct Bench {
    pub worker: Worker,
    pub events: Events,
}

/// What a request for branches brought: each branch's tokens and why it ended.
pub type Branches = BTreeMap<u32, (Vec<Token>, StopReason)>;

impl Bench {
    pub fn start() -> Self {
        let (worker, events) = Worker::start(PathBuf::from(env!("CARGO_BIN_EXE_pleach")));
        Self { worker, events }
    }

    pub fn loaded() -> (Self, ModelInfo) {
        let mut bench = Self::start();
        let info = bench.load(ModelOptions::default()).expect("the embedded model loads");
        (bench, info)
    }

    pub fn next(&mut self) -> Event {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let next = async { tokio::time::timeout(Duration::from_mins(1), self.events.recv()).await };
        runtime.block_on(next).expect("an event within a minute").expect("the engine lives")
    }

    pub fn load(&mut self, options: ModelOptions) -> Result<ModelInfo, String> {
        self.worker.send(Request::Load(options));
        loop {
            match self.next() {
                Event::Loaded(info) => return Ok(info),
                Event::LoadFailed { message } => return Err(message),
                _ => {}
            }
        }
    }

    pub fn generate(&mut self, id: u64, prompt: Prompt, seeds: &[u64], max_tokens: u32) {
        self.worker.send(Request::Generate(Generate {
            id,
            prompt,
            seeds: seeds.to_vec(),
            segmentation: Segmentation::Line,
            max_tokens,
            ..Generate::default()
        }));
    }

    /// Collects a request's branches until all have ended.
    pub fn branches(&mut self, id: u64, count: usize) -> Branches {
        let mut tokens: BTreeMap<u32, Vec<Token>> = BTreeMap::new();
        let mut done = Branches::new();
        while done.len() < count {
            match self.next() {
                Event::Tokens { id: of, branch, tokens: more } if of == id => {
                    tokens.entry(branch).or_default().extend(more);
                }
                Event::BranchDone { id: of, branch, stop } if of == id => {
                    done.insert(branch, (tokens.remove(&branch).unwrap_or_default(), stop));
                }
                Event::Failed { message, .. } => panic!("{message}"),
                _ => {}
            }
        }
        done
    }

    /// Returns what the worker did and holds.
    pub fn counters(&mut self) -> Counters {
        self.worker.send(Request::Count { id: u64::MAX });
        loop {
            if let Event::Counted { counters, .. } = self.next() {
                return counters;
            }
        }
    }

    pub fn rate(&mut self, info: &ModelInfo, path: &[Token]) -> pleach::tree::Evaluation {
        let path: Vec<_> = path.iter().map(|token| token.id).collect();
        let prompt = Prompt::continuing(PROBLEM, path).then_ask(&Rating::question(info));
        self.worker.send(Request::ScoreLabels { id: 77, prompt, labels: Rating::labels(info) });
        loop {
            match self.next() {
                Event::Labels { id: 77, masses, tokens } => {
                    let reply = Reply { masses: &masses, tokens, ..Reply::default() };
                    return Rating.judge(&[reply]).expect("the labels have mass");
                }
                Event::Failed { message, .. } => panic!("{message}"),
                _ => {}
            }
        }
    }
}

pub fn text(tokens: &[Token]) -> String {
    let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.bytes.clone()).collect();
    String::from_utf8(bytes).expect("whole characters")
}
