//! Tests of whole sessions: round trips, damage, crashes and strangers' files.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::tree::sample::random_session;
use crate::tree::{Actor, Body, NodeId, Operation, Token};

/// A new session file with these operations, closed.
pub(super) fn session_with(operations: &[Operation]) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.pleach");
    let facts = [("model".to_owned(), "blake3:1234".to_owned())].into();
    create(&path, &Fresh { identity: 7, created: 1000, facts }).unwrap();
    let (_, mut writer) = open(&path, Box::new(|_| {})).unwrap();
    writer.append(operations).unwrap();
    writer.close().unwrap();
    (directory, path)
}

/// The names of the files in a folder; backups are in a folder of their own.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Changes a closed session with another SQLite program's means.
fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn sentence<T>(result: Result<T, Error>) -> String {
    result.err().expect("it is refused").to_string()
}

#[test]
fn sessions_come_back_as_they_were() {
    for seed in 1..8 {
        let (_, mut log) = random_session(seed, 300);
        for (operation, time) in log.iter_mut().zip(1_795_490_518_000..) {
            operation.time = time;
        }
        let (directory, path) = session_with(&log);
        assert_eq!(names(directory.path()), ["a.pleach"], "one file is left");
        let found = read(&path).unwrap();
        assert_eq!(found.operations, log);
        assert_eq!((found.header.created, found.header.version), (1000, VERSION));
        assert_eq!(found.header.facts["model"], "blake3:1234");
        let (again, writer) = open(&path, Box::new(|_| {})).unwrap();
        assert_eq!(again.operations, log);
        drop(writer);
        assert_eq!(names(directory.path()), ["a.pleach"], "a dropped writer closes too");
    }
}

#[test]
fn numbers_survive_to_the_last_bit() {
    let (_, mut log) = random_session(5, 40);
    let sequence = log.len() as u64 + 1;
    let value = 0.1 + 0.2;
    let body = Body::BackedUp { node: NodeId::ROOT, evaluator: "\u{0}\n\"é".into(), value };
    log.push(Operation { sequence, time: u64::from(u32::MAX), actor: Actor::Search, body });
    let tokens = vec![Token { id: -1, logprob: -1.0e-38, bytes: vec![0xe2, 0x82] }; 3];
    let body = Body::TokensAppended { node: NodeId(1), tokens };
    log.push(Operation { sequence: sequence + 1, time: 0, actor: Actor::Model, body });
    let (_directory, path) = session_with(&log);
    assert_eq!(read(&path).unwrap().operations, log);
}

#[test]
fn a_changed_row_is_found_where_it_is() {
    let (_, log) = random_session(11, 200);
    let (_directory, path) = session_with(&log);
    let original = fs::read(&path).unwrap();
    let with_tokens = log
        .iter()
        .find(|operation| matches!(operation.body, Body::TokensAppended { .. }))
        .unwrap()
        .sequence;
    let last = log.len() as u64;
    for (change, at) in [
        ("UPDATE operation SET time = time + 1 WHERE sequence = 9".to_owned(), 9),
        ("UPDATE operation SET time = NULL WHERE sequence = 9".to_owned(), 9),
        (
            "UPDATE operation SET actor = 'person' WHERE actor = 'model' AND sequence = 4"
                .to_owned(),
            4,
        ),
        ("UPDATE operation SET kind = kind || 'x' WHERE sequence = 1".to_owned(), 1),
        ("UPDATE operation SET body = CAST(x'7bff7d' AS TEXT) WHERE sequence = 17".to_owned(), 17),
        (
            format!("UPDATE operation SET tokens = x'00' WHERE sequence = {with_tokens}"),
            with_tokens,
        ),
        ("UPDATE operation SET hash = x'00' WHERE sequence = 30".to_owned(), 30),
        ("DELETE FROM operation WHERE sequence = 12".to_owned(), 12),
        ("DELETE FROM operation WHERE sequence <= 3".to_owned(), 1),
        (format!("UPDATE operation SET sequence = {} WHERE sequence = {last}", last + 1), last),
        (
            format!(
                "INSERT INTO operation SELECT {}, time, actor, kind, body, tokens, hash FROM operation WHERE sequence = 5",
                last + 1
            ),
            last + 1,
        ),
        ("UPDATE operation SET sequence = -5 WHERE sequence = 20".to_owned(), 1),
    ] {
        fs::write(&path, &original).unwrap();
        tamper(&path, &change);
        let tampered = fs::read(&path).unwrap();
        assert!(tampered != original, "{change}");
        for result in [read(&path).map(drop), open(&path, Box::new(|_| {})).map(drop)] {
            match result {
                Err(Error::Damaged { sequence, .. }) => assert_eq!(sequence, at, "{change}"),
                other => panic!("{change}: {other:?}"),
            }
        }
        assert!(fs::read(&path).unwrap() == tampered, "the damaged file was changed");
    }
}

