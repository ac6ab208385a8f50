//! The help: every command of a place, in groups, with all its keys.

use ratatui::Frame;
use ratatui::text::Span;

use super::overlay::{column, field, framed, more};
use super::{put, scrolled};
use crate::app::layout::Area;
use crate::app::{HELP_WIDEST as WIDEST, Help, Model};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, help: &Help, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let area = column(screen, WIDEST);
    let inside = framed(theme, frame, "Help", area);
    let mut search = vec![Span::styled("find: ", theme.style("muted"))];
    search.extend(field(&help.field, theme, usize::from(inside.width).saturating_sub(6)));
    put(frame, inside, 0, 0, &search);
    let below = Area { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let rows = help.rows(&model.keymap, screen.width);
    let hidden = scrolled(frame, below, rows, help.scrolled, theme);
    more(theme, frame, area, hidden);
}
