//! The main job on the real binary, in a pseudo-terminal, with the embedded model: a tree is
//! grown, pruned, saved and opened again, and whatever happens on the way, the terminal and the
//! session are whole afterwards.
//!
//! Where a test needs growth to be under way, it halts the worker by a signal: what was asked of
//! it then stays unanswered for as long as the test wants.

#![cfg(target_os = "linux")] // the worker is found through /proc
#![allow(clippy::expect_used, clippy::panic)] // tests fail loudly

mod pty;

use std::path::Path;

use pleach::session;
use pleach::tree::{
    Actor, Body, Finish, NodeId, Operation, Origin, Problem, Sampling, State, Token, Tree,
};

use pty::{Home, LARGE, Program, check_only_our_sequences, signal};

const NO_ARGUMENTS: [&str; 0] = [];
const LOADED: &str = "model pleach-reasoner";

/// Starts the program and waits until the embedded model is loaded.
fn start(home: &Home) -> Program {
    let program = Program::start(home, LARGE, NO_ARGUMENTS);
    program.wait_for_text(LOADED);
    program
}

/// Starts the program on a session.
fn open(home: &Home, session: &Path) -> Program {
    let program = Program::start(home, LARGE, [Path::new("open"), session]);
    program.wait_for("the session and the model", |screen| {
        screen.contains("── Tree") && screen.contains("pleach-reasoner")
    });
    program
}

/// Starts a search and halts the worker, so that the first nodes stay growing. Returns the
/// worker's process.
fn start_growth_that_stays(program: &mut Program) -> u32 {
    let worker = program.worker().expect("a worker");
    signal("STOP", i64::from(worker));
    program.press("<enter>");
    program.wait_for_text("growing");
    worker
}

/// Whether a search has ended by itself, for which it shows a reason, and no row is marked as
/// growing. (A tree that has only just been shown is paused: its search is still to begin.)
fn rests(screen: &str) -> bool {
    screen.contains('‖') && !screen.contains("‖ paused") && !screen.contains('◌')
}

/// Waits until the end of a search is in the session's file: the screen may be ahead of the disk.
fn wait_for_end_on_disk(program: &Program, session: &Path) {
    program.wait_for("the search to end on disk", |_| {
        let operations = session::read(session).expect("the session is whole").operations;
        let stopped = |operation: &Operation| matches!(operation.body, Body::SearchStopped { .. });
        operations.iter().any(stopped)
    });
}

/// Reads a session and folds it: every hash and every operation is checked on the way.
fn tree_of(session: &Path) -> Tree {
    let log = session::read(session).expect("the session is whole");
    Tree::fold(&log.operations).expect("the operations make a tree")
}

#[test]
fn a_tree_is_grown_pruned_saved_and_opened_again() {
    let home = Home::new();
    let mut program = start(&home);
    assert!(program.screen().contains("▌ Use 4, 7, 8 and 8 to make 24."), "a sample is offered");

    // The hardest of the three samples: its search does not end after a few steps.
    program.press("jj<enter>");
    let grown = program.wait_for("a search that has come to rest", rests);
    let is_value = |word: &str| word.starts_with("0.") && word.parse::<f64>().is_ok();
    let has_value = |row: &String| row.split_whitespace().any(is_value);
    let rows = program.tree_rows();
    assert!(rows.iter().filter(|row| has_value(row)).count() > 5, "nodes have values:\n{grown}");
    assert!(pty::saved(&grown).is_some(), "what is saved is told:\n{grown}");

    program.press("j");
    program.wait_for_text("Path to #1");
    program.press("x");
    program.wait_for("a pruned row", |screen| screen.contains(" pruned "));
    program.press("u");
    program.wait_for("the row as it was", |screen| {
        screen.contains("Undid: #1 is back.") && !screen.contains(" pruned ")
    });
    program.press("<c-r>");
    program.wait_for("the row pruned again", |screen| {
        screen.contains("Redid: #1 is pruned again.") && screen.contains(" pruned ")
    });

    program.press("gg");
    program.wait_for_text("─ Problem ─");
    let rows = program.tree_rows();
    program.press("q");
    assert_eq!(program.wait_for_end(), 0);
    let left = program.check_terminal_is_restored();
    let session = home.session();
    assert!(
        left.replace('\n', "").contains(&format!("Saved in {}", session.display())),
        "the file is named:\n{left}"
    );
    assert!(tree_of(&session).sequence() >= program.saved());

    let mut again = open(&home, &session);
    assert_eq!(again.tree_rows(), rows, "the same tree is shown");
    again.press("u");
    again.wait_for_text("Undid: #1 is back.");
    again.press("q");
    assert_eq!(again.wait_for_end(), 0);
    assert!(!tree_of(&session).node(NodeId(1)).is_pruned());
}

