//! The person's keymap file: a table for each place, from keys to lines of the `:` line.
//!
//! ```toml
//! [workbench]
//! "Q" = "quit"                      # a command
//! "gx" = ["next", "prune"]          # several, one after another
//! "<c-r>" = false                   # nothing
//! ```
//!
//! Responsible for laying it over the default keys and for naming what cannot be, with its file
//! and line. What cannot be is left out; the rest of the file holds.

use std::ops::Range;

use toml::de::DeValue;

use super::command::Place;
use super::document::{Document, entries};
use super::key::{Key, parse_keys};
use super::keymap::{Binding, Keymap, written};
use super::line::Call;
use crate::text::nearest;

/// Lays a keymap file over a keymap. Returns a sentence for each entry that cannot be.
pub fn lay_over(keymap: &mut Keymap, name: &str, text: &str) -> Vec<String> {
    let document = match Document::read(name, text) {
        Ok(document) => document,
        Err(complaint) => return vec![complaint],
    };
    let mut complaints = Vec::new();
    for (place_name, span, table) in document.entries() {
        let Some(place) = Place::ALL.iter().find(|place| place.name() == place_name) else {
            let near = nearest(place_name, Place::ALL.iter().map(|place| place.name()));
            let near = near.map_or_else(String::new, |near| format!(" Did you mean [{near}]?"));
            complaints
                .push(format!("{}: there is no place [{place_name}].{near}", document.at(&span)));
            continue;
        };
        let Some(table) = table.get_ref().as_table() else {
            complaints.push(format!(
                "{}: write [{place_name}] and the keys below it.",
                document.at(&span)
            ));
            continue;
        };
        // In the order of the file, so that a complaint is about the later of two entries.
        let mut rows: Vec<_> = entries(table).collect();
        rows.sort_by_key(|(_, span, _)| span.start);
        let mut seen: Vec<(Vec<Key>, Range<usize>)> = Vec::new();
        // What is unbound makes room for what is bound, wherever it stands.
        rows.sort_by_key(|(_, _, value)| value.get_ref().as_bool() != Some(false));
        for (keys, span, value) in rows {
            let at = document.at(&span);
            let done = parse_keys(keys).map_err(|error| error.to_string()).and_then(|sequence| {
                if let Some((_, first)) = seen.iter().find(|(other, _)| *other == sequence) {
                    return Err(format!("{keys} is bound at {} already", document.at(first)));
                }
                seen.push((sequence.clone(), span.clone()));
                bind(keymap, *place, sequence, value.get_ref())
            });
            if let Err(why) = done {
                complaints.push(format!("{at}: {}.", why.trim_end_matches('.')));
            }
        }
    }
    complaints
}

