//! Disks that fail: each change of a file that a session's life makes is spoilt once, in each
//! way that disks and systems have; and the program is killed at each of them.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::Instant;

use pleach::session;

use super::support::{Random, count_and_seed, on_every_core, this_program, write_session};
use super::workload::{self, PARTS, spoil};

/// The ways in which a call goes wrong and the program goes on.
const FAULTS: [&str; 6] = ["eio", "enospc", "edquot", "eintr", "short", "full"];
/// The ways in which it does not.
const KILLS: [&str; 2] = ["kill", "torn"];

/// Spoils calls of the workload, `count` of them, all alike often. Returns per part how many.
fn spoil_calls(kinds: &[&'static str], count: u64, seed: u64) -> BTreeMap<String, u64> {
    let calls = workload::calls();
    let cases = calls * kinds.len() as u64;
    let begin = Instant::now();
    // A small count takes calls from all over, a large one takes every call in turn.
    let case_of = |number: u64| {
        if count >= cases { number % cases } else { Random::of(seed, number).number() % cases }
    };
    let parts = on_every_core(count, |number| {
        let case = case_of(number);
        let kind = kinds[usize::try_from(case % kinds.len() as u64).unwrap()];
        let call = case / kinds.len() as u64 + 1;
        let folder = tempfile::tempdir().unwrap();
        let report = workload::run(folder.path(), kind, call, None);
        let what = format!("{kind} at call {call} of {calls}, in {}", report.part);
        if KILLS.contains(&kind) {
            assert_eq!(report.status.signal(), Some(9), "{what}: it was to be killed");
        } else {
            assert!(report.status.success(), "{what}: {}", report.status);
        }
        workload::check(folder.path(), report.saved, &what);
        (report.part, report.done)
    });
    let survived = parts.iter().filter(|(_, done)| *done).count();
    let mut per_part = BTreeMap::new();
    for (part, _) in parts {
        *per_part.entry(part).or_default() += 1;
    }
    println!(
        "{count} spoilt calls ({}) of the {calls} that a session's life makes, in {:.0?}: {per_part:?}; nothing acknowledged was lost, every file left is whole, {survived} came to their end all the same",
        kinds.join(", "),
        begin.elapsed()
    );
    per_part
}

#[test]
fn failing_calls_lose_nothing() {
    let (count, seed) = count_and_seed(60);
    spoil_calls(&FAULTS, count, seed);
}

#[test]
fn kills_at_every_call_lose_nothing() {
    let (count, seed) = count_and_seed(60);
    let parts = spoil_calls(&KILLS, count, seed);
    let missed: Vec<_> = PARTS.iter().filter(|part| !parts.contains_key(**part)).collect();
    assert!(count < 1000 || missed.is_empty(), "no kill met {missed:?}");
}

/// Not a test of its own: reads a session where nothing may be written.
#[test]
#[ignore = "the program that another test runs"]
fn the_reader() {
    let Some(path) = std::env::var_os("PLEACH_TEST_SESSION") else { return };
    let path = std::path::Path::new(&path);
    let refused = session::open(path, Box::new(|_| {})).map(drop).unwrap_err();
    assert!(matches!(refused, session::Error::NotWritable { .. }), "{refused}");
    assert_eq!(session::read(path).unwrap().operations.len(), 20);
}

#[test]
fn a_session_on_read_only_media_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pleach");
    write_session(&path, 20);
    let mut command = this_program("faults::the_reader");
    command.env("PLEACH_TEST_SESSION", &path);
    let output = spoil(&mut command, folder.path(), "rofs", 0).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
