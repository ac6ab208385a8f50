//! A log as JSON Lines: one operation a line, for `jq`, `git diff` and other programs.
//!
//! Invariant: what [`write_jsonl`] writes, [`read_jsonl`] reads back as the same operations.
//! U+0085, U+2028 and U+2029 are escaped, because many programs take them for line ends.

use std::io::{BufRead, Read, Write};
use std::path::Path;

use super::error::Error;
use crate::tree::Operation;

/// The longest line that is read, in bytes.
const LINE_CAP: u64 = 16 * 1024 * 1024;

/// Writes operations, one a line.
///
/// # Errors
/// Returns why they could not be written.
pub fn write_jsonl<'log>(
    operations: impl IntoIterator<Item = &'log Operation>,
    mut out: impl Write,
) -> Result<(), Error> {
    let target = Path::new("the operations");
    for operation in operations {
        let line = serde_json::to_string(operation).map_err(|error| Error::Unstorable {
            sequence: operation.sequence,
            why: error.to_string(),
        })?;
        // These characters can only be inside strings, where an escape means the same.
        let line = line
            .replace('\u{85}', "\\u0085")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029");
        writeln!(out, "{line}").map_err(Error::io("write", target))?;
    }
    out.flush().map_err(Error::io("write", target))
}

/// Reads operations, one a line; empty lines and a byte order mark are passed over.
///
/// # Errors
/// Returns the first line that is not an operation, or is longer than 16 MiB.
pub fn read_jsonl(mut input: impl BufRead) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    let mut bytes = Vec::new();
    for line in 1.. {
        let wrong = |why: String| Error::Line { line, why };
        bytes.clear();
        let read = input.by_ref().take(LINE_CAP + 1).read_until(b'\n', &mut bytes);
        if read.map_err(|error| wrong(format!("it cannot be read ({error})")))? == 0 {
            break;
        }
        if bytes.len() as u64 > LINE_CAP {
            return Err(wrong("it is longer than 16 MiB".to_owned()));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| wrong("it is not UTF-8".to_owned()))?;
        let text = if line == 1 { text.trim_start_matches('\u{feff}') } else { text };
        if !text.trim_ascii().is_empty() {
            let operation = serde_json::from_str(text).map_err(|error| wrong(explain(&error)))?;
            operations.push(operation);
        }
    }
    Ok(operations)
}

/// Says what is wrong in a line, without the line number that serde counts within the line.
fn explain(error: &serde_json::Error) -> String {
    let why = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match why.strip_suffix(&place) {
        Some(why) if error.column() > 0 => format!("{why} at byte {}", error.column()),
        _ => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::random_session;
    use crate::tree::{Actor, Body};

    fn lines(operations: &[Operation]) -> String {
        let mut out = Vec::new();
        write_jsonl(operations, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn sessions_survive() {
        for seed in 1..20 {
            let (_, log) = random_session(seed, 200);
            assert_eq!(read_jsonl(lines(&log).as_bytes()).unwrap(), log);
        }
    }

    #[test]
    fn characters_that_some_take_for_line_ends_are_escaped() {
        let reason = "a\u{2028}b\u{2029}c\u{85}d\r\ne".to_owned();
        let log = [Operation {
            sequence: 1,
            time: 0,
            actor: Actor::Search,
            body: Body::SearchStopped { reason },
        }];
        let text = lines(&log);
        assert!(text.is_ascii() && text.lines().count() == 1, "{text}");
        assert_eq!(read_jsonl(text.as_bytes()).unwrap(), log);
    }

    #[test]
    fn empty_lines_a_mark_and_foreign_line_ends_are_passed_over() {
        let (_, log) = random_session(3, 20);
        let text = format!("\u{feff}{}\r\n  \n", lines(&log).replace('\n', "\r\n\r\n").trim_end());
        assert_eq!(read_jsonl(text.as_bytes()).unwrap(), log);
    }

    #[test]
    fn errors_name_the_line() {
        let (_, log) = random_session(3, 20);
        let count = log.len();
        let mut text = lines(&log).into_bytes();
        text.extend_from_slice(b"\n{\"sequence\": 7}\n");
        let error = read_jsonl(text.as_slice()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {} is not an operation: ", count + 2)), "{error}");
        let error = read_jsonl(&b"{\"sequ\xff"[..]).unwrap_err().to_string();
        assert_eq!(error, "line 1 is not an operation: it is not UTF-8");
        // It would become infinite, and could not be written again.
        let large = r#"{"sequence":2,"time":0,"actor":"import","kind":"node_added","node":1,"parent":0,"origin":
            {"proposer":"p","seed":0,"sampling":{"top_p":1e40}}}"#.replace('\n', "");
        let error = read_jsonl(large.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("a number is too large"), "{error}");
        let deep = "[".repeat(100_000);
        assert!(read_jsonl(deep.as_bytes()).is_err());
    }

    #[test]
    fn a_line_without_end_is_refused_and_not_kept_in_memory() {
        let endless = std::io::BufReader::new(std::io::repeat(b'a'));
        let error = read_jsonl(endless).unwrap_err().to_string();
        assert_eq!(error, "line 1 is not an operation: it is longer than 16 MiB");
    }
}
