//! The options of the verbs that curate: `mark`, `first-error`, `compare`, `splice` and `monitor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::tree::{Label, NodeId};

/// What `pleach mark` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
A query such as 'value<0.2 & visits>3 & !pruned' says which steps; docs/queries.md has the whole
language. Everything that one call marks is undone by one u on the screen.")]
#[command(group = clap::ArgGroup::new("marks").required(true).multiple(true))]
#[command(group = clap::ArgGroup::new("which").required(true))]
#[allow(clippy::struct_excessive_bools)] // each is a switch of the command line
pub struct MarkArguments {
    /// The session.
    pub file: PathBuf,
    /// Which steps.
    #[arg(long, value_name = "QUERY", group = "which")]
    pub query: Option<String>,
    /// The steps that RPC would prune: those that only lead to improbable answers.
    #[arg(long, group = "which")]
    pub improbable: bool,
    /// Give them a label, or take it away.
    #[arg(long, value_enum, value_name = "LABEL", group = "marks")]
    pub label: Option<LabelChoice>,
    /// Label those that have no label as proposed.
    #[arg(long, group = "marks", conflicts_with = "label")]
    pub accept: bool,
    /// The first error is there; the query means one step.
    #[arg(long, group = "marks", conflicts_with_all = ["label", "accept"])]
    pub first_error: bool,
    /// Make a rewrite beside it; the query means one step.
    #[arg(long, value_name = "TEXT", group = "marks")]
    pub rewrite: Option<String>,
    /// Flag them.
    #[arg(long, group = "marks")]
    pub flag: bool,
    /// Take their flags away.
    #[arg(long, group = "marks", conflicts_with = "flag")]
    pub unflag: bool,
    /// Give them a tag.
    #[arg(long, value_name = "TAG", group = "marks")]
    pub tag: Option<String>,
    /// Take a tag away.
    #[arg(long, value_name = "TAG", group = "marks")]
    pub untag: Option<String>,
    /// Write a note on them, in place of the one before.
    #[arg(long, value_name = "TEXT", group = "marks")]
    pub note: Option<String>,
    /// Prune them.
    #[arg(long, group = "marks")]
    pub prune: bool,
    /// Restore them.
    #[arg(long, group = "marks", conflicts_with = "prune")]
    pub restore: bool,
    /// Say how many steps it would change, and change none.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// A label, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LabelChoice {
    /// Wrong, or leads nowhere.
    Bad,
    /// Neither helps nor hurts.
    Neutral,
    /// Right, and helps.
    Good,
    /// Unlabelled.
    None,
}

impl From<LabelChoice> for Option<Label> {
    fn from(choice: LabelChoice) -> Self {
        match choice {
            LabelChoice::Bad => Some(Label::Bad),
            LabelChoice::Neutral => Some(Label::Neutral),
            LabelChoice::Good => Some(Label::Good),
            LabelChoice::None => None,
        }
    }
}

/// What `pleach splice` is told.
#[derive(Debug, Args)]
pub struct SpliceArguments {
    /// The sessions.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The good trajectory's value is above this (alpha).
    #[arg(long, value_name = "V", default_value_t = 0.5)]
    pub alpha: f64,
    /// It is above the bad one's by more than this (beta).
    #[arg(long, value_name = "V", default_value_t = 0.2)]
    pub beta: f64,
    /// Only splices whose answer was verified as right.
    #[arg(long)]
    pub verified: bool,
    /// The revision signal, in place of the library's; {step} is the number of the wrong step.
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub signal: Option<String>,
    /// Instead of a good trajectory's steps, let the model go on after the error so many times, and
    /// prune what does not verify.
    #[arg(long = "continue", value_name = "K", conflicts_with_all = ["verified", "dry_run"], value_parser = clap::value_parser!(u16).range(1..=64))]
    pub go_on: Option<u16>,
    /// Print what would be trained on and what would be masked, and splice nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object a session.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach compare` is told.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The session.
    pub file: PathBuf,
    /// A step, by its number.
    #[arg(value_name = "STEP", value_parser = step)]
    pub one: NodeId,
    /// Another step.
    #[arg(value_name = "STEP", value_parser = step)]
    pub other: NodeId,
    /// Record that this one of them is better.
    #[arg(long, value_name = "STEP", value_parser = step)]
    pub prefer: Option<NodeId>,
    /// Whoever chose did not know scores and origin.
    #[arg(long, requires = "prefer")]
    pub blind: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Reads a step such as `12` or `#12`.
fn step(text: &str) -> Result<NodeId, String> {
    let number = text.trim_start_matches('#').parse().map(NodeId);
    number.map_err(|_| "give the number of a step, such as 12".to_owned())
}

/// What `pleach first-error` is told.
#[derive(Debug, Args)]
pub struct FirstErrorArguments {
    /// The sessions.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Let the model rate the steps that were not rated when they grew.
    #[arg(long)]
    pub judge: bool,
    /// Print one JSON object a session.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach triage` and `pleach monitor` are told.
#[derive(Debug, Args)]
pub struct ReadingArguments {
    /// The sessions.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
