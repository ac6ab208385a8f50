//! `pleach export`: trajectories as data that trainers load, or as pictures for people.
//!
//! Responsible for finding the chat template and the tokenizer that a format needs, and for
//! what is printed. What is written is the business of the `export` room.

use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::arguments::ModelArguments;
use super::curation::any_query;
use super::exit::{Exit, Failure};
use super::export_arguments::ExportArguments;
use super::export_preview::preview;
use super::loading;
use super::output::Output;
use super::stop::Stop;
use super::tokenizer::Tokenizer;
use crate::export::{
    self, Format, Goal, Needs, Options, Report, Table, Tools, View, count, dataset, view,
};
use crate::text::pad;

/// Columns of a format's name.
const NAME: usize = 22;

/// Writes sessions as a data set.
///
/// # Errors
/// Returns why nothing was written.
pub fn export(
    arguments: &ExportArguments,
    model: &ModelArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let (formats, views) = sorted(&arguments.format)?;
    let options = options(arguments)?;
    // Where it may be absent, nothing is written.
    let out = arguments.out.as_deref().unwrap_or(Path::new(""));
    let needs = formats.iter().map(|format| format.needs).max().unwrap_or(Needs::Nothing);
    let asked = loading::options(model)?;
    let rendering = match needs {
        Needs::Nothing => None,
        _ => Some(
            export::ask_template(&asked).map_err(|message| Failure::new(Exit::Input, message))?,
        ),
    };
    if let (Some(number), [format]) = (arguments.preview, formats.as_slice()) {
        return preview(arguments, format, &options, rendering.as_ref(), number, output);
    }
    if arguments.preview.is_some() && views.is_empty() {
        let message = "a preview is of one format; name one with --format".to_owned();
        return Err(Failure::new(Exit::Usage, message));
    }
    let tokenizer = match needs {
        Needs::Tokenizer => Some(Tokenizer::start(model.engine, asked)?),
        _ => None,
    };
    let tokenize = |text: &str, reading| match &tokenizer {
        Some(tokenizer) => tokenizer.tokenize(text, reading),
        None => Err("without a tokenizer".to_owned()),
    };
    let fingerprint = tokenizer.as_ref().map(|tokenizer| tokenizer.fingerprint.as_str());
    let in_export = |fingerprint| export::Tokenizer { fingerprint, tokenize: &tokenize };
    let stop = Stop::listen_aside()?;
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let mut progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
        stop.times() == 0
    };
    let mut tools = Tools {
        rendering: rendering.as_ref(),
        tokenizer: fingerprint.map(in_export),
        progress: &mut progress,
    };
    if formats.is_empty() {
        if let Some(option) = arguments.of_data_sets() {
            let message = format!("{option} is for data sets, and a viewer gets whole sessions");
            return Err(Failure::new(Exit::Usage, message));
        }
        if arguments.dry_run {
            let count = arguments.files.len() * views.len();
            output.row(&format!("{} would be made.", export::count(count, "file")))?;
            return Ok(Exit::Fine);
        }
        let place = view::write(&arguments.files, &views, out, &mut tools)?;
        bar.finish_and_clear();
        output.row(&format!("Written to {}.", place.display()))?;
        return Ok(Exit::Fine);
    }
    if arguments.dry_run {
        let found = export::collect::collect(
            &arguments.files,
            &formats,
            &options,
            &mut tools,
            &mut |_, _, _| Ok(()),
        )?;
        bar.finish_and_clear();
        let (report, _) = export::report::decide(&found, &options);
        print(&report, arguments.json, output)?;
        return Ok(Exit::Fine);
    }
    let (report, place) = dataset::write(&arguments.files, &formats, &options, out, &mut tools)?;
    bar.finish_and_clear();
    print(&report, arguments.json, output)?;
    if !arguments.json {
        output.row(&format!("Written to {}.", place.display()))?;
    }
    Ok(Exit::Fine)
}

/// Parts formats from views, each once, in the order of the manual. They do not share a folder.
fn sorted(goals: &[Goal]) -> Result<(Vec<&'static Format>, Vec<&'static View>), Failure> {
    let (mut formats, mut views) = (Vec::new(), Vec::new());
    for goal in Goal::all().filter(|goal| goals.iter().any(|asked| asked.name() == goal.name())) {
        match goal {
            Goal::Records(format) => formats.push(format),
            Goal::View(view) => views.push(view),
        }
    }
    if let (Some(format), Some(view)) = (formats.first(), views.first()) {
        let (format, view) = (format.name, view.name);
        let message = format!(
            "{format} is for trainers and {view} for viewers, and they do not share a folder; export twice"
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok((formats, views))
}

fn options(arguments: &ExportArguments) -> Result<Options, Failure> {
    Ok(Options {
        query: arguments.query.as_deref().map(any_query).transpose()?,
        pseudo_labels: arguments.pseudo_labels,
        threshold: arguments.threshold,
        per_problem: arguments.per_problem,
        balance: arguments.balance,
        test_share: arguments.test,
        drop: arguments.drop.clone(),
        encoding: arguments.encoding(),
        license: arguments.license.clone(),
    })
}

fn print(report: &Report, json: bool, output: &mut Output) -> Result<(), Failure> {
    if json {
        return output.json(report);
    }
    let Report { sessions, problems, test_problems, .. } = report;
    output.row(&format!(
        "{}, {}, {test_problems} of them for testing",
        count(*sessions, "session"),
        count(*problems, "problem")
    ))?;
    output.row("")?;
    output.row(&format!("{}   train    test  judged by", pad("format", NAME)))?;
    for table in &report.formats {
        print_table(table, output)?;
    }
    for warning in &report.warnings {
        output.row(&format!("! {warning}"))?;
    }
    Ok(())
}

fn print_table(table: &Table, output: &mut Output) -> Result<(), Failure> {
    let listed = |counts: &std::collections::BTreeMap<&str, usize>| {
        let all: Vec<_> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
        all.join(", ")
    };
    let (name, judges) = (pad(table.format, NAME), listed(&table.judged_by));
    output.row(&format!("{name}  {:>6}  {:>6}  {judges}", table.train, table.test))?;
    if !table.flags.is_empty() {
        output.row(&format!("    flagged: {}", listed(&table.flags)))?;
    }
    for left in &table.left_out {
        output.row(&format!("    left out: {} {}", left.count, left.why))?;
    }
    Ok(())
}

impl From<export::Error> for Failure {
    fn from(error: export::Error) -> Self {
        let exit = match &error {
            export::Error::Unreadable(_) | export::Error::Session { .. } => Exit::Session,
            export::Error::Query(_) => Exit::Usage,
            export::Error::Nothing { .. } => Exit::Input,
            export::Error::Stopped => Exit::Stopped,
            _ => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}
