//! The terminal: what is drawn on it, what comes from it, and the loop between them.
//!
//! Responsible for everything that touches the outside: the terminal, the engine's process,
//! the session's file, the clipboard. What to do is decided in `app`; here it is done.

pub mod clipboard;
pub mod crash;

mod editor;
mod export;
mod input;
mod look;
mod pen;
mod plain;
mod player;
pub mod reference;
mod run;
mod runtime;
mod script;
pub mod settings;
mod signals;
mod styles;
mod svg;
mod terminal;
pub mod theme;
mod typing;
pub mod view;
mod watch;

use std::path::PathBuf;

use crate::engine::protocol::ModelOptions;

pub use crate::app::Opening;
pub use clipboard::{Clipboard, copies_by_terminal};
pub use look::Look;
pub use pen::Pen;
pub use plain::plain;
pub use player::recorded;
pub use run::{Draw, Latency, drive, run};
pub use runtime::{Arrival, Runtime, now};
pub use script::{Picture, picture, script, styled};
pub use settings::Settings;
pub use svg::xml;
pub use terminal::is_light;
pub use watch::Watch;

/// How the program is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which model to load and how to run it.
    pub model: ModelOptions,
    /// What answers requests.
    pub engine: EngineKind,
    /// What to begin with.
    pub opening: Opening,
    /// Where new sessions are made and recent ones looked for.
    pub sessions: Sessions,
    /// The person's settings, keys and themes.
    pub settings: Settings,
}

/// Where new sessions are made, and what their randomness follows from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sessions {
    /// The folder; `PLEACH_DATA_DIR` or the user's data folder if absent.
    pub folder: Option<PathBuf>,
    /// The seed of new sessions; drawn at random for each if absent.
    pub seed: Option<u64>,
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
