//! Tests of salvage: what is sound is kept under its own number, what is not is named.

use std::fs;

use rusqlite::Connection;

use super::*;
use crate::session::read;
use crate::session::tests::session_with;
use crate::tree::sample::random_session;

/// Damages a session, salvages it, and checks that what is kept stands where it stood.
fn salvaged(log: &[Operation], damage: &str) -> (Salvage, Tree) {
    let (directory, path) = session_with(log);
    Connection::open(&path).unwrap().execute_batch(damage).unwrap();
    let before = fs::read(&path).unwrap();
    let into = directory.path().join("new.pleach");
    let salvage = salvage(&path, &into).unwrap();
    assert!(fs::read(&path).unwrap() == before, "the damaged file was changed");
    let found = read(&into).unwrap().operations;
    let is_lost = |sequence: u64| {
        salvage.lost.iter().any(|lost| (lost.first..=lost.last).contains(&sequence))
    };
    let same = found.iter().filter(|operation| !is_lost(operation.sequence));
    assert!(same.clone().all(|operation| log.contains(operation)), "{damage}");
    assert_eq!(same.count() as u64, salvage.kept, "{damage}");
    let tree = Tree::fold(&found).unwrap();
    (salvage, tree)
}

#[test]
fn all_but_the_damaged_operation_is_kept() {
    let (_, log) = random_session(11, 200);
    let last = log.len() as u64;
    let stepped = log.iter().find(|each| matches!(each.body, Body::BackedUp { .. })).unwrap();
    let at = stepped.sequence;
    let damage = format!("UPDATE operation SET body = '{{}}' WHERE sequence = {at}");
    let (salvage, tree) = salvaged(&log, &damage);
    let why = "it is damaged".to_owned();
    assert_eq!(salvage.lost, [Lost { first: at, last: at, why }]);
    assert_eq!((salvage.kept, tree.sequence()), (last - 1, last));
}

#[test]
fn a_damaged_checksum_costs_nothing() {
    let (_, log) = random_session(11, 200);
    let (salvage, _) = salvaged(&log, "UPDATE operation SET hash = x'00' WHERE sequence = 30");
    assert_eq!((salvage.kept, salvage.lost), (log.len() as u64, Vec::new()));
}

#[test]
fn a_lost_node_is_stood_in_for_so_that_its_text_is_kept() {
    let (_, log) = random_session(11, 200);
    let added = log.iter().filter(|each| matches!(each.body, Body::NodeAdded { .. })).nth(3);
    let at = added.unwrap().sequence;
    let damage = format!("UPDATE operation SET time = time + 1 WHERE sequence = {at}");
    let (salvage, tree) = salvaged(&log, &damage);
    assert_eq!(salvage.lost[0].first, at);
    assert_eq!(tree.len(), Tree::fold(&log).unwrap().len(), "every node has its place");
    assert_eq!(tree.node(NodeId(4)).text(), "step\n");
}

#[test]
fn missing_rows_and_a_damaged_header_leave_the_rest() {
    let (_, log) = random_session(5, 300);
    let damage = "DELETE FROM operation WHERE sequence BETWEEN 40 AND 60; \
                  UPDATE meta SET value = 'x' WHERE key = 'seal'";
    let (salvage, tree) = salvaged(&log, damage);
    assert!(tree.sequence() == log.len() as u64, "{salvage:?}");
    let first = &salvage.lost[0];
    assert_eq!((first.first, first.last), (1, 1), "without its header, the first is unchecked");
    assert!(salvage.kept >= log.len() as u64 / 2, "{salvage:?}");
}

#[test]
fn rows_behind_a_damaged_page_are_found() {
    let (_, log) = random_session(21, 600);
    let (directory, path) = session_with(&log);
    let mut bytes = fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 12, "{pages} pages");
    bytes[4096 * (pages / 2)..4096 * (pages / 2 + 1)].fill(0);
    fs::write(&path, &bytes).unwrap();
    assert!(read(&path).is_err());
    let into = directory.path().join("new.pleach");
    let salvage = salvage(&path, &into).unwrap();
    assert!(salvage.kept > log.len() as u64 / 2 && !salvage.lost.is_empty(), "{salvage:?}");
    assert_eq!(read(&into).unwrap().operations.len(), log.len());
}

#[test]
fn pages_that_lead_round_in_a_circle_come_to_an_end() {
    // Found by fuzzing: SQLite reads the same rows for ever.
    let circle = include_bytes!("../../fuzz/corpus/session/circle.pleach");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("circle.pleach");
    fs::write(&path, circle).unwrap();
    assert!(read(&path).is_err());
    let into = directory.path().join("new.pleach");
    if let Ok(salvage) = salvage(&path, &into) {
        assert!(salvage.kept < 20, "{salvage:?}");
    }
}

#[test]
fn a_file_that_claims_to_have_lost_the_world_is_not_made_up_for() {
    let (_, log) = random_session(11, 50);
    let (directory, path) = session_with(&log);
    let far = |sequence| Row::encode(&Operation { sequence, ..log[1].clone() }).unwrap();
    let (one, next) = (far(1 << 40), far((1 << 40) + 1));
    let tail = Tail { sequence: one.sequence, hash: blake3::hash(b"anything") };
    let hashes = [tail.hash, tail.after(&next.view()).hash];
    let connection = Connection::open(&path).unwrap();
    for (row, hash) in [one, next].iter().zip(hashes) {
        let view = row.view();
        connection
            .execute(
                "INSERT INTO operation(sequence, time, actor, kind, body, hash) VALUES (?, ?, ?, ?, ?, ?)",
                (view.sequence, view.time, view.actor, view.kind, view.body, hash.as_bytes()),
            )
            .unwrap();
    }
    drop(connection);
    let into = directory.path().join("new.pleach");
    let salvage = salvage(&path, &into).unwrap();
    assert_eq!((salvage.kept, salvage.lost), (log.len() as u64, Vec::new()));
}

#[test]
fn what_is_no_session_stays_what_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("text");
    fs::write(&path, "Dear diary").unwrap();
    let into = directory.path().join("new.pleach");
    assert!(matches!(salvage(&path, &into), Err(Error::NotASession { .. })));
    assert!(!into.exists());
}
