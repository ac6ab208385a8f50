//! The keymap: from key sequences to what they run.
//!
//! Responsible for finding what a sequence means in a place and how it may go on. It is made
//! from the command table and changed by the person's keymap file (`keymap_file`); nothing else
//! says which key does what. Where a command of a few places and one of many want the same keys,
//! the one of a few gets them; and where text is typed, or any key is an answer, characters are
//! no keys.

use std::collections::BTreeMap;

use super::argument::Arguments;
use super::command::{COMMANDS, Command, Place};
use super::key::{Key, parse_keys};
use super::line::Call;

/// What a key sequence runs: a command, or several one after another.
#[derive(Debug, Clone)]
pub struct Binding {
    calls: Vec<Call>,
}

/// What a sequence of keys means.
#[derive(Debug, Clone, Copy)]
pub enum Found<'keymap> {
    /// Something to run.
    Binding(&'keymap Binding),
    /// The start of longer sequences.
    Prefix,
    /// Nothing.
    Nothing,
}

/// All key sequences.
#[derive(Debug, Clone)]
pub struct Keymap {
    sequences: BTreeMap<(Place, Vec<Key>), Binding>,
}

impl Binding {
    /// Makes a binding of some calls.
    #[must_use]
    pub fn new(calls: Vec<Call>) -> Self {
        Self { calls }
    }

    /// Returns what it runs, in order.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Returns in a few words what it does.
    #[must_use]
    pub fn does(&self) -> String {
        match self.calls.as_slice() {
            [call] if call.arguments.text().is_empty() => call.command.does.to_owned(),
            _ => self.runs(),
        }
    }

    /// Returns the commands that it runs, as on the `:` line.
    #[must_use]
    pub fn runs(&self) -> String {
        self.calls.iter().map(Call::line).collect::<Vec<_>>().join(", ")
    }

    /// Returns whether it runs this command and nothing else.
    #[must_use]
    pub fn is(&self, command: &Command) -> bool {
        matches!(self.calls.as_slice(), [call] if call.command.name == command.name
            && call.arguments.text().is_empty())
    }
}

impl Default for Keymap {
    /// Makes the keymap of the command table's default keys.
    fn default() -> Self {
        let mut keymap = Self { sequences: BTreeMap::new() };
        let mut commands: Vec<_> = COMMANDS.iter().collect();
        commands.sort_by_key(|command| std::cmp::Reverse(command.places.len()));
        for command in commands {
            let call = Call { command, arguments: Arguments::default() };
            // A test reads every default key, so none is lost here.
            for sequence in command.keys.iter().filter_map(|keys| parse_keys(keys).ok()) {
                for place in command.places {
                    if !command.may_have(&sequence, *place) {
                        continue;
                    }
                    let clashes =
                        |other: &[Key]| other.starts_with(&sequence) || sequence.starts_with(other);
                    keymap.sequences.retain(|(at, other), _| at != place || !clashes(other));
                    keymap.bind(*place, sequence.clone(), Binding::new(vec![call.clone()]));
                }
            }
        }
        keymap
    }
}

