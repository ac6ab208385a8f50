//! Bad input: each a sentence with the mend on standard error, and its exit code.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_cli;

use std::fs;
use std::path::Path;

use common_cli::{code, errors, out, pleach, run};

/// Runs the binary, and checks the exit code and that it says one sentence with these words.
fn refused(home: &Path, arguments: &str, exit: i32, words: &str) {
    let output = run(home, arguments);
    let said = errors(&output);
    assert_eq!(code(&output), exit, "{arguments}: {said}");
    assert!(said.contains(words), "{arguments}: {said}");
    if exit != 2 {
        assert!(said.starts_with("pleach: ") && said.ends_with(".\n"), "{arguments}: {said}");
        assert_eq!(said.lines().count(), 1, "{arguments}: {said}");
    }
    assert!(!said.contains('\u{1b}'), "{arguments}: {said:?}");
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("p.jsonl"), "{\"problem\":\"Count.\"}\n").unwrap();
    fs::write(home.path().join("text"), "Dear diary\n").unwrap();
    fs::create_dir(home.path().join("folder")).unwrap();
    home
}

const GROW: &str = "grow p.jsonl --policy swe-search --out s";

#[test]
fn the_command_line() {
    let home = home();
    let home = home.path();
    refused(home, "grow p.jsonl --policy no-such --out s", 2, "the policies are: greedy");
    refused(home, "grow p.jsonl --policy swe-search", 2, "--out");
    refused(home, &format!("{GROW} --nodes 0"), 2, "--nodes");
    refused(home, "no-such-verb", 2, "no-such-verb");
    refused(home, "script --keys q --size 12", 2, "120x40");
    assert!(!home.join("s").exists());
    let help = run(home, "--help");
    assert_eq!(code(&help), 0);
    assert!(out(&help).contains("130") && !out(&help).contains("Answer requests"));
    assert_eq!(out(&run(home, "--version")), format!("pleach {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn problem_files() {
    let home = home();
    let home = home.path();
    refused(home, "grow none.jsonl --policy swe-search --out s", 3, "none.jsonl cannot be read");
    refused(home, "grow folder --policy swe-search --out s", 3, "is a folder");
    refused(home, "grow text --policy swe-search --out s", 3, "line 1: it is not JSON");
    fs::write(home.join("broken"), "{\"problem\":\"a\"}\n\n{\"problem\":\n").unwrap();
    refused(home, "grow broken --policy swe-search --out s", 3, "line 3");
    fs::write(home.join("empty"), "\n\n").unwrap();
    refused(home, "grow empty --policy swe-search --out s", 3, "has no problems");
    fs::write(home.join("blank"), "{\"problem\":\" \"}\n").unwrap();
    refused(home, "grow blank --policy swe-search --out s", 3, "the problem is empty");
    fs::write(
        home.join("twice"),
        "{\"id\":\"a\",\"problem\":\"a\"}\n{\"id\":\"a\",\"problem\":\"b\"}",
    )
    .unwrap();
    refused(home, "grow twice --policy swe-search --out s", 3, "line 1 too");
    let blank = pleach(home).args(["new", "  "]).output().unwrap();
    assert_eq!(code(&blank), 3, "{}", errors(&blank));
    refused(home, &format!("{GROW} --chat-template none"), 3, "chat template");
    assert!(!home.join("s").exists());
}

#[test]
fn an_over_long_problem_is_refused_by_the_model_and_the_others_are_grown() {
    let home = home();
    let home = home.path();
    let long = serde_json::json!({"id": "long", "problem": "make ".repeat(5000)}).to_string();
    fs::write(home.join("long"), &long).unwrap();
    refused(home, "grow long --policy swe-search --nodes 8 --out s", 3, "shorten the problem");
    let short = "{\"id\":\"short\",\"problem\":\"Use 1, 2, 3 and 4 to make 24.\"}";
    fs::write(home.join("both"), format!("{long}\n{short}\n")).unwrap();
    let both = run(home, "grow both --policy swe-search --nodes 8 --json --out t");
    assert_eq!(code(&both), 1, "{}", errors(&both));
    assert_eq!(out(&both).lines().count(), 2);
    assert!(errors(&both).contains("problem long"), "{}", errors(&both));
}

#[test]
fn models() {
    let home = home();
    let home = home.path();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/model/pleach-reasoner.gguf");
    let model = fs::read(model).unwrap();
    fs::write(home.join("cut.gguf"), &model[..model.len() / 2]).unwrap();
    fs::write(home.join("stub.gguf"), &model[..1000]).unwrap();
    for (file, words) in [
        ("none.gguf", "none.gguf"),
        ("folder", "folder"),
        ("text", "text"),
        ("cut.gguf", "cut"),
        ("stub.gguf", "stub.gguf"),
    ] {
        refused(home, &format!("{GROW} --model {file}"), 4, words);
        refused(home, &format!("--model {file} new Count."), 4, words);
    }
    assert!(!home.join("s").exists());
}

#[test]
fn sessions() {
    let home = home();
    let home = home.path();
    for verb in ["show", "log", "open", "script --keys q"] {
        refused(home, &format!("{verb} none.pleach"), 5, "none.pleach");
        refused(home, &format!("{verb} folder"), 5, "directory");
        refused(home, &format!("{verb} text"), 5, "text is not a pleach session");
    }
    // A folder under a file can be made by nobody, not even by root.
    refused(home, "grow p.jsonl --policy swe-search --out text/s", 5, "cannot be made");
    fs::create_dir(home.join("s")).unwrap();
    fs::write(home.join("s/1.pleach"), "Dear diary\n").unwrap();
    refused(home, GROW, 5, "is not a pleach session");
    assert_eq!(fs::read(home.join("s/1.pleach")).unwrap(), b"Dear diary\n");
}

#[test]
fn a_session_of_another_problem_is_left_alone() {
    let home = home();
    let home = home.path();
    let grow = format!("{GROW} --nodes 8 --engine scripted");
    assert_eq!(code(&run(home, &grow)), 0);
    fs::write(home.join("p.jsonl"), "{\"problem\":\"Count down.\"}\n").unwrap();
    refused(home, &grow, 5, "holds another problem");
}

#[cfg(unix)]
#[test]
fn foreign_names_are_made_safe() {
    let home = home();
    let output = pleach(home.path()).args(["show", "a\u{1b}[31mb"]).output().unwrap();
    assert!(!errors(&output).contains('\u{1b}') && errors(&output).contains("␛[31m"));
}
