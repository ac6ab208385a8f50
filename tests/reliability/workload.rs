//! The life of a session, as one program that other tests spoil: made, written to, copied,
//! folded, opened again.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};

use pleach::session::{self, Ack, Writer};
use tempfile::TempDir;

use super::support::{PATIENCE, check_is_prefix, operations, this_program};

/// What the workload does, in order; it says so before each.
pub const PARTS: [&str; 5] = ["create", "open", "append", "copy", "checkpoint"];
/// Operations that it saves, in groups.
pub const LENGTH: u64 = 30;
const GROUP: u64 = 10;

fn say(text: &str) {
    writeln!(std::io::stderr().lock(), "{text}").unwrap();
}

/// Not a test of its own: the program that is spoilt.
#[test]
#[ignore = "the program that other tests spoil"]
fn the_workload() {
    let Some(folder) = std::env::var_os("PLEACH_TEST_FOLDER").map(PathBuf::from) else { return };
    match live(&folder) {
        Ok(()) => say("done"),
        Err(error) => say(&format!("refused {error}")),
    }
}

fn live(folder: &Path) -> Result<(), String> {
    let path = folder.join("a.pleach");
    let sentence = |error: session::Error| error.to_string();
    say("part create");
    session::create(&path, &session::Fresh::default()).map_err(sentence)?;
    say("part open");
    let (send, acks) = channel();
    let (_, mut writer) =
        session::open(&path, Box::new(move |ack| drop(send.send(ack)))).map_err(sentence)?;
    say("part append");
    for from in (1..=LENGTH).step_by(usize::try_from(GROUP).unwrap()) {
        writer.append(operations(from, from + GROUP - 1)).map_err(sentence)?;
        saved(&writer, &acks)?;
    }
    say("part copy");
    writer.save_copy(&folder.join("copy.pleach")).map_err(sentence)?;
    match acks.recv_timeout(PATIENCE).unwrap() {
        Ack::Copied { .. } => say("copied"),
        other => say(&format!("refused {other:?}")),
    }
    say("part checkpoint");
    writer.close().map_err(sentence)
}

/// Waits until a group is saved. After a failure it tries once more, as a person would.
fn saved(writer: &Writer, acks: &Receiver<Ack>) -> Result<(), String> {
    for attempt in 0..2 {
        match acks.recv_timeout(PATIENCE).unwrap() {
            Ack::Saved { sequence } => {
                say(&format!("saved {sequence}"));
                return Ok(());
            }
            Ack::Failed { message } if attempt == 0 => {
                say(&format!("failed {message}"));
                writer.retry().map_err(|error| error.to_string())?;
            }
            other => return Err(format!("{other:?}")),
        }
    }
    Ok(())
}

/// The library that spoils calls, built once from `faults.c`.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reliability/faults.c");
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&path)
            .arg(source)
            .arg("-ldl")
            .status()
            .expect("a C compiler");
        assert!(status.success(), "faults.c does not compile");
        (folder, path)
    });
    path
}

/// Makes a command's `call`-th change of a file in `folder` go wrong.
pub fn spoil<'command>(
    command: &'command mut Command,
    folder: &Path,
    kind: &str,
    call: u64,
) -> &'command mut Command {
    command
        .env("LD_PRELOAD", library())
        .env("FAULTS_BELOW", folder)
        .env("FAULTS_KIND", kind)
        .env("FAULTS_AT", call.to_string())
}

/// What became of a spoilt workload.
pub struct Report {
    /// The part that it had begun last.
    pub part: String,
    /// The last number that was acknowledged.
    pub saved: u64,
    /// Whether it came to its end without a refusal.
    pub done: bool,
    pub status: ExitStatus,
}

/// Runs the workload, spoilt, in a folder. Panics if it panicked.
pub fn run(folder: &Path, kind: &str, call: u64, report: Option<&Path>) -> Report {
    let mut command = this_program("workload::the_workload");
    command.env("PLEACH_TEST_FOLDER", folder).stdin(Stdio::null());
    if let Some(report) = report {
        command.env("FAULTS_REPORT", report);
    }
    let mut child = spoil(&mut command, folder, kind, call).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    assert!(!said.contains("panicked"), "{kind} at call {call}: {said}");
    let last = |mark: &str| said.lines().rev().find_map(|line| line.strip_prefix(mark));
    Report {
        part: last("part ").unwrap_or("start").to_owned(),
        saved: last("saved ").map_or(0, |number| number.parse().unwrap()),
        done: said.lines().any(|line| line == "done"),
        status,
    }
}

/// Returns how many changes of files the workload makes when nothing goes wrong.
pub fn calls() -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("calls");
    let report = run(folder.path(), "none", 0, Some(&path));
    assert!(report.done && report.saved == LENGTH, "unspoilt, it works");
    std::fs::read_to_string(path).unwrap().trim().parse().unwrap()
}

/// Checks what a workload left behind: whole sessions, with all that was acknowledged.
#[track_caller]
pub fn check(folder: &Path, saved: u64, what: &str) {
    let path = folder.join("a.pleach");
    if path.exists() {
        let opened = session::open(&path, Box::new(|_| {}));
        let (log, mut writer) = opened.unwrap_or_else(|error| panic!("{what}: {error}"));
        let length = check_is_prefix(&log.operations, what);
        assert!(length >= saved, "{what}: {saved} were acknowledged, {length} are there");
        writer.close().unwrap_or_else(|error| panic!("{what}: {error}"));
    } else {
        assert_eq!(saved, 0, "{what}: the session is gone");
    }
    let copy = folder.join("copy.pleach");
    if copy.exists() {
        let log = session::read(&copy).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(check_is_prefix(&log.operations, what), LENGTH, "{what}: the copy is whole");
    }
}
