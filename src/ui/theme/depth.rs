//! How many colours a terminal has, and the nearest colour that it has.

use ratatui::style::Color;

use crate::app::config::Colours;

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Depth {
    /// None: weight, underline and reverse alone.
    None,
    /// The sixteen of the terminal's palette.
    #[default]
    Sixteen,
    /// The fixed 256.
    Many,
    /// All.
    True,
}

/// The usual values of the sixteen, by which the nearest of them is found.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [170, 0, 0]),
    (Color::Green, [0, 170, 0]),
    (Color::Yellow, [170, 120, 0]),
    (Color::Blue, [0, 0, 170]),
    (Color::Magenta, [170, 0, 170]),
    (Color::Cyan, [0, 170, 170]),
    (Color::Gray, [180, 180, 180]),
    (Color::DarkGray, [96, 96, 96]),
    (Color::LightRed, [255, 85, 85]),
    (Color::LightGreen, [85, 255, 85]),
    (Color::LightYellow, [255, 255, 85]),
    (Color::LightBlue, [85, 85, 255]),
    (Color::LightMagenta, [255, 85, 255]),
    (Color::LightCyan, [85, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// The steps of the colour cube of the 256.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Depth {
    /// Returns how many colours a terminal has by what the environment says of it.
    #[must_use]
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        if is_set("NO_COLOR") || term == "dumb" {
            return Self::None;
        }
        let colour_term = variable("COLORTERM").unwrap_or_default();
        if ["truecolor", "24bit"].contains(&colour_term.as_str()) || term.ends_with("-direct") {
            return Self::True;
        }
        if term.contains("256color") { Self::Many } else { Self::Sixteen }
    }

    /// Returns how many colours are used: what the terminal has, unless the person wants another
    /// number.
    #[must_use]
    pub fn or_wanted(self, colours: Colours) -> Self {
        match colours {
            Colours::Auto => self,
            Colours::Never => Self::None,
            Colours::Sixteen => Self::Sixteen,
            Colours::Many => Self::Many,
            Colours::True => Self::True,
        }
    }

    /// Returns the nearest colour that there is, or none.
    #[must_use]
    pub fn fit(self, colour: Color) -> Option<Color> {
        let rgb = match (self, colour) {
            (Self::None, _) => return None,
            (Self::True, _) => return Some(colour),
            (_, Color::Rgb(red, green, blue)) => [red, green, blue],
            (Self::Sixteen, Color::Indexed(index)) => match of_index(index) {
                Some(rgb) => rgb,
                None => return Some(SIXTEEN[usize::from(index % 16)].0),
            },
            _ => return Some(colour),
        };
        Some(if self == Self::Many {
            Color::Indexed(nearest_of_256(rgb))
        } else {
            nearest_of_16(rgb)
        })
    }
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    // Eyes tell greens apart best, blues worst.
    let weighed = one.into_iter().zip(other).zip([2, 4, 1]);
    weighed.map(|((one, other), weight)| weight * u32::from(one.abs_diff(other)).pow(2)).sum()
}

fn nearest_of_16(rgb: [u8; 3]) -> Color {
    let near = SIXTEEN.iter().min_by_key(|(_, other)| distance(rgb, *other));
    near.map_or(Color::Reset, |(colour, _)| *colour)
}

fn nearest_of_256(rgb: [u8; 3]) -> u8 {
    let fixed = (16..=255).filter_map(|index| Some((index, of_index(index)?)));
    fixed.min_by_key(|(_, other)| distance(rgb, *other)).map_or(0, |(index, _)| index)
}

/// The value of a fixed colour of the 256; the first sixteen are the terminal's own.
fn of_index(index: u8) -> Option<[u8; 3]> {
    match index {
        0..16 => None,
        16..232 => {
            let at = usize::from(index - 16);
            Some([STEPS[at / 36], STEPS[at / 6 % 6], STEPS[at % 6]])
        }
        232.. => Some([8 + 10 * (index - 232); 3]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        let depth = |set: &[(&str, &str)]| {
            Depth::of_environment(|name| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(depth(&[("TERM", "xterm")]), Depth::Sixteen);
        assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Many);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), Depth::None);
        assert_eq!(depth(&[("NO_COLOR", ""), ("COLORTERM", "24bit")]), Depth::True);
        assert_eq!(depth(&[("TERM", "dumb")]), Depth::None);
    }

    #[test]
    fn a_colour_becomes_the_nearest_that_there_is() {
        assert_eq!(Depth::Many.fit(Color::Rgb(255, 0, 0)), Some(Color::Indexed(196)));
        assert_eq!(Depth::Many.fit(Color::Rgb(128, 128, 128)), Some(Color::Indexed(244)));
        assert_eq!(Depth::Many.fit(Color::Cyan), Some(Color::Cyan));
        assert_eq!(Depth::Sixteen.fit(Color::Rgb(250, 80, 80)), Some(Color::LightRed));
        assert_eq!(Depth::Sixteen.fit(Color::Indexed(196)), Some(Color::Red));
        assert_eq!(Depth::Sixteen.fit(Color::Indexed(6)), Some(Color::Cyan));
        assert_eq!(Depth::True.fit(Color::Rgb(1, 2, 3)), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(Depth::None.fit(Color::Red), None);
    }
}
