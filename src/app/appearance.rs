//! What a person changes about the program itself while it runs: settings and the theme.

use super::Effect;
use super::argument::Arguments;
use super::config::SETTINGS;
use super::list::{self, Entry};
use super::model::Model;
use crate::text::nearest;

/// Sets the theme, or opens the list of all, which shows each as it is chosen.
pub(super) fn theme(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let name = arguments.text();
    if name.is_empty() {
        let entries = model.themes.iter().map(|name| Entry {
            name: name.clone(),
            note: String::new(),
            aside: String::new(),
            line: format!("theme {name}"),
        });
        let entries = entries.collect();
        let current = model.config.theme.clone();
        list::open_at(model, "Themes", entries, &current);
        list::preview(model, |model, entry| {
            model.theme_preview = entry.map(|entry| entry.name.clone());
        });
        return Vec::new();
    }
    if model.themes.iter().any(|known| known == name) {
        name.clone_into(&mut model.config.theme);
        model.config.theme_on_light.clear();
        model.tell(format!("Theme {name}; theme = {name:?} in config.toml keeps it."));
    } else {
        let near = nearest(name, model.themes.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
        model.complain(format!("There is no theme {name}.{near}"));
    }
    Vec::new()
}

/// Sets a setting until the program ends.
pub(super) fn set(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let name = arguments.word(0).unwrap_or_default();
    let value = arguments.text().get(name.len()..).unwrap_or_default().trim();
    match model.config.set(name, value) {
        Ok(()) => model.tell(format!("{name} is {value} until you quit.")),
        Err(why) => model.complain(why),
    }
    Vec::new()
}

/// The names of themes.
pub(super) fn themes(model: &Model) -> Vec<String> {
    model.themes.clone()
}

/// The names of settings.
pub(super) fn settings(_: &Model) -> Vec<String> {
    SETTINGS.iter().map(|setting| setting.name.to_owned()).collect()
}

/// Everything that a setting can be; which of it fits is told when it is set.
pub(super) fn setting_values(_: &Model) -> Vec<String> {
    let mut values: Vec<_> = SETTINGS
        .iter()
        .flat_map(|setting| setting.values)
        .map(|value| (*value).to_owned())
        .collect();
    values.sort();
    values.dedup();
    values
}
