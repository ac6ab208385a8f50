//! The verbs `man`, `completions`, `config` and `reference`: what is made from the program's own tables.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::{Arguments, ConfigAction};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::app::Config;
use crate::ui::reference;
use crate::ui::settings::{self, Settings};

/// Prints the manual page, or writes the pages of all verbs into a folder.
///
/// # Errors
/// Returns why a page cannot be written.
pub fn man(folder: Option<&Path>, output: &mut Output) -> Result<Exit, Failure> {
    let command = Arguments::command();
    if let Some(folder) = folder {
        fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(command, folder))
            .map_err(|error| unwritable(folder, &error))?;
        return Ok(Exit::Fine);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| {
        Failure::new(Exit::Failed, format!("the manual page cannot be made: {error}"))
    })?;
    output.block(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Fine)
}

/// Prints a shell's completions.
///
/// # Errors
/// Returns why they cannot be printed.
pub fn completions(shell: Shell, output: &mut Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "pleach", &mut script);
    output.block(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}

/// Shows where the person's files are, what they must hold, or what is wrong with them.
///
/// # Errors
/// Returns why nothing can be printed; a folder that is unknown; files with mistakes.
pub fn config(action: ConfigAction, output: &mut Output) -> Result<Exit, Failure> {
    let folder = settings::folder().ok_or_else(|| {
        Failure::new(Exit::Failed, "there is no home folder; set PLEACH_CONFIG_DIR".to_owned())
    })?;
    match action {
        ConfigAction::Path => output.row(&folder.display().to_string())?,
        ConfigAction::Default => output.block(&Config::commented())?,
        ConfigAction::Check => {
            let complaints = Settings::read(&folder).complaints;
            for complaint in &complaints {
                output.row(complaint)?;
            }
            if !complaints.is_empty() {
                return Ok(Exit::Failed);
            }
            output.row(&format!("{}: nothing is wrong.", folder.display()))?;
        }
    }
    Ok(Exit::Fine)
}

/// Writes the pages of the manual that are made from tables into a folder.
///
/// # Errors
/// Returns why a page cannot be written.
pub fn reference(folder: &Path) -> Result<Exit, Failure> {
    for (name, text) in reference::pages() {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(Exit::Fine)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::new(Exit::Failed, format!("{path} cannot be written ({error}); choose another folder"))
}
