//! The transcript of a debate over the screen, wrapped, from its first row on.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{Row, framed, more};
use super::put;
use crate::aggregate::Passage;
use crate::app::{Transcript, Workbench};
use crate::text::{SafeText, Wrapped};
use crate::ui::theme::Theme;

pub fn draw(transcript: &Transcript, bench: &Workbench, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let wide = screen.width.min(100);
    let area = Rect {
        x: (screen.width - wide) / 2,
        y: 0,
        width: wide,
        height: screen.height.saturating_sub(2),
    };
    let (title, passages) = transcript.read(bench);
    let inside = framed(theme, frame, &title, area);
    let columns = usize::from(inside.width).saturating_sub(2).max(1);
    let mut rows: Vec<Row> = Vec::new();
    for passage in &passages {
        match passage {
            Passage::Heading(text) => {
                if !rows.is_empty() {
                    rows.push(Vec::new());
                }
                let text = SafeText::line(text).into_string();
                rows.push(vec![Span::styled(text, theme.style("title"))]);
            }
            Passage::Text(text) => {
                let text = SafeText::block(text);
                let wrapped = Wrapped::new(&text, columns);
                rows.extend((0..wrapped.rows().len()).map(|at| {
                    let row = wrapped.row(&text, at).to_owned();
                    vec![Span::raw("  "), Span::styled(row, theme.style("text"))]
                }));
            }
        }
    }
    let height = usize::from(inside.height);
    let top = transcript.top.min(rows.len().saturating_sub(height));
    for (line, row) in (0..inside.height).zip(rows.iter().skip(top)) {
        put(frame, inside, line, 0, row);
    }
    more(theme, frame, area, rows.len().saturating_sub(top + height));
}
