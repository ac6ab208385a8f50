//! A text field of one line, the same wherever text is typed.
//!
//! Responsible for what the keys of a field do to its text. Which keys never reach it (Escape,
//! Enter and so on) is said by the keymap.

use tui_input::{Input, InputRequest};

use super::key::{Key, KeyCode};

/// The most text that a field takes, in bytes; longer texts come from files.
const LONGEST: usize = 16 << 10;

/// A text field.
#[derive(Debug, Clone, Default)]
pub struct Field {
    input: Input,
}

impl Field {
    /// Makes a field with a text in it and the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()) }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Returns the text before the cursor and the text after it.
    #[must_use]
    pub fn halves(&self) -> (&str, &str) {
        let text = self.text();
        let cursor = text.char_indices().nth(self.input.cursor());
        text.split_at(cursor.map_or(text.len(), |(at, _)| at))
    }

    /// Handles a key; one that means nothing in a field does nothing.
    pub fn press(&mut self, key: Key) {
        let request = match (key.code, key.control || key.alt) {
            (KeyCode::Char(character), false) if self.text().len() < LONGEST => {
                InputRequest::InsertChar(character)
            }
            (KeyCode::Char('u'), true) => InputRequest::DeleteFromStart,
            (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
            (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
            (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
            (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
            (KeyCode::Left, false) => InputRequest::GoToPrevChar,
            (KeyCode::Left, true) => InputRequest::GoToPrevWord,
            (KeyCode::Right, false) => InputRequest::GoToNextChar,
            (KeyCode::Right, true) => InputRequest::GoToNextWord,
            (KeyCode::Backspace, false) => InputRequest::DeletePrevChar,
            (KeyCode::Backspace, true) => InputRequest::DeletePrevWord,
            (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
            _ => return,
        };
        self.input.handle(request);
    }

    /// Puts pasted text in at the cursor; line ends and other controls become spaces. Returns
    /// whether all of it fitted.
    pub fn paste(&mut self, text: &str) -> bool {
        let room = LONGEST.saturating_sub(self.text().len());
        let mut taken = 0;
        for character in text.chars() {
            taken += character.len_utf8();
            if taken > room {
                return false;
            }
            let character = if character.is_control() { ' ' } else { character };
            self.input.handle(InputRequest::InsertChar(character));
        }
        true
    }
}
