//! Each action of a curator has a key, a command, a line of the help, and a verb that does it
//! without a screen.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

use std::process::Command;

use pleach::app::command::{COMMANDS, Place};
use pleach::tree::Problem;
use pleach::ui::{EngineKind, Opening, Options, Sessions, script};

/// The command, its key, the verb, and what of the verb's help says that it does the same.
const ACTIONS: [(&str, &str, &str, &str); 28] = [
    ("bad", "1", "mark", "--label"),
    ("neutral", "2", "mark", "--label"),
    ("good", "3", "mark", "--label"),
    ("unlabel", "0", "mark", "none"),
    ("open", "<enter>", "mark", "--accept"),
    ("accept-all", "A", "mark", "--accept"),
    ("first-error", "F", "mark", "--first-error"),
    ("flag", "!", "mark", "--flag"),
    ("tag", "t", "mark", "--tag"),
    ("note", "m", "mark", "--note"),
    ("prune", "x", "mark", "--prune"),
    ("suggest-prune", "X", "mark", "--improbable"),
    ("edit", "e", "mark", "--rewrite"),
    ("edit-outside", "E", "mark", "--rewrite"),
    ("select", "v", "mark", "--query"),
    ("select-below", "V", "mark", "--query"),
    ("select-where", "gV", "mark", "--query"),
    ("filter", "f", "show", "--query"),
    ("judge", "gj", "mark", "--accept"),
    ("triage-next", "]", "triage", "need a person"),
    ("triage-previous", "[", "triage", "need a person"),
    ("compare", "c", "compare", "--prefer"),
    ("monitors", "gm", "monitor", "calibration"),
    ("splice", "p", "splice", "--alpha"),
    ("splice-signal", "s", "splice", "--signal"),
    ("splice-meaning", "m", "splice", "--continue"),
    ("evaluate", "<space>v", "first-error", "--judge"),
    ("compare-blind", "b", "compare", "--blind"),
];

/// The help of a place, narrowed to a command, in a terminal of its own.
fn help_of(place: Place, name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        engine: EngineKind::Scripted,
        opening: Opening::New(Problem { text: "p".to_owned(), ..Problem::default() }),
        sessions: Sessions { folder: Some(folder.path().to_owned()), seed: Some(7) },
        ..Options::default()
    };
    assert_eq!(place, Place::Workbench);
    script(&options, &format!("?{name}"), (120, 40)).unwrap()
}

#[test]
fn every_action_has_a_key_a_command_a_line_of_help_and_a_verb() {
    for (name, key, verb, words) in ACTIONS {
        let command = COMMANDS.iter().find(|command| command.name == name);
        let command = command.unwrap_or_else(|| panic!("there is no command {name}"));
        assert!(command.keys.contains(&key), "{name} is not on {key}");
        assert!(!command.does.is_empty());
        if command.places.contains(&Place::Workbench) {
            let help = help_of(Place::Workbench, name);
            assert!(help.contains(command.does), "{name} is not in the help:\n{help}");
        }
        let done = Command::new(env!("CARGO_BIN_EXE_pleach")).args([verb, "--help"]).output();
        let help = String::from_utf8(done.unwrap().stdout).unwrap();
        assert!(help.contains(words), "pleach {verb} does not say {words}:\n{help}");
    }
}

#[test]
fn every_command_of_judging_stands_in_the_table() {
    let known = |name: &str| ACTIONS.iter().any(|action| action.0 == name);
    for command in COMMANDS.iter().filter(|command| command.group == "Judge") {
        assert!(known(command.name), "{} has no verb in ACTIONS", command.name);
    }
}
