//! A folder that is there whole or not at all.
//!
//! It is built beside its place under a name that begins with a dot and ends in `.partial`,
//! made durable file by file, and then given its name. A killed export leaves only the partial
//! folder, which the next export to the same place removes; a lock tells it from one that is
//! being written.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Error;

/// A folder that is being built.
#[derive(Debug)]
pub struct Folder {
    target: PathBuf,
    partial: PathBuf,
    lock: Option<File>,
    files: Vec<FileEntry>,
}

/// A finished file of a folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileEntry {
    /// Its path in the folder, with `/`.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

impl Folder {
    /// Begins a folder beside its place.
    ///
    /// # Errors
    /// Returns [`Error::Exists`], [`Error::Link`] or [`Error::Busy`], or why the folder cannot
    /// be made.
    pub fn begin(target: &Path) -> Result<Self, Error> {
        let target = std::path::absolute(target).map_err(Error::io(target))?;
        is_free(&target)?;
        let name = target.file_name().ok_or_else(|| Error::Exists(target.clone()))?;
        let partial = target.with_file_name(format!(".{}.partial", name.to_string_lossy()));
        if partial.symlink_metadata().is_ok() {
            remove_stale(&target, &partial)?;
        }
        fs::create_dir(&partial).map_err(Error::io(&target))?;
        let lock = File::open(&partial).map_err(Error::io(&target))?;
        lock.try_lock().map_err(|_| Error::Busy(target.clone()))?;
        Ok(Self { target, partial, lock: Some(lock), files: Vec::new() })
    }

    /// Begins a file; folders in its path are made. Hand it to [`Folder::close`].
    ///
    /// # Errors
    /// Returns why it cannot be made.
    pub fn create(&self, path: &str) -> Result<Hashed, Error> {
        let place = self.partial.join(path);
        let make = || {
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent)?;
            }
            File::create_new(&place)
        };
        let file = BufWriter::new(make().map_err(Error::io(&self.target))?);
        Ok(Hashed { path: path.to_owned(), file, hasher: blake3::Hasher::new(), bytes: 0 })
    }

    /// Makes a file durable and takes note of it.
    ///
    /// # Errors
    /// Returns why it cannot be made durable.
    pub fn close(&mut self, mut file: Hashed) -> Result<(), Error> {
        let durable = file.file.flush().and_then(|()| file.file.get_ref().sync_all());
        durable.map_err(Error::io(&self.target))?;
        let blake3 = file.hasher.finalize().to_hex().to_string();
        self.files.push(FileEntry { path: file.path, bytes: file.bytes, blake3 });
        Ok(())
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// Returns why it cannot be written.
    pub fn write(&mut self, path: &str, content: &str) -> Result<(), Error> {
        let mut file = self.create(path)?;
        file.write_all(content.as_bytes()).map_err(Error::io(&self.target))?;
        self.close(file)
    }

    /// Returns the files so far.
    #[must_use]
    pub fn files(&self) -> &[FileEntry] {
        &self.files
    }

    /// Returns the place for scratch files; they must be gone before the folder is finished.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        &self.partial
    }

    /// Returns a function that turns a system error into one about the folder.
    pub fn failed(&self) -> impl Fn(std::io::Error) -> Error + use<> {
        let path = self.target.clone();
        move |source| Error::Io { path: path.clone(), source }
    }

    /// Gives the folder its name, once all that is in it is durable.
    ///
    /// # Errors
    /// Returns why it cannot have its name; then it is gone.
    pub fn finish(mut self) -> Result<PathBuf, Error> {
        sync_folders(&self.partial).map_err(self.failed())?;
        is_free(&self.target)?;
        fs::rename(&self.partial, &self.target).map_err(self.failed())?;
        // From here on there is nothing to remove.
        self.lock = None;
        if let Some(parent) = self.target.parent() {
            File::open(parent).and_then(|parent| parent.sync_all()).map_err(self.failed())?;
        }
        Ok(self.target.clone())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.lock.is_some() {
            // What cannot be removed now is removed by the next export to the same place.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// A file that is being written, with the hash of what is in it so far.
#[derive(Debug)]
pub struct Hashed {
    path: String,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Refuses a place that is taken; an empty folder is free.
fn is_free(target: &Path) -> Result<(), Error> {
    let Ok(found) = target.symlink_metadata() else { return Ok(()) };
    if found.is_symlink() {
        return Err(Error::Link(target.to_owned()));
    }
    let empty = found.is_dir() && fs::read_dir(target).is_ok_and(|mut all| all.next().is_none());
    if empty { Ok(()) } else { Err(Error::Exists(target.to_owned())) }
}

/// Removes what a killed export left, unless another is still at it.
fn remove_stale(target: &Path, partial: &Path) -> Result<(), Error> {
    if partial.is_symlink() || !partial.is_dir() {
        return Err(Error::Exists(partial.to_owned()));
    }
    let found = File::open(partial).map_err(Error::io(target))?;
    found.try_lock().map_err(|_| Error::Busy(target.to_owned()))?;
    fs::remove_dir_all(partial).map_err(Error::io(target))
}

/// Makes the entries of a folder and of all folders in it durable.
fn sync_folders(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let all = fs::read_dir(folder).unwrap();
        all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_folder_appears_when_it_is_whole() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("set");
        let mut folder = Folder::begin(&target).unwrap();
        folder.write("data/a.txt", "hello").unwrap();
        assert!(!target.exists());
        assert_eq!(folder.files()[0].blake3, blake3::hash(b"hello").to_hex().to_string());
        folder.finish().unwrap();
        assert_eq!(fs::read_to_string(target.join("data/a.txt")).unwrap(), "hello");
        assert_eq!(names(home.path()), ["set"]);
    }

    #[test]
    fn a_folder_that_is_given_up_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let mut folder = Folder::begin(&home.path().join("set")).unwrap();
        folder.write("a", "b").unwrap();
        drop(folder);
        assert!(names(home.path()).is_empty());
    }

    #[test]
    fn what_a_killed_export_left_is_removed_and_what_another_writes_is_not() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("set");
        fs::create_dir_all(home.path().join(".set.partial/data")).unwrap();
        let first = Folder::begin(&target).unwrap();
        assert!(matches!(Folder::begin(&target), Err(Error::Busy(_))));
        first.finish().unwrap();
        assert!(names(&target).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn places_that_are_taken_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "mine").unwrap();
        assert!(matches!(Folder::begin(&file), Err(Error::Exists(_))));
        let link = home.path().join("link");
        std::os::unix::fs::symlink(home.path(), &link).unwrap();
        assert!(matches!(Folder::begin(&link), Err(Error::Link(_))));
        let below = Folder::begin(&file.join("set")).unwrap_err().to_string();
        assert!(below.contains("no folder"), "{below}");
        let missing = Folder::begin(&home.path().join("a/b")).unwrap_err().to_string();
        assert!(missing.contains("make the folder above it first"), "{missing}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }
}