impl Keymap {
    /// Returns what a sequence means in a place.
    #[must_use]
    pub fn find(&self, place: Place, sequence: &[Key]) -> Found<'_> {
        match self.find_in(place, sequence) {
            Found::Nothing if place == Place::Replay => self.find_in(Place::Workbench, sequence),
            found => found,
        }
    }

    fn find_in(&self, place: Place, sequence: &[Key]) -> Found<'_> {
        if let Some(binding) = self.sequences.get(&(place, sequence.to_vec())) {
            return Found::Binding(binding);
        }
        if self.longer(place, sequence).next().is_some() {
            return Found::Prefix;
        }
        Found::Nothing
    }

    /// Lets a sequence run something.
    pub(super) fn bind(&mut self, place: Place, sequence: Vec<Key>, binding: Binding) {
        self.sequences.insert((place, sequence), binding);
    }

    /// Lets a sequence mean nothing.
    pub(super) fn unbind(&mut self, place: Place, sequence: &[Key]) {
        self.sequences.remove(&(place, sequence.to_vec()));
    }

    /// Returns the shorter sequence that hides a longer one.
    pub(super) fn shadow(&self, place: Place, sequence: &[Key]) -> Option<(String, &Binding)> {
        let shorter = (1..sequence.len()).map(|length| &sequence[..length]);
        shorter.into_iter().find_map(|start| match self.find(place, start) {
            Found::Binding(binding) => Some((written(start), binding)),
            Found::Prefix | Found::Nothing => None,
        })
    }

    /// The bindings of a place alone.
    fn own(&self, place: Place) -> impl Iterator<Item = (&[Key], &Binding)> {
        let all = self.sequences.range((place, Vec::new())..);
        let here = all.take_while(move |((at, _), _)| *at == place);
        here.map(|((_, sequence), binding)| (sequence.as_slice(), binding))
    }

    /// The wanted bindings that mean something in a place: its own, and in a replay those of the
    /// workbench that it does not take.
    fn meanings(
        &self,
        place: Place,
        wanted: impl Fn(&Binding) -> bool + Copy,
    ) -> impl Iterator<Item = (&[Key], &Binding)> {
        let behind = (place == Place::Replay).then(|| self.own(Place::Workbench));
        let behind = behind.into_iter().flatten().filter(move |(_, binding)| wanted(binding));
        let left = behind.filter(move |(sequence, _)| !self.takes(place, sequence));
        self.own(place).filter(move |(_, binding)| wanted(binding)).chain(left)
    }

    /// Whether a place gives a sequence, its beginning or its continuations a meaning of its own.
    fn takes(&self, place: Place, sequence: &[Key]) -> bool {
        let mut starts = (1..=sequence.len()).map(|length| sequence[..length].to_vec());
        starts.any(|start| self.sequences.contains_key(&(place, start)))
            || self.longer(place, sequence).next().is_some()
    }

    /// Returns the key sequences that run a command in a place: its default keys in the order of
    /// the table, then others.
    #[must_use]
    pub fn keys_of(&self, place: Place, command: &Command) -> Vec<String> {
        let running = self.meanings(place, |bound| bound.is(command));
        let mut keys: Vec<String> = running.map(|(sequence, _)| written(sequence)).collect();
        let place_in_table =
            |keys: &String| command.keys.iter().position(|known| *known == keys.as_str());
        keys.sort_by_key(|keys| place_in_table(keys).unwrap_or(usize::MAX));
        keys
    }

    /// Returns the longer sequences that begin with one, as what is left to press and what they
    /// run.
    pub fn continuations<'a>(
        &'a self,
        place: Place,
        prefix: &'a [Key],
    ) -> impl Iterator<Item = (&'a [Key], &'a Binding)> {
        self.meanings(place, |_| true).filter_map(move |(sequence, binding)| {
            let rest = sequence.strip_prefix(prefix)?;
            (!rest.is_empty() && !prefix.is_empty()).then_some((rest, binding))
        })
    }

    /// The bindings of a place whose sequences are longer than one that they begin with.
    pub(super) fn longer<'a>(
        &'a self,
        place: Place,
        start: &'a [Key],
    ) -> impl Iterator<Item = &'a Binding> {
        let longer =
            move |sequence: &[Key]| sequence.len() > start.len() && sequence.starts_with(start);
        let of = self.own(place).filter(move |(sequence, _)| longer(sequence) && !start.is_empty());
        of.map(|(_, binding)| binding)
    }
}

/// Writes a sequence as keymap files have it.
#[must_use]
pub fn written(sequence: &[Key]) -> String {
    sequence.iter().map(Key::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_keys_are_readable_and_mean_one_thing() {
        let keymap = Keymap::default();
        for command in COMMANDS {
            for (keys, place) in command
                .keys
                .iter()
                .flat_map(|keys| command.places.iter().map(move |at| (keys, *at)))
            {
                let sequence = parse_keys(keys).expect("the notation is right");
                if !command.may_have(&sequence, place)
                    || keymap.keys_of(place, command).contains(&sequence_of(keys))
                {
                    continue;
                }
                // What took its keys must be a command of fewer places.
                let taker = keymap.sequences.iter().find(|((at, other), _)| {
                    *at == place && (other.starts_with(&sequence) || sequence.starts_with(other))
                });
                let (_, taker) = taker.expect("keys are only lost to others");
                let taker = taker.calls()[0].command;
                assert!(
                    taker.places.len() < command.places.len(),
                    "{keys} is wanted by {} and {} on {place:?}",
                    command.name,
                    taker.name
                );
            }
        }
    }

    fn sequence_of(keys: &str) -> String {
        written(&parse_keys(keys).expect("the notation is right"))
    }

    #[test]
    fn nothing_destructive_is_on_backspace_or_delete() {
        for command in COMMANDS {
            assert!(!command.keys.iter().any(|keys| ["<bs>", "<del>"].contains(keys)));
        }
    }
}
