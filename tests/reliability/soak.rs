//! Soak: a thousand operations a second into a session, with a kill every minute, for as long as
//! one likes; the writer's memory and descriptors must not grow.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pleach::session;

use super::support::{check_is_prefix, count_and_seed, this_program, wait_until};

/// The time between two kills.
const LIFE: Duration = Duration::from_mins(1);
/// A session of this length is followed by a new one.
const LONGEST: u64 = 200_000;
/// A writer is measured for the first time after so much of its life.
const SETTLED: f64 = 0.2;
/// What memory may differ by: what an allocator keeps, not what grows.
const SLACK: u64 = 4 << 20;
/// The largest write-ahead log.
const LARGEST_LOG: u64 = 64 << 20;

/// What a process holds: bytes of memory that are its own, and open descriptors.
#[derive(Debug, Clone, Copy)]
struct Held {
    memory: u64,
    descriptors: usize,
}

impl Held {
    fn by(child: &Child) -> Self {
        let folder = format!("/proc/{}", child.id());
        let status = fs::read_to_string(format!("{folder}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        let descriptors = fs::read_dir(format!("{folder}/fd")).unwrap().count();
        Self { memory: kilobytes << 10, descriptors }
    }
}

/// Lets a writer live for some time and kills it. Returns what it held early and late.
fn live_and_die(path: &Path, life: Duration) -> (Held, Held, u64) {
    let mut child =
        this_program("kill::the_writer").env("PLEACH_TEST_SESSION", path).spawn().unwrap();
    let saved = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&saved);
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let reader = std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            assert!(!line.contains("panicked"), "{line}");
            let number = line.strip_prefix("saved ").and_then(|text| text.parse().ok());
            counter.store(number.unwrap_or(0), Ordering::SeqCst);
        }
    });
    // Until it writes, it reads what the session holds already.
    wait_until("the first operation", || saved.load(Ordering::SeqCst) > 0);
    let begin = Instant::now();
    std::thread::sleep(life.mul_f64(SETTLED));
    let early = Held::by(&child);
    let mut log = 0;
    while begin.elapsed() < life {
        std::thread::sleep((life / 20).min(life.saturating_sub(begin.elapsed())));
        let file = fs::metadata(format!("{}-wal", path.display()));
        log = log.max(file.map_or(0, |about| about.len()));
    }
    let late = Held::by(&child);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    assert!(log < LARGEST_LOG, "the write-ahead log grew to {log} bytes");
    (early, late, saved.load(Ordering::SeqCst))
}

#[test]
fn a_writer_holds_no_more_after_hours_than_after_seconds() {
    let (seconds, _) = count_and_seed(4);
    let life = LIFE.min(Duration::from_secs(seconds) / 2);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.pleach");
    let begin = Instant::now();
    let (mut kills, mut operations, mut before, mut drift) = (0, 0, 0, 0);
    while begin.elapsed().as_secs() < seconds {
        let (early, late, saved) = live_and_die(&path, life);
        assert!(
            late.memory <= early.memory + early.memory / 20 + SLACK,
            "memory grew from {early:?} to {late:?}"
        );
        assert_eq!(late.descriptors, early.descriptors, "descriptors grew");
        drift = drift.max(late.memory.saturating_sub(early.memory));
        let log = session::read(&path).unwrap();
        let length = check_is_prefix(&log.operations, "after a kill");
        assert!(length >= saved, "{saved} were acknowledged, {length} are there");
        (kills, operations) = (kills + 1, operations + length - before);
        before = length;
        if length > LONGEST {
            fs::remove_file(&path).unwrap();
            fs::remove_file(format!("{}-wal", path.display())).unwrap();
            before = 0;
        }
    }
    println!(
        "{:.0?} of soak: {operations} operations, {kills} kills, nothing acknowledged lost; at most {} KiB more memory at a life's end than at its start, as many descriptors",
        begin.elapsed(),
        drift >> 10
    );
}
