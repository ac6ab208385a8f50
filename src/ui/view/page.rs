//! A page of figures over a screen, from its first row on.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{framed, more};
use super::put;
use crate::app::Page;
use crate::text::SafeText;
use crate::ui::theme::Theme;

pub fn draw(page: &Page, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let wide = screen.width.min(84);
    let area = Rect {
        x: (screen.width - wide) / 2,
        y: 0,
        width: wide,
        height: screen.height.saturating_sub(2),
    };
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
