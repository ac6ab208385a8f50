//! Tests of saving: groups, failures, retries, copies and kills.

use std::fs;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;
use crate::session::tests::session_with;
use crate::session::{open, read};
use crate::tree::sample::random_session;
use crate::tree::{Actor, Body};

fn opened(path: &Path) -> (Writer, Receiver<Ack>) {
    let (acks, reports) = channel();
    let (_, writer) = open(path, Box::new(move |ack| drop(acks.send(ack)))).unwrap();
    (writer, reports)
}

fn next(reports: &Receiver<Ack>) -> Ack {
    reports.recv_timeout(Duration::from_secs(30)).unwrap()
}

fn failure(reports: &Receiver<Ack>) -> String {
    match next(reports) {
        Ack::Failed { message } => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lone_operation_is_saved_soon_and_many_go_together() {
    let (_, log) = random_session(9, 2000);
    let (_directory, path) = session_with(&[]);
    let (mut writer, reports) = opened(&path);
    writer.append(&log[..1]).unwrap();
    assert_eq!(next(&reports), Ack::Saved { sequence: 1 });
    for operation in &log[1..] {
        writer.append(std::slice::from_ref(operation)).unwrap();
    }
    writer.close().unwrap();
    let saved: Vec<Ack> = reports.iter().collect();
    assert!(saved.len() <= log.len() / 20, "{} commits for {}", saved.len(), log.len());
    assert_eq!(saved.last(), Some(&Ack::Saved { sequence: log.len() as u64 }));
    assert_eq!(read(&path).unwrap().operations, log);
}

#[test]
fn what_does_not_fit_is_refused_at_once_and_what_would_not_read_back_is_told() {
    let (_, log) = random_session(3, 50);
    let (_directory, path) = session_with(&log[..5]);
    let (mut writer, reports) = opened(&path);
    let error = writer.append(&log[6..]).unwrap_err();
    assert!(matches!(error, Error::OutOfOrder { expected: 6, found: 7 }));
    writer.append(&log[5..10]).unwrap();
    let body = Body::BackedUp {
        node: crate::tree::NodeId::ROOT,
        evaluator: "rating".into(),
        value: f64::NAN,
    };
    let broken = Operation { sequence: 12, time: 0, actor: Actor::Search, body };
    writer.append([log[10].clone(), broken]).unwrap();
    writer.append(&log[12..15]).unwrap();
    assert_eq!(next(&reports), Ack::Saved { sequence: 10 });
    assert!(failure(&reports).contains("12"), "the operation is named");
    writer.retry().unwrap();
    assert_eq!(next(&reports), Ack::Saved { sequence: 10 });
    assert!(failure(&reports).contains("12"), "it never can be saved");
    let error = writer.close().unwrap_err();
    assert!(matches!(error, Error::Unsaved { count: 5, .. }), "{error}");
    drop(writer);
    assert_eq!(read(&path).unwrap().operations, log[..10]);
}

#[test]
fn a_moved_file_is_noticed_and_a_retry_saves_what_is_missing() {
    let (_, log) = random_session(8, 120);
    let (directory, path) = session_with(&log[..20]);
    let (mut writer, reports) = opened(&path);
    let away = directory.path().join("away.pleach");
    fs::rename(&path, &away).unwrap();
    writer.append(&log[20..40]).unwrap();
    assert!(failure(&reports).contains("moved, deleted or replaced"));
    writer.append(&log[40..60]).unwrap();
    writer.retry().unwrap();
    assert!(failure(&reports).contains("a.pleach"));

    let copy = directory.path().join("copy.pleach");
    writer.save_copy(&copy).unwrap();
    assert_eq!(next(&reports), Ack::Copied { path: copy.clone(), sequence: 60 });
    assert_eq!(read(&copy).unwrap().operations, log[..60]);
    writer.save_copy(&copy).unwrap();
    assert!(matches!(next(&reports), Ack::CopyFailed { .. }), "a copy overwrites nothing");
    let error = writer.close().unwrap_err();
    assert!(matches!(error, Error::Unsaved { count: 40, .. }), "{error}");
    assert!(matches!(next(&reports), Ack::Failed { .. }));

    fs::rename(&away, &path).unwrap();
    writer.retry().unwrap();
    assert_eq!(next(&reports), Ack::Saved { sequence: 60 });
    writer.append(&log[60..]).unwrap();
    writer.close().unwrap();
    assert_eq!(read(&path).unwrap().operations, log);
}

#[test]
fn a_deleted_write_ahead_log_is_noticed_and_a_copy_has_everything() {
    let (_, log) = random_session(8, 120);
    let (directory, path) = session_with(&log[..20]);
    let (mut writer, reports) = opened(&path);
    writer.append(&log[20..40]).unwrap();
    assert_eq!(next(&reports), Ack::Saved { sequence: 40 });
    fs::remove_file(directory.path().join("a.pleach-wal")).unwrap();
    writer.append(&log[40..]).unwrap();
    assert!(failure(&reports).contains("save a copy"));
    writer.retry().unwrap();
    assert!(failure(&reports).contains("save a copy"));
    let copy = directory.path().join("copy.pleach");
    writer.save_copy(&copy).unwrap();
    assert_eq!(next(&reports), Ack::Copied { path: copy.clone(), sequence: log.len() as u64 });
    assert_eq!(read(&copy).unwrap().operations, log);
}

#[test]
fn a_replaced_file_is_never_written_to() {
    let (_, log) = random_session(8, 120);
    let (directory, path) = session_with(&log[..20]);
    let (mut writer, reports) = opened(&path);
    fs::rename(&path, directory.path().join("away.pleach")).unwrap();
    let stranger = crate::session::Fresh { identity: 99, ..Default::default() };
    crate::session::create(&path, &stranger).unwrap();
    let before = fs::read(&path).unwrap();
    writer.append(&log[20..]).unwrap();
    failure(&reports);
    writer.retry().unwrap();
    assert!(failure(&reports).contains("another session"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Not a test of its own: the program that `a_killed_program_loses_nothing` kills. It prints
/// each acknowledged sequence number.
#[test]
#[ignore = "only useful when killed by another test"]
fn a_program_to_kill() {
    use std::io::Write;
    let Some(path) = std::env::var_os("PLEACH_TEST_SESSION") else { return };
    let (_, log) = random_session(77, 20_000);
    let report = |ack| {
        if let Ack::Saved { sequence } = ack {
            let mut out = std::io::stderr().lock();
            writeln!(out, "saved {sequence}").unwrap();
        }
    };
    let (found, mut writer) = open(Path::new(&path), Box::new(report)).unwrap();
    for chunk in log[found.operations.len()..].chunks(7) {
        writer.append(chunk).unwrap();
        std::thread::sleep(Duration::from_millis(3));
    }
}

#[test]
fn a_killed_program_loses_nothing() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command as Process, Stdio};
    let (_, log) = random_session(77, 20_000);
    let (mut _directory, mut path) = session_with(&[]);
    let cycles: u64 = std::env::var("PLEACH_KILLS").map_or(12, |kills| kills.parse().unwrap());
    for cycle in 0..cycles {
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args([
                "session::writer::tests::a_program_to_kill",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .env("PLEACH_TEST_SESSION", &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut saved = 0;
        // Wait for the first acknowledgement, then kill at some moment after it.
        if let Some(Ok(line)) = lines.next() {
            saved = line.strip_prefix("saved ").unwrap().parse().unwrap();
            std::thread::sleep(Duration::from_millis(cycle * 37 % 60));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            saved = line.strip_prefix("saved ").and_then(|text| text.parse().ok()).unwrap_or(saved);
        }
        let found = read(&path).unwrap().operations;
        assert!(found.len() as u64 >= saved, "cycle {cycle}: {saved} saved, {} found", found.len());
        assert!(log.starts_with(&found));
        if found.len() == log.len() {
            (_directory, path) = session_with(&[]);
        }
    }
}
