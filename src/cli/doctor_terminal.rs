//! What `pleach doctor` finds out about the terminal, the person's files and the processors.
//!
//! Responsible for telling what the screen would look like here and why, where everything is
//! kept, and what is wrong with the settings. Nothing is made or changed.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use serde::Serialize;

use super::exit::Failure;
use super::logging;
use super::output::Output;
use crate::app::layout::SMALLEST;
use crate::engine;
use crate::session;
use crate::ui::settings::{self, Settings};
use crate::ui::theme::Depth;
use crate::ui::{copies_by_terminal, is_light};

/// The findings, as `--json` prints them.
#[derive(Debug, Serialize)]
pub struct Surroundings {
    terminal: Option<Terminal>,
    colours: &'static str,
    theme: String,
    clipboard: &'static str,
    gpus: Vec<String>,
    settings: Option<PathBuf>,
    sessions: Option<PathBuf>,
    log: Option<PathBuf>,
    /// What is wrong with the settings, one sentence each.
    complaints: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Terminal {
    name: String,
    columns: u16,
    rows: u16,
    light: bool,
}

/// Looks around. `prints_to_terminal` is whether standard output is a terminal.
#[must_use]
pub fn examine(prints_to_terminal: bool) -> Surroundings {
    let variable = |name: &str| std::env::var(name).ok();
    let is_terminal = prints_to_terminal && io::stdin().is_terminal();
    let size = crossterm::terminal::size().ok().filter(|_| is_terminal);
    let terminal = size.map(|(columns, rows)| Terminal {
        name: variable("TERM_PROGRAM").or_else(|| variable("TERM")).unwrap_or_default(),
        columns,
        rows,
        light: is_light(),
    });
    let folder = settings::folder();
    let known = folder.as_deref().map(Settings::read).unwrap_or_default();
    let colours = match Depth::of_environment(variable).or_wanted(known.config.colours) {
        Depth::None => "none",
        Depth::Sixteen => "16",
        Depth::Many => "256",
        Depth::True => "all",
    };
    Surroundings {
        terminal,
        colours,
        theme: known.config.theme.clone(),
        clipboard: if copies_by_terminal() { "terminal" } else { "system" },
        gpus: engine::gpus(),
        settings: folder,
        sessions: session::default_directory().ok(),
        log: logging::folder().map(|folder| folder.join("pleach.log")),
        complaints: known.complaints,
    }
}

/// Prints the findings in words.
///
/// # Errors
/// Returns that the output is closed.
pub fn tell(found: &Surroundings, output: &mut Output) -> Result<(), Failure> {
    match &found.terminal {
        Some(Terminal { name, columns, rows, light }) => {
            let background = if *light { "light" } else { "dark, or not told" };
            let small = if *columns < SMALLEST.0 || *rows < SMALLEST.1 {
                format!("; the screen needs {}x{}", SMALLEST.0, SMALLEST.1)
            } else {
                String::new()
            };
            output.row(&format!(
                "Terminal: {name}, {columns}x{rows}, background {background}{small}."
            ))?;
        }
        None => output.row("Terminal: none here; the screen needs one, the verbs do not.")?,
    }
    let colours = match found.colours {
        "none" => "none (NO_COLOR, TERM=dumb or the setting colours); weight and reverse tell all",
        "16" => "16; COLORTERM=truecolor or a TERM with 256color says that there are more",
        other => other,
    };
    output.row(&format!("Colours: {colours}. Theme: {}.", found.theme))?;
    output.row(match found.clipboard {
        "terminal" => "Clipboard: the terminal's (OSC 52), since this is an SSH line.",
        _ => "Clipboard: the system's, or else the terminal's (OSC 52).",
    })?;
    output.row(&match found.gpus.as_slice() {
        [] => "GPU: none that this build can use.".to_owned(),
        gpus => format!("GPU: {}.", gpus.join("; ")),
    })?;
    for (what, path) in
        [("Settings", &found.settings), ("Sessions", &found.sessions), ("Log", &found.log)]
    {
        let state = |path: &PathBuf| if path.exists() { "" } else { " (not made yet)" };
        output.row(&match path {
            Some(path) => format!("{what}: {}{}.", path.display(), state(path)),
            None => format!("{what}: nowhere; there is no home directory."),
        })?;
    }
    for complaint in &found.complaints {
        output.row(&format!("! {complaint}"))?;
    }
    Ok(())
}
