//! A look at what an export of one session would hold, for a screen.
//!
//! Responsible for the counts of every format and for the first records of one of them, cut
//! into passages that say what a trainer does with them.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Error;
use super::collect::{Tools, collect_one};
use super::example::{Example, examples};
use super::format::{FORMATS, Format, Kit, Needs, Tokenizer};
use super::material::Material;
use super::options::Options;
use super::rendering::Rendering;
use super::report::{LeftOut, decide};
use super::trajectory::{Segment, Trajectory};

/// Records that are shown, at most.
const RECORDS: usize = 100;

/// What an export of a session would hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// The format whose records are shown.
    pub format: String,
    /// How many records each format would have, in the order of the manual.
    pub counts: Vec<usize>,
    /// The first records of the format.
    pub records: Vec<Shown>,
    /// What was left out of the format, and what a person should know.
    pub remarks: Vec<String>,
}

/// A record, as a screen shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// What a trainer does with its text, passage by passage.
    pub passages: Vec<Passage>,
    /// The record as it would be written; empty where that takes the model's tokenizer.
    pub json: String,
}

/// A piece of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// What becomes of it.
    pub fate: Fate,
    /// Its text.
    pub text: String,
}

/// What a trainer does with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It is only read: masked, or the question.
    Read,
    /// It is learnt.
    Learnt,
    /// It is preferred, or labelled good.
    Good,
    /// It is rejected, or labelled bad.
    Bad,
}

impl Fate {
    /// Returns its mark at the left edge of a text.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Read => "│",
            Self::Learnt => "█",
            Self::Good => "+",
            Self::Bad => "-",
        }
    }

    /// Returns the word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "only read",
            Self::Learnt => "learnt",
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }
}

/// Surveys a session file.
///
/// # Errors
/// Returns why it cannot be read.
pub fn survey(
    path: &Path,
    format: &'static Format,
    options: &Options,
    rendering: Option<&Rendering>,
) -> Result<Survey, Error> {
    let material = Material::read(path)?;
    let all: Vec<&'static Format> = FORMATS.iter().collect();
    let mut progress = |_, _| true;
    let tokenizer = Some(stand_in(&material));
    let tools = Tools { rendering, tokenizer, progress: &mut progress };
    let found = collect_one(&material, &all, options, &tools, &mut |_, _, _| Ok(()))?;
    let (report, _) = decide(&found, options);
    let mut remarks = Vec::new();
    if let Some(table) = report.formats.iter().find(|table| table.format == format.name) {
        let left = |left: &LeftOut| format!("left out: {} {}", left.count, left.why);
        remarks.extend(table.left_out.iter().map(left));
        if table.rows() == 0 && table.left_out.is_empty() {
            remarks.push(report.why_nothing(format));
        }
        let flags = table.flags.iter().map(|(flag, count)| format!("flagged as {flag}: {count}"));
        remarks.extend(flags);
    }
    remarks.extend(found.warnings);
    Ok(Survey {
        format: format.name.to_owned(),
        counts: report.formats.iter().map(super::Table::rows).collect(),
        records: records(&material, format, options, rendering),
        remarks,
    })
}

fn records(
    material: &Material,
    format: &Format,
    options: &Options,
    rendering: Option<&Rendering>,
) -> Vec<Shown> {
    let kit = Kit { material, rendering, tokenizer: Some(stand_in(material)) };
    let meant = options.meant(&material.tree);
    let asked = |example: &Example| meant.as_ref().is_none_or(|meant| example.has_one_of(meant));
    let made =
        examples(material, format.wants, options).into_iter().flatten().filter(asked).filter_map(
            |example| {
                let json = (format.record)(&example, &kit).ok()?;
                Some((passages(material, &example), json))
            },
        );
    let mut seen = BTreeSet::new();
    let first = made.filter(|(_, json)| seen.insert(json.clone())).take(RECORDS);
    let shown = |(passages, json)| match format.needs {
        Needs::Tokenizer => Shown { passages, json: String::new() },
        _ => Shown { passages, json },
    };
    first.map(shown).collect()
}

/// Takes the place of the model's tokenizer, one token a byte: enough to count records and to
/// tell them apart.
fn stand_in(material: &Material) -> Tokenizer<'_> {
    let fingerprint = material.tree.model().map_or("", |model| model.fingerprint.as_str());
    Tokenizer { fingerprint, tokenize: &|text, _| Ok(text.bytes().map(i32::from).collect()) }
}

/// Cuts an example into passages, the question first.
fn passages(material: &Material, example: &Example) -> Vec<Passage> {
    let passage = |fate, text: &str| Passage { fate, text: text.trim_end().to_owned() };
    let mut passages = vec![passage(Fate::Read, &material.problem.text)];
    match example {
        Example::Path(path) => {
            let whole = match path.standing {
                Some(standing) if !standing.good => Fate::Bad,
                _ => Fate::Learnt,
            };
            let fate = |segment: &Segment| if segment.trained { whole } else { Fate::Read };
            passages.extend(path.segments.iter().map(|step| passage(fate(step), &step.text)));
        }
        Example::Pair(pair) => {
            let rest = |path: &Trajectory, fate| -> Vec<Passage> {
                let rest = path.segments.iter().skip(pair.shared);
                rest.map(|step| passage(fate, &step.text)).collect()
            };
            let shared = pair.chosen.segments.iter().take(pair.shared);
            passages.extend(shared.map(|step| passage(Fate::Read, &step.text)));
            passages.extend(rest(&pair.chosen, Fate::Good));
            passages.extend(rest(&pair.rejected, Fate::Bad));
        }
        Example::Steps(steps) => passages.extend(
            steps
                .judged()
                .map(|(text, good)| passage(if good { Fate::Good } else { Fate::Bad }, text)),
        ),
        Example::Session => {}
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::super::sample::{rendering, save, small};
    use super::Fate::{Bad, Good, Learnt, Read};
    use super::*;

    fn look(format: &str) -> Survey {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("small.pleach");
        save(&small().log(), 1, &path);
        let format = Format::named(format).unwrap();
        survey(&path, format, &Options::default(), Some(&rendering())).unwrap()
    }

    fn fates(shown: &Shown) -> Vec<Fate> {
        shown.passages.iter().map(|passage| passage.fate).collect()
    }

    #[test]
    fn of_a_splice_the_wrong_part_is_read_and_the_rest_is_learnt() {
        let found = look("axolotl-chat");
        assert_eq!(fates(&found.records[1]), [Read, Read, Read, Learnt, Learnt, Learnt]);
        assert!(found.records[1].json.contains("\"train\":false"));
        assert_eq!(found.counts.len(), FORMATS.len());
    }

    #[test]
    fn tokens_are_counted_without_the_tokenizer_and_not_made_up() {
        let found = look("trl-tokens");
        assert_eq!(found.counts[2], 2);
        assert_eq!(fates(&found.records[1]), [Read, Read, Read, Learnt, Learnt, Learnt]);
        assert!(found.records.iter().all(|record| record.json.is_empty()));
    }

    #[test]
    fn of_a_pair_the_shared_steps_are_read() {
        assert_eq!(fates(&look("trl-dpo").records[0]), [Read, Read, Good, Good, Bad, Bad]);
    }

    #[test]
    fn what_is_left_out_is_remarked() {
        assert!(look("trl-sft").remarks[0].contains("1 bad"));
    }
}