#[test]
fn a_changed_header_and_foreign_tables_are_found() {
    let (_, log) = random_session(2, 20);
    for change in [
        "UPDATE meta SET value = 'another model' WHERE key = 'model'",
        "UPDATE meta SET value = '2000' WHERE key = 'created'",
        "DELETE FROM meta WHERE key = 'seal'",
        "INSERT INTO meta VALUES ('more', 'x')",
        "CREATE VIEW spy AS SELECT * FROM operation",
        "CREATE TRIGGER spy AFTER INSERT ON operation BEGIN DELETE FROM operation; END",
        "DROP TABLE operation; CREATE VIEW operation AS SELECT * FROM meta",
    ] {
        let (_directory, path) = session_with(&log);
        tamper(&path, change);
        assert!(matches!(read(&path), Err(Error::DamagedHeader { .. })), "{change}");
    }
}

#[test]
fn a_flipped_bit_or_a_cut_never_goes_unnoticed() {
    let (_, log) = random_session(21, 300);
    let (_directory, path) = session_with(&log);
    let original = fs::read(&path).unwrap();
    let mut state = 12345u64;
    let mut roll = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut found = 0;
    for case in 0..400 {
        let mut bytes = original.clone();
        match case % 4 {
            0 => bytes.truncate(roll(original.len())),
            1 => {
                let from = roll(original.len() / 512) * 512;
                bytes[from..from + 512].fill(0);
            }
            _ => bytes[roll(original.len())] ^= 1 << roll(8),
        }
        fs::write(&path, &bytes).unwrap();
        match read(&path) {
            Ok(same) => assert!(same.operations == log, "case {case} reads back differently"),
            Err(error) => {
                found += 1;
                assert!(!error.to_string().contains("panic"), "{error}");
            }
        }
    }
    assert!(found > 200, "only {found} of 400 changes were found");
}

#[test]
fn other_files_are_refused_in_a_sentence() {
    let (_, log) = random_session(1, 20);
    let (directory, path) = session_with(&log);
    let session = fs::read(&path).unwrap();
    let other = directory.path().join("other.pleach");
    for (bytes, word) in [
        (&b""[..], "it is empty"),
        (&[0; 8192], "zeros"),
        (b"GGUF\x03\0\0\0", "--model"),
        (b"{\"a\":1}", "pleach import"),
        (&session[..60], "cut off"),
    ] {
        fs::write(&other, bytes).unwrap();
        for result in [read(&other).map(drop), open(&other, Box::new(|_| {})).map(drop)] {
            let text = sentence(result);
            assert!(
                text.contains("other.pleach is not a pleach session") && text.contains(word),
                "{text}"
            );
        }
    }
    assert!(!names(directory.path()).iter().any(|name| name.ends_with("lock")));
}

#[test]
fn a_newer_format_is_read_but_not_written() {
    let (_, log) = random_session(1, 20);
    let (_directory, path) = session_with(&log);
    tamper(&path, "PRAGMA user_version = 2");
    let before = fs::read(&path).unwrap();
    assert!(matches!(open(&path, Box::new(|_| {})), Err(Error::Newer { found: 2, .. })));
    assert_eq!(fs::read(&path).unwrap(), before, "it was left as it was");
    assert_eq!(read(&path).unwrap().operations, log);
}

