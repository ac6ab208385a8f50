//! The scripted engine: deterministic text at a chosen pace, for tests and benchmarks of
//! everything that is not the engine.
//!
//! Responsible for answering the whole protocol without a model. What it says depends on the
//! prompt and the seed alone. It never pretends to be a model: its name is "scripted".

use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, channel};

use super::protocol::{
    Content, Counters, Event, Generate, ModelInfo, Part, Prompt, Request, StopReason,
};
use super::{EVENT_CAPACITY, Engine};
use crate::tree::Token;

/// How a scripted engine behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script {
    /// Tokens per second over all branches; 0 sends as fast as they are read.
    pub pace: u32,
    /// Steps before the answer.
    pub depth: usize,
    /// How long a step is: the phrases in its middle, of two or three words each. An answer has one
    /// fewer before it.
    pub phrases: usize,
}

impl Default for Script {
    fn default() -> Self {
        Self { pace: 0, depth: 3, phrases: 1 }
    }
}

/// How far it may fall behind its pace, by waiting for requests, and still catch up.
const CATCH_UP: Duration = Duration::from_millis(100);

/// A scripted engine in a thread of its own.
#[derive(Debug)]
pub struct Scripted {
    requests: mpsc::Sender<Request>,
}

impl Scripted {
    /// Starts a scripted engine and returns it with its events.
    #[must_use]
    pub fn start(script: Script) -> (Self, Receiver<Event>) {
        let (events, receiver) = channel(EVENT_CAPACITY);
        let (requests, inbox) = mpsc::channel();
        std::thread::spawn(move || {
            let mut due = Instant::now();
            while let Ok(request) = inbox.recv() {
                for event in script.answer(&request) {
                    if let (Event::Tokens { tokens, .. }, 1..) = (&event, script.pace) {
                        let count = u32::try_from(tokens.len()).unwrap_or(1);
                        let earliest = Instant::now().checked_sub(CATCH_UP).unwrap_or(due);
                        due = due.max(earliest) + Duration::from_secs(1) * count / script.pace;
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    }
                    if events.blocking_send(event).is_err() {
                        return;
                    }
                }
            }
        });
        (Self { requests }, receiver)
    }
}

impl Engine for Scripted {
    fn send(&self, request: Request) {
        // The thread ends only when the reader of its events is gone.
        let _ = self.requests.send(request);
    }
}

const LINE_END: i32 = 1;
const OPENINGS: [&str; 6] = ["Try", "First", "Suppose that", "So", "Then", "Hence"];
const MIDDLES: [&str; 6] =
    ["the sum is", "both sides give", "what is left is", "doubling makes", "we need", "数を足すと"];

