//! A replay without a terminal: the same program, whose clock goes on as fast as it is drawn.
//!
//! Responsible for the frames of `pleach replay --headless` and `--cast`, and of the tests. The keys,
//! the pace and the drawing are those of the screen; only the waiting is left out.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::Path;

use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::pen::Pen;
use super::player::recorded;
use super::script::text_of;
use super::theme::Theme;
use super::view::{self, Cache};
use crate::app::{Effect, Model, Msg, Sought, Speed, parse_keys, update};
use crate::session::{self, Recording};
use crate::tree::Tree;

/// The shortest time between two frames of a cast, in milliseconds.
const CAST_FRAME: u64 = 80;

/// A replay without a terminal.
pub struct Watch {
    model: Model,
    recording: Recording,
    now: u64,
}

impl Watch {
    /// Opens a session's past before its first operation.
    ///
    /// # Errors
    /// Returns why the session cannot be read.
    pub fn open(path: &Path, size: (u16, u16)) -> Result<Self, session::Error> {
        let mut watch =
            Self { model: Model::new(size, 0), recording: Recording::open(path)?, now: 0 };
        let start = recorded(&mut watch.recording, path, None, 0, None)?;
        let effects = update(&mut watch.model, Msg::Replaying(start), 0);
        watch.perform(effects, &mut |_, _| Ok(()))?;
        Ok(watch)
    }

    /// Returns how many operations there are.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.recording.length()
    }

    /// Returns the tree that is shown.
    #[must_use]
    pub fn tree(&self) -> Option<&Tree> {
        self.model.workbench().map(|bench| &bench.tree)
    }

    /// Presses keys, in the keymap's notation, and plays on until nothing is under way.
    ///
    /// # Errors
    /// Returns a sentence if the keys or the recording cannot be read.
    pub fn press(&mut self, keys: &str) -> Result<(), String> {
        self.press_and_watch(keys, &mut |_, _| Ok(()))
    }

    fn press_and_watch(
        &mut self,
        keys: &str,
        frame: &mut dyn FnMut(&Model, u64) -> Result<(), String>,
    ) -> Result<(), String> {
        self.read().map_err(|error| error.to_string())?;
        for key in parse_keys(keys).map_err(|error| error.to_string())? {
            let effects = update(&mut self.model, Msg::Key(key), self.now);
            let mut failure = None;
            let mut keep = |model: &Model, now: u64| {
                failure = failure.take().or(frame(model, now).err());
                Ok(())
            };
            self.perform(effects, &mut keep).map_err(|error| error.to_string())?;
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
        Ok(())
    }

    /// Reads what of the log was left for after the first frame.
    fn read(&mut self) -> Result<(), session::Error> {
        if self.recording.front() < self.recording.length() {
            self.recording.read(u64::MAX)?;
            let marks = self.recording.marks().clone();
            update(&mut self.model, Msg::Marked(marks), self.now);
        }
        Ok(())
    }

    /// Does what effects say, with a clock that does not wait.
    fn perform(
        &mut self,
        effects: Vec<Effect>,
        frame: &mut dyn FnMut(&Model, u64) -> Result<(), session::Error>,
    ) -> Result<(), session::Error> {
        let mut waiting = VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            let message = match effect {
                Effect::Seek { sequence } => {
                    let moment = Box::new(self.recording.moment(sequence)?);
                    Msg::Sought(Sought { sequence, moment })
                }
                Effect::Fetch { after, up_to } => {
                    Msg::Fetched(self.recording.operations(after, up_to)?)
                }
                Effect::Wake { milliseconds } => {
                    self.now += milliseconds;
                    frame(&self.model, self.now)?;
                    Msg::Woken
                }
                // There is no world here to do anything else in.
                _ => continue,
            };
            waiting.extend(update(&mut self.model, message, self.now));
        }
        Ok(())
    }

    /// Returns the screen as plain text.
    ///
    /// # Errors
    /// Returns a sentence if it cannot be drawn.
    pub fn screen(&self) -> Result<String, String> {
        let backend = TestBackend::new(self.model.size.0, self.model.size.1);
        let mut terminal = Terminal::new(backend).map_err(|error| error.to_string())?;
        let mut cache = Cache::default();
        terminal
            .draw(|frame| view::draw(&self.model, &Theme::mono(), &mut cache, frame))
            .map_err(|error| error.to_string())?;
        Ok(text_of(terminal.backend().buffer()))
    }

    /// Plays from the beginning to the end and writes what a terminal would be sent, as an
    /// asciicast (version 2).
    ///
    /// # Errors
    /// Returns a sentence if it cannot be written.
    pub fn cast(&mut self, speed: Speed, theme: &Theme, out: &mut dyn Write) -> Result<(), String> {
        let (width, height) = self.model.size;
        let failed = |error: io::Error| error.to_string();
        let header = serde_json::json!({
            "version": 2, "width": width, "height": height, "title": "pleach replay",
            "env": {"TERM": "xterm-256color"},
        });
        writeln!(out, "{header}").map_err(failed)?;
        let mut screen = Screen::new(width, height)?;
        let speed = match speed {
            Speed::Times(times) => times.to_string(),
            Speed::Clock => "clock".to_owned(),
            Speed::Full => "full".to_owned(),
        };
        self.press(&format!(":speed {speed}<enter>0"))?;
        let (began, mut drawn) = (self.now, 0);
        let mut cast = |model: &Model, now: u64, due: bool| {
            let passed = now - began;
            if !due && passed < drawn + CAST_FRAME {
                return Ok(());
            }
            drawn = passed;
            let sent = screen.draw(model, theme)?;
            if sent.is_empty() {
                return Ok(());
            }
            let event = serde_json::json!([passed as f64 / 1000.0, "o", sent]);
            writeln!(out, "{event}").map_err(|error| error.to_string())
        };
        cast(&self.model, self.now, true)?;
        self.press_and_watch("s", &mut |model, now| cast(model, now, false))?;
        cast(&self.model, self.now + CAST_FRAME, true)?;
        out.flush().map_err(failed)
    }
}

/// A terminal whose bytes are kept.
struct Screen {
    terminal: Terminal<Pen<Kept>>,
    cache: Cache,
    sent: Kept,
}

/// Bytes that were sent since they were last taken.
#[derive(Clone, Default)]
pub(super) struct Kept(pub(super) std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Screen {
    fn new(width: u16, height: u16) -> Result<Self, String> {
        let sent = Kept::default();
        let viewport = Viewport::Fixed(Rect { x: 0, y: 0, width, height });
        let backend = Pen::new(sent.clone());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport });
        let terminal = terminal.map_err(|error| error.to_string())?;
        Ok(Self { terminal, cache: Cache::default(), sent })
    }

    /// Draws, and returns what was sent.
    fn draw(&mut self, model: &Model, theme: &Theme) -> Result<String, String> {
        let cache = &mut self.cache;
        let drawn = self.terminal.draw(|frame| view::draw(model, theme, cache, frame));
        drawn.map_err(|error| error.to_string())?;
        let bytes = std::mem::take(&mut *self.sent.0.borrow_mut());
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
