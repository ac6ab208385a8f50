//! Several programs that open one session at the same moment: never two of them may write.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, Stdio};
use std::sync::mpsc::channel;
use std::time::Instant;

use pleach::session;

use super::support::{
    PATIENCE, Random, check_is_prefix, count_and_seed, on_every_core, open, operations,
    this_program, write_session,
};

/// The most openers of a round.
const OPENERS: usize = 8;
/// Rounds on one session.
const ROUNDS: u64 = 50;

/// Not a test of its own: a program that opens and closes a session when it is told to.
/// `hold` opens it and keeps it, `let go` closes it, `write` opens it, saves one operation and
/// closes it. To each it answers with what came of it.
#[test]
#[ignore = "the program that other tests start several times"]
fn the_opener() {
    let Some(path) = std::env::var_os("PLEACH_TEST_SESSION").map(PathBuf::from) else { return };
    let mut held = None;
    for line in std::io::stdin().lock().lines() {
        let answer = match line.unwrap().as_str() {
            "hold" => match open(&path, |_| {}) {
                Ok((_, writer)) => {
                    held = Some(writer);
                    "writer".to_owned()
                }
                Err(session::Error::InUse { .. }) => "refused".to_owned(),
                Err(error) => format!("error: {error}"),
            },
            "write" => write_one(&path),
            _ => {
                if let Some(mut writer) = held.take() {
                    writer.close().unwrap();
                }
                "closed".to_owned()
            }
        };
        writeln!(std::io::stderr().lock(), "{answer}").unwrap();
    }
}

/// Opens the session, saves its next operation and closes it.
fn write_one(path: &Path) -> String {
    let (send, saved) = channel();
    let opened = open(path, move |sequence| send.send(sequence).unwrap());
    let (log, mut writer) = match opened {
        Ok(opened) => opened,
        Err(session::Error::InUse { .. }) => return "refused".to_owned(),
        Err(error) => return format!("error: {error}"),
    };
    let next = log.operations.len() as u64 + 1;
    writer.append(operations(next, next)).unwrap();
    assert_eq!(saved.recv_timeout(PATIENCE), Ok(next));
    writer.close().unwrap();
    "wrote".to_owned()
}

struct Opener {
    child: Child,
    input: ChildStdin,
    answers: Lines<BufReader<ChildStderr>>,
}

impl Opener {
    fn start(path: &Path) -> Self {
        let mut child = this_program("openers::the_opener")
            .env("PLEACH_TEST_SESSION", path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, input, answers }
    }

    fn tell(&mut self, order: &str) {
        writeln!(self.input, "{order}").unwrap();
    }

    fn answer(&mut self) -> String {
        self.answers.next().expect("the opener lives").unwrap()
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells all of them the same at once and returns what each answered.
fn all(openers: &mut [Opener], order: &str) -> Vec<String> {
    for opener in openers.iter_mut() {
        opener.tell(order);
    }
    openers.iter_mut().map(Opener::answer).collect()
}

/// Plays rounds on one session. Returns how many openers wrote, were refused and were killed.
fn play(rounds: u64, random: &mut Random, what: &str) -> [u64; 3] {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.pleach");
    write_session(&path, 5);
    let mut length = 5;
    let mut openers: Vec<_> = (0..OPENERS).map(|_| Opener::start(&path)).collect();
    let (mut refused, mut killed) = (0, 0);
    let count = |answers: &[String], wanted: &str| {
        answers.iter().filter(|answer| *answer == wanted).count()
    };
    for round in 0..rounds {
        let some = 2 + random.below(OPENERS - 1);
        let openers = &mut openers[..some];
        if random.chance(3) {
            let answers = all(openers, "write");
            let wrote = count(&answers, "wrote");
            assert_eq!(
                wrote + count(&answers, "refused"),
                some,
                "{what}, round {round}: {answers:?}"
            );
            assert!(wrote > 0, "{what}, round {round}: nobody got the session");
            length += wrote as u64;
            refused += (some - wrote) as u64;
            continue;
        }
        let answers = all(openers, "hold");
        assert_eq!(count(&answers, "writer"), 1, "{what}, round {round}: {answers:?}");
        assert_eq!(count(&answers, "refused"), some - 1, "{what}, round {round}: {answers:?}");
        refused += some as u64 - 1;
        if random.chance(10) {
            // The holder is killed: its lock goes with it.
            let holder = answers.iter().position(|answer| answer == "writer").unwrap();
            openers[holder] = Opener::start(&path);
            killed += 1;
        }
        all(openers, "let go");
    }
    drop(openers);
    let found = session::read(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(check_is_prefix(&found.operations, what), length, "{what}");
    [length - 5, refused, killed]
}

#[test]
fn there_is_never_more_than_one_writer() {
    let (rounds, seed) = count_and_seed(60);
    let begin = Instant::now();
    let played = on_every_core(rounds.div_ceil(ROUNDS), |session| {
        let rounds = ROUNDS.min(rounds - session * ROUNDS);
        let mut random = Random::of(seed, session);
        play(rounds, &mut random, &format!("seed {seed}, session {session}"))
    });
    let sum = |at: usize| played.iter().map(|counts| counts[at]).sum::<u64>();
    println!(
        "{rounds} rounds of 2 to {OPENERS} openers in {:.0?}: one writer at a time; {} operations written in races, {} openers refused, {} holders killed",
        begin.elapsed(),
        sum(0),
        sum(1),
        sum(2)
    );
}
