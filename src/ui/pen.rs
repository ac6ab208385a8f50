//! The pen: frames on the way to the terminal, in few bytes.
//!
//! Responsible for how changed cells are written: the shortest way to the next one, one sequence
//! for all that changes in style, no change where a blank cell would not show it, and long blanks
//! erased. Everything else is crossterm's. Not responsible for which cells have changed.
//!
//! It uses what every terminal has (ECMA-48: CUF, CUP, ECH, SGR). A blank is erased only where the
//! background is the terminal's own, as not all erase with another. Behind a symbol whose width
//! terminals disagree about, the place is stated anew.
//!
//! Invariant: between frames the style is the terminal's own.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

use crate::text::width;

/// From so many blanks on it is shorter to erase them than to write them.
const ERASED: u16 = 10;

/// Modifiers that a blank shows.
const ON_BLANKS: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK);

/// Modifiers with the numbers that set and end them.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// A backend that writes frames in few bytes.
#[derive(Debug)]
pub struct Pen<W: Write> {
    terminal: CrosstermBackend<W>,
    frame: Vec<u8>,
}

/// What a cell is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Ink {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// A frame while it is written.
struct Stroke<'frame> {
    out: &'frame mut Vec<u8>,
    ink: Ink,
    /// Where the terminal's cursor is, if that is known.
    place: Option<(u16, u16)>,
    /// Blanks that are still to be written, from `place` on.
    blanks: u16,
}

impl<W: Write> Pen<W> {
    /// Makes a pen that writes to a terminal.
    pub fn new(writer: W) -> Self {
        Self { terminal: CrosstermBackend::new(writer), frame: Vec::new() }
    }
}

impl Stroke<'_> {
    fn cell(&mut self, x: u16, y: u16, cell: &Cell) -> io::Result<()> {
        let symbol = cell.symbol();
        let is_blank = symbol == " " && cell.modifier.intersection(ON_BLANKS).is_empty();
        let wanted = if is_blank && self.ink.modifier.intersection(ON_BLANKS).is_empty() {
            Ink { bg: cell.bg, ..self.ink }
        } else {
            Ink { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
        };
        let is_next = self.place.is_some_and(|(column, row)| (column + self.blanks, row) == (x, y));
        if !is_next || self.ink != wanted || !is_blank {
            self.write_blanks()?;
        }
        self.go_to(x, y)?;
        self.dip(wanted)?;
        if is_blank {
            self.blanks += 1;
            return Ok(());
        }
        self.out.extend_from_slice(symbol.as_bytes());
        let is_sure = symbol.len() == 1 || (symbol.chars().nth(1).is_none() && width(symbol) == 1);
        self.place = Some((x + 1, y)).filter(|_| is_sure);
        Ok(())
    }

    fn write_blanks(&mut self) -> io::Result<()> {
        let count = std::mem::take(&mut self.blanks);
        if count > ERASED && self.ink.bg == Color::Reset {
            return write!(self.out, "\x1b[{count}X");
        }
        self.out.resize(self.out.len() + usize::from(count), b' ');
        if let Some((column, _)) = &mut self.place {
            *column += count;
        }
        Ok(())
    }

    /// Moves the cursor, unless blanks lead there.
    fn go_to(&mut self, x: u16, y: u16) -> io::Result<()> {
        let old = self.place;
        if self.blanks > 0 || old == Some((x, y)) {
            return Ok(());
        }
        self.place = Some((x, y));
        match old {
            Some((column, row)) if row == y && column < x => forward(self.out, x - column),
            // A carriage return is safe behind the last column too, where a step back is not.
            Some((_, row)) if row + 1 == y => {
                self.out.extend_from_slice(b"\r\n");
                forward(self.out, x)
            }
            _ if x == 0 => write!(self.out, "\x1b[{}H", y + 1),
            _ => write!(self.out, "\x1b[{};{}H", y + 1, x + 1),
        }
    }

    /// Changes the style, if it is another.
    fn dip(&mut self, ink: Ink) -> io::Result<()> {
        let old = std::mem::replace(&mut self.ink, ink);
        if old == ink {
            return Ok(());
        }
        self.out.extend_from_slice(b"\x1b[");
        if ink != Ink::default() {
            let mut changed = Codes::default();
            changed.lead(old, ink)?;
            let ended = old.modifier.difference(ink.modifier);
            let mut anew = Codes::default();
            if !ended.is_empty() || ink.fg == Color::Reset || ink.bg == Color::Reset {
                anew.add("0")?;
                anew.lead(Ink::default(), ink)?;
            }
            let is_shorter = !anew.0.is_empty() && anew.0.len() < changed.0.len();
            self.out.extend_from_slice(if is_shorter { &anew.0 } else { &changed.0 });
        }
        self.out.push(b'm');
        Ok(())
    }
}

fn forward(out: &mut Vec<u8>, columns: u16) -> io::Result<()> {
    match columns {
        0 => Ok(()),
        1 => out.write_all(b"\x1b[C"),
        _ => write!(out, "\x1b[{columns}C"),
    }
}

/// The numbers of one sequence of styles (SGR).
#[derive(Default)]
struct Codes(Vec<u8>);

impl Codes {
    fn add(&mut self, code: impl std::fmt::Display) -> io::Result<()> {
        let separator = if self.0.is_empty() { "" } else { ";" };
        write!(self.0, "{separator}{code}")
    }

    /// Adds what leads from one style to another.
    fn lead(&mut self, old: Ink, new: Ink) -> io::Result<()> {
        let mut left = old.modifier;
        for (modifier, _, end) in MODIFIERS {
            if left.contains(modifier) && !new.modifier.contains(modifier) {
                self.add(end)?;
                // One number may end two.
                for (other, _, same) in MODIFIERS {
                    left.set(other, left.contains(other) && same != end);
                }
            }
        }
        for (modifier, begin, _) in MODIFIERS {
            if new.modifier.contains(modifier) && !left.contains(modifier) {
                self.add(begin)?;
            }
        }
        if old.fg != new.fg {
            self.colour(new.fg, 30)?;
        }
        if old.bg != new.bg {
            self.colour(new.bg, 40)?;
        }
        Ok(())
    }

    /// Adds a colour; `base` is 30 for what is written and 40 for what is behind it.
    fn colour(&mut self, colour: Color, base: u8) -> io::Result<()> {
        let named = match colour {
            Color::Reset => 9,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 60,
            Color::LightRed => 61,
            Color::LightGreen => 62,
            Color::LightYellow => 63,
            Color::LightBlue => 64,
            Color::LightMagenta => 65,
            Color::LightCyan => 66,
            Color::White => 67,
            Color::Indexed(index) => return self.add(format_args!("{};5;{index}", base + 8)),
            Color::Rgb(red, green, blue) => {
                return self.add(format_args!("{};2;{red};{green};{blue}", base + 8));
            }
        };
        self.add(base + named)
    }
}

impl<W: Write> Backend for Pen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.frame.clear();
        let mut stroke =
            Stroke { out: &mut self.frame, ink: Ink::default(), place: None, blanks: 0 };
        for (x, y, cell) in content {
            stroke.cell(x, y, cell)?;
        }
        stroke.write_blanks()?;
        stroke.dip(Ink::default())?;
        self.terminal.write_all(&self.frame)
    }

    fn append_lines(&mut self, count: u16) -> io::Result<()> {
        self.terminal.append_lines(count)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.terminal.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.terminal.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.terminal.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.terminal.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.terminal.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.terminal.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.terminal)
    }
}

#[cfg(test)]
#[path = "pen_tests.rs"]
mod tests;
