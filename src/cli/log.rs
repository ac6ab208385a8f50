//! `pleach log`: a session's operations as JSON Lines.

use std::path::Path;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::session;

/// Prints the operations, one a line.
///
/// # Errors
/// Returns why the session cannot be read.
pub fn log(file: &Path, output: &mut Output) -> Result<Exit, Failure> {
    let log = session::read(file)?;
    let mut line = Vec::new();
    for operation in &log.operations {
        line.clear();
        session::write_jsonl([operation], &mut line)?;
        output.json_text(String::from_utf8_lossy(&line).trim_end())?;
    }
    Ok(Exit::Fine)
}
