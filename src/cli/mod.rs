//! The command line and the headless verbs.
//!
//! Responsible for reading arguments, for calling one verb, and for what a verb without a
//! screen prints. Not responsible for anything on the screen (`ui`). Each verb has its own
//! file; exit codes are in [`exit`], and everything printed goes through [`output`].

mod arguments;
mod compare;
mod continuing;
mod curation;
mod curation_arguments;
mod curve;
mod diff;
mod doctor;
mod doctor_engine;
mod doctor_terminal;
mod eval;
mod exit;
mod export;
mod export_arguments;
mod export_preview;
mod grow;
mod growing;
mod headless;
mod hugging_face;
mod import;
mod ledger;
mod loading;
mod log;
mod logging;
mod manual;
mod output;
mod problems;
mod progress;
mod reader;
mod replay;
mod report;
mod score;
mod screen;
mod show;
mod show_json;
mod stop;
mod tokenizer;
mod trial;
mod trials;
mod verify;
mod worker;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use crate::assets::prompts;
use crate::import::Options;
use crate::ui;

pub use arguments::{Arguments, Verb};
pub use exit::{Exit, Failure};
pub use headless::{Growth, Notice, Outcome};
pub use loading::Reasoner;
pub use output::Output;
pub use problems::read_problems;
pub use stop::Stop;

/// Runs the program with its command line and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let mut output = Output::standard();
    let arguments = match parse(std::env::args_os().collect()) {
        Ok(arguments) => arguments,
        Err(refusal) => return output.refuse(&refusal).into(),
    };
    match run(arguments, &mut output) {
        Ok(exit) => exit.into(),
        Err(failure) => output.complain(&failure).into(),
    }
}

/// Reads a command line; `pleach FILE` means `pleach open FILE`, as an editor's would.
fn parse(mut given: Vec<OsString>) -> Result<Arguments, clap::Error> {
    let refusal = match Arguments::try_parse_from(&given) {
        Ok(arguments) => return Ok(arguments),
        Err(refusal) => refusal,
    };
    let Some(ContextValue::String(name)) = refusal.get(ContextKind::InvalidSubcommand) else {
        return Err(refusal);
    };
    match given.iter().position(|argument| argument == name.as_str()) {
        Some(place) if Path::new(name).is_file() => {
            given.insert(place, "open".into());
            Arguments::try_parse_from(given)
        }
        _ => Err(refusal),
    }
}

fn run(arguments: Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let Arguments { model, plain, verb } = arguments;
    // The worker's log is its standard error, which its owner copies into the file.
    let is_helper = verb.as_ref().is_some_and(Verb::is_helper);
    if !is_helper {
        ui::crash::watch(logging::start());
    }
    if !is_helper && let Some(folder) = ui::settings::folder() {
        let (own, complaints) = ui::settings::prompts(&folder);
        prompts::set_own(own);
        // On the screen they are told with the other settings.
        if matches!(verb, Some(Verb::Grow(_) | Verb::Eval(_))) {
            for why in complaints {
                output.tell(&why);
            }
        }
    }
    match verb {
        None => screen::start(&model, plain),
        Some(Verb::New { problem }) => screen::new(&model, problem, plain),
        Some(Verb::Open { file }) => screen::open(&model, file, plain),
        Some(Verb::Script(script)) => screen::script(&model, script, output),
        Some(Verb::Grow(grow)) => grow::grow(&model, *grow, output),
        Some(Verb::Eval(eval)) => eval::eval(&model, &eval, output),
        Some(Verb::Export(export)) => export::export(&export, &model, output),
        Some(Verb::Doctor(doctor)) => doctor::doctor(&model, &doctor, output),
        Some(Verb::Mark(mark)) => curation::mark(&mark, output),
        Some(Verb::FirstError(reading)) => curation::first_errors(&model, &reading, output),
        Some(Verb::Triage(reading)) => curation::triage(&reading, output),
        Some(Verb::Compare(arguments)) => compare::compare(&arguments, output),
        Some(Verb::Splice(splice)) => curation::splices(&model, &splice, output),
        Some(Verb::Monitor(reading)) => curation::monitor(&reading, output),
        Some(Verb::Show(show)) => show::show(&show, output),
        Some(Verb::Log { file, .. }) => log::log(&file, output),
        Some(Verb::Man { out }) => manual::man(out.as_deref(), output),
        Some(Verb::Completions { shell }) => manual::completions(shell, output),
        Some(Verb::Config { action }) => manual::config(action, output),
        Some(Verb::Reference { folder }) => manual::reference(&folder),
        Some(Verb::Replay(replay)) => replay::replay(&model, replay, output),
        Some(Verb::Diff(diff)) => diff::diff(&diff, output),
        Some(Verb::Verify(verify)) => verify::verify(&model, &verify, output),
        Some(Verb::Import(import)) => import::import(&import, output),
        Some(Verb::Engine) => worker::serve(),
        Some(Verb::Reader { format, together, now }) => {
            reader::serve(Options { format: format.as_deref(), together, now })
        }
        Some(Verb::Renderer) => {
            crate::export::serve_renderer().map(|()| Exit::Fine).map_err(|error| {
                Failure::new(Exit::Failed, format!("nobody asks the renderer ({error})."))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(words: &[&str]) -> Result<Arguments, clap::Error> {
        parse(std::iter::once("pleach").chain(words.iter().copied()).map(OsString::from).collect())
    }

    #[test]
    fn a_file_alone_is_opened() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/sessions/debate.pleach");
        for words in [&[file][..], &["--plain", file], &["--model", "other.gguf", file]] {
            let arguments = given(words).unwrap();
            assert!(matches!(arguments.verb, Some(Verb::Open { .. })), "{words:?}");
        }
        let opened = given(&["--model", "other.gguf", file]).unwrap();
        assert_eq!(
            opened.model.model.map(|model| model.display().to_string()).as_deref(),
            Some("other.gguf")
        );
    }

    #[test]
    fn what_is_no_file_and_no_verb_is_refused() {
        for words in [&["opn"][..], &["/nowhere/session.pleach"], &["--opn"]] {
            assert!(given(words).is_err(), "{words:?}");
        }
    }
}
