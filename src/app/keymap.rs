//! The keymap: from key sequences to commands.
//!
//! Responsible for finding what a sequence means on a screen and how it may go on. It is made
//! from the command table; nothing else says which key does what.

use std::collections::BTreeMap;

use super::command::{COMMANDS, Command, Place};
use super::key::{Key, parse_keys};

/// What a sequence of keys means.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    /// A command.
    Command(&'static Command),
    /// The start of longer sequences.
    Prefix,
    /// Nothing.
    Nothing,
}

/// All key sequences.
#[derive(Debug, Clone)]
pub struct Keymap {
    sequences: BTreeMap<(Place, Vec<Key>), &'static Command>,
}

impl Default for Keymap {
    /// Makes the keymap of the command table's default keys.
    fn default() -> Self {
        let mut sequences = BTreeMap::new();
        for command in COMMANDS {
            for keys in command.keys {
                // A test reads every default key, so none is lost here.
                if let Ok(sequence) = parse_keys(keys) {
                    for place in command.places {
                        sequences.insert((*place, sequence.clone()), command);
                    }
                }
            }
        }
        Self { sequences }
    }
}

impl Keymap {
    /// Returns what a sequence means in a place.
    #[must_use]
    pub fn find(&self, place: Place, sequence: &[Key]) -> Found {
        if let Some(command) = self.sequences.get(&(place, sequence.to_vec())) {
            return Found::Command(command);
        }
        if self.continuations(place, sequence).next().is_some() {
            return Found::Prefix;
        }
        Found::Nothing
    }

    /// Returns the longer sequences that begin with one, as what is left to press and the
    /// command.
    pub fn continuations<'a>(
        &'a self,
        place: Place,
        prefix: &'a [Key],
    ) -> impl Iterator<Item = (&'a [Key], &'static Command)> {
        self.sequences.iter().filter_map(move |((at, sequence), command)| {
            let rest = sequence.strip_prefix(prefix)?;
            (*at == place && !rest.is_empty() && !prefix.is_empty()).then_some((rest, *command))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_keys_are_readable_and_mean_one_thing() {
        let mut seen = BTreeMap::new();
        for command in COMMANDS {
            for keys in command.keys {
                let sequence = parse_keys(keys).expect("the notation is right");
                for place in command.places {
                    let other = seen.insert((*place, sequence.clone()), command.name);
                    assert_eq!(other, None, "{keys} is bound twice on {place:?}");
                }
            }
        }
        for (place, sequence) in seen.keys() {
            for length in 1..sequence.len() {
                let shadow = seen.get(&(*place, sequence[..length].to_vec()));
                assert_eq!(shadow, None, "{sequence:?} can never be reached");
            }
        }
    }

    #[test]
    fn nothing_destructive_is_on_backspace_or_delete() {
        for command in COMMANDS {
            assert!(!command.keys.iter().any(|keys| ["<bs>", "<del>"].contains(keys)));
        }
    }
}
