//! How things look: the theme that the model asks for, in the colours that the terminal has.

use ratatui::Frame;

use super::theme::{Depth, Theme, Themes};
use super::view::{self, Cache};
use crate::app::Model;

/// The theme on the screen and what it is chosen from.
#[derive(Debug, Clone)]
pub struct Look {
    themes: Themes,
    /// What the terminal has, whatever the settings say.
    depth: Depth,
    is_light: bool,
    /// What `theme` was made for.
    shown: Option<(String, Depth)>,
    theme: Theme,
    cache: Cache,
}

impl Look {
    /// Makes the look of a terminal.
    #[must_use]
    pub fn new(themes: Themes, depth: Depth, is_light: bool) -> Self {
        Self { themes, depth, is_light, shown: None, theme: Theme::mono(), cache: Cache::default() }
    }

    /// Makes the look of a terminal without colours.
    #[must_use]
    pub fn colourless() -> Self {
        Self::new(Themes::default(), Depth::None, false)
    }

    /// Draws the model.
    pub fn draw(&mut self, model: &Model, frame: &mut Frame) {
        self.theme(model);
        view::draw(model, &self.theme, &mut self.cache, frame);
    }

    /// Returns the theme that the model asks for.
    pub fn theme(&mut self, model: &Model) -> &Theme {
        let depth = self.depth.or_wanted(model.config.colours);
        // Without colours a theme could lose the row of the cursor; one was made for that.
        let name = if depth == Depth::None { "mono" } else { model.shown_theme(self.is_light) };
        let wanted = (name.to_owned(), depth);
        if self.shown.as_ref() != Some(&wanted) {
            // A name that is not known was complained of when the settings were read.
            if let Ok(theme) = self.themes.load(name) {
                self.theme = theme.fitted(depth);
            }
            self.shown = Some(wanted);
        }
        &self.theme
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::*;
    use crate::app::config::Colours;

    #[test]
    fn without_colours_every_theme_is_the_one_without_colours() {
        let mut model = Model::new((80, 24), 0);
        model.config.theme = "grove-dark".into();
        let mut look = Look::new(Themes::default(), Depth::None, false);
        let selection = look.theme(&model).style("selection");
        assert!(selection.add_modifier.contains(Modifier::REVERSED) && selection.fg.is_none());
        model.config.colours = Colours::True;
        assert_eq!(look.theme(&model).style("selection").bg, Some(Color::Rgb(0x39, 0x46, 0x3a)));
        model.config.colours = Colours::Many;
        assert!(matches!(look.theme(&model).style("selection").bg, Some(Color::Indexed(_))));
    }

    #[test]
    fn a_light_background_has_its_own_theme() {
        let mut model = Model::new((80, 24), 0);
        model.config.theme = "grove-dark".into();
        model.config.theme_on_light = "grove-light".into();
        let ink = |is_light| {
            Look::new(Themes::default(), Depth::True, is_light).theme(&model).style("text").fg
        };
        assert_ne!(ink(true), ink(false));
    }
}
