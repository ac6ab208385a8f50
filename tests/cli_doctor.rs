//! `pleach doctor FILE` on the real binary: a whole session, a damaged one, and what is none.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_cli;

use std::fs;

use common_cli::{code, errors, out, run};
use serde_json::Value;

#[test]
fn a_damaged_session_is_salvaged_and_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::write(home.join("p.jsonl"), "{\"id\":\"a\",\"problem\":\"Count.\"}\n").unwrap();
    let grow = "grow p.jsonl --policy swe-search --nodes 20 --engine scripted --out s";
    assert_eq!(code(&run(home, grow)), 0);
    let session = home.join("s/a.pleach");
    let whole = run(home, "doctor s/a.pleach");
    assert_eq!(code(&whole), 0, "{}", errors(&whole));
    assert!(out(&whole).contains("is whole"), "{}", out(&whole));

    // Going on with it makes a backup of it as it is.
    let mark = run(home, "mark s/a.pleach --label good --query #1");
    assert_eq!(code(&mark), 0, "{}", errors(&mark));

    // A byte of an operation near the end of the log: a row ends with its checksum of 32 bytes, and
    // the file's last page with a row.
    let mut bytes = fs::read(&session).unwrap();
    let at = bytes.len() - 40;
    bytes[at] ^= 1;
    fs::write(&session, &bytes).unwrap();
    let damaged = run(home, "doctor s/a.pleach --json");
    assert_eq!(code(&damaged), 5, "{}", errors(&damaged));
    let findings: Value = serde_json::from_str(&out(&damaged)).unwrap();
    assert!(findings["wrong"].as_str().unwrap().contains("damaged"), "{findings}");
    assert!(findings["kept"].as_u64().unwrap() > 20, "{findings}");
    assert!(!findings["lost"].as_array().unwrap().is_empty(), "{findings}");
    assert_eq!(findings["salvaged"], "s/a.salvaged.pleach");
    let backup = findings["backups"][0].as_str().unwrap();
    assert!(backup.starts_with("s/backups/a."), "{findings}");
    assert_eq!(code(&run(home, &format!("doctor {backup}"))), 0);
    assert!(fs::read(&session).unwrap() == bytes, "the damaged file was changed");
    let shown = run(home, "show s/a.salvaged.pleach --json");
    assert_eq!(code(&shown), 0, "{}", errors(&shown));

    let again = run(home, "doctor s/a.pleach");
    assert_eq!(code(&again), 5);
    assert!(errors(&again).contains("exists already"), "{}", errors(&again));
    assert!(errors(&again).contains(&format!("the newest backup is {backup}")));
    assert_eq!(code(&run(home, "doctor p.jsonl")), 5);
}
