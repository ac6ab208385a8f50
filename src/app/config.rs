//! Settings: what a person can set in `config.toml`, and with `:set` while the program runs.
//!
//! Responsible for the one table from which the file is read, its commented default is written,
//! `:set` is completed and the manual is made. A mistake in the file is named with its line and
//! leaves the default; the rest of the file holds.

use std::fmt::Write;

use toml::de::DeValue;

use super::document::Document;
use crate::text::nearest;

/// All settings.
#[allow(clippy::struct_excessive_bools)] // switches that a person sets apart from one another
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The theme, and the one on a light background if that is another.
    pub theme: String,
    /// The theme on terminals whose background is light; empty for the same one.
    pub theme_on_light: String,
    /// How many colours are used.
    pub colours: Colours,
    /// Whether formulas are shown in Unicode.
    pub formulas: bool,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// Whether the tour begins by itself on the first run.
    pub tour: bool,
    /// Whether the program starts without a screen.
    pub plain: bool,
}

/// How many colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// As many as the terminal says it has.
    #[default]
    Auto,
    /// None.
    Never,
    /// The terminal's sixteen.
    Sixteen,
    /// The fixed 256.
    Many,
    /// All.
    True,
}

/// One setting.
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub does: &'static str,
    /// Its default, as the file has it.
    pub default: &'static str,
    /// What it can be, if that can be listed.
    pub values: &'static [&'static str],
    set: fn(&mut Config, &str) -> Option<()>,
}

const SWITCH: &[&str] = &["true", "false"];

/// The table of settings, in the order of the file.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: "theme",
        does: "The theme; :theme shows them all.",
        default: "\"default\"",
        values: &[],
        set: |config, value| {
            value.clone_into(&mut config.theme);
            Some(())
        },
    },
    Setting {
        name: "theme-on-light",
        does: "The theme on a terminal with a light background; empty for the same one.",
        default: "\"\"",
        values: &[],
        set: |config, value| {
            value.clone_into(&mut config.theme_on_light);
            Some(())
        },
    },
    Setting {
        name: "colours",
        does: "How many colours: auto asks the environment (NO_COLOR, COLORTERM, TERM).",
        default: "\"auto\"",
        values: &["auto", "never", "16", "256", "true"],
        set: |config, value| {
            config.colours = match value {
                "auto" => Colours::Auto,
                "never" => Colours::Never,
                "16" => Colours::Sixteen,
                "256" => Colours::Many,
                "true" => Colours::True,
                _ => return None,
            };
            Some(())
        },
    },
    Setting {
        name: "formulas",
        does: "Whether formulas in TeX are shown in Unicode, where they can be.",
        default: "true",
        values: SWITCH,
        set: |config, value| switch(&mut config.formulas, value),
    },
    Setting {
        name: "mouse",
        does: "Whether the mouse chooses, folds and scrolls. Shift selects text all the same.",
        default: "true",
        values: SWITCH,
        set: |config, value| switch(&mut config.mouse, value),
    },
    Setting {
        name: "tour",
        does: "Whether the tour begins by itself, which it does once.",
        default: "true",
        values: SWITCH,
        set: |config, value| switch(&mut config.tour, value),
    },
    Setting {
        name: "plain",
        does: "Whether the program starts in the plain mode: lines in, sentences out, no screen.",
        default: "false",
        values: SWITCH,
        set: |config, value| switch(&mut config.plain, value),
    },
];

fn switch(to: &mut bool, value: &str) -> Option<()> {
    *to = value.parse().ok()?;
    Some(())
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: "default".to_owned(),
            theme_on_light: String::new(),
            colours: Colours::Auto,
            formulas: true,
            mouse: true,
            tour: true,
            plain: false,
        }
    }
}

impl Config {
    /// Reads a file over the defaults. Returns a sentence for each thing that cannot be.
    #[must_use]
    pub fn read(name: &str, text: &str) -> (Self, Vec<String>) {
        let mut config = Self::default();
        let document = match Document::read(name, text) {
            Ok(document) => document,
            Err(complaint) => return (config, vec![complaint]),
        };
        let mut complaints = Vec::new();
        for (setting, span, value) in document.entries() {
            let value = match value.get_ref() {
                DeValue::Boolean(value) => value.to_string(),
                DeValue::Integer(value) => value.as_str().to_owned(),
                DeValue::String(value) => value.clone().into_owned(),
                _ => String::from("a list or table"),
            };
            if let Err(why) = config.set(setting, &value) {
                complaints.push(format!("{}: {why}", document.at(&span)));
            }
        }
        (config, complaints)
    }

    /// Sets one setting.
    ///
    /// # Errors
    /// Returns a sentence if there is no such setting, or if it cannot be that.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            let near = nearest(name, SETTINGS.iter().map(|setting| setting.name));
            let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
            return Err(format!("There is no setting {name}.{near}"));
        };
        (setting.set)(self, value).ok_or_else(|| {
            let values = setting.values.join(", ");
            format!("{name} cannot be {value:?}; it is one of {values}.")
        })
    }

    /// Returns the file with every setting at its default, each with its sentence.
    #[must_use]
    pub fn commented() -> String {
        let mut text = String::from(
            "# Settings of pleach. What stands here is the default; take the # away to change it.\n",
        );
        for Setting { name, does, default, values, .. } in SETTINGS {
            let values = match values {
                [] => String::new(),
                values => format!(" ({})", values.join(", ")),
            };
            let _ = writeln!(text, "\n# {does}{values}\n# {name} = {default}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_file_is_the_default() {
        let text = Config::commented();
        assert_eq!(Config::read("c", &text), (Config::default(), Vec::new()));
        let lines = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = ") => setting,
            _ => line,
        });
        let uncommented = lines.collect::<Vec<_>>().join("\n");
        assert_eq!(Config::read("c", &uncommented), (Config::default(), Vec::new()));
        assert_eq!(uncommented.matches(" = ").count(), SETTINGS.len());
    }

    #[test]
    fn a_mistake_keeps_the_default_and_the_rest_holds() {
        let text = "mouse = \"maybe\"\nthemes = \"mono\"\nplain = true\n";
        let (config, complaints) = Config::read("config.toml", text);
        assert_eq!(config, Config { plain: true, ..Config::default() });
        assert_eq!(
            complaints,
            [
                "config.toml:1: mouse cannot be \"maybe\"; it is one of true, false.",
                "config.toml:2: There is no setting themes. Did you mean theme?",
            ]
        );
    }
}
