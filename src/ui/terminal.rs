//! The terminal: taken over at the start, given back at the end, whatever the end is.
//!
//! Responsible for raw mode, the alternate screen, bracketed paste, the mouse, focus, and for
//! giving all of it back on return, on error, for a suspension, and on a panic of the thread that
//! took it (`crash.rs` calls [`restore`]). Crashes that are no panics are the business of
//! `signals.rs`.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

use std::time::Duration;

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, style};
use ratatui::Terminal;
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

use super::pen::Pen;

/// What frames are written to: whole frames, not thousands of small writes.
pub type Screen = Terminal<Pen<BufWriter<Stdout>>>;

/// Buttons, drags and the wheel, with coordinates of any size. Not every movement of the pointer,
/// which crossterm would ask for: that is a stream of bytes over a slow line for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// How long a terminal may take to tell its background, over a slow line too.
const PATIENCE: Duration = Duration::from_millis(200);

/// The thread that took the terminal and draws on it.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);
/// Whether the mouse is taken with it.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub struct Terminals {
    /// Where frames are drawn.
    pub screen: Screen,
}

impl Terminals {
    /// Takes the terminal over, with the mouse or without.
    ///
    /// # Errors
    /// Returns a sentence if there is no terminal.
    pub fn enter(mouse: bool) -> Result<Self, String> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err("pleach draws on a terminal, and this is none; the verbs grow, show, log and script work without one".to_owned());
        }
        MOUSE.store(mouse, Ordering::SeqCst);
        #[cfg(unix)]
        super::signals::watch();
        let failed = |error: io::Error| {
            restore();
            format!("the terminal cannot be used: {error}")
        };
        take().map_err(failed)?;
        let writer = BufWriter::with_capacity(64 << 10, io::stdout());
        let screen = Terminal::new(Pen::new(writer)).map_err(failed)?;
        Ok(Self { screen })
    }
}

impl Drop for Terminals {
    fn drop(&mut self) {
        restore();
    }
}

/// Returns the thread that draws, while the terminal is taken.
pub fn owner() -> Option<ThreadId> {
    *OWNER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the terminal, at the start and after a suspension.
///
/// # Errors
/// Returns the system's reason; the terminal may then be half taken.
pub fn take() -> io::Result<()> {
    set_owner(Some(std::thread::current().id()));
    // A shell may have changed the modes during a stop, and crossterm would think them raw.
    disable_raw_mode()?;
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if MOUSE.load(Ordering::SeqCst) {
        execute!(io::stdout(), style::Print(MOUSE_ON))?;
    }
    execute!(io::stdout(), EnableFocusChange)
}

/// Takes the mouse, or leaves it to the terminal.
pub fn set_mouse(mouse: bool) {
    if MOUSE.swap(mouse, Ordering::SeqCst) != mouse {
        let modes = if mouse { MOUSE_ON } else { MOUSE_OFF };
        let _ = execute!(io::stdout(), style::Print(modes));
    }
}

/// Returns whether the background is light, as far as the terminal tells within a moment.
#[must_use]
pub fn is_light() -> bool {
    let mut options = QueryOptions::default();
    options.timeout = PATIENCE;
    theme_mode(options).is_ok_and(|mode| mode == ThemeMode::Light)
}

/// Gives the terminal back. Every part is tried, for a half-restored terminal is the worst.
pub fn restore() {
    let mut out = io::stdout();
    let _ = execute!(out, DisableFocusChange, style::Print(MOUSE_OFF), DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen);
    let _ = execute!(out, cursor::Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
    set_owner(None);
}

fn set_owner(owner: Option<ThreadId>) {
    #[cfg(unix)]
    super::signals::set_taken(owner.is_some());
    *OWNER.lock().unwrap_or_else(PoisonError::into_inner) = owner;
}
