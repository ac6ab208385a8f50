//! The log file: what went on behind the screen, for bug reports.
//!
//! Responsible for where the log is and how much of it: `pleach.log` in the user's state folder
//! (`~/.local/state/pleach` on Linux), warnings and worse, or what `PLEACH_LOG` asks for, such
//! as `debug`. Keys and sessions' texts are not logged. Without a place to write there is no
//! log, which is no reason to stop.

use std::fs::{DirBuilder, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use etcetera::BaseStrategy;
use tracing_subscriber::EnvFilter;

/// A log longer than this is begun anew, in bytes.
const LONGEST: u64 = 4 << 20;

/// Begins to log. Returns the folder, which also takes reports of crashes.
pub fn start() -> Option<PathBuf> {
    let folder = folder()?;
    let file = open(&folder)?;
    let filter = EnvFilter::try_from_env("PLEACH_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_env_filter(filter)
        .with_writer(Mutex::new(file));
    // A second start, as in tests, finds a log already there.
    let _ = log.try_init();
    Some(folder)
}

/// Returns the folder of the log.
pub fn folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let state: PathBuf = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(state.join("pleach"))
}

fn open(folder: &Path) -> Option<File> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.create(folder).ok()?;
    let file = options.open(folder.join("pleach.log")).ok()?;
    if file.metadata().is_ok_and(|metadata| metadata.len() > LONGEST) {
        file.set_len(0).ok()?;
    }
    Some(file)
}
