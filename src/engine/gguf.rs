//! A look into a GGUF model file before llama.cpp opens it.
//!
//! Responsible for telling what a model is, and for refusing files that would make llama.cpp
//! abort, run out of memory or load nonsense: each refusal is one sentence with the mend.
//!
//! Not responsible for loading weights, nor for their values.
//!
//! Invariants: no input panics; memory and time are bounded by what the file really holds,
//! never by a number that it claims.

mod checks;
mod metadata;
mod problem;
mod quantisation;
mod reader;
#[cfg(test)]
mod sample;
mod seems;
mod split;
mod tensors;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use crate::text::{SafeText, truncate};

use metadata::Metadata;
pub use problem::{GgufError, Problem};
use reader::Reader;
use split::Split;

/// The longest file name in a message, in columns.
const NAME_COLUMNS: usize = 80;

/// What the header of a model file says.
///
/// Texts are as they came: show them through [`SafeText`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gguf {
    /// The name that its maker gave it.
    pub name: Option<String>,
    /// The kind of network, such as `llama` or `qwen3`.
    pub architecture: String,
    /// The longest context that it was trained on, in tokens.
    pub context_length: Option<u32>,
    /// How a conversation becomes a prompt, as a Jinja template.
    pub chat_template: Option<String>,
    /// The token that begins a sequence.
    pub bos: Option<String>,
    /// The token that ends a sequence.
    pub eos: Option<String>,
    /// The licence that its maker named.
    pub license: Option<String>,
    /// How its weights are stored, such as `Q4_K_M`.
    pub quantisation: Option<&'static str>,
    /// How many weights it has.
    pub parameters: u64,
    /// How many tokens it knows.
    pub vocabulary: usize,
    /// How many layers it has.
    pub layers: u32,
    /// The length of its embedding vectors.
    pub embedding_length: Option<u32>,
    /// The bytes of all its files.
    pub bytes: u64,
    /// BLAKE3 of the header and the length of the (first) file, in hexadecimal.
    ///
    /// It tells models apart at once, but does not vouch for the weights.
    pub fingerprint: String,
}

/// Reads and checks the header of a model file; of a split model, of all its files.
///
/// # Errors
///
/// Says in one sentence why the file is no model that llama.cpp could load.
pub fn inspect(path: &Path) -> Result<Gguf, GgufError> {
    let (mut model, split) = in_file(path, read_model)?;
    for part in split.others(path).map_err(|problem| error(path, problem))? {
        let (parameters, length) = in_file(&part, |file, length| {
            let mut reader = Reader::new(file, length)?;
            let metadata = Metadata::read(&mut reader)?;
            split.check_part(&metadata, &part)?;
            let tensors = tensors::read(&mut reader, &metadata)?;
            Ok((tensors.parameters, length))
        })?;
        model.parameters = model.parameters.saturating_add(parameters);
        model.bytes = model.bytes.saturating_add(length);
    }
    Ok(model)
}

/// Reads and checks the header of a model in memory; `name` stands for it in messages.
///
/// # Errors
///
/// Says in one sentence why it is no model that llama.cpp could load.
pub fn inspect_bytes(name: &str, bytes: &[u8]) -> Result<Gguf, GgufError> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    read_model(Cursor::new(bytes), length)
        .and_then(|(model, split)| split.is_whole().map(|()| model))
        .map_err(|problem| error(Path::new(name), problem))
}

fn read_model(source: impl Read + Seek, length: u64) -> Result<(Gguf, Split), Problem> {
    let mut reader = Reader::new(source, length)?;
    let mut metadata = Metadata::read(&mut reader)?;
    let split = Split::of(&metadata)?;
    let architecture = checks::architecture(&metadata)?;
    let layers = checks::hyperparameters(&metadata, &architecture)?;
    checks::vocabulary(&metadata)?;
    let tensors = tensors::read(&mut reader, &metadata)?;
    let of_network = |key: &str| {
        metadata.unsigned(&format!("{architecture}.{key}")).and_then(|n| u32::try_from(n).ok())
    };
    let model = Gguf {
        context_length: of_network("context_length"),
        embedding_length: of_network("embedding_length"),
        quantisation: metadata.unsigned("general.file_type").and_then(quantisation::file_type),
        parameters: tensors.parameters,
        vocabulary: metadata.vocabulary,
        bos: metadata.token("tokenizer.ggml.bos_token_id"),
        eos: metadata.token("tokenizer.ggml.eos_token_id"),
        layers,
        bytes: length,
        fingerprint: reader.fingerprint(tensors.header_end)?,
        name: metadata.take_text("general.name"),
        chat_template: metadata.take_text("tokenizer.chat_template"),
        license: metadata.take_text("general.license"),
        architecture,
    };
    Ok((model, split))
}

/// Opens a regular file and reads from it; a pipe or device is neither waited for nor read.
fn in_file<T>(
    path: &Path,
    read: impl FnOnce(File, u64) -> Result<T, Problem>,
) -> Result<T, GgufError> {
    open(path).and_then(|(file, length)| read(file, length)).map_err(|problem| error(path, problem))
}

fn open(path: &Path) -> Result<(File, u64), Problem> {
    regular(&path.metadata().map_err(Problem::Unreadable)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    // Should it have become a pipe since, opening must not wait for a writer.
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path).map_err(Problem::Unreadable)?;
    let length = regular(&file.metadata().map_err(Problem::Unreadable)?)?;
    Ok((file, length))
}

fn regular(metadata: &std::fs::Metadata) -> Result<u64, Problem> {
    match metadata.file_type() {
        kind if kind.is_file() => Ok(metadata.len()),
        kind if kind.is_dir() => Err(Problem::NotAFile("a folder")),
        _ => Err(Problem::NotAFile("a pipe or device")),
    }
}

fn error(path: &Path, problem: Problem) -> GgufError {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let name = SafeText::line(&name);
    GgufError::new(truncate(&name, NAME_COLUMNS).0.into_owned(), problem)
}
