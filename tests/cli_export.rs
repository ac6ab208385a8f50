//! `pleach export` as a person runs it: what a query takes, and every refusal with its mend.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_cli;
#[path = "../benches/support/curated.rs"]
mod curated;

use std::fs;
use std::path::Path;

use common_cli::{code, errors, lines, out, pleach, run};
use serde_json::Value;

/// A folder with two curated sessions of four trajectories each.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    curated::write(home.path(), 2, 4);
    home
}

const BOTH: &str = "export 0000.pleach 0001.pleach --test 0";

/// Runs the binary, and checks the exit code, the words, and that nothing was left behind.
fn refused(home: &Path, arguments: &str, exit: i32, words: &str) {
    let before = names(home);
    let output = run(home, arguments);
    let said = errors(&output);
    assert_eq!(code(&output), exit, "{arguments}: {said}");
    assert!(said.contains(words), "{arguments}: {said}");
    assert_eq!(names(home), before, "{arguments}");
}

fn names(folder: &Path) -> Vec<String> {
    let all = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn records(home: &Path, path: &str) -> Vec<Value> {
    let text = fs::read_to_string(home.join(path)).unwrap();
    // Python's `splitlines` breaks a line at more places than `\n`.
    let broken = ['\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    assert!(!text.contains(broken), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_query_takes_what_goes_through_a_step_that_it_means() {
    let home = home();
    let report = |query: &str| {
        let asked = format!("{BOTH} --format trl-kto --out set --dry-run --json --query");
        let output = pleach(home.path()).args(asked.split(' ')).arg(query).output().unwrap();
        lines(&output).remove(0)
    };
    assert_eq!(report("!pruned")["formats"][0]["train"], 8);
    let right = report("answered & right");
    assert_eq!(right["formats"][0]["train"], 4);
    assert_eq!(right["formats"][0]["left_out"][0]["why"], "not meant by the query");
    assert_eq!(report("text ~ 'by way 3'")["formats"][0]["train"], 2);
    assert_eq!(report("#6")["formats"][0]["train"], 2);
    assert_eq!(names(home.path()), ["0000.pleach", "0001.pleach"]);
}

#[test]
fn a_query_that_cannot_be_read_is_pointed_at() {
    let home = home();
    let home = home.path();
    let sft = format!("{BOTH} --format trl-sft --out set --query");
    refused(home, &format!("{sft} vlaue<0.2"), 2, "did you mean value?\nvlaue<0.2\n^^^^^");
    refused(home, &format!("{sft} judge>0.2"), 2, "fits none of the sessions");
    refused(home, &format!("{sft} depth>99"), 3, "4 not meant by the query");
    let view = format!("{BOTH} --format markdown --out set --query right");
    refused(home, &view, 2, "--query is for data sets");
}

#[test]
fn places_that_are_taken_or_cannot_be_written_are_left_alone() {
    let home = home();
    let home = home.path();
    fs::create_dir(home.join("mine")).unwrap();
    fs::write(home.join("mine/note"), "keep").unwrap();
    fs::write(home.join("file"), "keep").unwrap();
    let sft = format!("{BOTH} --format trl-sft --out");
    refused(home, &format!("{sft} mine"), 1, "exists already and was left alone");
    refused(home, &format!("{sft} file"), 1, "exists already and was left alone");
    refused(home, &format!("{sft} file/set"), 1, "what is above it is no folder");
    refused(home, &format!("{sft} none/set"), 1, "make the folder above it first");
    assert_eq!(fs::read_to_string(home.join("mine/note")).unwrap(), "keep");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("mine", home.join("link")).unwrap();
        refused(home, &format!("{sft} link"), 1, "is a link and was left alone");
        std::os::unix::fs::symlink("nowhere", home.join("dangling")).unwrap();
        refused(home, &format!("{sft} dangling"), 1, "is a link and was left alone");
    }
}

#[test]
fn what_cannot_be_exported_says_why() {
    let home = home();
    let home = home.path();
    fs::write(home.join("text"), "Dear diary\n").unwrap();
    fs::write(home.join("fails"), "{{ raise_exception('no') }}").unwrap();
    fs::write(home.join("loses"), "{% for m in messages %}{{ m.role }}{% endfor %}").unwrap();
    refused(home, "export none.pleach --format trl-sft --out set", 5, "none.pleach");
    refused(home, "export text --format trl-sft --out set", 5, "text");
    refused(home, &format!("{BOTH} --format no-such --out set"), 2, "the formats are: trl-sft");
    refused(home, &format!("{BOTH} --format agent-r --out set"), 3, "nothing would be exported");
    let rendered = format!("{BOTH} --format trl-prompt-completion --out set --chat-template");
    refused(home, &format!("{rendered} fails"), 3, "--chat-template");
    refused(home, &format!("{rendered} loses"), 3, "--chat-template");
    refused(home, &format!("{rendered} none"), 3, "chat template");
    // It makes a text of a hundred million pieces with one instruction; the process that does is ended.
    fs::write(home.join("endless"), "{{ 99999999 * ['a'] ~ '' }}").unwrap();
    refused(home, &format!("{rendered} endless"), 3, "more time or memory");
    let both = format!("{BOTH} --format trl-sft,markdown --out set");
    refused(home, &both, 2, "do not share a folder");
    let dry = run(home, &format!("{BOTH} --format markdown,mermaid --out set --dry-run"));
    assert!(out(&dry).contains("4 files would be made."), "{}", errors(&dry));
    assert!(!home.join("set").exists());
}

#[test]
fn a_preview_says_what_is_learnt_and_writes_nothing() {
    let home = home();
    let home = home.path();
    let dpo = "export 0000.pleach 0001.pleach --format trl-dpo --preview";
    let shown = out(&run(home, dpo));
    let marks: Vec<_> = shown.lines().filter(|line| line.ends_with(':')).collect();
    assert_eq!(marks[..3], ["│ only read:", "+ good:", "- bad:"]);
    let record = lines(&run(home, &format!("{dpo} 2 --json"))).remove(0);
    assert!(shown.contains(record["prompt"][0]["content"].as_str().unwrap()));
    let other = lines(&run(home, &format!("{dpo} 3 --json"))).remove(0);
    assert_ne!(record["prompt"], other["prompt"], "the third is of the other session");
    refused(home, &format!("{dpo} 9"), 3, "there are 4");
    refused(home, &format!("{dpo} 0"), 3, "there is no record 0");
    refused(home, "export 0000.pleach --format trl-sft,trl-dpo --preview", 2, "of one format");
    refused(home, "export 0000.pleach --format trl-sft", 2, "--out");
}

#[test]
fn hostile_text_stays_in_its_record() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let record = r#"{"prompt":"What\u2028is\u0000 \ud800?","completions":["one\u2029\n","two\u0085 \u000b \u001b[31m \udc00"],"labels":[true,false]}"#;
    fs::write(home.join("hostile.jsonl"), format!("{record}\n")).unwrap();
    let brought = run(home, "import hostile.jsonl --out in --json");
    let session = lines(&brought)[0]["sessions"][0].as_str().unwrap().to_owned();
    let formats = "trl-stepwise,prm800k,math-shepherd,tree";
    for extra in ["", " --parquet"] {
        let folder = if extra.is_empty() { "set" } else { "table" };
        let asked = format!("export {session} --format {formats} --test 0 --out {folder}{extra}");
        let made = run(home, &asked);
        assert_eq!(code(&made), 0, "{}", errors(&made));
        assert!(!out(&made).contains(['\u{0}', '\u{1b}']));
    }
    for format in formats.split(',') {
        assert_eq!(records(home, &format!("set/data/{format}/train.jsonl")).len(), 1);
    }
    let found = records(home, "set/data/trl-stepwise/train.jsonl").remove(0);
    assert_eq!(found["prompt"], "What\u{2028}is\u{0} \u{fffd}?");
    assert_eq!(found["completions"][1], "two\u{85} \u{b} \u{1b}[31m \u{fffd}");
}
