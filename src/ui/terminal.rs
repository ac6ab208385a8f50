//! The terminal: taken over at the start, given back at the end, whatever the end is.
//!
//! Responsible for raw mode, the alternate screen, bracketed paste, the mouse, focus, and for giving all of it
//! back on return, error and panic of the drawing thread. A panic of another thread leaves the
//! screen alone, for the program goes on.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, style};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// What frames are written to: whole frames, not thousands of small writes.
pub type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Buttons, drags and the wheel, with coordinates of any size. Not every movement of the pointer,
/// which crossterm would ask for: that is a stream of bytes over a slow line for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

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
        // crossterm would answer NO_COLOR with resets that erase reverse and bold, and with
        // them the selected row; leaving colours out is the theme's business.
        style::force_color_output(true);
        let ours = std::thread::current().id();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == ours {
                restore();
                before(panic);
            } else {
                tracing::error!("a thread panicked: {panic}");
            }
        }));
        let failed = |error: io::Error| format!("the terminal cannot be used: {error}");
        enable_raw_mode().map_err(failed)?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide).map_err(
            |error| {
                restore();
                failed(error)
            },
        )?;
        if mouse {
            let _ = execute!(io::stdout(), style::Print(MOUSE_ON));
        }
        let _ = execute!(io::stdout(), EnableFocusChange);
        let writer = BufWriter::with_capacity(64 << 10, io::stdout());
        let screen = Terminal::new(CrosstermBackend::new(writer)).map_err(|error| {
            restore();
            failed(error)
        })?;
        Ok(Self { screen })
    }
}

impl Drop for Terminals {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. Every part is tried, for a half-restored terminal is the worst.
fn restore() {
    let mut out = io::stdout();
    let _ = execute!(out, DisableFocusChange, style::Print(MOUSE_OFF), DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen);
    let _ = execute!(out, cursor::Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}
