//! The person's own files: `config.toml`, `keymap.toml` and `themes/*.toml` in one folder.
//!
//! Responsible for finding and reading them. What is wrong with one is told on the screen, and
//! the defaults stand in for it.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::theme::Themes;
use crate::app::{Config, Keymap, Model, keymap_file};
use crate::assets::prompts::complaint;

/// What the person's files say.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The settings.
    pub config: Config,
    /// What keys mean.
    pub keymap: Keymap,
    /// The themes, those that come with the program too.
    pub themes: Themes,
    /// What is wrong, one sentence each.
    pub complaints: Vec<String>,
}

/// Returns the folder of the person's files: `PLEACH_CONFIG_DIR`, or `pleach` in the user's
/// folder of configurations.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("PLEACH_CONFIG_DIR").filter(|name| !name.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    etcetera::base_strategy::choose_base_strategy()
        .ok()
        .map(|base| base.config_dir().join("pleach"))
}

/// The file whose being there says that the tour was taken.
fn tour_mark() -> Option<PathBuf> {
    let base = etcetera::base_strategy::choose_base_strategy().ok()?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(state.join("pleach").join("tour-taken"))
}

/// Returns whether the tour was taken, or cannot be remembered.
#[must_use]
pub fn tour_was_taken() -> bool {
    tour_mark().is_none_or(|mark| mark.exists())
}

/// Remembers that the tour was taken. If that fails it begins once more, which is no harm.
pub fn remember_tour() {
    if let Some(mark) = tour_mark() {
        let folder = mark.parent().unwrap_or(&mark);
        let _ = fs::create_dir_all(folder).and_then(|()| fs::write(&mark, ""));
    }
}

/// Reads the person's own prompts: those that can be used, by name, and what is wrong with others.
#[must_use]
pub fn prompts(folder: &Path) -> (BTreeMap<String, String>, Vec<String>) {
    let (mut own, mut complaints) = (BTreeMap::new(), Vec::new());
    let files = fs::read_dir(folder.join("prompts")).into_iter().flatten().flatten();
    for path in files.map(|entry| entry.path()) {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name.filter(|_| path.extension().is_some_and(|end| end == "txt")) else {
            continue;
        };
        let read = fs::read_to_string(&path).map_err(|error| format!("it cannot be read: {error}"));
        match read.and_then(|text| complaint(&name, &text).map_or(Ok(text), Err)) {
            Ok(text) => drop(own.insert(name, text)),
            Err(why) => complaints.push(format!("{}: {why}.", path.display())),
        }
    }
    complaints.sort();
    (own, complaints)
}

impl Settings {
    /// Reads the files of a folder, as far as they are there.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let mut settings = Self::default();
        if let Some(text) = settings.file(&folder.join("config.toml")) {
            let (config, complaints) = Config::read("config.toml", &text);
            settings.config = config;
            settings.complaints.extend(complaints);
        }
        if let Some(text) = settings.file(&folder.join("keymap.toml")) {
            let complaints = keymap_file::lay_over(&mut settings.keymap, "keymap.toml", &text);
            settings.complaints.extend(complaints);
        }
        settings.complaints.extend(prompts(folder).1);
        settings.themes_of(&folder.join("themes"));
        let known = |name: &str| settings.themes.names().any(|theme| theme == name);
        let Config { theme, theme_on_light, .. } = &settings.config;
        let missing: Vec<_> = [theme, theme_on_light]
            .into_iter()
            .filter(|name| !name.is_empty() && !known(name))
            .cloned()
            .collect();
        settings
            .complaints
            .extend(missing.iter().filter_map(|name| settings.themes.load(name).err()));
        settings
    }

    /// Gives the model what it needs to know of them.
    pub fn give_to(&self, model: &mut Model) {
        model.config = self.config.clone();
        model.keymap = self.keymap.clone();
        model.themes = self.themes.names().map(ToOwned::to_owned).collect();
        for complaint in &self.complaints {
            model.complain(complaint);
        }
    }

    fn themes_of(&mut self, folder: &Path) {
        let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
        files.sort();
        let mut own = Vec::new();
        for path in files {
            let Some(name) = path.file_stem().map(|name| name.to_string_lossy().into_owned())
            else {
                continue;
            };
            if let Some(text) = self.file(&path) {
                self.themes.add(name.clone(), text);
                own.push(name);
            }
        }
        // One may build on another, so they are checked when all are there.
        for name in own {
            if let Err(complaint) = self.themes.load(&name) {
                self.complaints.push(complaint);
                self.themes.remove(&name);
            }
        }
    }

    /// Reads a file; one that is not there is no mistake.
    fn file(&mut self, path: &Path) -> Option<String> {
        match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                self.complaints.push(format!("{} cannot be read: {error}.", path.display()));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_no_mistake() {
        let settings = Settings::read(Path::new("/nowhere/at/all"));
        assert_eq!((settings.config, settings.complaints), (Config::default(), Vec::new()));
    }

    #[test]
    fn files_are_read_and_what_is_wrong_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("themes")).unwrap();
        write("config.toml", "theme = \"mine\"\nmouse = 3\n");
        write("keymap.toml", "[workbench]\n\"Q\" = \"quit\"\n");
        write("themes/mine.toml", "inherits = \"mono\"\n");
        write("themes/torn.toml", "text = \"blurple\"\n");
        fs::create_dir(folder.path().join("prompts")).unwrap();
        write("prompts/debate.txt", "{{ problem }}: which of {{ candidates|length }} is right?\n");
        write("prompts/assess.txt", "one\n{% for");
        write("prompts/nonsense.txt", "");
        write("prompts/README", "this is no prompt");
        let (own, wrong) = prompts(folder.path());
        assert_eq!(own.keys().collect::<Vec<_>>(), ["debate"]);
        assert!(wrong.len() == 2 && wrong[0].contains("line 2"), "{wrong:?}");
        let settings = Settings::read(folder.path());
        assert_eq!(settings.config.theme, "mine");
        let names: Vec<_> = settings.themes.names().collect();
        assert!(names.contains(&"mine") && !names.contains(&"torn"));
        assert_eq!(settings.complaints.len(), 4, "{:?}", settings.complaints);
        let mut model = Model::new((80, 24), 0);
        settings.give_to(&mut model);
        assert!(model.notice.unwrap().text.contains("torn.toml:1"));
    }
}
