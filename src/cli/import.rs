//! `pleach import`: other programs' trees become sessions.
//!
//! Responsible for where the sessions go and for printing the report. What is read how is the
//! business of the `import` room, in a process of `reader.rs`. Nothing is written unless the whole file was read.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::ImportArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::reader;
use crate::import::{Imported, Options, Report};
use crate::session::{self, Fresh};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'a> {
    file: String,
    #[serde(flatten)]
    report: &'a Report,
    sessions: Vec<String>,
}

/// Brings in the trees of a file.
///
/// # Errors
/// Returns why the file cannot be read, or the sessions cannot be written.
pub fn import(arguments: &ImportArguments, output: &mut Output) -> Result<Exit, Failure> {
    let path = &arguments.file;
    let failed = |why: String| {
        Failure::new(Exit::Input, format!("{} cannot be brought in: {why}", path.display()))
    };
    // A pipe has no beginning to go back to, and a device no end.
    if !path.is_file() {
        return Err(failed(
            "it is no file; name one, and put what comes from a pipe into a file first".to_owned(),
        ));
    }
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let now = crate::ui::now();
    let options =
        Options { format: arguments.format.as_deref(), together: arguments.together, now };
    let (trees, report) = reader::read(file, options).map_err(failed)?;
    let folder = match &arguments.out {
        Some(folder) => folder.clone(),
        None => session::default_directory()?,
    };
    let mut sessions = Vec::with_capacity(trees.len());
    for imported in &trees {
        sessions.push(save(&folder, imported, path, &report.format, now)?);
    }
    if arguments.json {
        let sessions = sessions.iter().map(|path| path.display().to_string()).collect();
        output.json(&Printed { file: path.display().to_string(), report: &report, sessions })?;
        return Ok(Exit::Fine);
    }
    for line in report.lines() {
        output.row(&line)?;
    }
    match sessions.as_slice() {
        [] => {}
        [one] => output.row(&format!("saved in {}", one.display()))?,
        _ => output.row(&format!("saved {} sessions in {}", sessions.len(), folder.display()))?,
    }
    Ok(Exit::Fine)
}

/// Writes one tree as a session of its own and returns its file.
fn save(
    folder: &Path,
    imported: &Imported,
    from: &Path,
    format: &str,
    now: u64,
) -> Result<PathBuf, Failure> {
    let facts = [
        ("pleach", env!("CARGO_PKG_VERSION").to_owned()),
        ("imported_from", from.file_name().unwrap_or_default().to_string_lossy().into_owned()),
        ("imported_format", format.to_owned()),
    ];
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let fresh = Fresh { identity: session::new_identity()?, created: now, facts };
    let problem = imported.tree.problem().map_or("", |problem| &problem.text);
    Ok(session::create_in_with(folder, problem, &fresh, &imported.operations)?)
}