impl Script {
    /// Returns the events that answer a request, in order.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Vec<Event> {
        match request {
            Request::Load(_) => vec![Event::Loading { progress: 0.5 }, Event::Loaded(info())],
            Request::Cancel { .. } => Vec::new(),
            Request::Tokenize { id, text, .. } => {
                let tokens = text.bytes().map(i32::from).collect();
                vec![Event::Tokenized { id: *id, tokens }]
            }
            Request::Generate(Generate { id, prompt, seeds, max_tokens, grammar, .. }) => {
                let most = usize::try_from(*max_tokens).unwrap_or(usize::MAX);
                let branch = |seed: &u64| match grammar {
                    Some(grammar) => Self::form(prompt, grammar, *seed),
                    None => self.step(prompt, *seed),
                };
                let branches: Vec<_> = seeds.iter().map(branch).collect();
                let longest = branches.iter().map(|(tokens, _)| tokens.len().min(most)).max();
                let mut events = Vec::new();
                for at in 0..longest.unwrap_or(0) {
                    for (branch, (tokens, _)) in (0..).zip(&branches) {
                        if let Some(token) = tokens.get(at) {
                            events.push(Event::Tokens {
                                id: *id,
                                branch,
                                tokens: vec![token.clone()],
                            });
                        }
                    }
                }
                for (branch, (tokens, stop)) in (0..).zip(&branches) {
                    let stop = if tokens.len() > most { StopReason::Length } else { *stop };
                    events.push(Event::BranchDone { id: *id, branch, stop });
                }
                events
            }
            Request::ScoreLabels { id, prompt, labels } => {
                let peak = mix(hash(prompt)) % labels.len().max(1) as u64;
                let mass =
                    |at: u64| if at == peak { 0.8 } else { 0.19 / labels.len().max(2) as f64 };
                #[allow(clippy::cast_precision_loss)]
                let masses = (0..labels.len() as u64).map(mass).collect();
                vec![Event::Labels { id: *id, masses, tokens: 8 }]
            }
            Request::ScoreText { id, continuation, alternatives, .. } => {
                let tokens: Vec<_> = match continuation {
                    Content::Text(text) => text
                        .split_inclusive(' ')
                        .map(|word| scripted_token(word, 0, -0.5))
                        .collect(),
                    // What the ids stand for is not remembered.
                    _ => path_of(continuation)
                        .into_iter()
                        .map(|id| Token { id, logprob: -0.5, bytes: Vec::new() })
                        .collect(),
                };
                let other = |at: usize, word: &&str| {
                    scripted_token(&format!("{word} "), 0, -0.5 - at as f32)
                };
                let others =
                    || OPENINGS[..3].iter().enumerate().map(|(at, word)| other(at, word)).collect();
                let alternatives = match alternatives {
                    0 => Vec::new(),
                    _ => tokens.iter().map(|_| others()).collect(),
                };
                vec![Event::Scored { id: *id, tokens, alternatives }]
            }
            Request::Count { id } => {
                let (counters, costs) = (Counters::default(), Vec::new());
                vec![Event::Counted { id: *id, counters, costs }]
            }
        }
    }

    /// A text in the form of a grammar, as far as its root is a row of texts and rules: a rule that
    /// is a choice of texts is one of them, any other some words.
    fn form(prompt: &Prompt, grammar: &str, seed: u64) -> (Vec<Token>, StopReason) {
        let rules: Vec<_> = grammar.lines().filter_map(|line| line.split_once(" ::= ")).collect();
        let rule = |name: &str| rules.iter().find(|(own, _)| *own == name).map(|(_, body)| *body);
        let mut text = String::new();
        for (at, part) in pieces(rule("root").unwrap_or_default()).into_iter().enumerate() {
            let choices = match part {
                Piece::Text(own) => vec![own],
                Piece::Rule(name) => {
                    let body = rule(name).unwrap_or_default();
                    let parts =
                        body.split(" | ").map(|one| one.strip_prefix('"')?.strip_suffix('"'));
                    parts.collect::<Option<Vec<_>>>().unwrap_or_else(|| MIDDLES[..5].to_vec())
                }
            };
            let roll = mix(hash(prompt) ^ mix(seed ^ at as u64)) % choices.len().max(1) as u64;
            let chosen = usize::try_from(roll).ok().and_then(|roll| choices.get(roll));
            text.push_str(&chosen.copied().unwrap_or_default().replace("\\n", "\n"));
        }
        let words = text.split_inclusive(' ').map(|word| scripted_token(word, seed, -0.5));
        (words.collect(), StopReason::EndOfTurn)
    }

    /// One step of a branch: some words and a line end, or an answer once the path is deep.
    fn step(&self, prompt: &Prompt, seed: u64) -> (Vec<Token>, StopReason) {
        let roll = |salt: u64, below: usize| {
            let number = mix(hash(prompt) ^ mix(seed ^ salt)) % below as u64;
            usize::try_from(number).unwrap_or(0)
        };
        let depth = path(prompt).iter().filter(|id| **id == LINE_END).count();
        let phrases = (0..self.phrases as u64).map(|at| MIDDLES[roll(3 + 1000 * at, 6)]);
        let phrases: Vec<_> = phrases.collect();
        let text = if depth >= self.depth {
            let answer = format!("Answer: {}", 20 + roll(1, 3));
            let lines = phrases.into_iter().skip(1).chain([answer.as_str()]);
            lines.collect::<Vec<_>>().join(".\n")
        } else {
            format!("{} {} {}", OPENINGS[roll(2, 6)], phrases.join(", "), roll(4, 25))
        };
        let mut tokens: Vec<_> = text
            .split_inclusive(' ')
            .enumerate()
            .map(|(at, word)| {
                scripted_token(word, seed, -0.1 - 0.01 * roll(5 + at as u64, 200) as f32)
            })
            .collect();
        if depth >= self.depth {
            return (tokens, StopReason::EndOfTurn);
        }
        tokens.push(Token { id: LINE_END, logprob: -0.01, bytes: b"\n".to_vec() });
        (tokens, StopReason::Step)
    }
}

/// A part of a rule.
enum Piece<'grammar> {
    Text(&'grammar str),
    Rule(&'grammar str),
}

fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut quoted = false;
    let mut pieces = Vec::new();
    for part in body.split('"') {
        if quoted {
            pieces.push(Piece::Text(part));
        } else {
            pieces.extend(part.split_whitespace().map(Piece::Rule));
        }
        quoted = !quoted;
    }
    pieces
}

fn scripted_token(word: &str, seed: u64, logprob: f32) -> Token {
    let id = 2 + i32::try_from(mix(word.len() as u64 ^ seed) % 1000).unwrap_or(0);
    Token { id, logprob, bytes: word.as_bytes().to_vec() }
}

fn info() -> ModelInfo {
    ModelInfo {
        name: "scripted".to_owned(),
        architecture: "none".to_owned(),
        context: 1 << 20,
        reads_ten: true,
        ..ModelInfo::default()
    }
}

/// The tokens of the answer so far: the first content that is a path. A written step counts as
/// a token a byte.
fn path(prompt: &Prompt) -> Vec<i32> {
    let is_path = |content: &&Content| !matches!(content, Content::Text(_));
    prompt.turns.iter().map(|turn| &turn.content).find(is_path).map(path_of).unwrap_or_default()
}

fn path_of(content: &Content) -> Vec<i32> {
    let of_text = |text: &str| text.bytes().map(i32::from).collect::<Vec<_>>();
    let of_part = |part: &Part| match part {
        Part::Text(text) => of_text(text),
        Part::Tokens(tokens) => tokens.clone(),
    };
    match content {
        Content::Text(text) => of_text(text),
        Content::Tokens(tokens) => tokens.clone(),
        Content::Parts(parts) => parts.iter().flat_map(of_part).collect(),
    }
}

fn hash(prompt: &Prompt) -> u64 {
    path(prompt).iter().fold(17, |hash, token| mix(hash ^ u64::from(token.unsigned_abs())))
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value ^ (value >> 29)
}
