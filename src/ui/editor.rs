//! The person's own editor: a text goes in, what they made of it comes out.
//!
//! Responsible for choosing the editor (`VISUAL`, `EDITOR`, else vi), for a temporary file that only
//! this user may read, and for running it. Not responsible for giving it the terminal (`run.rs`).

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

/// The longest text that is taken back, in bytes.
const LONGEST: u64 = 1 << 20;

/// Lets the person edit a text and returns what it is then. Without the terminal the editor has no
/// input and its output goes nowhere, as a script's has.
///
/// # Errors
/// Returns a sentence with the mend if no editor ran, or it left no text.
pub fn edit(text: &str, on_terminal: bool) -> Result<String, String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|words| !words.trim().is_empty());
    let named =
        variable("VISUAL").or_else(|| variable("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let failed = |why: &dyn std::fmt::Display| {
        format!("The editor {named} did not run ({why}); set EDITOR, or rewrite with e.")
    };
    let words = shlex::split(&named).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| failed(&"its quotes do not match"))?;
    let file = written(text).map_err(|error| failed(&error))?;
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg(file.path());
    if !on_terminal {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    }
    let status = command.status().map_err(|error| failed(&error))?;
    if !status.success() {
        return Err(format!("The editor {named} ended with {status}; nothing was changed."));
    }
    // An editor may put another file in this one's place, so it is opened anew.
    let lost = |error: io::Error| format!("What the editor left cannot be read ({error}).");
    let left = File::open(file.path()).map_err(lost)?;
    let mut bytes = Vec::new();
    left.take(LONGEST + 1).read_to_end(&mut bytes).map_err(lost)?;
    if bytes.len() as u64 > LONGEST {
        return Err("The text is longer than 1 MiB; nothing was changed.".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "The text is not UTF-8; nothing was changed.".to_owned())
}

fn written(text: &str) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("pleach-").suffix(".md").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.flush()?;
    Ok(file)
}
