//! Damaged files: a session that was cut, zeroed, flipped or shuffled is read as it was, or
//! refused with a sentence; it never reads back as something else, and nothing panics.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pleach::session;

use super::support::{
    Random, check_is_prefix, count_and_seed, on_every_core, open, operations, wait_until,
    write_session,
};

/// Operations of the session that is damaged.
const LENGTH: u64 = 60;
/// Cases that share a directory.
const GROUP: u64 = 500;

/// What became of a damaged file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It reads as before: the damage met nothing that is used.
    Same,
    /// Its write-ahead log ends earlier, at a commit.
    Prefix,
    Refused,
}

/// Changes bytes as failing disks, cut copies and half-written sectors do.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let length = bytes.len();
    let block = |random: &mut Random| {
        let size = *random.pick(&[16, 512, 4096]);
        let start = random.below(length / size) * size;
        start..(start + size).min(length)
    };
    match random.below(10) {
        0 => bytes.truncate(random.below(length)),
        1 => bytes.truncate(random.below(length / 512) * 512),
        2 => {
            let range = block(random);
            bytes[range].fill(0);
        }
        3 => {
            let range = block(random);
            bytes[range].fill(0xff);
        }
        4 => {
            // A block in the place of another, as after a misdirected write.
            let (from, to) = (random.below(length / 512) * 512, random.below(length / 512) * 512);
            bytes.copy_within(from..from + 512, to);
        }
        5 => {
            let (at, extra) = (random.below(length), random.below(600));
            bytes.splice(at..at, std::iter::repeat_n(0xa5, extra));
        }
        6 => {
            for _ in 0..random.below(8) + 2 {
                let at = random.below(length);
                bytes[at] = random.number() as u8;
            }
        }
        _ => {
            let at = random.below(length);
            bytes[at] ^= 1 << random.below(8);
        }
    }
}

/// A session as a kill leaves it: the file and its write-ahead log.
fn unclosed_session(directory: &Path) -> (Vec<u8>, Vec<u8>) {
    let path = directory.join("open.pleach");
    write_session(&path, LENGTH / 2);
    let saved = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counter = std::sync::Arc::clone(&saved);
    let note = move |sequence| counter.store(sequence, std::sync::atomic::Ordering::SeqCst);
    let (_, mut writer) = open(&path, note).unwrap();
    for from in (LENGTH / 2 + 1..=LENGTH).step_by(10) {
        writer.append(operations(from, from + 9)).unwrap();
        wait_until("a commit", || saved.load(std::sync::atomic::Ordering::SeqCst) >= from + 9);
    }
    (fs::read(&path).unwrap(), fs::read(directory.join("open.pleach-wal")).unwrap())
}

/// The same session three times: closed, and in two parts of which either may be damaged.
struct Originals {
    closed: Vec<u8>,
    file: Vec<u8>,
    log: Vec<u8>,
}

impl Originals {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.pleach");
        write_session(&path, LENGTH);
        let (file, log) = unclosed_session(directory.path());
        Self { closed: fs::read(path).unwrap(), file, log }
    }

    /// Writes a damaged session and reads it.
    fn try_one(&self, path: &Path, random: &mut Random, what: &str) -> Outcome {
        let log_path = PathBuf::from(format!("{}-wal", path.display()));
        let kind = random.below(4);
        let (mut file, mut log) = match kind {
            0 | 1 => (self.closed.clone(), None),
            _ => (self.file.clone(), Some(self.log.clone())),
        };
        match &mut log {
            Some(log) if kind == 2 => damage(log, random),
            _ => damage(&mut file, random),
        }
        fs::write(path, &file).unwrap();
        match &log {
            Some(log) => fs::write(&log_path, log).unwrap(),
            None => drop(fs::remove_file(&log_path)),
        }
        match session::read(path) {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                Outcome::Refused
            }
            Ok(found) => {
                let length = check_is_prefix(&found.operations, what);
                // The end of a write-ahead log cannot be told from a commit that never was, so
                // what is behind damage in it may go; what is in the file may not.
                let least = if kind == 2 { 0 } else { LENGTH };
                assert!(length >= least, "{what}: {length} operations are left, unnoticed");
                if length == LENGTH { Outcome::Same } else { Outcome::Prefix }
            }
        }
    }
}

#[test]
fn damage_is_never_read_as_something_else() {
    let (count, seed) = count_and_seed(400);
    let begin = Instant::now();
    let originals = Originals::new();
    let outcomes = on_every_core(count.div_ceil(GROUP), |group| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.pleach");
        (group * GROUP..count.min((group + 1) * GROUP))
            .map(|case| {
                let what = format!("seed {seed}, case {case}");
                originals.try_one(&path, &mut Random::of(seed, case), &what)
            })
            .collect::<Vec<_>>()
    });
    let outcomes: Vec<_> = outcomes.into_iter().flatten().collect();
    let number = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let (same, prefix, refused) =
        (number(Outcome::Same), number(Outcome::Prefix), number(Outcome::Refused));
    println!(
        "{count} damaged sessions in {:.0?}: {refused} refused with a sentence, {same} read back whole, {prefix} read back up to the damage in the write-ahead log; none read back as something else",
        begin.elapsed()
    );
    assert!(refused as u64 > count / 3, "only {refused} of {count} were refused");
}
