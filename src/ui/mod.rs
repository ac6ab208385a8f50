//! The terminal: what is drawn on it, what comes from it, and the loop between them.
//!
//! Responsible for everything that touches the outside: the terminal, the engine's process,
//! the session's file, the clipboard. What to do is decided in `app`; here it is done.

mod clipboard;
mod run;
mod runtime;
mod script;
mod terminal;
pub mod theme;
pub mod view;

use std::path::PathBuf;

use crate::engine::protocol::ModelOptions;
use crate::tree::Problem;

pub use run::{Latency, drive, run};
pub use runtime::{Arrival, Runtime};
pub use script::script;

/// How the program is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which model to load and how to run it.
    pub model: ModelOptions,
    /// What answers requests.
    pub engine: EngineKind,
    /// What to begin with.
    pub opening: Opening,
}

/// What answers requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EngineKind {
    /// A language model in a worker process.
    #[default]
    Llama,
    /// The scripted engine, for tests.
    Scripted,
}

/// What the program begins with.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Opening {
    /// The start screen.
    #[default]
    StartScreen,
    /// A new session on a problem.
    New(Problem),
    /// A session file.
    File(PathBuf),
}
