//! Themes: from scopes such as `value.high` to styles.
//!
//! Responsible for reading the theme files that are compiled in and for the one place where a
//! colour becomes a style. Nothing else in `ui` names a colour.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};

const DEFAULT: &str = include_str!("../../themes/default.toml");
const MONO: &str = include_str!("../../themes/mono.toml");

/// Styles by scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: BTreeMap<String, Style>,
}

impl Theme {
    /// Returns the theme that suits the environment: no colours if `NO_COLOR` is set.
    #[must_use]
    pub fn of_environment() -> Self {
        let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if colourless { Self::mono() } else { Self::default() }
    }

    /// Returns the theme without colours.
    #[must_use]
    pub fn mono() -> Self {
        Self::parse(MONO).unwrap_or_default()
    }

    /// Reads a theme.
    ///
    /// # Errors
    /// Returns a sentence that names the scope and the word that is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: BTreeMap<String, String> =
            toml::from_str(text).map_err(|error| format!("the theme is not TOML: {error}"))?;
        let read = |(scope, words): (String, String)| match style(&words) {
            Ok(style) => Ok((scope, style)),
            Err(word) => {
                Err(format!("{scope} has {word:?}, which is neither a colour nor a modifier"))
            }
        };
        Ok(Self { styles: table.into_iter().map(read).collect::<Result<_, _>>()? })
    }

    /// Returns the style of a scope; one that the theme does not name takes its parent's.
    #[must_use]
    pub fn style(&self, scope: &str) -> Style {
        let mut scope = scope;
        loop {
            if let Some(style) = self.styles.get(scope) {
                return *style;
            }
            let Some((parent, _)) = scope.rsplit_once('.') else { return Style::new() };
            scope = parent;
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        // A test reads both theme files; a broken one would leave the terminal's own style.
        Self::parse(DEFAULT).unwrap_or(Self { styles: BTreeMap::new() })
    }
}

fn style(words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            "on" => {
                let name = words.next().unwrap_or_default();
                style = style.bg(colour(name).ok_or_else(|| name.to_owned())?);
                continue;
            }
            name => {
                style = style.fg(colour(name).ok_or_else(|| name.to_owned())?);
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

fn colour(name: &str) -> Option<Color> {
    name.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_theme_files_are_read() {
        assert!(Theme::parse(DEFAULT).unwrap().styles.len() > 10);
        let mono = Theme::parse(MONO).unwrap();
        assert!(mono.styles.values().all(|style| style.fg.is_none() && style.bg.is_none()));
    }

    #[test]
    fn a_scope_falls_back_to_its_parent() {
        let theme =
            Theme::parse("value = \"red\"\n\"value.high\" = \"green bold on black\"").unwrap();
        assert_eq!(theme.style("value.low").fg, Some(Color::Red));
        assert_eq!(theme.style("value.high").bg, Some(Color::Black));
        assert_eq!(theme.style("nothing.here"), Style::new());
    }

    #[test]
    fn a_word_that_is_no_style_is_named() {
        assert!(Theme::parse("text = \"blurple\"").unwrap_err().contains("blurple"));
    }
}
