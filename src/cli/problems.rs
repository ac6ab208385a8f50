//! Problem files: JSON Lines of problems.
//!
//! Responsible for reading them and for saying which line is wrong and why. Not responsible
//! for whether a model can read a problem that long; that is the engine's to say.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;

use super::exit::{Exit, Failure};
use crate::evaluate::verify;
use crate::tree::Problem;

/// The longest line that is read, in bytes.
const LINE_CAP: u64 = 1 << 20;

/// Reads a problem file. A problem without an id is called by its line number.
///
/// # Errors
/// Returns the first line that is not a problem and why, or why the file cannot be read.
pub fn read_problems(path: &Path) -> Result<Vec<Problem>, Failure> {
    let wrong = |why: String| Failure::new(Exit::Input, format!("{} {why}", path.display()));
    if path.is_dir() {
        return Err(wrong("is a folder; name a problem file in it".to_owned()));
    }
    let file = File::open(path)
        .map_err(|error| wrong(format!("cannot be read ({error}); name a problem file")))?;
    let problems = read(BufReader::new(file))
        .map_err(|(line, why)| wrong(format!("has no problem on line {line}: {why}")))?;
    if problems.is_empty() {
        return Err(wrong(
            "has no problems; write one a line, as `pleach grow --help` shows".to_owned(),
        ));
    }
    Ok(problems)
}

/// Checks the text of a problem.
///
/// # Errors
/// Returns a sentence if there is none.
pub fn check_text(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("the problem is empty; say what is asked".to_owned());
    }
    Ok(())
}

fn read(mut input: impl BufRead) -> Result<Vec<Problem>, (u64, String)> {
    let mut problems = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut bytes = Vec::new();
    for line in 1.. {
        let wrong = |why: String| (line, why);
        bytes.clear();
        let count = input.by_ref().take(LINE_CAP + 1).read_until(b'\n', &mut bytes);
        if count.map_err(|error| wrong(format!("it cannot be read ({error})")))? == 0 {
            break;
        }
        if bytes.len() as u64 > LINE_CAP {
            return Err(wrong("it is longer than 1 MiB; shorten it".to_owned()));
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| wrong("it is not UTF-8; save the file as UTF-8".to_owned()))?;
        let text = if line == 1 { text.trim_start_matches('\u{feff}') } else { text };
        if text.trim().is_empty() {
            continue;
        }
        let problem = parse(text, line).map_err(wrong)?;
        if let Some(before) = seen.insert(problem.id.clone(), line) {
            let id = problem.id;
            return Err(wrong(format!(
                "its id {id} is that of line {before} too; give it another"
            )));
        }
        problems.push(problem);
    }
    Ok(problems)
}

fn parse(text: &str, line: u64) -> Result<Problem, String> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| {
        format!("it is not JSON at byte {}; write one JSON object a line", error.column())
    })?;
    if !value.is_object() {
        return Err("it is not a JSON object; write {\"problem\": \"...\"}".to_owned());
    }
    if value.get("problem").is_none() {
        return Err("it has no `problem`; say there what is asked".to_owned());
    }
    // Numbers as ids and answers are common in such files.
    for name in ["id", "answer"] {
        if let Some(number @ Value::Number(_)) = value.get(name) {
            value[name] = Value::String(number.to_string());
        }
    }
    let mut problem: Problem = serde_json::from_value(value).map_err(|error| {
        format!("{error}; `pleach grow --help` shows what a problem looks like")
    })?;
    check_text(&problem.text)?;
    if problem.id.trim().is_empty() {
        problem.id = line.to_string();
    }
    if let Some(verifier) = verify::of(&problem) {
        let verifier = verifier.map_err(|error| error.to_string())?;
        // A built-in verifier says at once if the problem lacks what it needs.
        if verifier.is_pure() {
            verifier.check(&verify::case(&problem, "", "0")).map_err(|error| error.to_string())?;
        }
    }
    Ok(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> (u64, String) {
        read(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn problems_are_read_with_all_fields() {
        let problems = read(crate::assets::SAMPLES.as_bytes()).unwrap();
        assert_eq!(problems.len(), 3);
        assert_eq!(problems[0].numbers, [4, 7, 8, 8]);
        let text = "\u{feff}{\"problem\":\"a\"}\r\n\n{\"id\":7,\"problem\":\"b\",\"answer\":12}\n";
        let problems = read(text.as_bytes()).unwrap();
        assert_eq!((problems[0].id.as_str(), problems[1].id.as_str()), ("1", "7"));
        assert_eq!(problems[1].answer.as_deref(), Some("12"));
    }

    #[test]
    fn a_broken_line_is_named_with_its_mend() {
        for (second, words) in [
            ("{\"problem\":", "not JSON"),
            ("[1]", "not a JSON object"),
            ("{\"id\":\"x\"}", "no `problem`"),
            ("{\"problem\":\"  \"}", "empty"),
            ("{\"problem\":3}", "invalid type"),
            ("{\"id\":\"1\",\"problem\":\"c\"}", "line 1"),
            ("{\"problem\":\"c\",\"verifier\":\"'open\"}", "open quote"),
            ("{\"problem\":\"c\",\"verifier\":\"exact\"}", "needs a reference"),
            ("{\"problem\":\"c\",\"verifier\":\"countdown\"}", "names no"),
        ] {
            let (line, why) = wrong(&format!("{{\"problem\":\"a\"}}\n{second}\n"));
            assert_eq!(line, 2, "{second}");
            assert!(why.contains(words), "{second}: {why}");
        }
        let endless = BufReader::new(std::io::repeat(b'a'));
        assert!(read(endless).unwrap_err().1.contains("1 MiB"));
    }
}
