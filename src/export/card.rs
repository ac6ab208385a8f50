//! The dataset card: `README.md`, with front matter for `datasets` and words for people.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::collect::{Collected, SessionEntry};
use super::dataset::{data_path, filled};
use super::example::Wants;
use super::format::{Format, Masks};
use super::options::Options;
use super::plan::Split;
use super::report::{Report, Table};
use crate::text::SafeText;

/// Writes the card of a data set.
#[must_use]
pub fn card(collected: &Collected, report: &Report, options: &Options) -> String {
    let mut card = String::from("---\n");
    front_matter(&mut card, collected, report, options);
    card.push_str("---\n\n");
    words(&mut card, collected, report);
    card
}

fn front_matter(card: &mut String, collected: &Collected, report: &Report, options: &Options) {
    let people = collected.sessions.iter().any(|session| session.labelled_by_person);
    let annotators =
        if people { "expert-generated, machine-generated" } else { "machine-generated" };
    let license = options.license.as_deref().unwrap_or("other");
    let rows = filled(report).map(Table::rows).sum::<usize>();
    let _ = write!(
        card,
        "pretty_name: Reasoning trajectories curated with pleach\n\
         license: {license}\n\
         language: [en]\n\
         task_categories: [text-generation]\n\
         size_categories: [{}]\n\
         annotations_creators: [{annotators}]\n\
         tags: [pleach, reasoning, self-generated]\n\
         configs:\n",
        size(rows)
    );
    for (index, table) in filled(report).enumerate() {
        let _ = writeln!(card, "- config_name: {}", table.format);
        if index == 0 {
            card.push_str("  default: true\n");
        }
        card.push_str("  data_files:\n");
        for (split, rows) in Split::ALL.into_iter().zip([table.train, table.test]) {
            if rows > 0 {
                let path = data_path(table.format, split, options.encoding);
                let _ = writeln!(card, "  - {{split: {}, path: {path}}}", split.name());
            }
        }
    }
    card.push_str("dataset_info:\n");
    for format in filled(report).filter_map(|table| Format::named(table.format)) {
        let _ = write!(card, "- config_name: {}\n  features:\n", format.name);
        card.push_str(&format.shape.features(2));
    }
}

/// The hub's word for a size.
fn size(rows: usize) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        _ => "1M<n<10M",
    }
}

fn words(card: &mut String, collected: &Collected, report: &Report) {
    let _ = write!(
        card,
        "# Reasoning trajectories curated with pleach\n\n\
         {} sessions of {} problems; {} problems are in the test split. A problem is in one split \
         only, and a record that would be in both is in the test split alone.\n\n\
         All texts were written by a language model, unless the provenance says that a person \
         wrote a step.\n\n\
         | configuration | train | test | for | what is learnt |\n|---|---|---|---|---|\n",
        report.sessions, report.problems, report.test_problems
    );
    for table in filled(report) {
        let Some(format) = Format::named(table.format) else { continue };
        let (name, Table { train, test, .. }) = (format.name, table);
        let learnt = match (format.wants, format.masks) {
            (Wants::Good, Masks::Nothing) => "the whole answer",
            (Wants::Good | Wants::Splices, Masks::Turns) => {
                "answers; of a splice, the turn with the signal and what follows it"
            }
            (Wants::Good | Wants::Splices, Masks::Anywhere) => {
                "answers; of a splice, the signal and what follows it"
            }
            _ => "what its columns say",
        };
        let _ = writeln!(card, "| {name} | {train} | {test} | {} | {learnt} |", format.loads);
    }
    card.push_str("\n## How it was made\n\n");
    for line in makers(&collected.sessions) {
        let _ = writeln!(card, "- {line}");
    }
    card.push_str("\n## Who judged\n\n");
    for table in filled(report) {
        let judges: Vec<_> =
            table.judged_by.iter().map(|(word, count)| format!("{count} by {word}")).collect();
        if !judges.is_empty() {
            let _ = writeln!(card, "- {}: {}", table.format, judges.join(", "));
        }
    }
    card.push_str(
        "\nA person's word stands above a verifier's. Records judged by vote or rating are \
         pseudo-labels: no person and no verifier stands behind them. Good is what is right or \
         what a person called good; bad is what is wrong or has a step that a person called bad.\n\n\
         `provenance/` says of each record which session, nodes and operations it comes from; \
         `manifest.json` has the hashes of all files and what was left out and why.\n",
    );
}

/// How the sessions were grown, each way once.
fn makers(sessions: &[SessionEntry]) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for session in sessions {
        let line = |text: &str| SafeText::line(text).to_string();
        let model = match &session.model {
            Some(model) => format!(
                "{}{} (fingerprint {}, chat template {})",
                line(&model.name),
                model
                    .quantisation
                    .as_deref()
                    .map_or_else(String::new, |kind| format!(", {}", line(kind))),
                short(&model.fingerprint),
                short(&model.template)
            ),
            None => "no model: imported or written by hand".to_owned(),
        };
        let policies = match session.policies.as_slice() {
            [] => "grown by hand".to_owned(),
            names => format!("policy {}", line(&names.join(", "))),
        };
        let mut sampling = String::new();
        for settings in &session.sampling {
            let _ = write!(
                sampling,
                "; temperature {}, top-k {}, top-p {}, min-p {}",
                settings.temperature, settings.top_k, settings.top_p, settings.min_p
            );
        }
        lines.insert(format!("{model}; {policies}{sampling}; seeds are in `manifest.json`"));
    }
    lines
}

fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}
