//! `kill -9` while operations stream into a session: what was acknowledged is there afterwards.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pleach::session;

use super::support::{
    Random, check_is_prefix, count_and_seed, on_every_core, open, operation, this_program, variable,
};

/// A session of this length is followed by a new one.
const LONGEST: u64 = 1000;
/// Cycles that one directory sees, one after another.
const LIVES: u64 = 50;

/// Not a test of its own: the program that is killed. It makes the session if there is none,
/// appends a thousand operations a second, prints each number that is acknowledged, and closes
/// and opens the session again now and then.
#[test]
#[ignore = "the program that other tests kill"]
fn the_writer() {
    let Some(path) = std::env::var_os("PLEACH_TEST_SESSION").map(PathBuf::from) else { return };
    let life = Duration::from_millis(variable("PLEACH_TEST_LIFE").unwrap_or(u64::MAX));
    if !path.exists() {
        session::create(&path, &session::Fresh::default()).unwrap();
    }
    loop {
        let report = |sequence| writeln!(std::io::stderr().lock(), "saved {sequence}").unwrap();
        let (found, mut writer) = open(&path, report).unwrap();
        let mut next = found.operations.len() as u64 + 1;
        drop(found);
        let (begin, first) = (Instant::now(), next);
        while begin.elapsed() < life {
            let due = first + u64::try_from(begin.elapsed().as_millis()).unwrap();
            while next <= due {
                writer.append([operation(next)]).unwrap();
                next += 1;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        writer.close().unwrap();
    }
}

/// What one kill found.
struct Found {
    /// Operations on disk.
    length: u64,
    /// Operations on disk that were not acknowledged before the kill.
    ahead: u64,
    /// Whether anything was acknowledged before the kill.
    met_writing: bool,
}

/// Starts the writer on a session that holds `already` operations, kills it at a random moment
/// and looks at what is there.
fn kill_once(path: &Path, already: u64, random: &mut Random, what: &str) -> Found {
    let mut child = this_program("kill::the_writer")
        .env("PLEACH_TEST_SESSION", path)
        .env("PLEACH_TEST_LIFE", "25")
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut saved = already;
    let number = |line: String| line.strip_prefix("saved ").and_then(|text| text.parse().ok());
    // One kill in four may come before the first acknowledgement: while the session is made or
    // opened. The others come after it: during commits, and while it is folded and opened again.
    if random.chance(4) {
        std::thread::sleep(Duration::from_micros(random.below(30_000) as u64));
    } else {
        saved = lines.next().and_then(|line| number(line.unwrap())).unwrap_or(saved);
        std::thread::sleep(Duration::from_micros(random.below(60_000) as u64));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    for line in lines.map_while(Result::ok) {
        assert!(!line.contains("panicked"), "{what}: {line}");
        saved = number(line).unwrap_or(saved);
    }
    if !path.exists() {
        assert_eq!(saved, 0, "{what}: the session is gone");
        return Found { length: 0, ahead: 0, met_writing: false };
    }
    // Opened as the program would, which also takes in what the kill left in the log.
    let (log, writer) = open(path, |_| {}).unwrap_or_else(|error| panic!("{what}: {error}"));
    let length = check_is_prefix(&log.operations, what);
    assert!(length >= saved, "{what}: {saved} were acknowledged, {length} are there");
    drop(writer);
    Found { length, ahead: length - saved, met_writing: saved > already }
}

#[test]
fn acknowledged_operations_survive_kill_9() {
    let (cycles, seed) = count_and_seed(40);
    let begin = Instant::now();
    let found = on_every_core(cycles.div_ceil(LIVES), |round| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.pleach");
        let mut random = Random::of(seed, round);
        let mut length = 0;
        let mut live = |life| {
            if length > LONGEST {
                fs::remove_file(&path).unwrap();
                length = 0;
            }
            let what = format!("seed {seed}, round {round}, life {life}");
            let found = kill_once(&path, length, &mut random, &what);
            length = found.length;
            found
        };
        (0..LIVES.min(cycles - round * LIVES)).map(&mut live).collect::<Vec<_>>()
    });
    let found: Vec<_> = found.into_iter().flatten().collect();
    let writing = found.iter().filter(|found| found.met_writing).count();
    let ahead = found.iter().map(|found| found.ahead).max().unwrap_or(0);
    println!(
        "{cycles} kills in {:.0?}, {writing} of them after an acknowledgement: nothing acknowledged was lost; at most {ahead} operations were on disk but not acknowledged",
        begin.elapsed()
    );
    assert!(writing as u64 > cycles / 4, "only {writing} of {cycles} kills met writing");
}
