//! Text over a screen, wrapped, at its end unless it was scrolled.

use ratatui::Frame;
use ratatui::text::Span;

use super::overlay::{Row, column, framed, more};
use super::put;
use crate::app::{READER_WIDEST as WIDEST, Reader};
use crate::text::{SafeText, Wrapped};
use crate::ui::theme::Theme;

pub fn draw(reader: &Reader, theme: &Theme, frame: &mut Frame) {
    let area = column(frame.area(), WIDEST);
    let inside = framed(theme, frame, &SafeText::line(&reader.title), area);
    let columns = usize::from(inside.width).saturating_sub(2).max(1);
    let height = usize::from(inside.height);
    // From the end, as much as is needed: a log may be long.
    let mut rows: Vec<Row> = Vec::new();
    for (text, is_error) in reader.paragraphs.iter().rev() {
        if rows.len() >= height + reader.scrolled {
            break;
        }
        let text = SafeText::block(text);
        let wrapped = Wrapped::new(&text, columns);
        let style = theme.style(if *is_error { "notice.error" } else { "text" });
        for at in (0..wrapped.rows().len()).rev() {
            let mark = if at > 0 {
                "  "
            } else if *is_error {
                "! "
            } else {
                "· "
            };
            let row = wrapped.row(&text, at).to_owned();
            rows.push(vec![Span::styled(mark, theme.style("muted")), Span::styled(row, style)]);
        }
    }
    let hidden = reader.scrolled.min(rows.len().saturating_sub(height));
    let shown: Vec<_> = rows.iter().skip(hidden).take(height).rev().collect();
    for (line, row) in (0..inside.height).zip(shown) {
        put(frame, inside, line, 0, row);
    }
    more(theme, frame, area, hidden);
}
