//! The ends of the real program in a pseudo-terminal: whatever ends it, the terminal is as it was
//! before, and the session holds what was shown as saved. Only `kill -9` is left out: nobody can
//! clean up after that from within.
//!
//! Every ending is met in several situations. `PLEACH_COUNT` says how many of these scripts to
//! play, one after another, over and over; all of them twenty times is `make endings`.

#![cfg(target_os = "linux")] // processes are watched through /proc
#![allow(clippy::expect_used, clippy::panic)] // tests fail loudly
#![allow(clippy::print_stdout)] // what was played

mod pty;

use std::path::PathBuf;

use pleach::session;
use pleach::tree::Tree;

use pty::{Home, Program};

/// How the program is ended.
#[derive(Debug, Clone, Copy)]
enum Ending {
    /// Keys that quit.
    Keys(&'static str),
    /// A signal that asks it to end.
    Asked(&'static str),
    /// A signal that ends it at once.
    Fatal(&'static str),
    /// A crash from within, by the name that `ui/crash.rs` gives it.
    Crash(&'static str),
    /// A thread that panics: the program goes on, and is quit.
    ThreadPanics,
    /// A signal that suspends it; it is continued, and quit.
    Suspended(&'static str),
    /// The key that suspends it; it is continued, and quit.
    SuspendedByKey,
}

use Ending::{Asked, Crash, Fatal, Keys, Suspended, SuspendedByKey, ThreadPanics};

const ENDINGS: [Ending; 30] = [
    Keys("q"),
    Keys("jjxuq"),
    Keys("Gq"),
    Asked("TERM"),
    Asked("HUP"),
    Asked("INT"),
    Asked("QUIT"),
    Fatal("SEGV"),
    Fatal("BUS"),
    Fatal("ILL"),
    Fatal("FPE"),
    Fatal("ABRT"),
    Fatal("SYS"),
    Fatal("TRAP"),
    Fatal("ALRM"),
    Fatal("USR1"),
    Fatal("USR2"),
    Fatal("XCPU"),
    Fatal("XFSZ"),
    Crash("panic"),
    Crash("overflow"),
    Crash("thread-overflow"),
    Crash("abort"),
    Crash("thread-abort"),
    ThreadPanics,
    Suspended("TSTP"),
    Suspended("STOP"),
    SuspendedByKey,
    Keys("ghq"),
    Keys("gqq"),
];

/// Where the program is when it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// On the start screen.
    Start,
    /// On the workbench, while a tree grows or just after.
    Growth,
}

/// The scripts: every ending in every situation, on terminals of several sizes.
fn scripts() -> Vec<(Ending, Situation, (u16, u16))> {
    let sizes = [(120, 40), (80, 24), (40, 12)];
    let situations = [Situation::Start, Situation::Growth];
    let pairs = ENDINGS.iter().flat_map(|ending| situations.map(|place| (*ending, place)));
    pairs
        .zip(sizes.into_iter().cycle())
        .map(|((ending, place), size)| (ending, place, size))
        .collect()
}

fn play(ending: Ending, situation: Situation, size: (u16, u16)) {
    let home = Home::new();
    let crash = match ending {
        Crash(name) => name,
        ThreadPanics => "thread",
        _ => "",
    };
    let variables = [("PLEACH_TEST_CRASH", crash)];
    let mut program = Program::start_with(&home, size, ["--engine", "scripted"], &variables);
    program.wait_for_text("type a problem");
    if situation == Situation::Growth {
        program.press("<enter>");
        program.wait_for_text("── Tree");
    }
    match ending {
        Keys(keys) => program.press(keys),
        Asked(signal) | Fatal(signal) => program.signal(signal),
        Crash(_) => program.press("<f12>"),
        ThreadPanics => {
            program.press("<f12>");
            still_draws_and_quits(&mut program);
        }
        Suspended(_) | SuspendedByKey => {
            if let Suspended(signal) = ending {
                program.signal(signal);
            } else {
                program.press("<c-z>");
            }
            program.wait_for_stop(true);
            if !matches!(ending, Suspended("STOP")) {
                program.wait_for_primary_screen();
                program.check_terminal_is_restored();
            }
            program.signal("CONT");
            program.wait_for_stop(false);
            still_draws_and_quits(&mut program);
        }
    }
    program.wait_for_end();
    let left = program.check_terminal_is_restored();
    match ending {
        Fatal(signal) => assert!(left.contains(&format!("ended by SIG{signal}")), "{left}"),
        Crash("panic") => assert!(left.contains("pleach made a mistake"), "{left}"),
        Crash(_) => assert!(left.contains("ended by SIG"), "{left}"),
        _ => assert!(!left.contains("ended by") && !left.contains("mistake"), "{left}"),
    }
    let reports = reports(&home);
    if matches!(ending, Fatal(_) | Crash(_) | ThreadPanics) {
        assert_eq!(reports.len(), 1, "one report: {reports:?}");
        let text = std::fs::read_to_string(&reports[0]).expect("a report");
        assert!(text.starts_with("pleach ") && !text.contains("secret"), "{text}");
    } else {
        assert!(reports.is_empty(), "no report: {reports:?}");
    }
    if situation == Situation::Growth {
        let log = session::read(&home.session()).expect("the session is whole");
        let tree = Tree::fold(&log.operations).expect("the operations make a tree");
        assert!(tree.sequence() >= program.saved(), "what was shown as saved is there");
    }
}

/// Opens the help, leaves it and quits.
fn still_draws_and_quits(program: &mut Program) {
    program.press("?");
    program.wait_for_text(" Help ─");
    program.press("<esc>");
    program.wait_for("the screen below", |screen| {
        let below = screen.contains("type a problem") || screen.contains("── Tree");
        below && !screen.contains(" Help ─")
    });
    program.press("q");
}

fn reports(home: &Home) -> Vec<PathBuf> {
    let folder = home.path().join(".local/state/pleach");
    let entries = std::fs::read_dir(folder).expect("the program's own folder");
    entries
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("crash-"))
        })
        .collect()
}

#[test]
fn every_ending_gives_the_terminal_back() {
    let scripts = scripts();
    let count =
        std::env::var("PLEACH_COUNT").map_or(scripts.len(), |text| text.parse().expect("a number"));
    for (number, (ending, situation, size)) in scripts.iter().cycle().take(count).enumerate() {
        println!("{number}: {ending:?} in {situation:?} on {size:?}");
        play(*ending, *situation, *size);
    }
    println!("{count} endings of {} kinds: no terminal was left unrestored", scripts.len());
}
