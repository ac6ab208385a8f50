//! What an export holds and leaves out: shown before anything is written, and kept with it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::collect::{Collected, Draft, count};
use super::example::Left;
use super::format::Format;
use super::options::{Flag, Options};
use super::plan::{Split, plan, split};

/// What an export holds and leaves out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How many sessions were read.
    pub sessions: usize,
    /// How many different problems they have.
    pub problems: usize,
    /// How many of those are in the test split.
    pub test_problems: usize,
    /// Each format.
    pub formats: Vec<Table>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// What a format's part of the data set holds and leaves out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// The format.
    pub format: &'static str,
    /// Records to learn from.
    pub train: usize,
    /// Records to measure on.
    pub test: usize,
    /// How many of the records are of bad examples.
    pub bad: usize,
    /// How many records rest on whose word.
    pub judged_by: BTreeMap<&'static str, usize>,
    /// How many of the records have which quality flag.
    pub flags: BTreeMap<&'static str, usize>,
    /// How many examples were left out for which reason, the most first.
    pub left_out: Vec<LeftOut>,
}

/// Why examples were left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// How many.
    pub count: usize,
    /// Why.
    pub why: String,
}

/// Where each example of a format goes.
pub type Fates = Vec<Result<Split, Left>>;

impl Table {
    /// Returns how many records there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.train + self.test
    }
}

/// Decides about everything that was collected.
#[must_use]
pub fn decide(collected: &Collected, options: &Options) -> (Report, Vec<Fates>) {
    let splits = split(&collected.problems, options.test_share);
    let test_problems = splits.iter().filter(|split| **split == Split::Test).count();
    let mut warnings = collected.warnings.clone();
    if options.license.is_none() {
        warnings.push(
            "no licence was given, so the card says other; name one with --license".to_owned(),
        );
    }
    if options.test_share > 0.0 && test_problems == 0 {
        let problems = count(collected.problems.len(), "problem");
        let share = options.test_share;
        warnings
            .push(format!("there is no test split: too few for a share of {share} ({problems})"));
    }
    let mut formats = Vec::new();
    let mut all_fates = Vec::new();
    for draft in &collected.drafts {
        let balance = options.balance.filter(|_| draft.format.wants.takes_bad());
        let options = Options { balance, ..options.clone() };
        let (fates, flags) = plan(&draft.entries, &splits, &options);
        let table = table(draft, &fates, &flags);
        let pseudo: usize =
            ["vote", "rating"].iter().filter_map(|word| table.judged_by.get(word)).sum();
        if pseudo > 0 {
            let (pseudo, name) = (count(pseudo, "record"), table.format);
            warnings.push(format!("{pseudo} of {name} with pseudo-labels: no person and no verifier stands behind them"));
        }
        formats.push(table);
        all_fates.push(fates);
    }
    let (sessions, problems) = (collected.sessions.len(), collected.problems.len());
    (Report { sessions, problems, test_problems, formats, warnings }, all_fates)
}

fn table(draft: &Draft, fates: &Fates, flags: &[Vec<Flag>]) -> Table {
    let mut table = Table {
        format: draft.format.name,
        train: 0,
        test: 0,
        bad: 0,
        judged_by: BTreeMap::new(),
        flags: BTreeMap::new(),
        left_out: Vec::new(),
    };
    let mut left = draft.left.clone();
    for ((entry, fate), flags) in draft.entries.iter().zip(fates).zip(flags) {
        match fate {
            Err(why) => {
                *left.entry(why.clone()).or_default() += 1;
                continue;
            }
            Ok(Split::Train) => table.train += 1,
            Ok(Split::Test) => table.test += 1,
        }
        table.bad += usize::from(entry.bad);
        if let Some(basis) = entry.basis {
            *table.judged_by.entry(basis.word()).or_default() += 1;
        }
        for flag in flags {
            *table.flags.entry(flag.name()).or_default() += 1;
        }
    }
    table.left_out =
        left.into_iter().map(|(why, count)| LeftOut { count, why: why.to_string() }).collect();
    table.left_out.sort_by_key(|left| std::cmp::Reverse(left.count));
    table
}

impl Report {
    /// Returns why a format has no records, with the mend.
    #[must_use]
    pub fn why_nothing(&self, format: &Format) -> String {
        let table = self.formats.iter().find(|table| table.format == format.name);
        let reasons: Vec<_> = table
            .into_iter()
            .flat_map(|table| &table.left_out)
            .map(|left| format!("{} {}", left.count, left.why))
            .collect();
        if reasons.is_empty() {
            return "the sessions hold nothing of the kind; grow them to answers first, or label steps"
                .to_owned();
        }
        format!("left out were {}", reasons.join("; "))
    }
}
