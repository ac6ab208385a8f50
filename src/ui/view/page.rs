//! A page of figures over a screen, from its first row on.

use ratatui::Frame;
use ratatui::text::Span;

use super::overlay::{column, framed, more};
use super::put;
use crate::app::Page;
use crate::text::SafeText;
use crate::ui::theme::Theme;

pub fn draw(page: &Page, theme: &Theme, frame: &mut Frame) {
    let area = column(frame.area(), 84);
    let inside = framed(theme, frame, &page.title, area);
    let height = usize::from(inside.height);
    let top = page.top.min(page.rows.len().saturating_sub(height));
    for (line, row) in (0..inside.height).zip(page.rows.iter().skip(top)) {
        let style = theme.style(if row.starts_with('!') { "notice.error" } else { "text" });
        let row = SafeText::line(row).into_string();
        put(frame, inside, line, 0, &[Span::styled(row, style)]);
    }
    more(theme, frame, area, page.rows.len().saturating_sub(top + height));
}