#[test]
fn the_search_goes_on_whatever_the_size_of_the_terminal() {
    let home = Home::new();
    let mut program = start(&home);
    let worker = start_growth_that_stays(&mut program);

    // The status line is the last but one on every size.
    let fits = |rows: usize| {
        move |screen: &str| {
            let status = screen.lines().nth(rows - 2).unwrap_or_default();
            screen.contains("── Tree") && status.starts_with("▶ searching")
        }
    };
    program.resize((80, 24));
    let screen = program.wait_for("the workbench on 80x24", fits(24));
    assert!(screen.contains("─ Answers"), "{screen}");
    program.resize((40, 12));
    let screen = program.wait_for("the workbench on 40x12", fits(12));
    assert!(!screen.contains("─ Answers") && screen.contains("─ Problem"), "{screen}");
    program.resize((32, 8));
    let screen = program.wait_for_text("pleach needs 40x10");
    assert!(screen.contains("this is 32x8") && screen.contains("the search goes on"), "{screen}");

    signal("CONT", i64::from(worker));
    wait_for_end_on_disk(&program, &home.session());
    program.resize(LARGE);
    program.wait_for("the search at rest", |screen| screen.contains("─ Answers") && rests(screen));
    program.press("q");
    assert_eq!(program.wait_for_end(), 0);
}

#[test]
fn ctrl_c_stops_growth_then_asks_then_quits() {
    let home = Home::new();
    let mut program = start(&home);
    let worker = start_growth_that_stays(&mut program);

    program.press("<c-c>");
    program.wait_for_text("Stopped growing");
    signal("CONT", i64::from(worker));
    program.wait_for("growth that has stopped", rests);
    program.press("<c-c>");
    program.wait_for_text("Quit?");
    program.press("<esc>");
    program.wait_for("the question gone", |screen| !screen.contains("Quit?"));
    program.press("<c-c>");
    program.wait_for_text("Quit?");
    program.press("<c-c>");
    assert_eq!(program.wait_for_end(), 0);
    program.check_terminal_is_restored();
    let tree = tree_of(&home.session());
    assert!(tree.ids().all(|id| tree.node(id).state() != State::Growing), "nothing still grows");
}

#[test]
fn a_request_to_terminate_leaves_terminal_and_session_whole() {
    for name in ["TERM", "HUP"] {
        let home = Home::new();
        let mut program = start(&home);
        let worker = start_growth_that_stays(&mut program);

        program.signal(name);
        program.wait_for_end();
        program.check_terminal_is_restored();
        let session = home.session();
        assert!(tree_of(&session).sequence() >= program.saved());
        pty::wait_for_process_to_end(worker);

        // What was left growing is marked, and the tree grows on.
        let mut again = open(&home, &session);
        again.wait_for_text("interrupted");
        again.press("s");
        again.wait_for("a search at rest", rests);
        again.press("q");
        assert_eq!(again.wait_for_end(), 0);
    }
}

#[test]
fn a_session_that_is_open_elsewhere_can_be_read() {
    let home = Home::new();
    let mut first = start(&home);
    first.press("<enter>");
    first.wait_for("a search at rest", rests);
    let session = home.session();
    wait_for_end_on_disk(&first, &session);

    let mut second = open(&home, &session);
    second.wait_for("the mark", |screen| {
        screen.contains("READ-ONLY") && screen.contains("! Read-only: ")
    });
    assert_eq!(second.tree_rows(), first.tree_rows());
    second.press("jx");
    second.wait_for_text("This session is read-only");
    second.press("q");
    assert_eq!(second.wait_for_end(), 0);

    first.press("jx");
    first.wait_for_text("Pruned #1");
    first.press("q");
    assert_eq!(first.wait_for_end(), 0);
    assert!(tree_of(&session).node(NodeId(1)).is_pruned());
}

