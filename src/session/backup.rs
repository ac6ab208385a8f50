//! Backups: a session as it was when it was opened, for the day when its file is lost or damaged.
//!
//! Responsible for making them, dropping the oldest, and finding them. A backup is a session like
//! any other; where it cannot be made, the session is opened all the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::copy::copy_file;
use super::directory::EXTENSION;

/// How many are kept of each session.
const KEPT: usize = 2;

/// Larger sessions, in bytes, are not backed up: it would be felt.
const LARGEST: u64 = 256 << 20;

/// The folder beside the sessions.
const FOLDER: &str = "backups";

/// Backs up a session that is sound, closed and held by this program, as far as this operation.
pub(super) fn back_up(session: &Path, sequence: u64) {
    if let Err(error) = try_to(session, sequence) {
        tracing::warn!(path = %session.display(), %error, "the session could not be backed up");
    }
}

fn try_to(session: &Path, sequence: u64) -> io::Result<()> {
    let Some((folder, stem)) = place(session) else { return Ok(()) };
    let known = backups(session);
    let is_new = known.first().is_none_or(|(newest, _)| *newest != sequence);
    if !is_new || sequence == 0 || fs::metadata(session)?.len() > LARGEST {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    // Under another name first, always the same one: a kill leaves no more than one of them.
    let unfinished = folder.join(format!("{stem}.unfinished"));
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => copy_file(session, &unfinished)?,
    }
    fs::rename(unfinished, folder.join(format!("{stem}.{sequence}{EXTENSION}")))?;
    known.iter().skip(KEPT - 1).try_for_each(|(_, path)| fs::remove_file(path))
}

/// Returns the backups of a session, the newest first, also where the session itself is gone.
#[must_use]
pub fn backups_of(session: &Path) -> Vec<PathBuf> {
    backups(session).into_iter().map(|(_, path)| path).collect()
}

/// The backups with their last operation.
fn backups(session: &Path) -> Vec<(u64, PathBuf)> {
    let Some((folder, stem)) = place(session) else { return Vec::new() };
    let sequence = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(EXTENSION)?.parse().ok()
    };
    let files = fs::read_dir(folder).into_iter().flatten().filter_map(|file| {
        let path = file.ok()?.path();
        Some((sequence(&path)?, path))
    });
    let mut files: Vec<(u64, PathBuf)> = files.collect();
    files.sort_by_key(|(sequence, _)| std::cmp::Reverse(*sequence));
    files
}

/// Where the backups of a session are and what their names begin with; nothing for a backup itself,
/// and for names that are not text.
fn place(session: &Path) -> Option<(PathBuf, String)> {
    let directory = session.parent()?;
    let stem = session.file_stem()?.to_str()?.to_owned();
    (!directory.ends_with(FOLDER)).then(|| (directory.join(FOLDER), stem))
}

#[cfg(test)]
mod tests {
    use super::super::tests::session_with;
    use super::super::{open, read};
    use super::*;
    use crate::tree::sample::random_session;

    #[test]
    fn a_session_that_changed_is_backed_up_when_it_is_opened() {
        let (_, log) = random_session(3, 200);
        let (directory, path) = session_with(&log[..50]);
        let numbers = || backups(&path).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        for (from, to, wanted) in [
            (50, 60, vec![50]),
            (60, 60, vec![60, 50]),
            (60, 90, vec![60, 50]),
            (90, 120, vec![90, 60]),
        ] {
            let (opened, mut writer) = open(&path, Box::new(drop)).unwrap();
            assert_eq!(opened.operations.len(), from);
            assert_eq!(numbers(), wanted, "before anything was written");
            writer.append(&log[from..to]).unwrap();
            writer.close().unwrap();
        }
        let newest = &backups_of(&path)[0];
        assert_eq!(read(newest).unwrap().operations, log[..90]);
        let (_, mut writer) = open(newest, Box::new(drop)).unwrap();
        writer.close().unwrap();
        assert_eq!(fs::read_dir(directory.path().join(FOLDER)).unwrap().count(), KEPT);
    }

    #[test]
    fn a_damaged_session_is_not_backed_up_and_its_backups_are_found() {
        let (_, log) = random_session(3, 100);
        let (_directory, path) = session_with(&log);
        drop(open(&path, Box::new(drop)).unwrap());
        fs::write(&path, "no session").unwrap();
        assert!(open(&path, Box::new(drop)).is_err());
        fs::remove_file(&path).unwrap();
        let found = backups_of(&path);
        assert_eq!(read(&found[0]).unwrap().operations, log);
    }
}