fn bind(
    keymap: &mut Keymap,
    place: Place,
    sequence: Vec<Key>,
    value: &DeValue,
) -> Result<(), String> {
    let keys = written(&sequence);
    if sequence.is_empty() {
        return Err("there is no key between the quotes".to_owned());
    }
    let mut lines = Vec::new();
    match value {
        DeValue::Boolean(false) => {
            keymap.unbind(place, &sequence);
            return Ok(());
        }
        DeValue::String(line) => lines.push(line.as_ref()),
        DeValue::Array(array) => {
            for line in array {
                lines.push(line.get_ref().as_str().ok_or("the commands of a list are strings")?);
            }
        }
        _ => return Err(format!("write {keys:?} = \"COMMAND\", a list of commands, or false")),
    }
    let calls: Vec<_> = lines.into_iter().map(Call::read).collect::<Result<_, _>>()?;
    for call in &calls {
        if !call.command.works_at(place) {
            return Err(format!("{} does not work on [{}]", call.command.name, place.name()));
        }
    }
    let longer: Vec<_> = keymap.longer(place, &sequence).map(Binding::does).collect();
    if !longer.is_empty() {
        let longer = longer.join("; ");
        return Err(format!(
            "{keys} begins longer keys ({longer}), which could not be reached; unbind them with false, or choose another"
        ));
    }
    if let Some((shorter, binding)) = keymap.shadow(place, &sequence) {
        let does = binding.does();
        return Err(format!(
            "{keys} could not be reached, since {shorter} already does something ({does}); unbind that with false, or choose another"
        ));
    }
    keymap.bind(place, sequence, Binding::new(calls));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::keymap::Found;
    use super::*;

    fn keys(keymap: &Keymap, place: Place, keys: &str) -> String {
        match keymap.find(place, &parse_keys(keys).unwrap()) {
            Found::Binding(binding) => binding.does(),
            Found::Prefix => "…".to_owned(),
            Found::Nothing => String::new(),
        }
    }

    #[test]
    fn keys_are_bound_unbound_and_made_into_macros() {
        let mut keymap = Keymap::default();
        let text = "[workbench]\n\"Q\" = \"quit\"\n\"gx\" = [\"next\", \"prune\"]\n\"u\" = false\n[start]\n\"o\" = \"start-open\"\n";
        assert_eq!(lay_over(&mut keymap, "keymap.toml", text), [""; 0]);
        assert_eq!(keys(&keymap, Place::Workbench, "Q"), "quit; everything is saved");
        assert_eq!(keys(&keymap, Place::Workbench, "gx"), "next, prune");
        assert_eq!(keys(&keymap, Place::Workbench, "u"), "");
        assert_eq!(keys(&keymap, Place::Start, "o"), "open");
        assert_eq!(keys(&keymap, Place::Workbench, "q"), "quit; everything is saved");
    }

    #[test]
    fn a_conflict_is_named_with_its_line_and_the_rest_holds() {
        let mut keymap = Keymap::default();
        let text = "[workbench]\n\"g\" = \"quit\"\n\"uu\" = \"undo\"\n\"<C-q>\" = \"quit\"\n\"Q\" = \"qiut\"\n\"R\" = \"redo\"\n[workbnech]\n";
        let complaints = lay_over(&mut keymap, "keymap.toml", text);
        let begins = [
            "keymap.toml:2: g begins longer keys (",
            "keymap.toml:3: uu could not be reached, since u already does something (undo)",
            "keymap.toml:4: <C-q> is not a key",
            "keymap.toml:5: There is no command qiut. Did you mean quit?",
            "keymap.toml:7: there is no place [workbnech]. Did you mean [workbench]?",
        ];
        for begin in begins {
            assert!(
                complaints.iter().any(|line| line.starts_with(begin)),
                "{begin}\n{complaints:#?}"
            );
        }
        assert_eq!(complaints.len(), begins.len());
        assert_eq!(keys(&keymap, Place::Workbench, "R"), "redo");
        assert_eq!(keys(&keymap, Place::Workbench, "u"), "undo");
    }

    #[test]
    fn one_key_in_two_spellings_is_one_key() {
        let mut keymap = Keymap::default();
        let text =
            "[workbench]\n\"<lt>\" = \"undo\"\n\"<a-c-x>\" = \"undo\"\n\"<c-a-x>\" = \"redo\"\n";
        let complaints = lay_over(&mut keymap, "k.toml", text);
        assert_eq!(complaints, ["k.toml:4: <c-a-x> is bound at k.toml:3 already."]);
    }

    #[test]
    fn what_is_unbound_makes_room() {
        let mut keymap = Keymap::default();
        let text = "[workbench]\n\"zz\" = \"quit\"\n\"z\" = \"quit\"\n";
        assert_eq!(lay_over(&mut keymap, "k.toml", text).len(), 1);
        let mut keymap = Keymap::default();
        let text = "[workbench]\n\"uu\" = \"undo\"\n\"u\" = false\n";
        assert_eq!(lay_over(&mut keymap, "k.toml", text), [""; 0]);
        assert_eq!(keys(&keymap, Place::Workbench, "u"), "…");
    }
}
