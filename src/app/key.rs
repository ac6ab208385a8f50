//! Keys and how they are written: `j`, `G`, `<tab>`, `<c-d>`.
//!
//! Responsible for the one notation that key tables, `pleach script --keys` and tests share.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// Whether Control was held.
    pub control: bool,
    /// Whether Alt was held.
    pub alt: bool,
}

/// Which key was pressed. Shift is part of a character and not told for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)] // the names say all
pub enum KeyCode {
    Char(char),
    Enter,
    Escape,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Function(u8),
}

const NAMES: [(&str, KeyCode); 17] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Escape),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("bs", KeyCode::Backspace),
    ("del", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("space", KeyCode::Char(' ')),
    ("lt", KeyCode::Char('<')),
    ("gt", KeyCode::Char('>')),
];

/// Why keys could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A `<` has no `>`.
    #[error("the < at character {0} has no >; write <lt> for the key itself")]
    Unclosed(usize),
    /// The name between `<` and `>` is not a key's.
    #[error(
        "<{0}> is not a key; the names are enter, esc, tab, space, up, pgdn, f1 and so on, with c- or a- before them"
    )]
    Unknown(String),
}

impl From<KeyCode> for Key {
    fn from(code: KeyCode) -> Self {
        Self { code, control: false, alt: false }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(_, code)| *code == self.code).map(|(name, _)| *name);
        if *self == KeyCode::Char('>').into() {
            // Alone it cannot be the end of a name.
            return formatter.write_str(">");
        }
        if let (KeyCode::Char(character), None, false, false) =
            (self.code, name, self.control, self.alt)
        {
            return write!(formatter, "{character}");
        }
        formatter.write_str("<")?;
        if self.control {
            formatter.write_str("c-")?;
        }
        if self.alt {
            formatter.write_str("a-")?;
        }
        match (name, self.code) {
            (Some(name), _) => formatter.write_str(name)?,
            (None, KeyCode::Char(character)) => write!(formatter, "{character}")?,
            (None, KeyCode::Function(number)) => write!(formatter, "f{number}")?,
            (None, _) => {}
        }
        formatter.write_str(">")
    }
}

/// Reads keys written one after another, such as `jj<tab>gg<c-d>`.
///
/// # Errors
/// Returns which part is not a key.
pub fn parse_keys(text: &str) -> Result<Vec<Key>, KeyError> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '<' {
            let position = text.len() - rest.len();
            let (name, after) = rest[1..].split_once('>').ok_or(KeyError::Unclosed(position))?;
            keys.push(named(name)?);
            rest = after;
        } else {
            keys.push(KeyCode::Char(first).into());
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(keys)
}

fn named(name: &str) -> Result<Key, KeyError> {
    let mut key = Key::from(KeyCode::Escape);
    let mut rest = name;
    loop {
        if let Some(after) = rest.strip_prefix("c-").filter(|after| !after.is_empty()) {
            (key.control, rest) = (true, after);
        } else if let Some(after) = rest.strip_prefix("a-").filter(|after| !after.is_empty()) {
            (key.alt, rest) = (true, after);
        } else {
            break;
        }
    }
    let unknown = || KeyError::Unknown(name.to_owned());
    let mut characters = rest.chars();
    key.code = match (characters.next(), characters.as_str()) {
        (Some(single), "") if key.control || key.alt => KeyCode::Char(single),
        (Some('f'), number)
            if number.parse::<u8>().is_ok_and(|number| (1..=24).contains(&number)) =>
        {
            KeyCode::Function(number.parse().map_err(|_| unknown())?)
        }
        _ => NAMES
            .iter()
            .find(|(known, _)| *known == rest)
            .map(|(_, code)| *code)
            .ok_or_else(unknown)?,
    };
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_notation_is_read() {
        let keys = parse_keys("jG<tab><c-d><a-x><space><lt><f12>").unwrap();
        let names: Vec<_> = keys.iter().map(Key::to_string).collect();
        assert_eq!(names, ["j", "G", "<tab>", "<c-d>", "<a-x>", "<space>", "<lt>", "<f12>"]);
        assert!(keys[3].control && keys[3].code == KeyCode::Char('d'));
    }

    #[test]
    fn what_is_no_key_is_named() {
        assert_eq!(parse_keys("ab<tab"), Err(KeyError::Unclosed(2)));
        assert_eq!(parse_keys("<meta>"), Err(KeyError::Unknown("meta".into())));
        assert_eq!(parse_keys("<>"), Err(KeyError::Unknown(String::new())));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "\\PC{0,20}") {
            if let Ok(keys) = parse_keys(&text) {
                let written: String = keys.iter().map(Key::to_string).collect();
                prop_assert_eq!(parse_keys(&written).unwrap(), keys);
            }
        }
    }
}
