//! What bytes from the terminal mean: keys, the mouse, focus and pastes.
//!
//! Responsible for where an input ends that the terminal does not end: an Escape that is a key and
//! no beginning, a sequence whose rest was lost, a paste without its end mark. Such a paste would
//! swallow every key from then on (crossterm issue 1060). What a single sequence means is termina's.

use std::time::Duration;

use termina::{Event, Parser};

const PASTE_BEGIN: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";
const ESCAPE: u8 = 0x1b;

/// Bytes of a paste that are kept; no field takes so many.
const LONGEST_PASTE: usize = 8 << 20;
/// Bytes that a sequence may have; the longest answer of a terminal is far shorter.
const LONGEST_SEQUENCE: usize = 4096;
/// How long the rest of an escape sequence may take before its Escape was a key.
const KEY_PATIENCE: Duration = Duration::from_millis(50);
/// How long a sequence or a paste may stop before it has ended. A slow line stalls for a part of a
/// second when it loses a packet, and what follows a paste is taken for keys.
const PATIENCE: Duration = Duration::from_secs(1);

/// Turns bytes into events.
#[derive(Debug, Default)]
pub struct Typing {
    /// Reads what is no paste.
    parser: Parser,
    /// What the parser has had since its last event.
    begun: Vec<u8>,
    /// How many bytes of the mark that begins or ends a paste have just been there.
    mark: usize,
    /// What was pasted so far, while a paste goes on.
    paste: Option<Vec<u8>>,
}

impl Typing {
    /// Takes bytes in and returns the events that they end.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            events.extend(if self.paste.is_some() {
                self.pasted(*byte)
            } else {
                self.typed(*byte)
            });
        }
        events
    }

    /// Returns how long to wait for more bytes before [`Self::give_up`]; as long as it takes if none.
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        match self.begun.as_slice() {
            [] => self.paste.is_some().then_some(PATIENCE),
            [ESCAPE] => Some(KEY_PATIENCE),
            _ => Some(PATIENCE),
        }
    }

    /// Ends what was not ended in time: a lone Escape is a key, a paste is what came of it, and
    /// what is left of a sequence means nothing.
    pub fn give_up(&mut self) -> Option<Event> {
        let seen = std::mem::take(&mut self.mark);
        if let Some(mut paste) = self.paste.take() {
            paste.extend_from_slice(&PASTE_END[..seen]);
            return Some(paste_of(&paste));
        }
        let mut parser = std::mem::take(&mut self.parser);
        self.begun.clear();
        parser.parse(b"", false);
        parser.pop()
    }

    fn typed(&mut self, byte: u8) -> Option<Event> {
        // An Escape begins something new, but for that which ends a string.
        let is_string = matches!(self.begun.as_slice(), [ESCAPE, b']' | b'P', ..]);
        let ends = byte == ESCAPE && !self.begun.is_empty() && !is_string;
        let before = if ends { self.give_up() } else { None };
        if self.sees(PASTE_BEGIN, byte) {
            self.give_up();
            self.paste = Some(Vec::new());
            return None;
        }
        self.parser.parse(&[byte], true);
        let event = self.parser.pop();
        self.begun.push(byte);
        if event.is_some() {
            self.begun.clear();
        } else if self.begun.len() > LONGEST_SEQUENCE {
            self.give_up();
        }
        before.or(event)
    }

    fn pasted(&mut self, byte: u8) -> Option<Event> {
        let seen = self.mark;
        let is_whole = self.sees(PASTE_END, byte);
        let mut paste = self.paste.take()?;
        if is_whole {
            return Some(paste_of(&paste));
        }
        if self.mark <= seen {
            // What looked like the mark is text.
            paste.extend_from_slice(&PASTE_END[..seen]);
        }
        if self.mark == 0 {
            paste.push(byte);
        }
        paste.truncate(LONGEST_PASTE);
        self.paste = Some(paste);
        None
    }

    /// Counts a byte of a mark; returns whether the mark is whole.
    fn sees(&mut self, mark: &[u8], byte: u8) -> bool {
        let goes_on = mark[self.mark] == byte;
        self.mark = if goes_on { self.mark + 1 } else { usize::from(byte == ESCAPE) };
        let is_whole = self.mark == mark.len();
        if is_whole {
            self.mark = 0;
        }
        is_whole
    }
}

fn paste_of(bytes: &[u8]) -> Event {
    Event::Paste(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
#[path = "typing_tests.rs"]
mod tests;
