//! `pleach import` through the real binary: files in, sessions out, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_cli;

use std::fs;
use std::path::Path;

use common_cli::{code, errors, lines, out, run};

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name);
    path.display().to_string()
}

#[test]
fn trees_become_sessions_that_the_other_verbs_read() {
    let home = tempfile::tempdir().unwrap();
    let printed = lines(&run(home.path(), &format!("import {} --json", fixture("stepwise.jsonl"))));
    assert_eq!(printed[0]["format"], "stepwise");
    assert_eq!((&printed[0]["trees"], &printed[0]["kept"]["labels"]), (&2.into(), &4.into()));
    let sessions = printed[0]["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let shown = lines(&run(home.path(), &format!("show {} --json", sessions[0].as_str().unwrap())));
    assert_eq!(shown[0]["problem"], "Half of 42?");
    assert_eq!(shown[0]["nodes"][1]["label"], "bad");
    let printed =
        run(home.path(), &format!("import {} --out there --together", fixture("stepwise.jsonl")));
    assert!(out(&printed).starts_with("stepwise: 2 trees, 4 nodes"), "{}", out(&printed));
    assert_eq!(fs::read_dir(home.path().join("there")).unwrap().count(), 1);
}

#[test]
fn a_log_comes_back_as_the_session_it_was() {
    let home = tempfile::tempdir().unwrap();
    let made = lines(&run(home.path(), &format!("import {} --json", fixture("agent_r.json"))));
    let session = made[0]["sessions"][0].as_str().unwrap();
    let log = out(&run(home.path(), &format!("log {session}")));
    fs::write(home.path().join("log.jsonl"), &log).unwrap();
    let again = lines(&run(home.path(), "import log.jsonl --out there --json"));
    assert_eq!(again[0]["format"], "pleach log");
    let session = again[0]["sessions"][0].as_str().unwrap();
    assert_eq!(out(&run(home.path(), &format!("log {session}"))), log);
}

#[test]
fn what_cannot_be_read_is_refused_and_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("text.txt"), "Dear diary").unwrap();
    fs::write(home.path().join("other.json"), "{\"a\\u001b[2J\": 1}").unwrap();
    fs::write(
        home.path().join("half.jsonl"),
        "{\"id\": 1, \"parent_id\": null, \"text\": \"a\"}\n{\"id\"",
    )
    .unwrap();
    for (file, word) in [
        ("text.txt", "line 1"),
        ("other.json", "docs/import.md"),
        ("half.jsonl", "line 2"),
        ("none", "no file"),
        (".", "no file"),
    ] {
        let refused = run(home.path(), &format!("import {file}"));
        assert_eq!(code(&refused), 3, "{file}");
        let said = errors(&refused);
        assert!(said.contains(word) && !said.contains('\u{1b}'), "{said}");
    }
    assert!(!home.path().join("sessions").exists());
}
