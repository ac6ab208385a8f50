//! Inspect logs: `.eval` archives and their JSON form. Each sample becomes a tree of one path, its
//! messages, with its scores at the end.
//!
//! What Inspect calls branches of a timeline is not read; the report counts them.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::error::Error;
use super::forest::{Forest, Score};
use super::json::{Json, Limits, Records};
use crate::tree::{EvaluatorKind, NodeId, Problem};

/// The most entries of an archive.
const MOST_ENTRIES: usize = 100_000;

/// The first bytes of an archive.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";

/// Returns whether a record is a log in its JSON form.
pub(super) fn looks(first: &Json) -> bool {
    first.object("eval").is_some() && first.list("samples").is_some()
}

/// Reads a log in its JSON form.
pub(super) fn read(record: &Json, forest: &mut Forest) -> Result<(), Error> {
    for each in record.list("samples").unwrap_or_default() {
        sample(each, forest)?;
    }
    if record.get("results").is_some() {
        forest.drop("summaries of results, which the samples have one by one");
    }
    Ok(())
}

/// Reads an archive. Its entries are only read, never unpacked to a place that they name.
pub(super) fn archive(input: impl Read + Seek, forest: &mut Forest) -> Result<(), Error> {
    let wrong = |error: zip::result::ZipError| Error::Archive(error.to_string());
    let mut archive = ZipArchive::new(input).map_err(wrong)?;
    if archive.len() > MOST_ENTRIES {
        return Err(Error::TooMuch { what: "entries of an archive", most: MOST_ENTRIES });
    }
    let mut names: Vec<String> = archive
        .file_names()
        .filter(|name| {
            let path = std::path::Path::new(name);
            path.starts_with("samples") && path.extension().is_some_and(|end| end == "json")
        })
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    if names.is_empty() {
        return Err(Error::Archive("it has no samples".to_owned()));
    }
    let mut left = Limits::USUAL.bytes;
    for name in names {
        let entry = archive.by_name(&name).map_err(wrong)?;
        let limits = Limits { bytes: left, ..Limits::USUAL };
        let mut records = Records::new(entry, limits);
        while let Some(record) = records.next()? {
            sample(&record, forest)?;
        }
        left = left.saturating_sub(records.offset());
    }
    Ok(())
}

fn sample(json: &Json, forest: &mut Forest) -> Result<(), Error> {
    let messages = json.list("messages").unwrap_or_default();
    let input = match json.get("input") {
        Some(Json::Text(text)) => text.clone(),
        Some(Json::List(list)) => list.iter().map(words).collect::<Vec<_>>().join("\n\n"),
        _ => "A sample without an input.".to_owned(),
    };
    let id = json.get("id").and_then(Json::as_name).unwrap_or_default();
    let epoch = json.number("epoch").unwrap_or(1.0);
    let target = match json.get("target") {
        Some(Json::List(list)) => list.first().and_then(Json::as_name),
        other => other.and_then(Json::as_name),
    };
    let problem = Problem {
        id: if epoch > 1.0 { format!("{id}-{epoch}") } else { id },
        text: input,
        answer: target.filter(|target| !target.is_empty()),
        ..Problem::default()
    };
    let top = forest.plant(problem)?;
    let completion = json.get("output").and_then(|output| output.text("completion"));
    let asked = messages.iter().position(|message| message.text("role") == Some("assistant"));
    let said = &messages[asked.unwrap_or(messages.len())..];
    let mut at = top;
    for (index, message) in said.iter().enumerate() {
        let role = message.text("role").unwrap_or_default();
        let text = words(message);
        let text = if role == "assistant" { text } else { format!("[{role}] {text}") };
        at = forest.line(at, &text, index + 1 == said.len(), None)?;
    }
    if said.is_empty()
        && let Some(completion) = completion
    {
        at = forest.line(at, completion, true, None)?;
    }
    for (name, found) in json.object("scores").unwrap_or_default() {
        score(forest, at, name, found)?;
    }
    for name in ["model_usage", "total_time", "error", "metadata"] {
        if let Some(found) = json.get(name).filter(|found| **found != Json::Object(Vec::new())) {
            forest.note(top, &format!("{name}: {}", found.written(2000)));
        }
    }
    for name in ["timelines", "events", "attachments"] {
        if json.get(name).is_some() {
            forest.drop("events, timelines and attachments");
        }
    }
    Ok(())
}

fn score(forest: &mut Forest, node: NodeId, name: &str, found: &Json) -> Result<(), Error> {
    let raw = match found.get("value") {
        Some(Json::Number(number)) => Some(*number),
        Some(Json::Bool(value)) => Some(if *value { 1.0 } else { 0.0 }),
        // Inspect's own letters: correct, partly, incorrect, no answer.
        Some(Json::Text(letter)) => match letter.as_str() {
            "C" => Some(1.0),
            "P" => Some(0.5),
            "I" | "N" => Some(0.0),
            _ => None,
        },
        _ => None,
    };
    let Some(raw) = raw else {
        forest.note(node, &format!("{name}: {}", found.written(1000)));
        return Ok(());
    };
    let scale = super::scale::Scale::of(std::iter::once(raw));
    let (range, scale) =
        scale.map_or(((0.0, 1.0), String::new()), |scale| (scale.range, scale.name));
    let score = Score {
        evaluator: name,
        raw,
        range,
        scale: &scale,
        explanation: found.text("explanation").unwrap_or_default(),
        kind: EvaluatorKind::Code,
    };
    forest.evaluate(node, &score)
}

/// The words of a message, whose content is a text or a list of parts.
fn words(message: &Json) -> String {
    match message.get("content") {
        Some(Json::Text(text)) => text.clone(),
        Some(Json::List(parts)) => {
            let part = |part: &Json| {
                part.text("text").or_else(|| part.text("reasoning")).map(str::to_owned)
            };
            parts.iter().filter_map(part).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}
