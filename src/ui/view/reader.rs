//! Text over a screen, wrapped, at its end unless it was scrolled.

use ratatui::Frame;

use super::overlay::{column, framed, more};
use super::scrolled;
use crate::app::{READER_WIDEST as WIDEST, Reader};
use crate::text::SafeText;
use crate::ui::theme::Theme;

pub fn draw(reader: &Reader, theme: &Theme, frame: &mut Frame) {
    let area = column(frame.area(), WIDEST);
    let inside = framed(theme, frame, &SafeText::line(&reader.title), area);
    let height = usize::from(inside.height);
    let from_end = reader.rows_from_end(usize::from(inside.width));
    let mut rows: Vec<_> = from_end.take(height + reader.scrolled).collect();
    rows.reverse();
    let hidden = scrolled(frame, inside, rows, 0, theme);
    more(theme, frame, area, hidden);
}
