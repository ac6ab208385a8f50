//! What can be asked of an engine, and what it tells.
//!
//! A request carries an id of the caller's choice; every event that answers it carries the
//! same id. A `Generate` ends with one `BranchDone` per branch, a `ScoreLabels` with one
//! `Labels`, a `ScoreText` with one `Scored`, a `Tokenize` with one `Tokenized`; each may end
//! with `Failed` instead. `Lost` ends all requests at once.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::reasoning::Segmentation;
use crate::tree::{Sampling, Token};

/// The caller's name for a request.
pub type RequestId = u64;

/// Something asked of an engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Load a model, in place of the one that is loaded.
    Load(ModelOptions),
    /// Continue one prompt in several branches, decoded together from a shared prefix.
    Generate(Generate),
    /// Read the probabilities of labels at the position after a prompt.
    ScoreLabels {
        /// The request's id.
        id: RequestId,
        /// What comes before the label.
        prompt: Prompt,
        /// The labels; each must be a single token in the model's vocabulary.
        labels: Vec<String>,
    },
    /// Read the log-probability of every token of a given continuation.
    ScoreText {
        /// The request's id.
        id: RequestId,
        /// What comes before the continuation.
        prompt: Prompt,
        /// The continuation.
        continuation: Content,
        /// How many of the most probable tokens to tell at each position; see [`MOST_ALTERNATIVES`].
        alternatives: u32,
    },
    /// Tell what was done so far and what is held.
    Count {
        /// The request's id.
        id: RequestId,
    },
    /// Say which tokens a text is, without decoding anything.
    Tokenize {
        /// The request's id.
        id: RequestId,
        /// The text.
        text: String,
        /// Where in a prompt it stands.
        reading: Reading,
    },
    /// Stop a request within one decoding step.
    Cancel {
        /// The request's id.
        id: RequestId,
    },
}

impl Request {
    /// Returns the id under which somebody waits for an answer, if anybody does.
    #[must_use]
    pub fn awaited(&self) -> Option<RequestId> {
        match self {
            Self::Generate(Generate { id, .. })
            | Self::ScoreLabels { id, .. }
            | Self::ScoreText { id, .. }
            | Self::Count { id }
            | Self::Tokenize { id, .. } => Some(*id),
            Self::Load(_) | Self::Cancel { .. } => None,
        }
    }
}

/// Where in a prompt a text stands, on which its tokens depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reading {
    /// It is a template's own text at the beginning of a sequence: special tokens count, and
    /// the token that begins a sequence comes first where the model wants it.
    Start,
    /// It is a template's own text: special tokens count.
    Markup,
    /// Somebody wrote or sampled it: nothing in it is special.
    Content,
}

/// The most alternatives that are told of a token.
pub const MOST_ALTERNATIVES: u32 = 100;

/// What to generate. `Generate { id, prompt, seeds, ..Generate::default() }` samples one step
/// of at most 256 tokens a branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Generate {
    /// The request's id.
    pub id: RequestId,
    /// What to continue.
    pub prompt: Prompt,
    /// The seed of each branch's random numbers; as many branches as seeds.
    pub seeds: Vec<u64>,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Where a step ends; `Segmentation::Whole` goes on to the end of the turn.
    pub segmentation: Segmentation,
    /// The most tokens that a branch may get.
    pub max_tokens: u32,
    /// A GBNF grammar that the text of each branch follows from its `root` rule; the branch
    /// ends where the grammar does.
    pub grammar: Option<String>,
    /// What makes repeated tokens less probable.
    pub penalties: Penalties,
    /// How many of the most probable tokens to tell beside each one; see [`MOST_ALTERNATIVES`].
    pub alternatives: u32,
}

impl Default for Generate {
    fn default() -> Self {
        Self {
            id: 0,
            prompt: Prompt::default(),
            seeds: vec![0],
            sampling: Sampling::default(),
            segmentation: Segmentation::BlankLine,
            max_tokens: 256,
            grammar: None,
            penalties: Penalties::default(),
            alternatives: 0,
        }
    }
}

/// What makes tokens less probable that a branch sampled already. The default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Penalties {
    /// How many of the branch's last tokens count.
    pub window: u32,
    /// Divides a positive logit and multiplies a negative one; 1 changes nothing.
    pub repeat: f32,
    /// Taken off a logit for each time that the token was sampled.
    pub frequency: f32,
    /// Taken off a logit once if the token was sampled.
    pub presence: f32,
}

