//! A dataset folder: records by format and split, where they come from, a card, a manifest.
//!
//! ```text
//! README.md                        the card, with YAML front matter for `datasets`
//! data/FORMAT/train.jsonl, test.jsonl
//! provenance/FORMAT.jsonl          record to session, nodes, operations, judges
//! dataset_info.json                for LLaMA-Factory, where its formats are among them
//! manifest.json                    all files with their hashes; written last
//! ```
//!
//! Invariants: the folder is there whole or not at all, and the same sessions and options give
//! the same bytes, because nothing in it depends on the clock or on the order of the sessions.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::collect::{Collected, SessionEntry, Tools, collect};
use super::folder::{FileEntry, Folder};
use super::format::Format;
use super::options::{Encoding, Options};
use super::plan::Split;
use super::report::{Fates, Report, Table, decide};
use super::writer::RecordWriter;
use super::{Error, card, llamafactory};
use crate::tree::Query;

/// The version of the folder's layout.
const VERSION: u32 = 1;

/// What a dataset folder says of itself.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    kind: &'static str,
    version: u32,
    made_by: &'static str,
    options: Asked<'a>,
    template: Option<&'a str>,
    report: &'a Report,
    sessions: &'a [SessionEntry],
    files: &'a [FileEntry],
}

/// The options, as the manifest keeps them.
#[derive(Debug, Serialize)]
struct Asked<'a> {
    query: Option<&'a str>,
    pseudo_labels: bool,
    threshold: Option<f64>,
    per_problem: Option<usize>,
    balance: Option<f64>,
    test_share: f64,
    drop: Vec<&'static str>,
    encoding: Encoding,
    license: Option<&'a str>,
}

/// Writes a dataset folder. Where a format has no records, it is left out with a warning.
///
/// # Errors
/// Returns why nothing was written; then nothing is at the place that was named.
pub fn write(
    sources: &[PathBuf],
    formats: &[&'static Format],
    options: &Options,
    out: &Path,
    tools: &mut Tools,
) -> Result<(Report, PathBuf), Error> {
    let mut folder = Folder::begin(out)?;
    let failed = folder.failed();
    let mut spools = Vec::new();
    for format in formats {
        let file = File::create_new(spool(&folder, format)).map_err(&failed)?;
        spools.push(BufWriter::new(file));
    }
    let collected = collect(sources, formats, options, tools, &mut |place, record, provenance| {
        let line = serde_json::to_string(provenance).map_err(|error| failed(error.into()))?;
        writeln!(spools[place], "{record}\n{line}").map_err(&failed)
    })?;
    for mut spool in spools {
        spool.flush().map_err(&failed)?;
    }
    let (mut report, fates) = decide(&collected, options);
    if report.formats.iter().all(|table| table.rows() == 0)
        && let Some(first) = formats.first()
    {
        return Err(Error::Nothing { format: first.name, why: report.why_nothing(first) });
    }
    for (format, fates) in formats.iter().zip(&fates) {
        let rows = fates.iter().filter(|fate| fate.is_ok()).count();
        if rows > 0 {
            sort_out(&mut folder, format, fates, options)?;
        } else {
            let why = report.why_nothing(format);
            report.warnings.push(format!("{} has no records: {why}", format.name));
        }
        fs::remove_file(spool(&folder, format)).map_err(&failed)?;
    }
    finish(folder, &collected, report, options, tools)
}

/// Writes what describes the data, the manifest last, and gives the folder its name.
fn finish(
    mut folder: Folder,
    collected: &Collected,
    report: Report,
    options: &Options,
    tools: &Tools,
) -> Result<(Report, PathBuf), Error> {
    let failed = folder.failed();
    if let Some(info) = llamafactory::dataset_info(&report.formats, options.encoding) {
        folder.write("dataset_info.json", &info)?;
    }
    folder.write("README.md", &card::card(collected, &report, options))?;
    let manifest = Manifest {
        kind: "pleach dataset",
        version: VERSION,
        made_by: concat!("pleach ", env!("CARGO_PKG_VERSION")),
        options: Asked {
            query: options.query.as_ref().map(Query::text),
            pseudo_labels: options.pseudo_labels,
            threshold: options.threshold,
            per_problem: options.per_problem,
            balance: options.balance,
            test_share: options.test_share,
            drop: options.drop.iter().map(|flag| flag.name()).collect(),
            encoding: options.encoding,
            license: options.license.as_deref(),
        },
        template: tools.rendering.map(|rendering| rendering.template.as_str()),
        report: &report,
        sessions: &collected.sessions,
        files: folder.files(),
    };
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| failed(error.into()))?;
    folder.write("manifest.json", &(text + "\n"))?;
    let place = folder.finish()?;
    Ok((report, place))
}

/// Returns the path of a part of the data set.
#[must_use]
pub fn data_path(format: &str, split: Split, encoding: Encoding) -> String {
    format!("data/{format}/{}.{}", split.name(), encoding.ending())
}

fn spool(folder: &Folder, format: &Format) -> PathBuf {
    folder.scratch().join(format!("spool-{}", format.name))
}

/// Puts the records of a format where they belong.
fn sort_out(
    folder: &mut Folder,
    format: &Format,
    fates: &Fates,
    options: &Options,
) -> Result<(), Error> {
    let failed = folder.failed();
    let mut spool = BufReader::new(File::open(spool(folder, format)).map_err(&failed)?);
    let mut provenance = folder.create(&format!("provenance/{}.jsonl", format.name))?;
    let mut parts = Vec::new();
    for split in Split::ALL {
        let any = fates.contains(&Ok(split));
        let begin = || {
            let file = folder.create(&data_path(format.name, split, options.encoding))?;
            RecordWriter::new(file, options.encoding, &format.shape).map_err(&failed)
        };
        parts.push(if any { Some((begin()?, 0_usize)) } else { None });
    }
    let (mut record, mut origin) = (Vec::new(), Vec::new());
    for fate in fates {
        for line in [&mut record, &mut origin] {
            line.clear();
            spool.read_until(b'\n', line).map_err(&failed)?;
            line.truncate(line.trim_ascii_end().len());
        }
        let Ok(split) = fate else { continue };
        let place = usize::from(*split == Split::Test);
        let Some((writer, rows)) = &mut parts[place] else { continue };
        writer.write(&record).map_err(&failed)?;
        let name = split.name();
        write!(provenance, "{{\"split\":\"{name}\",\"row\":{rows},").map_err(&failed)?;
        provenance.write_all(&origin[1..]).map_err(&failed)?;
        provenance.write_all(b"\n").map_err(&failed)?;
        *rows += 1;
    }
    for (writer, _) in parts.into_iter().flatten() {
        folder.close(writer.finish().map_err(&failed)?)?;
    }
    folder.close(provenance)
}

/// Returns the tables of a report that have records, in its order.
pub fn filled(report: &Report) -> impl Iterator<Item = &Table> {
    report.formats.iter().filter(|table| table.rows() > 0)
}

#[cfg(test)]
#[path = "dataset_tests.rs"]
mod tests;
