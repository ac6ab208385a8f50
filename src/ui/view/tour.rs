//! The box of the tour, at the lower right, where it hides the least.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::framed;
use super::put;
use crate::app::{Model, tour};
use crate::text::{Wrapped, width};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    let Some((says, number)) = tour::current(model) else { return };
    let screen = frame.area();
    let columns = says.lines().map(width).max().unwrap_or(0).min(usize::from(screen.width) - 4);
    let wrapped = Wrapped::new(says, columns);
    let rows = wrapped.rows().len();
    let high = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(screen.height - 2);
    let wide = u16::try_from(columns + 4).unwrap_or(u16::MAX).min(screen.width);
    let area =
        Rect { x: screen.width - wide, y: screen.height - 2 - high, width: wide, height: high };
    let title = format!("Tour, {number} of {}; Esc ends it", tour::STEPS.len());
    let inside = framed(theme, frame, &title, area);
    for (line, index) in (0..inside.height).zip(0..rows) {
        let text = wrapped.row(says, index).to_owned();
        put(frame, inside, line, 0, &[Span::styled(text, theme.style("accent"))]);
    }
}
