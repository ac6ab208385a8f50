//! What can be wrong with a model file, in words for the person who chose it.

use std::io;

use thiserror::Error;

use crate::text::{SafeText, truncate};

/// Why a file is not a usable model: one sentence with the file's name and the mend.
#[derive(Debug, Error)]
#[error("{file} {problem}")]
pub struct GgufError {
    file: String,
    problem: Problem,
}

impl GgufError {
    pub(super) fn new(file: String, problem: Problem) -> Self {
        Self { file, problem }
    }

    /// Returns the name of the file, safe to show.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// What is wrong with a model file, as the rest of a sentence that begins with its name.
#[derive(Debug, Error)]
pub enum Problem {
    /// The operating system would not let it be read.
    #[error("cannot be read ({0}); check the path and its permissions.")]
    Unreadable(io::Error),
    /// It is a folder, a pipe or a device.
    #[error("is {0}, not a file; pass a .gguf file with --model.")]
    NotAFile(&'static str),
    /// It is a file of another kind.
    #[error("is not a GGUF model ({0}); pass a .gguf file with --model.")]
    NotGguf(String),
    /// It is a GGUF file of another version or byte order.
    #[error("is a GGUF file of {0}; convert the model again with a current converter.")]
    Version(String),
    /// It ends within its header.
    #[error("is cut short in its header; download it again.")]
    HeaderCutShort,
    /// It ends within its weights.
    #[error("is cut short: {missing} of {expected} bytes are missing; download it again.")]
    CutShort {
        /// The bytes that are not there.
        missing: u64,
        /// The bytes that the file should have.
        expected: u64,
    },
    /// It says something that cannot be.
    #[error("is damaged: {0}; download it again, or choose another model.")]
    Damaged(String),
    /// It is a GGUF file, but no language model.
    #[error("is {0}, not a language model; pass the model itself with --model.")]
    NotALanguageModel(String),
    /// It is a later part of a split model.
    #[error("is part {part} of {parts} of a split model; pass its first part with --model.")]
    NotTheFirstPart {
        /// Which part it is, from 1.
        part: u64,
        /// How many parts there are.
        parts: u64,
    },
    /// Another part of a split model is not there.
    #[error("is one of {parts} parts, and {part} is not beside it; put all parts in one folder.")]
    PartMissing {
        /// What is missing.
        part: String,
        /// How many parts there are.
        parts: u64,
    },
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::HeaderCutShort,
            _ => Self::Unreadable(error),
        }
    }
}

/// Makes the problem of a file that says something that cannot be.
pub(super) fn damaged(what: impl Into<String>) -> Problem {
    Problem::Damaged(what.into())
}

/// Quotes a name out of a file, safe and short.
pub(super) fn quoted(name: &[u8]) -> String {
    let name = SafeText::line(&String::from_utf8_lossy(name));
    format!("\"{}\"", truncate(&name, 60).0)
}
