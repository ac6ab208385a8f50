//! The options of `pleach export`.

use std::path::PathBuf;

use clap::Args;

use crate::export::{Encoding, Flag, Goal};

/// What `pleach export` is told.
#[derive(Debug, Args)]
#[command(after_help = Goal::manual())]
#[allow(clippy::struct_excessive_bools)] // each is a switch of the command line
pub struct ExportArguments {
    /// The sessions.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The formats, such as trl-sft,trl-dpo; all of them are named below.
    #[arg(long, required = true, value_name = "FORMAT", value_delimiter = ',', value_parser = Goal::named)]
    pub format: Vec<Goal>,
    /// The folder to make.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["dry_run", "preview"])]
    pub out: Option<PathBuf>,
    /// Only records that have a step which the query means; docs/queries.md has the language.
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Take in what only the vote of the trajectories speaks for.
    #[arg(long)]
    pub pseudo_labels: bool,
    /// Label steps by the model's own rating, good from this value on, where no person did.
    #[arg(long, value_name = "VALUE", value_parser = share)]
    pub threshold: Option<f64>,
    /// The most examples of one problem.
    #[arg(long, value_name = "N")]
    pub per_problem: Option<usize>,
    /// The most bad examples for each good one, and the other way round.
    #[arg(long, value_name = "RATIO", value_parser = ratio)]
    pub balance: Option<f64>,
    /// The share of the problems that is kept apart for testing.
    #[arg(long, value_name = "SHARE", default_value = "0.1", value_parser = share)]
    pub test: f64,
    /// Quality flags whose examples are left out: loop, noise, long, short, sparse, low, odd.
    #[arg(long, value_name = "FLAGS", value_delimiter = ',', value_parser = Flag::named)]
    pub drop: Vec<Flag>,
    /// Write Parquet in place of JSON Lines.
    #[arg(long)]
    pub parquet: bool,
    /// The licence of the data, such as cc-by-4.0.
    #[arg(long, value_name = "ID", value_parser = license)]
    pub license: Option<String>,
    /// Only say what would be written.
    #[arg(long)]
    pub dry_run: bool,
    /// Only print a record, the first or that of a number, and what a trainer does with its text.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1")]
    pub preview: Option<usize>,
    /// Print the report, or the record of a preview, as one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl ExportArguments {
    /// Returns how records are written.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        if self.parquet { Encoding::Parquet } else { Encoding::Jsonl }
    }

    /// Returns an option that was given and means nothing to viewers.
    #[must_use]
    pub fn of_data_sets(&self) -> Option<&'static str> {
        let given = [
            ("--query", self.query.is_some()),
            ("--pseudo-labels", self.pseudo_labels),
            ("--threshold", self.threshold.is_some()),
            ("--per-problem", self.per_problem.is_some()),
            ("--balance", self.balance.is_some()),
            ("--drop", !self.drop.is_empty()),
            ("--parquet", self.parquet),
            ("--license", self.license.is_some()),
            ("--preview", self.preview.is_some()),
            ("--json", self.json),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "give a number from 0 to 1".to_owned())
}

fn ratio(text: &str) -> Result<f64, String> {
    let ratio: Option<f64> = text.parse().ok().filter(|ratio: &f64| *ratio > 0.0);
    ratio.filter(|ratio| ratio.is_finite()).ok_or_else(|| "give a number above 0".to_owned())
}

/// A licence's identifier; it stands in the front matter of the card.
fn license(text: &str) -> Result<String, String> {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(text.to_lowercase());
    }
    Err("give an identifier of letters, digits, dots and dashes, such as cc-by-4.0".to_owned())
}
