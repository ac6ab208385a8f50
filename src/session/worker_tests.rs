//! Tests of the worker without its thread, where a test must reach into its connection.

use std::path::Path;
use std::sync::mpsc::channel;

use super::*;
use crate::session::read;
use crate::session::tests::session_with;
use crate::tree::sample::random_session;

/// A worker on this thread, so that a test can reach its connection.
fn worker(path: &Path) -> (Worker, Receiver<Ack>) {
    use crate::session::database::{Access, connect, use_wal};
    use crate::session::{format::Header, lock::Lock, rows};
    let connection = connect(path, Access::ReadWrite).unwrap();
    let header = Header::read(&connection, path).unwrap();
    let tail = rows::last(&connection, &header).unwrap();
    use_wal(&connection).unwrap();
    let lock = Lock::take(path).unwrap();
    let store = Store::new(path.to_owned(), connection, header, tail, lock).unwrap();
    let (acks, reports) = channel();
    (Worker::new(store, Box::new(move |ack| drop(acks.send(ack)))), reports)
}

#[test]
fn a_full_disk_loses_nothing() {
    let (_, log) = random_session(12, 900);
    let (_directory, path) = session_with(&log[..50]);
    let (mut worker, reports) = worker(&path);
    // A cap on the pages makes SQLite say that the disk is full; it ends when a retry reopens.
    let pages: i64 =
        worker.store.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    worker.store.connection().pragma_update(None, "max_page_count", pages + 3).unwrap();
    for chunk in log[50..].chunks(40) {
        worker.perform(Command::Append(chunk.to_vec()));
        worker.save();
    }
    let acks: Vec<Ack> = reports.try_iter().collect();
    let failures = acks.iter().filter(|ack| matches!(ack, Ack::Failed { .. })).count();
    assert_eq!(failures, 1, "it tries once and then waits");
    let Some(Ack::Failed { message }) = acks.last() else { panic!("{acks:?}") };
    assert!(message.contains("the disk is full"), "{message}");
    worker.perform(Command::Retry);
    assert_eq!(reports.recv().unwrap(), Ack::Saved { sequence: log.len() as u64 });
    worker.close().unwrap();
    assert_eq!(read(&path).unwrap().operations, log);
}

#[test]
fn a_full_disk_takes_what_comes_into_the_room_that_was_held_back() {
    let (_, log) = random_session(12, 900);
    let (_directory, path) = session_with(&log[..50]);
    let (mut worker, reports) = worker(&path);
    worker.reserve = Reserve::hold(&path);
    let pages: i64 =
        worker.store.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    worker.store.connection().pragma_update(None, "max_page_count", pages + 3).unwrap();
    worker.pending = log[50..].iter().map(|operation| Row::encode(operation).unwrap()).collect();
    worker.save();
    assert_eq!(reports.recv().unwrap(), Ack::Saved { sequence: log.len() as u64 });
    let Ack::DiskFull { message } = reports.recv().unwrap() else { panic!("it says so") };
    assert!(message.starts_with("The disk is full: all is saved"), "{message}");
    assert!(!worker.reserve.give_back(), "there is room for one last time only");
    worker.close().unwrap();
    assert_eq!(read(&path).unwrap().operations, log);
}

#[test]
fn a_commit_that_succeeded_after_all_is_not_repeated() {
    let (_, log) = random_session(12, 60);
    let (_directory, path) = session_with(&log[..10]);
    let (mut worker, reports) = worker(&path);
    let rows: Vec<Row> =
        log[10..].iter().map(|operation| Row::encode(operation).unwrap()).collect();
    worker.store.append(&rows[..20]).unwrap();
    worker.pending = rows[20..].to_vec();
    // As if the commit of these had been reported as failed.
    let elsewhere = rusqlite::Connection::open(&path).unwrap();
    let mut tail = worker.store.tail();
    for row in &rows[20..30] {
        tail = tail.after(&row.view());
        let values = rusqlite::params![
            row.sequence,
            row.time,
            row.actor,
            row.kind,
            row.body,
            row.tokens,
            tail.hash.as_bytes()
        ];
        elsewhere
            .execute("INSERT INTO operation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", values)
            .unwrap();
    }
    drop(elsewhere);
    worker.failure = Some("a flush failed".to_owned());
    worker.perform(Command::Retry);
    assert_eq!(reports.recv().unwrap(), Ack::Saved { sequence: log.len() as u64 });
    worker.close().unwrap();
    assert_eq!(read(&path).unwrap().operations, log);
}
