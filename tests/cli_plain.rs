//! The plain mode, through the real binary with the scripted engine: lines in, sentences out.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs lines in an empty folder and returns what was said.
fn said(lines: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pleach"))
        .args(["--plain", "--engine", "scripted"])
        .env("PLEACH_DATA_DIR", folder.path())
        .env("PLEACH_CONFIG_DIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_tree_is_grown_and_walked_by_lines() {
    let said = said("start-open\nchild\nprune\nundo\nquit\n");
    for sentence in ["Chosen: #1, step 1", "Pruned #1", "Undid", "Saved in"] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
    assert!(!said.contains(['\u{1b}', '│', '─', '█']), "{said}");
}

#[test]
fn the_end_of_the_lines_waits_for_what_was_begun() {
    let said = said("help\nstart-open\n");
    assert!(said.contains("start-open: open"), "{said}");
    assert!(said.contains("Saved in"), "{said}");
}
