//! Models that are split into several files.

use std::path::{Path, PathBuf};

use super::metadata::Metadata;
use super::problem::{Problem, damaged, quoted};

/// The most parts.
const PARTS: u64 = 9_999;

/// How a model is split: into how many parts, one if it is not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    parts: u64,
}

impl Split {
    /// Reads how a model is split from its first part.
    pub(super) fn of(metadata: &Metadata) -> Result<Self, Problem> {
        let parts = metadata.unsigned("split.count").unwrap_or(1).max(1);
        let part = metadata.unsigned("split.no").unwrap_or(0);
        if parts > PARTS || part >= parts {
            return Err(damaged(format!("it is part {part} of {parts}")));
        }
        if part > 0 {
            return Err(Problem::NotTheFirstPart { part: part + 1, parts });
        }
        Ok(Self { parts })
    }

    /// Complains unless the model is in one piece.
    pub(super) fn is_whole(self) -> Result<(), Problem> {
        match self.parts {
            1 => Ok(()),
            parts => Err(Problem::PartMissing { part: "the second".into(), parts }),
        }
    }

    /// Returns the paths of the other parts, which are files beside the first one.
    pub(super) fn others(self, first: &Path) -> Result<Vec<PathBuf>, Problem> {
        if self.parts == 1 {
            return Ok(Vec::new());
        }
        let parts = self.parts;
        let ending = format!("-00001-of-{parts:05}.gguf");
        let name = first.file_name().map(std::ffi::OsStr::to_string_lossy).unwrap_or_default();
        let Some(stem) = name.strip_suffix(&ending) else {
            let part = format!("its name does not end in {ending}, so the next part");
            return Err(Problem::PartMissing { part, parts });
        };
        let other = |part: u64| {
            let name = format!("{stem}-{part:05}-of-{parts:05}.gguf");
            let path = first.with_file_name(&name);
            if path.is_file() {
                return Ok(path);
            }
            Err(Problem::PartMissing { part: quoted(name.as_bytes()), parts })
        };
        (2..=parts).map(other).collect()
    }

    /// Checks that a file is the part that its name says.
    pub(super) fn check_part(self, metadata: &Metadata, path: &Path) -> Result<(), Problem> {
        let name = path.file_name().map(std::ffi::OsStr::to_string_lossy).unwrap_or_default();
        let part = metadata.unsigned("split.no").map_or(0, |part| part.saturating_add(1));
        let count = metadata.unsigned("split.count").unwrap_or(0);
        if count == self.parts && name.ends_with(&format!("-{part:05}-of-{count:05}.gguf")) {
            return Ok(());
        }
        Err(damaged(format!("it says that it is part {part} of {count}")))
    }
}