impl Default for Penalties {
    fn default() -> Self {
        Self { window: 64, repeat: 1.0, frequency: 0.0, presence: 0.0 }
    }
}

/// Which model to load and how to run it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelOptions {
    /// A GGUF file; the embedded model if absent.
    pub file: Option<PathBuf>,
    /// A Jinja chat template in place of the model's own.
    pub template: Option<String>,
    /// Cells of the key-value cache, shared by all branches; the default suits the model.
    pub context: Option<u32>,
    /// Threads to decode with; the default suits the model and the machine.
    pub threads: Option<u32>,
    /// Layers on the GPU; all that fit if absent.
    pub gpu_layers: Option<u32>,
    /// MiB of host memory for what does not fit into the context; an eighth of the machine's if
    /// absent.
    pub cache: Option<u32>,
    /// How keys and values are stored.
    pub cache_type: CacheType,
    /// Whether to use flash attention; it is used if absent.
    pub flash_attention: Option<bool>,
    /// Whether tokens depend on nothing but prompt, seed, settings, model and machine. Then
    /// nothing is shared between requests, and branches are decoded one after another.
    pub deterministic: bool,
}

/// How keys and values are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CacheType {
    /// 16-bit floating point.
    #[default]
    F16,
    /// 8-bit blocks: half the memory, somewhat slower on a processor.
    Q8,
}

/// A conversation, the last turn of which is to be continued.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// The turns, oldest first. The last must be the assistant's and is left open.
    pub turns: Vec<Turn>,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: Content,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Instructions to the model.
    System,
    /// The person who asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// Returns the name that chat templates use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// What is said in a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// Text, tokenised without special tokens whatever it contains.
    Text(String),
    /// Tokens, exactly as they were sampled.
    Tokens(Vec<i32>),
    /// Both, in order: sampled steps between written ones.
    Parts(Vec<Part>),
}

impl From<Vec<i32>> for Content {
    fn from(tokens: Vec<i32>) -> Self {
        Self::Tokens(tokens)
    }
}

/// A part of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// Text, tokenised without special tokens whatever it contains.
    Text(String),
    /// Tokens, exactly as they were sampled.
    Tokens(Vec<i32>),
}

impl Prompt {
    /// Returns a prompt in which the model goes on with an answer to a question.
    #[must_use]
    pub fn continuing(question: &str, answer_so_far: impl Into<Content>) -> Self {
        Self {
            turns: vec![
                Turn { role: Role::User, content: Content::Text(question.to_owned()) },
                Turn { role: Role::Assistant, content: answer_so_far.into() },
            ],
        }
    }

    /// Returns the prompt with more words at the end of what the model says.
    #[must_use]
    pub fn saying(mut self, words: &str) -> Self {
        if let Some(turn) = self.turns.last_mut() {
            let text = Part::Text(words.to_owned());
            turn.content = match std::mem::replace(&mut turn.content, Content::Parts(Vec::new())) {
                Content::Text(said) => Content::Text(said + words),
                Content::Tokens(said) if said.is_empty() => Content::Text(words.to_owned()),
                Content::Tokens(said) => Content::Parts(vec![Part::Tokens(said), text]),
                Content::Parts(mut parts) => {
                    match parts.last_mut() {
                        Some(Part::Text(said)) => said.push_str(words),
                        _ => parts.push(text),
                    }
                    Content::Parts(parts)
                }
            };
        }
        self
    }

    /// Returns the prompt with one more question, to be answered from the start.
    #[must_use]
    pub fn then_ask(mut self, question: &str) -> Self {
        self.turns.extend([
            Turn { role: Role::User, content: Content::Text(question.to_owned()) },
            Turn { role: Role::Assistant, content: Content::Tokens(Vec::new()) },
        ]);
        self
    }
}

