//! Themes: from scopes such as `value.high` to styles.
//!
//! Responsible for the one place where a colour becomes a style; nothing else in `ui` names a
//! colour. The files are read in `file`, and colours are fitted to what the terminal has in
//! `depth`.

mod depth;
mod file;
mod scopes;

use std::collections::BTreeMap;

use ratatui::style::{Color, Style};

pub use depth::Depth;
pub use file::{BUILT_IN, Themes};
pub use scopes::SCOPES;

/// Styles by scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: BTreeMap<String, Style>,
}

impl Theme {
    /// Returns the theme without colours.
    #[must_use]
    pub fn mono() -> Self {
        Self::built_in("mono")
    }

    /// Returns a theme that comes with the program, as its file has it.
    #[must_use]
    pub fn built_in(name: &str) -> Self {
        // A test reads every theme file; a broken one would leave the terminal's own style.
        Themes::default().load(name).unwrap_or(Self { styles: BTreeMap::new() })
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

    /// Returns the theme in the colours that a terminal has.
    #[must_use]
    pub fn fitted(mut self, depth: Depth) -> Self {
        for style in self.styles.values_mut() {
            let fit = |colour: Option<Color>| colour.and_then(|colour| depth.fit(colour));
            (style.fg, style.bg) = (fit(style.fg), fit(style.bg));
        }
        self
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::built_in("default")
    }
}