#[test]
fn an_unknown_kind_is_named() {
    let (_, log) = random_session(1, 20);
    let (_directory, path) = session_with(&log);
    let connection = Connection::open(&path).unwrap();
    let header = format::Header::read(&connection, &path).unwrap();
    let tail = rows::last(&connection, &header).unwrap();
    let row = row::Row {
        sequence: tail.sequence + 1,
        time: 0,
        actor: "person".to_owned(),
        kind: "dreamed".to_owned(),
        body: "{}".to_owned(),
        tokens: None,
    };
    let hash = *tail.after(&row.view()).hash.as_bytes();
    connection
        .execute(
            "INSERT INTO operation VALUES (?1, 0, 'person', 'dreamed', '{}', NULL, ?2)",
            rusqlite::params![row.sequence, hash],
        )
        .unwrap();
    let text = sentence(read(&path));
    assert!(text.contains("\"dreamed\"") && text.contains("newer pleach"), "{text}");
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.pleach");
    fs::write(&path, "mine").unwrap();
    assert!(matches!(create(&path, &Fresh::default()), Err(Error::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(names(directory.path()), ["a.pleach"]);
    let missing = directory.path().join("no/such/a.pleach");
    assert!(sentence(create(&missing, &Fresh::default())).contains("a.pleach"));
}

#[test]
fn sessions_of_one_problem_get_names_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let sessions = directory.path().join("pleach/sessions");
    let fresh = Fresh { created: 1_795_490_518_000, ..Fresh::default() };
    let first = create_in(&sessions, "Make 24", &fresh).unwrap();
    let second = create_in(&sessions, "Make 24", &fresh).unwrap();
    assert!(first.ends_with("make-24-20261124-032158.pleach"), "{first:?}");
    assert!(second.ends_with("make-24-20261124-032158-2.pleach"), "{second:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(first.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(sessions.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
    assert_ne!(new_identity().unwrap(), new_identity().unwrap());
}

#[test]
fn a_second_opener_may_read_but_not_write() {
    let (_, log) = random_session(4, 100);
    let (_directory, path) = session_with(&log[..50]);
    let (acks, saved) = std::sync::mpsc::channel();
    let (_, mut writer) = open(&path, Box::new(move |ack| acks.send(ack).unwrap())).unwrap();
    let text = sentence(open(&path, Box::new(|_| {})));
    assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
    writer.append(&log[50..]).unwrap();
    assert_eq!(saved.recv().unwrap(), Ack::Saved { sequence: log.len() as u64 });
    assert_eq!(read(&path).unwrap().operations, log, "what is saved can be read at once");
    writer.close().unwrap();
    open(&path, Box::new(|_| {})).unwrap();
}

/// What a kill leaves behind: the file and its log, copied while the writer is at work.
fn crash(path: &Path, into: &Path) -> PathBuf {
    let crashed = into.join("crashed.pleach");
    fs::copy(path, &crashed).unwrap();
    fs::copy(lock::beside(path, "-wal"), lock::beside(&crashed, "-wal")).unwrap();
    crashed
}

#[test]
fn a_crashed_session_opens_with_all_that_was_acknowledged() {
    let (_, log) = random_session(6, 200);
    let (_directory, path) = session_with(&log[..10]);
    let (acks, saved) = std::sync::mpsc::channel();
    let (_, mut writer) = open(&path, Box::new(move |ack| acks.send(ack).unwrap())).unwrap();
    writer.append(&log[10..]).unwrap();
    saved.recv().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let crashed = crash(&path, elsewhere.path());
    assert_eq!(read(&crashed).unwrap().operations, log, "read-only, through a copy");
    assert_eq!(names(elsewhere.path()).len(), 2, "reading leaves nothing behind");
    let (found, mut next) = open(&crashed, Box::new(|_| {})).unwrap();
    assert_eq!(found.operations, log);
    next.close().unwrap();
    assert_eq!(names(elsewhere.path()), ["crashed.pleach"]);
}

#[test]
fn a_torn_write_ahead_log_gives_a_prefix_or_a_sentence() {
    let (_, log) = random_session(31, 200);
    let (_directory, path) = session_with(&log[..10]);
    let (acks, saved) = std::sync::mpsc::channel();
    let (_, mut writer) = open(&path, Box::new(move |ack| drop(acks.send(ack)))).unwrap();
    for chunk in log[10..].chunks(30) {
        writer.append(chunk).unwrap();
        saved.recv().unwrap();
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let crashed = crash(&path, elsewhere.path());
    let wal = lock::beside(&crashed, "-wal");
    let whole = fs::read(&wal).unwrap();
    let mut lengths = std::collections::BTreeSet::new();
    for case in 0..200 {
        let at = whole.len() * (case + 1) / 201;
        let mut torn = whole.clone();
        match case % 3 {
            0 => torn.truncate(at),
            1 => torn[at..].iter_mut().take(512).for_each(|byte| *byte = 0),
            _ => torn[at] ^= 4,
        }
        fs::write(&wal, &torn).unwrap();
        if let Ok(found) = read(&crashed) {
            assert!(log.starts_with(&found.operations), "case {case}");
            lengths.insert(found.operations.len());
        }
    }
    assert!(lengths.len() > 3, "the cuts fell between several commits: {lengths:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whenever a copy is taken, it holds at least what was acknowledged before, and it is a
    /// prefix of the log.
    #[test]
    fn a_copy_at_any_time_holds_what_was_acknowledged(
        seed in 1..u64::MAX,
        batches in prop::collection::vec(1..40usize, 3..12),
        pauses in prop::collection::vec(0..30u64, 12),
    ) {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicU64, Ordering};
        let (_, log) = random_session(seed, 400);
        let (_directory, path) = session_with(&[]);
        let acknowledged = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&acknowledged);
        let (_, mut writer) = open(&path, Box::new(move |ack| if let Ack::Saved { sequence } = ack {
            counter.store(sequence, Ordering::SeqCst);
        })).unwrap();
        let mut rest = log.as_slice();
        for (size, pause) in batches.into_iter().zip(pauses) {
            let (batch, after) = rest.split_at(size.min(rest.len()));
            rest = after;
            writer.append(batch).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(pause));
            let elsewhere = tempfile::tempdir().unwrap();
            let before = acknowledged.load(Ordering::SeqCst);
            let crashed = crash(&path, elsewhere.path());
            let (found, _) = open(&crashed, Box::new(|_| {})).unwrap();
            prop_assert!(found.operations.len() as u64 >= before);
            prop_assert!(log.starts_with(&found.operations));
        }
    }
}