/// Something that an engine tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A model is being loaded; the share that is done, in `[0, 1]`.
    Loading {
        /// Share done.
        progress: f32,
    },
    /// A model is ready.
    Loaded(ModelInfo),
    /// A model cannot be loaded; a sentence with the mend.
    LoadFailed {
        /// The sentence.
        message: String,
    },
    /// A branch got tokens.
    Tokens {
        /// The request.
        id: RequestId,
        /// Which of its branches, from 0.
        branch: u32,
        /// The tokens, in order.
        tokens: Vec<Token>,
    },
    /// The most probable tokens beside those of the `Tokens` event just before, if they were
    /// asked for: one list a token, the most probable first.
    Alternatives {
        /// The request.
        id: RequestId,
        /// Which of its branches, from 0.
        branch: u32,
        /// A list for each token of the event before.
        alternatives: Vec<Vec<Token>>,
    },
    /// A branch ended.
    BranchDone {
        /// The request.
        id: RequestId,
        /// Which of its branches, from 0.
        branch: u32,
        /// Why.
        stop: StopReason,
    },
    /// A text was tokenised.
    Tokenized {
        /// The request.
        id: RequestId,
        /// Its tokens.
        tokens: Vec<i32>,
    },
    /// Label probabilities were read.
    Labels {
        /// The request.
        id: RequestId,
        /// The probability of each label, in the order asked; their sum is the captured mass.
        masses: Vec<f64>,
        /// Tokens of the question that follows the path, which is what the score cost.
        tokens: u32,
    },
    /// The tokens of a given continuation, with their raw log-probabilities.
    Scored {
        /// The request.
        id: RequestId,
        /// The continuation in tokens.
        tokens: Vec<Token>,
        /// The most probable tokens at each position, if they were asked for.
        alternatives: Vec<Vec<Token>>,
    },
    /// What was done so far and what is held.
    Counted {
        /// The request.
        id: RequestId,
        /// The figures.
        counters: Counters,
        /// Seconds of a decoding step by the number of its rows, from 0 rows on, as measured
        /// when the model was loaded.
        costs: Vec<f64>,
    },
    /// A request cannot be fulfilled; a sentence with the mend.
    Failed {
        /// The request.
        id: RequestId,
        /// The sentence.
        message: String,
    },
    /// The engine died and every request with it. `Loading` and `Loaded` follow if it can be
    /// started again.
    Lost {
        /// What happened, in words.
        why: String,
        /// Whether it is being started again.
        restarting: bool,
    },
}

/// Why a branch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// The step is whole.
    Step,
    /// The model ended its turn.
    EndOfTurn,
    /// The limit of tokens, or the end of the model's context, was reached.
    Length,
    /// The request was cancelled.
    Cancelled,
}

/// What an engine did since its model was loaded, and what it holds now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    /// Batches that were decoded.
    pub steps: u64,
    /// Tokens that were decoded, those of prompts too.
    pub decoded: u64,
    /// Tokens that were sampled.
    pub sampled: u64,
    /// Attentions of a layer in which a cell was read once for all rows that see it.
    pub shared: u64,
    /// Seconds of processor time of decoding.
    pub decoding: f64,
    /// Seconds of processor time of the worker in all, since it was started.
    pub processor: f64,
    /// Tokens whose keys and values were saved to host memory.
    pub saved: u64,
    /// Tokens whose keys and values came back from there.
    pub restored: u64,
    /// Seconds of processor time of saving.
    pub saving: f64,
    /// Seconds of processor time of bringing back.
    pub restoring: f64,
    /// Bytes that host memory holds.
    pub host_bytes: u64,
    /// Runs of tokens that are remembered.
    pub spans: u64,
    /// Cells of the key-value cache that hold something.
    pub cells: u64,
    /// Cells that nothing which is being decoded needs.
    pub idle_cells: u64,
    /// Sequences that hold something.
    pub lanes: u64,
    /// Sequences in which something is being decoded.
    pub active_lanes: u64,
    /// Branches and other work that is not done.
    pub active: u64,
    /// Threads that decode.
    pub threads: u64,
    /// Cells of the key-value cache.
    pub context: u64,
    /// The most bytes that host memory may hold.
    pub host_budget: u64,
}

/// What is known of a loaded model. Names come from the file and are not to be trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// The model's name.
    pub name: String,
    /// The architecture's name.
    pub architecture: String,
    /// Number of parameters.
    pub parameters: u64,
    /// The longest sequence that it can read, in tokens.
    pub context: u32,
    /// Identifies the file: BLAKE3 of its length, its first and its last MiB, in hexadecimal.
    pub fingerprint: String,
    /// BLAKE3 of the chat template in use, in hexadecimal.
    pub template: String,
    /// How its weights are stored, such as `Q4_K_M`, where its file says so.
    pub quantisation: Option<String>,
    /// Whether "10" is a single token, so that a 0 to 10 scale can be read at one position.
    pub reads_ten: bool,
}