#[test]
fn a_killed_worker_is_started_again_and_growth_goes_on() {
    let home = Home::new();
    let mut program = start(&home);
    let worker = start_growth_that_stays(&mut program);

    signal("KILL", i64::from(worker));
    program.wait_for_text("The engine was lost and is being started again; the tree is whole.");
    program.wait_for("the search, of its own accord", rests);
    assert_ne!(program.worker(), Some(worker));

    program.press("s");
    program.wait_for("a second search", |screen| screen.contains("‖ nothing") || !rests(screen));
    program.wait_for("a second search at rest", rests);
    program.press("q");
    assert_eq!(program.wait_for_end(), 0);
    let tree = tree_of(&home.session());
    let lost = |id: &NodeId| {
        let finish = tree.node(*id).finish();
        matches!(finish, Some(Finish::Interrupted { why }) if why.contains("signal: 9"))
    };
    assert_eq!(tree.ids().filter(lost).count(), 4, "what was growing says why it stopped");
    assert!(tree.len() > 10, "{} nodes", tree.len());
}

/// Text that would do harm if it came to the terminal as it is.
const EVIL: &str = "Use \x1b]52;c;ZXZpbA==\x07\x1b[2J\x1b[31m1\u{9b}5n and \u{202e}4\u{2066}2 \
                    \x1b]0;owned\x1b\\\u{200b}to \x08\x7f\x1bPq#0\x1b\\make 24";

#[test]
fn evil_text_in_a_pasted_problem_does_not_reach_the_terminal() {
    let home = Home::new();
    let mut program = start(&home);
    program.paste(EVIL);
    let screen = program.wait_for("the pasted text", |screen| screen.contains("make 24▏"));
    for mark in ["<U+202E>", "<U+2066>", "<U+200B>"] {
        assert!(screen.contains(mark), "{mark} is shown:\n{screen}");
    }
    program.press("<enter>");
    program.wait_for("a search at rest", |screen| screen.contains("── Tree") && rests(screen));
    program.press("q");
    assert_eq!(program.wait_for_end(), 0);
    check_only_our_sequences(&program.transcript());
}

#[test]
fn what_a_terminal_leaves_unended_swallows_no_keys() {
    let home = Home::new();
    let mut program = start(&home);
    // A pointer that is nowhere, a sequence that is cut, and a paste without its end.
    program.send(b"\x1b[<0;0;0M\x1b[<0;65535;65535m\x1b[1;\x1b[200~half a problem");
    program.wait_for("what came of the paste", |screen| screen.contains("half a problem▏"));
    program.press(", and the rest");
    program.wait_for("keys again", |screen| screen.contains("half a problem, and the rest▏"));
    program.press("<esc>");
    program.wait_for("an empty start screen", |screen| !screen.contains("half a problem"));
    program.press("q");
    assert_eq!(program.wait_for_end(), 0);
}

#[test]
fn evil_text_in_a_session_does_not_reach_the_terminal() {
    let home = Home::new();
    let session = home.path().join("evil.pleach");
    let node = NodeId(1);
    let origin = Origin { proposer: EVIL.into(), seed: 1, sampling: Sampling::default() };
    let token = Token { id: 1, logprob: -0.5, bytes: EVIL.as_bytes().to_vec() };
    let bodies = [
        Body::ProblemSet { problem: Problem { text: EVIL.to_owned(), ..Problem::default() } },
        Body::NodeAdded { node, parent: NodeId::ROOT, origin },
        Body::TokensAppended { node, tokens: vec![token] },
        Body::NodeFinished { node, finish: Finish::EndOfTurn, answer: Some(EVIL.to_owned()) },
        Body::SearchStopped { reason: EVIL.to_owned() },
    ];
    let operations: Vec<_> = (1..)
        .zip(bodies)
        .map(|(sequence, body)| Operation { sequence, time: 0, actor: Actor::Model, body })
        .collect();
    session::create(&session, &session::Fresh::default()).expect("a session");
    let (_, mut writer) = session::open(&session, Box::new(|_| {})).expect("a session");
    writer.append(operations).expect("operations");
    writer.close().expect("a closed session");

    let mut program = open(&home, &session);
    program.press("j");
    let screen = program.wait_for_text("Path to #1");
    for mark in ["␛]52;c;ZXZpbA==␇", "<U+009B>", "<U+202E>", "␈␡"] {
        assert!(screen.contains(mark), "{mark} is shown:\n{screen}");
    }
    program.press("q");
    assert_eq!(program.wait_for_end(), 0);
    check_only_our_sequences(&program.transcript());
}
