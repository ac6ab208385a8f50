//! Exports from the workbench: what its effects ask for, done on a thread of their own.

use std::path::{Path, PathBuf};

use crate::app::Selection;
use crate::engine::protocol::ModelOptions;
use crate::export::{self, Format, Needs, Options, Survey, Tools, dataset};
use crate::tree::Query;

/// Looks at what an export of a session would hold.
pub fn survey(
    session: &Path,
    format: &str,
    selection: &Selection,
    model: &ModelOptions,
) -> Result<Survey, String> {
    let format = Format::named(format).ok_or("there is no such format")?;
    let options = options(selection)?;
    // Without a template only the formats that need one have no records.
    let rendering = export::ask_template(model).ok();
    export::survey(session, format, &options, rendering.as_ref()).map_err(|error| error.to_string())
}

/// Writes a session as a data set; returns what to tell the person.
pub fn write(
    session: PathBuf,
    format: &str,
    out: &Path,
    selection: &Selection,
    model: &ModelOptions,
) -> Result<String, String> {
    let format = Format::named(format).ok_or("there is no such format")?;
    if format.needs == Needs::Tokenizer {
        let name = format.name;
        return Err(format!("{name} needs the tokenizer: run pleach export --format {name}."));
    }
    let rendering = match format.needs {
        Needs::Nothing => None,
        _ => Some(export::ask_template(model)?),
    };
    let options = options(selection)?;
    let mut progress = |_, _| true;
    let mut tools =
        Tools { rendering: rendering.as_ref(), tokenizer: None, progress: &mut progress };
    let (report, place) = dataset::write(&[session], &[format], &options, out, &mut tools)
        .map_err(|error| format!("{error}."))?;
    let records: usize = report.formats.iter().map(export::Table::rows).sum();
    Ok(format!("{records} records are in {}.", place.display()))
}

fn options(selection: &Selection) -> Result<Options, String> {
    let Selection { query, pseudo_labels } = selection;
    let read = |text: &str| Query::parse(text).map_err(|error| error.to_string());
    let query = Some(query.as_str()).filter(|text| !text.is_empty()).map(read).transpose()?;
    Ok(Options { query, pseudo_labels: *pseudo_labels, ..Options::default() })
}
