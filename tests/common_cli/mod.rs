//! What the tests of the command line share: running the real binary and waiting for things.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking
#![allow(dead_code)] // each test file uses a part of it

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest that anything is waited for, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(2);

pub const FIVE: &str = r#"{"id":"a","problem":"Use 4, 7, 8 and 8 to make 24.","verifier":"countdown","numbers":[4,7,8,8],"target":24}
{"id":"b","problem":"Use 1, 3, 4 and 6 to make 24.","verifier":"countdown","numbers":[1,3,4,6],"target":24}
{"id":"c","problem":"Use 3, 3, 8 and 8 to make 24.","verifier":"countdown","numbers":[3,3,8,8],"target":24}
{"id":"d","problem":"Use 2, 3, 4 and 12 to make 24.","verifier":"countdown","numbers":[2,3,4,12],"target":24}
{"id":"e","problem":"Use 1, 2, 3 and 4 to make 24.","verifier":"countdown","numbers":[1,2,3,4],"target":24}
"#;

/// The binary, with a data directory of its own.
pub fn pleach(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pleach"));
    command.env("PLEACH_DATA_DIR", home).current_dir(home).stdin(Stdio::null());
    command
}

/// Runs the binary with arguments that are separated by spaces.
pub fn run(home: &Path, arguments: &str) -> Output {
    pleach(home).args(arguments.split_whitespace()).output().unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

/// The lines of JSON that a verb that went well has printed.
pub fn lines(output: &Output) -> Vec<Value> {
    assert_eq!(code(output), 0, "{}", errors(output));
    out(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Waits until something is there.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Returns a child process of a process, if it has one.
#[cfg(target_os = "linux")]
pub fn child_of(process: u32) -> Option<u32> {
    // A child belongs to the thread that started it.
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let children = threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok());
    let mut all = children.flat_map(|list| {
        list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()
    });
    all.next()
}

/// Sends a signal.
#[cfg(unix)]
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(sent.unwrap().success(), "{name} was not sent");
}
