//! The options of the verbs that curate: `mark`, `first-error`, `splice` and `monitor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::tree::Label;

/// What `pleach mark` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
A query such as 'value<0.2 & visits>3 & !pruned' says which steps; docs/queries.md has the whole
language. Everything that one call marks is undone by one u on the screen.")]
#[command(group = clap::ArgGroup::new("marks").required(true).multiple(true))]
#[allow(clippy::struct_excessive_bools)] // each is a switch of the command line
pub struct MarkArguments {
    /// The session.
    pub file: PathBuf,
    /// Which steps.
    #[arg(long, value_name = "QUERY")]
    pub query: String,
    /// Give them a label, or take it away.
    #[arg(long, value_enum, value_name = "LABEL", group = "marks")]
    pub label: Option<LabelChoice>,
    /// Label those that have no label as proposed.
    #[arg(long, group = "marks", conflicts_with = "label")]
    pub accept: bool,
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
    /// Print what would be trained on and what would be masked, and splice nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object a session.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach first-error` and `pleach monitor` are told.
#[derive(Debug, Args)]
pub struct ReadingArguments {
    /// The sessions.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
