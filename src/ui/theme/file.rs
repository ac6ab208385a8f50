//! Theme files: scopes to words, with a palette and the theme that they build on.
//!
//! ```toml
//! inherits = "default"
//! title = "sap bold"
//! "value.high" = "sap on bark"
//! [palette]
//! sap = "#8fbf6f"
//! bark = "#2a2118"
//! ```
//!
//! Responsible for reading them and for naming what is wrong with its file and line.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{SCOPES, Theme};
use crate::app::Document;
use crate::text::nearest;

/// The themes that are compiled in.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("default", include_str!("../../../themes/default.toml")),
    ("base16", include_str!("../../../themes/base16.toml")),
    ("grove-dark", include_str!("../../../themes/grove-dark.toml")),
    ("grove-light", include_str!("../../../themes/grove-light.toml")),
    ("okabe-ito", include_str!("../../../themes/okabe-ito.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// How many themes may build on one another.
const DEEPEST: usize = 8;

/// All theme files by their names.
#[derive(Debug, Clone)]
pub struct Themes {
    files: BTreeMap<String, String>,
}

impl Default for Themes {
    /// Makes the themes that come with the program.
    fn default() -> Self {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        Self { files: BUILT_IN.iter().map(owned).collect() }
    }
}

impl Themes {
    /// Adds a file; one of the same name gives way.
    pub fn add(&mut self, name: String, text: String) {
        self.files.insert(name, text);
    }

    /// Takes a theme out.
    pub fn remove(&mut self, name: &str) {
        self.files.remove(name);
    }

    /// Returns the names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Reads a theme and what it builds on.
    ///
    /// # Errors
    /// Returns a sentence with the file and the line of what is not understood.
    pub fn load(&self, name: &str) -> Result<Theme, String> {
        self.read(name, DEEPEST)
    }

    fn read(&self, name: &str, depth: usize) -> Result<Theme, String> {
        let text = self.files.get(name).ok_or_else(|| {
            let near = nearest(name, self.names());
            let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
            format!("There is no theme {name}.{near}")
        })?;
        let file = format!("{name}.toml");
        let document = Document::read(&file, text)?;
        let mut theme = match document.table.get("inherits").map(Spanned::get_ref) {
            None => Theme { styles: BTreeMap::new() },
            Some(DeValue::String(other)) if depth > 0 => self.read(other, depth - 1)?,
            Some(_) => {
                return Err(format!(
                    "{file}: inherits must be a theme that does not build on this one."
                ));
            }
        };
        let empty = DeTable::new();
        let palette = document.table.get("palette").and_then(|value| value.get_ref().as_table());
        let palette = palette.unwrap_or(&empty);
        for (scope, span, value) in document.entries() {
            if ["inherits", "palette"].contains(&scope) {
                continue;
            }
            let at = document.at(&span);
            if !is_scope(scope) {
                let near = nearest(scope, SCOPES.iter().map(|(name, _)| *name));
                let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
                return Err(format!("{at}: there is no scope {scope}.{near}"));
            }
            let words = value.get_ref().as_str().ok_or_else(|| {
                format!("{at}: write {scope} = \"WORDS\", such as \"red bold on black\".")
            })?;
            let style = style(words, palette).map_err(|word| {
                format!("{at}: {scope} has {word:?}, which is neither a colour nor a modifier.")
            })?;
            theme.styles.insert(scope.to_owned(), style);
        }
        Ok(theme)
    }
}

/// Whether a scope is known, or is the beginning of some that are.
fn is_scope(scope: &str) -> bool {
    let within = |name: &str| {
        name.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    SCOPES.iter().any(|(name, _)| within(name))
}

fn style(words: &str, palette: &DeTable) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = words.split_whitespace();
    let colour = |name: &str| colour(name, palette).ok_or_else(|| name.to_owned());
    while let Some(word) = words.next() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            "on" => {
                style = style.bg(colour(words.next().unwrap_or_default())?);
                continue;
            }
            name => {
                style = style.fg(colour(name)?);
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

/// A colour by its name in the palette, by its own name, its number of the 256, or `#rrggbb`.
fn colour(name: &str, palette: &DeTable) -> Option<Color> {
    let named = palette.get(name).and_then(|value| value.get_ref().as_str());
    named.unwrap_or(name).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Result<Theme, String> {
        let mut themes = Themes::default();
        themes.add("mine".into(), text.into());
        themes.load("mine")
    }

    #[test]
    fn every_theme_that_comes_along_is_read_and_styles_every_scope() {
        for (name, _) in BUILT_IN {
            let theme = Themes::default().load(name).unwrap();
            for (scope, _) in SCOPES {
                let root = scope.split('.').next().unwrap();
                let known = |at: &str| theme.styles.contains_key(at);
                assert!(known(scope) || known(root), "{name} has no style for {scope}");
            }
        }
    }

    /// The contrast of two colours by WCAG 2.2, from 1 to 21.
    fn contrast(one: Color, other: Color) -> f64 {
        let luminance = |colour: Color| {
            let Color::Rgb(red, green, blue) = colour else { panic!("{colour} is no true colour") };
            let linear = |part: u8| match f64::from(part) / 255.0 {
                part if part <= 0.040_45 => part / 12.92,
                part => ((part + 0.055) / 1.055).powf(2.4),
            };
            0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn what_is_to_be_read_stands_out_from_its_background() {
        for name in ["grove-dark", "grove-light"] {
            let theme = Themes::default().load(name).unwrap();
            let text = theme.style("text");
            for (scope, _) in SCOPES {
                let style = theme.style(scope);
                let background = style.bg.or(text.bg).unwrap();
                let found = contrast(style.fg.or(text.fg).unwrap(), background);
                // Rules and what is pruned stand back, but can be read.
                let stands_back = *scope == "border" || scope.ends_with(".pruned");
                let least = if stands_back { 3.0 } else { 4.5 };
                assert!(found >= least, "{name}, {scope}: {found:.2} is less than {least}");
            }
        }
    }

    #[test]
    fn the_theme_without_colours_has_none() {
        let mono = Theme::mono();
        assert!(mono.styles.values().all(|style| style.fg.is_none() && style.bg.is_none()));
    }

    #[test]
    fn a_scope_falls_back_to_its_parent() {
        let theme = with("value = \"red\"\n\"value.high\" = \"green bold on black\"").unwrap();
        assert_eq!(theme.style("value.low").fg, Some(Color::Red));
        assert_eq!(theme.style("value.high").bg, Some(Color::Black));
        assert_eq!(theme.style("nothing.here"), Style::new());
    }

    #[test]
    fn a_theme_builds_on_another_with_a_palette() {
        let text = "inherits = \"mono\"\nkey = \"sap\"\n[palette]\nsap = \"#010203\"\n";
        let theme = with(text).unwrap();
        assert_eq!(theme.style("key").fg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(theme.style("title"), Theme::mono().style("title"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let wrong = |text: &str| with(text).unwrap_err();
        assert_eq!(
            wrong("\ntext = \"blurple\""),
            "mine.toml:2: text has \"blurple\", which is neither a colour nor a modifier."
        );
        assert_eq!(
            wrong("tite = \"red\""),
            "mine.toml:1: there is no scope tite. Did you mean title?"
        );
        assert!(wrong("inherits = \"mine\"").contains("does not build on this one"));
        assert_eq!(wrong("inherits = \"mnoo\""), "There is no theme mnoo. Did you mean mono?");
    }
}
