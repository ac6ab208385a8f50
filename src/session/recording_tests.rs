//! Tests of recordings.

use super::*;
use crate::session::{Fresh, create_with, open};
use crate::tree::sample::random_session;

fn recorded(log: &[Operation]) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.pleach");
    create_with(&path, &Fresh::default(), log).unwrap();
    (directory, path)
}

#[test]
fn the_tree_at_every_moment_is_the_fold_up_to_it() {
    let (_, log) = random_session(9, 6000);
    let (_directory, path) = recorded(&log);
    let mut recording = Recording::open(&path).unwrap();
    assert_eq!(recording.length(), log.len() as u64);
    // Some of it before the rest was read, and then all of it.
    let early = 2 * log.len() as u64 / 3;
    let expected = Tree::fold(&log[..usize::try_from(early).unwrap()]).unwrap();
    assert_eq!(recording.tree_at(early).unwrap(), expected);
    assert_eq!(recording.front(), early);
    assert_eq!(recording.tree_at(30).unwrap(), Tree::fold(&log[..30]).unwrap());
    recording.read(u64::MAX).unwrap();
    assert!(recording.checkpoints.len() > 2, "{}", log.len());
    let step = 97;
    let mut plain = Tree::default();
    for (operation, at) in log.iter().zip(1..) {
        plain.apply(operation).unwrap();
        if at % step == 0 || at == log.len() {
            assert_eq!(recording.tree_at(at as u64).unwrap(), plain, "{at}");
        }
    }
    assert_eq!(recording.tree_at(0).unwrap(), Tree::default());
    assert_eq!(recording.tree_at(u64::MAX).unwrap(), plain);
    assert_eq!(recording.operations(40, 50).unwrap(), log[40..50]);
    assert_eq!(recording.operations(50, 50).unwrap(), []);
}

#[test]
fn marks_and_pulses_are_those_of_the_log() {
    let (_, log) = random_session(4, 5000);
    let (_directory, path) = recorded(&log);
    let mut recording = Recording::open(&path).unwrap();
    recording.read(u64::MAX).unwrap();
    let mut marks = Marks::default();
    for operation in &log {
        marks.take_in(operation);
    }
    assert_eq!(recording.marks(), &marks);
    for at in [0, 700, 3333, log.len()] {
        let expected = Moment::fold(&log[..at]).unwrap();
        assert_eq!(recording.moment(at as u64).unwrap(), expected);
        assert_eq!(expected.pulse == Pulse::default(), at == 0, "it beats");
    }
}

#[test]
fn a_session_that_is_being_written_is_a_recording_up_to_now() {
    let (_, log) = random_session(5, 200);
    let (_directory, path) = recorded(&log[..100]);
    let (acks, saved) = std::sync::mpsc::channel();
    let (_, mut writer) = open(&path, Box::new(move |ack| drop(acks.send(ack)))).unwrap();
    writer.append(&log[100..150]).unwrap();
    saved.recv().unwrap();
    let mut recording = Recording::open(&path).unwrap();
    assert_eq!(recording.length(), 150);
    assert_eq!(recording.tree_at(150).unwrap(), Tree::fold(&log[..150]).unwrap());
    writer.append(&log[150..]).unwrap();
    writer.close().unwrap();
    assert_eq!(recording.length(), 150, "what is looked at is of one moment");
}

#[test]
fn a_log_that_does_not_fold_is_damaged_where_it_does_not() {
    let (_, mut log) = random_session(6, 100);
    log[49].body = crate::tree::Body::Undone { operation: 7777 };
    let (_directory, path) = recorded(&log);
    let mut recording = Recording::open(&path).unwrap();
    // What lies before can be watched; nothing behind it is shown.
    assert_eq!(recording.tree_at(49).unwrap(), Tree::fold(&log[..49]).unwrap());
    for sequence in [50, 99, 50] {
        match recording.tree_at(sequence) {
            Err(Error::Damaged { sequence: 50, .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(recording.front(), 49);
}
