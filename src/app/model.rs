//! The model: everything that the program knows.

use super::command::Place;
use super::key::Key;
use super::keymap::Keymap;
use super::start::Start;
use super::workbench::Workbench;
use crate::engine::ModelInfo;
use crate::search::Policy;

/// Everything that the program knows.
#[derive(Debug)]
pub struct Model {
    /// What is on the screen.
    pub screen: Screen,
    /// What is known of the engine.
    pub engine: EngineState,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// What the person was last told.
    pub notice: Option<Notice>,
    /// Keys of a sequence that is not finished.
    pub keys: Vec<Key>,
    /// What keys mean.
    pub keymap: Keymap,
    /// How sessions that are opened from here on are searched.
    pub policy: Policy,
    /// How many sessions were opened.
    pub sessions: u64,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// When the last message came, in milliseconds since 1970-01-01 UTC.
    pub now: u64,
}

/// A screen.
#[derive(Debug)]
pub enum Screen {
    /// The start screen.
    Start(Start),
    /// The workbench.
    Workbench(Box<Workbench>),
}

/// What is known of the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// A model is being loaded; the share done, in `[0, 1]`.
    Loading(f32),
    /// A model is ready.
    Ready(ModelInfo),
    /// There is no model; a sentence that says why.
    Failed(String),
    /// The worker died and is being started again; why it died.
    Restarting(String),
}

/// What lies over a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The help, scrolled by so many rows.
    Help(u16),
    /// The question whether to quit.
    Quit,
}

/// What the person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// Whether something went wrong.
    pub is_error: bool,
}

impl Model {
    /// Makes the model of a program that was just started.
    #[must_use]
    pub fn new(size: (u16, u16), now: u64) -> Self {
        Self {
            screen: Screen::Start(Start::default()),
            engine: EngineState::Loading(0.0),
            overlay: None,
            notice: None,
            keys: Vec::new(),
            keymap: Keymap::default(),
            policy: Policy::swe_search(),
            sessions: 0,
            size,
            now,
        }
    }

    /// Returns where commands are looked up.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.screen {
            Screen::Start(_) => Place::Start,
            Screen::Workbench(_) => Place::Workbench,
        }
    }

    /// Returns the workbench, if it is on the screen.
    #[must_use]
    pub fn workbench(&self) -> Option<&Workbench> {
        match &self.screen {
            Screen::Workbench(bench) => Some(bench),
            Screen::Start(_) => None,
        }
    }

    pub(super) fn workbench_mut(&mut self) -> Option<&mut Workbench> {
        match &mut self.screen {
            Screen::Workbench(bench) => Some(bench),
            Screen::Start(_) => None,
        }
    }

    /// Returns whether nothing is under way: the engine rests and all is saved.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let engine = !matches!(self.engine, EngineState::Loading(_) | EngineState::Restarting(_));
        engine
            && match &self.screen {
                Screen::Start(start) => start.is_settled(),
                Screen::Workbench(bench) => bench.is_settled(),
            }
    }

    pub(super) fn tell(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), is_error: false });
    }

    pub(super) fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), is_error: true });
    }
}
