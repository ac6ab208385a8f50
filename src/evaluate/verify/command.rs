//! The verifier that runs a program of the user's.
//!
//! Responsible for starting the program without a shell, giving it the case as one JSON object
//! on standard input, bounding its time and output, and reading its verdict. Not responsible for
//! splitting the command line (`verify.rs`) nor for confining what the program does.
//!
//! The verdict is a JSON object `{"correct": true or false, "explanation": "..."}` as the whole
//! standard output or as its last line; without one, the exit code: 0 is right, 1 is wrong.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Case, Verdict, VerifierError};

/// How much of standard output, and of standard error, is read; the rest is thrown away.
const LARGEST_OUTPUT: u64 = 64 * 1024;

/// Longest explanation that is kept, in characters.
const LONGEST_EXPLANATION: usize = 2000;

/// How often a program that has closed its output is asked whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Runs the program for at most `timeout` and reads its verdict.
pub(super) fn check(
    words: &[String],
    case: &Case<'_>,
    timeout: Duration,
) -> Result<Verdict, VerifierError> {
    let program = words.first().ok_or(VerifierError::Empty)?;
    let not_run = |reason: String| VerifierError::NotRun {
        command: program.clone(),
        reason: reason.trim_end_matches('.').to_owned(),
    };
    let input = serde_json::to_vec(case).map_err(|error| not_run(error.to_string()))?;
    let mut child = start(words, program).map_err(|error| not_run(error.to_string()))?;
    let deadline = Instant::now() + timeout;
    give_input(&mut child, input);
    let output = read_in_background(child.stdout.take());
    let complaints = read_in_background(child.stderr.take());
    let ended = output.recv_timeout(timeout).ok().zip(wait_until(&mut child, deadline));
    let Some((output, status)) = ended else {
        kill(&mut child);
        return Err(VerifierError::TimedOut {
            command: program.clone(),
            seconds: timeout.as_secs(),
        });
    };
    let no_verdict = |reason: String| VerifierError::NoVerdict { command: program.clone(), reason };
    match printed_verdict(&output) {
        Some(Ok(verdict)) => Ok(verdict),
        Some(Err(reason)) => Err(no_verdict(reason)),
        None => exit_verdict(status, &output).ok_or_else(|| {
            let complaints = complaints.recv_timeout(POLL_INTERVAL).unwrap_or_default();
            no_verdict(failure(status, &complaints))
        }),
    }
}

fn start(words: &[String], program: &str) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own, so that what the program started can be killed with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// Writes the input in the background, because a program may print before it reads.
fn give_input(child: &mut Child, input: Vec<u8>) {
    if let Some(mut pipe) = child.stdin.take() {
        thread::spawn(move || {
            // A program that decides without reading closes the pipe, which is its right.
            let _ = pipe.write_all(&input);
        });
    }
}

/// Reads to the end in the background, and sends the first [`LARGEST_OUTPUT`] bytes as text.
fn read_in_background(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut pipe) = pipe {
            // An error ends the reading like the end of the output does.
            let _ = pipe.by_ref().take(LARGEST_OUTPUT).read_to_end(&mut kept);
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
        // Nobody waits any more after a timeout.
        let _ = sender.send(String::from_utf8_lossy(&kept).into_owned());
    });
    receiver
}

fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL_INTERVAL),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Kills the program and what it started, and waits for its end.
fn kill(child: &mut Child) {
    // The child was not waited for yet, so its number cannot belong to another process.
    #[cfg(unix)]
    let _ = Command::new("kill")
        .args(["-KILL", "--", &format!("-{}", child.id())])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // Fails only when it has ended already.
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads the JSON object that was printed, if any; the error says what is wrong with it.
fn printed_verdict(output: &str) -> Option<Result<Verdict, String>> {
    let whole = output.trim();
    let last_line = whole.lines().last().unwrap_or_default();
    let object = [whole, last_line].iter().find_map(|text| match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    })?;
    let Some(correct) = object.get("correct").and_then(Value::as_bool) else {
        // Falling back to the exit code would take `{"correct": "no"}` for a yes.
        return Some(Err("printed a JSON object whose `correct` is not true or false".to_owned()));
    };
    let explanation = object.get("explanation").and_then(Value::as_str);
    Some(Ok(Verdict { correct, explanation: shortened(explanation.unwrap_or_default()) }))
}

/// Reads the exit code as a verdict, explained by what was printed.
fn exit_verdict(status: ExitStatus, output: &str) -> Option<Verdict> {
    let explanation = shortened(output);
    match status.code() {
        Some(0) => Some(Verdict::right(explanation)),
        Some(1) => Some(Verdict::wrong(explanation)),
        _ => None,
    }
}

/// Says how the program ended, with the last line of what it wrote to standard error.
fn failure(status: ExitStatus, complaints: &str) -> String {
    let end = match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    };
    match complaints.trim().lines().last() {
        Some(line) => format!("{end}, saying `{}`", shortened(line)),
        None => end,
    }
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LONGEST_EXPLANATION) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(all(test, unix))]
#[path = "command_tests.rs"]
mod tests;
