//! `pleach doctor FILE`: what is wrong with a session, and what of it can be saved; without a
//! session, the terminal and the person's files (`doctor_terminal.rs`), the machine and the model
//! (`doctor_engine.rs`).
//!
//! Responsible for telling what was kept and what was lost, in words or as JSON. The file itself
//! is never changed: what can be saved goes into a new session.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::{DoctorArguments, ModelArguments};
use super::doctor_engine::{self, EngineReport};
use super::doctor_terminal::{self, Surroundings};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::session::{self, EXTENSION, Lost};
use crate::tree::Tree;

/// The findings, as `--json` prints them.
#[derive(Serialize)]
struct Findings {
    session: PathBuf,
    /// How many operations are sound, of as many as can be told.
    kept: u64,
    lost: Vec<LostRange>,
    /// What is wrong; null where the session is whole.
    wrong: Option<String>,
    /// The new session; null where none was needed.
    salvaged: Option<PathBuf>,
    /// The session as it was when it was opened before, the newest first.
    backups: Vec<PathBuf>,
}

/// What `--json` prints without a session.
#[derive(Serialize)]
struct Machine {
    #[serde(flatten)]
    surroundings: Surroundings,
    #[serde(flatten)]
    engine: EngineReport,
}

#[derive(Serialize)]
struct LostRange {
    first: u64,
    last: u64,
    why: String,
}

/// Examines a session, or the model; a damaged session is salvaged into a new one.
///
/// # Errors
/// Returns what the file is instead, why nothing of it can be read, or why the new session cannot
/// be made.
pub fn doctor(
    model: &ModelArguments,
    arguments: &DoctorArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let Some(file) = &arguments.file else {
        let surroundings = doctor_terminal::examine(output.columns().is_some());
        if !arguments.json {
            doctor_terminal::tell(&surroundings, output)?;
        }
        let engine = doctor_engine::examine(model)?;
        if arguments.json {
            output.json(&Machine { surroundings, engine })?;
        } else {
            doctor_engine::tell(&engine, output)?;
        }
        return Ok(Exit::Fine);
    };
    let backups = session::backups_of(file);
    let findings = match whole(file) {
        Ok(kept) => Findings {
            session: file.clone(),
            kept,
            lost: Vec::new(),
            wrong: None,
            salvaged: None,
            backups,
        },
        Err(wrong) => {
            let into = arguments.out.clone().unwrap_or_else(|| beside(file));
            let salvage = session::salvage(file, &into).map_err(|error| match backups.first() {
                None => Failure::from(error),
                Some(newest) => {
                    let message = format!("{error}; the newest backup is {}", newest.display());
                    Failure::new(Exit::Session, message)
                }
            })?;
            let range = |Lost { first, last, why }| LostRange { first, last, why };
            Findings {
                session: file.clone(),
                kept: salvage.kept,
                lost: salvage.lost.into_iter().map(range).collect(),
                wrong: Some(wrong),
                salvaged: Some(salvage.path),
                backups,
            }
        }
    };
    if arguments.json {
        output.json(&findings)?;
    } else {
        tell(&findings, output)?;
    }
    Ok(if findings.wrong.is_some() { Exit::Session } else { Exit::Fine })
}

/// Returns how many operations a whole session has; else what is wrong with it.
fn whole(file: &Path) -> Result<u64, String> {
    let log = session::read(file).map_err(|error| error.to_string())?;
    Tree::fold(&log.operations).map_err(|error| error.to_string())?;
    Ok(log.operations.len() as u64)
}

/// The new session's name: the old one's with `.salvaged` in it.
fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(EXTENSION).unwrap_or(&name);
    file.with_file_name(format!("{stem}.salvaged{EXTENSION}"))
}

fn tell(findings: &Findings, output: &mut Output) -> Result<(), Failure> {
    let (kept, file) = (findings.kept, findings.session.display());
    let (Some(wrong), Some(salvaged)) = (&findings.wrong, &findings.salvaged) else {
        return output.row(&format!("{file} is whole: {kept} operations, every checksum holds."));
    };
    output.row(&format!("{wrong}."))?;
    output.row(&format!("Salvaged {kept} operations into {}.", salvaged.display()))?;
    for LostRange { first, last, why } in &findings.lost {
        let which = if first == last {
            format!("Operation {first} was")
        } else {
            format!("Operations {first} to {last} were")
        };
        output.row(&format!("{which} lost: {why}."))?;
    }
    if let Some(newest) = findings.backups.first() {
        output.row(&format!("The newest backup is {}.", newest.display()))?;
    }
    Ok(())
}
