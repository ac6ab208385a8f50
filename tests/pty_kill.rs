//! `kill -9` of the program during growth: whatever was shown as saved is in the session, and
//! the session is whole.
//!
//! `PLEACH_KILLS` says how often (100 times if absent), `PLEACH_SEED` repeats the moments of an
//! earlier run. Every fourth session, by chance, is the embedded model's, the others are the
//! scripted engine's, which writes a hundred times as fast.

#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic)] // tests fail loudly
#![allow(clippy::print_stdout)] // the seed, to repeat a failure

mod pty;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pleach::session;
use pleach::tree::{State, Tree};

use pty::{Home, LARGE, Program};

const KILLS: u64 = 100;
/// The embedded model grows one session in so many.
const REAL: u64 = 4;
/// A session is killed at most so often in a row; then a new one begins.
const LIVES: u64 = 6;
/// The latest moment of a kill after growth began, in milliseconds.
const LATEST: u64 = 400;

fn variable<T: FromStr<Err: Display>>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let number = text.parse().map_err(|error| format!("{name}={text}: {error}"));
    Some(number.expect("a number"))
}

/// Random numbers (`SplitMix64`), the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Grows a new session, or goes on with one, and kills the program after some time. Returns
/// the session and the largest number that was shown as saved.
fn grow_and_kill(
    home: &Home,
    session: Option<&Path>,
    real: bool,
    after: Duration,
) -> (PathBuf, u64) {
    let engine = if real { "llama" } else { "scripted" };
    let mut arguments = vec![OsStr::new("--engine"), OsStr::new(engine)];
    arguments.extend(session.iter().flat_map(|path| [OsStr::new("open"), path.as_os_str()]));
    let before: BTreeSet<_> = home.sessions().into_iter().collect();

    let mut program = Program::start(home, LARGE, arguments);
    let ready = |screen: &str| screen.contains(if real { "pleach-reasoner" } else { "scripted" });
    program.wait_for("the model", ready);
    if session.is_some() {
        program.wait_for_text("── Tree");
        program.press("s");
    } else {
        // The hardest of the samples: its search does not end after a few steps.
        program.press("jj<enter>");
        program.wait_for_text("── Tree");
    }
    // A search that has come to rest is started again, so that growth is under way.
    program.watch(after, |screen| screen.contains('‖').then_some("s"));
    program.kill();

    let saved = program.saved();
    let new = home.sessions().into_iter().find(|path| !before.contains(path));
    let session = session.map(Path::to_owned).or(new).expect("a session");
    (session, saved)
}

/// Opens a session as the program would, and folds it. Returns its last operation, and how many
/// nodes were growing when it was killed.
fn examine(session: &Path) -> (u64, usize) {
    // Opening checks the hash of every row, and that no number is missing.
    let (log, mut writer) = session::open(session, Box::new(|_| {})).expect("the session opens");
    let tree = Tree::fold(&log.operations).expect("the operations make a tree");
    writer.close().expect("the session closes");
    let growing = tree.ids().filter(|id| tree.node(*id).state() == State::Growing).count();
    (tree.sequence(), growing)
}

#[test]
fn whatever_was_shown_as_saved_survives_a_kill() {
    let from_clock =
        || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs());
    let seed = variable("PLEACH_SEED").unwrap_or_else(from_clock);
    let kills: u64 = variable("PLEACH_KILLS").unwrap_or(KILLS);
    println!("PLEACH_SEED={seed} PLEACH_KILLS={kills}");
    let mut random = Random(seed);
    let home = Home::new();
    let mut last: Option<(PathBuf, u64, bool)> = None;
    let (mut in_growth, mut ahead) = (0, 0);
    for kill in 1..=kills {
        let after = Duration::from_millis(random.below(LATEST + 1));
        let lives = last.take().filter(|(_, lives, _)| *lives < LIVES && random.below(3) > 0);
        let session = lives.as_ref().map(|(session, ..)| session.as_path());
        // No engine goes on with another's tokens.
        let real = lives.as_ref().map_or_else(|| random.below(REAL) == 0, |(.., real)| *real);
        let (session, saved) = grow_and_kill(&home, session, real, after);
        let (sequence, growing) = examine(&session);
        let moment = format!("kill {kill}, seed {seed}, {} after {after:?}", session.display());
        assert!(sequence >= saved, "{moment}: {saved} was shown as saved, but {sequence} is last");
        in_growth += u64::from(growing > 0);
        ahead = ahead.max(sequence - saved);
        last = Some((session, lives.map_or(1, |(_, lives, _)| lives + 1), real));
    }
    println!(
        "{in_growth} of {kills} kills left nodes growing; at most {ahead} operations were on disk but not yet shown"
    );
    assert!(kills < 20 || in_growth > 0, "no kill met growth");
}
