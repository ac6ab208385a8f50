//! The verbs with a screen: the start screen, `new`, `open`, and `script` without a terminal.
//!
//! Responsible for telling mistakes of the command line before the screen is taken.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::arguments::{EngineChoice, ModelArguments, ScriptArguments};
use super::exit::{Exit, Failure};
use super::loading;
use super::output::Output;
use super::problems::check_text;
use crate::app::Speed;
use crate::session;
use crate::tree::Problem;
use crate::ui::settings::{self, Settings};
use crate::ui::{self, EngineKind, Opening, Options, Picture};

/// Opens the start screen.
///
/// # Errors
/// Returns what is wrong with the model, or why the screen ended.
pub fn start(model: &ModelArguments, plain: bool) -> Result<Exit, Failure> {
    run(model, Opening::StartScreen, plain)
}

/// Opens a new session.
///
/// # Errors
/// As [`start`]; and if the problem is empty.
pub fn new(model: &ModelArguments, problem: String, plain: bool) -> Result<Exit, Failure> {
    check_text(&problem).map_err(|message| Failure::new(Exit::Input, message))?;
    run(model, Opening::New(Problem { text: problem, ..Problem::default() }), plain)
}

/// Opens a session.
///
/// # Errors
/// As [`start`]; and if the file is no session.
pub fn open(model: &ModelArguments, file: PathBuf, plain: bool) -> Result<Exit, Failure> {
    check_session(&file)?;
    run(model, Opening::File(file), plain)
}

/// Opens a session's past, playing.
///
/// # Errors
/// As [`open`].
pub fn replay(model: &ModelArguments, file: PathBuf, speed: Speed) -> Result<Exit, Failure> {
    check_session(&file)?;
    run(model, Opening::Replay(file, Some(speed)), false)
}

/// Presses keys and prints the last screen.
///
/// # Errors
/// As [`open`]; and if the keys cannot be read or lead nowhere.
pub fn script(
    model: &ModelArguments,
    arguments: ScriptArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let ScriptArguments { file, keys, size, seed, svg, styles, theme } = arguments;
    file.as_deref().map(check_session).transpose()?;
    let opening = file.map_or(Opening::StartScreen, Opening::File);
    let mut options = options(model, opening)?;
    options.sessions.seed = seed;
    let screen = if svg {
        let title = format!("pleach after the keys {keys}");
        ui::picture(&options, &keys, size, &Picture { theme, title })
    } else if styles {
        ui::styled(&options, &keys, size, &theme)
    } else {
        ui::script(&options, &keys, size)
    };
    let screen = screen.map_err(|message| Failure::new(Exit::Failed, message))?;
    output.block(&screen)?;
    Ok(Exit::Fine)
}

fn run(model: &ModelArguments, opening: Opening, plain: bool) -> Result<Exit, Failure> {
    let options = options(model, opening)?;
    let ended = if plain || options.settings.config.plain {
        ui::plain(&options)
    } else {
        ui::run(&options)
    };
    ended.map_err(|message| Failure::new(Exit::Failed, message))?;
    Ok(Exit::Fine)
}

fn options(model: &ModelArguments, opening: Opening) -> Result<Options, Failure> {
    let engine = match model.engine {
        EngineChoice::Llama => EngineKind::Llama,
        EngineChoice::Scripted => EngineKind::Scripted,
    };
    let settings = settings::folder().map(|folder| Settings::read(&folder)).unwrap_or_default();
    let model = loading::options(model)?;
    Ok(Options { model, engine, opening, settings, ..Options::default() })
}

/// Looks at the first bytes of a file. What is no session is refused in the words of the
/// session room; the rest of a session is read when it is opened.
fn check_session(file: &Path) -> Result<(), Failure> {
    const MARK: std::ops::Range<usize> = 68..72;
    let mut start = Vec::new();
    let is_file = file.is_file();
    let mut read = || std::fs::File::open(file)?.take(100).read_to_end(&mut start);
    let marked = is_file && read().is_ok() && start.get(MARK) == Some(b"plea");
    if !marked {
        session::read(file)?;
    }
    Ok(())
}
