//! The model: everything that the program knows.

use std::collections::VecDeque;

use super::command::Place;
use super::config::Config;
use super::key::Key;
use super::keymap::Keymap;
use super::layout::{Layout, Panes};
use super::overlay::Overlay;
use super::start::Start;
use super::workbench::Workbench;
use crate::engine::ModelInfo;
use crate::search::Policy;

/// The most messages that are kept.
const MESSAGES: usize = 1000;

/// Everything that the program knows.
#[derive(Debug)]
pub struct Model {
    /// What is on the screen.
    pub screen: Screen,
    /// What is known of the engine.
    pub engine: EngineState,
    /// What lies over the screen, the last one on top.
    pub overlays: Vec<Overlay>,
    /// What the person was last told.
    pub notice: Option<Notice>,
    /// All that the person was told, oldest first.
    pub messages: VecDeque<Notice>,
    /// Keys of a sequence that is not finished.
    pub keys: Vec<Key>,
    /// What keys mean.
    pub keymap: Keymap,
    /// The settings.
    pub config: Config,
    /// The names of the themes that there are.
    pub themes: Vec<String>,
    /// The theme that is shown while one is chosen.
    pub theme_preview: Option<String>,
    /// The lines that were run, oldest first.
    pub history: Vec<String>,
    /// How sessions that are opened from here on are searched.
    pub policy: Policy,
    /// How many sessions were opened.
    pub sessions: u64,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// What the person wants of the panes.
    pub panes: Panes,
    /// Whether the mouse holds the border between the tree and the path.
    pub(super) drags_split: bool,
    /// The step of the tour, while there is one.
    pub tour: Option<usize>,
    /// Whether the person writes in an editor of their own.
    pub is_composing: bool,
    /// Whether the person looks at this terminal, as far as it tells.
    pub focused: bool,
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

impl Screen {
    fn place(&self) -> Place {
        match self {
            Self::Start(start) if start.input.is_some() => Place::Field,
            Self::Start(_) => Place::Start,
            Self::Workbench(bench) if bench.replay.is_some() => Place::Replay,
            Self::Workbench(_) => Place::Workbench,
        }
    }
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
            overlays: Vec::new(),
            notice: None,
            messages: VecDeque::new(),
            keys: Vec::new(),
            keymap: Keymap::default(),
            config: Config::default(),
            themes: Vec::new(),
            theme_preview: None,
            history: Vec::new(),
            policy: Policy::swe_search(),
            sessions: 0,
            size,
            tour: None,
            is_composing: false,
            focused: true,
            panes: Panes::default(),
            drags_split: false,
            now,
        }
    }

    /// Returns where commands are looked up.
    #[must_use]
    pub fn place(&self) -> Place {
        self.overlays.last().map_or_else(|| self.screen.place(), Overlay::place)
    }

    /// Returns the place below the layer on top.
    #[must_use]
    pub fn place_below(&self) -> Place {
        self.overlays.iter().rev().nth(1).map_or_else(|| self.screen.place(), Overlay::place)
    }

    /// Returns where the panes of the workbench are.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout::of(self.size, self.panes)
    }

    /// Returns the name of the theme to be shown on a light background or on another.
    #[must_use]
    pub fn shown_theme(&self, on_light: bool) -> &str {
        let Config { theme, theme_on_light, .. } = &self.config;
        let own = if on_light && !theme_on_light.is_empty() { theme_on_light } else { theme };
        self.theme_preview.as_deref().unwrap_or(own)
    }

    /// Returns the workbench, if it is on the screen.
    #[must_use]
    pub fn workbench(&self) -> Option<&Workbench> {
        match &self.screen {
            Screen::Workbench(bench) => Some(bench),
            Screen::Start(_) => None,
        }
    }

    /// Returns the open session, also while a replay lies before it.
    pub(super) fn live_mut(&mut self) -> Option<&mut Workbench> {
        let bench = self.workbench_mut()?;
        if bench.replay.is_some() { bench.replay.as_mut()?.live() } else { Some(bench) }
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
            && !self.is_composing
            && self.overlays.iter().all(|overlay| match overlay {
                Overlay::Export(export) => export.is_settled(),
                Overlay::Splicing(splicing) => splicing.is_settled(),
                _ => true,
            })
            && match &self.screen {
                Screen::Start(start) => start.is_settled(),
                Screen::Workbench(bench) => bench.is_settled(),
            }
    }

    /// Tells the person something.
    pub(super) fn tell(&mut self, text: impl Into<String>) {
        self.note(Notice { text: text.into(), is_error: false });
    }

    /// Tells the person what went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.note(Notice { text: text.into(), is_error: true });
    }

    fn note(&mut self, notice: Notice) {
        self.messages.push_back(notice.clone());
        if self.messages.len() > MESSAGES {
            self.messages.pop_front();
        }
        self.notice = Some(notice);
    }
}
