//! Room on the disk that is held back, so that a full disk still takes the last operations.
//!
//! The room is a file without a name: however the program ends, the system gives it back.

use std::fs::File;
use std::io::Write;
use std::path::Path;

/// How much is held back: what a second of growth and folding the write-ahead log may need.
const SIZE: usize = 4 << 20;

/// The room; nothing as long as it is not held, or where there was none to be had.
#[derive(Debug, Default)]
pub(super) struct Reserve(Option<File>);

impl Reserve {
    /// Holds room back on the disk of a session.
    pub fn hold(session: &Path) -> Self {
        let hold = || {
            let mut file = tempfile::tempfile_in(session.parent()?).ok()?;
            // Not zeros, which some file systems store in no room at all.
            let mut bytes = vec![0; SIZE];
            blake3::Hasher::new().finalize_xof().fill(&mut bytes);
            file.write_all(&bytes).ok()?;
            Some(file)
        };
        Self(hold())
    }

    /// Gives the room back to the disk; returns whether there was any.
    pub fn give_back(&mut self) -> bool {
        self.0.take().is_some()
    }
}
