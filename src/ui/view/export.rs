//! The export screen: formats with their counts at the left, the record at the right.
//!
//! What is learnt and what is only read differ in colour and in the mark at the left edge.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{framed, more};
use super::{beyond, put, scrolled, styled};
use crate::app::layout::Area;
use crate::app::{EXPORT_HEAD as HEAD, Export};
use crate::export::FORMATS;
use crate::text::{SafeText, pad};
use crate::ui::theme::Theme;

pub fn draw(export: &Export, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let area = Rect { height: screen.height.saturating_sub(2), ..screen };
    let inside = framed(theme, frame, "Export", area);
    let (list, low) = export.divided((inside.width, inside.height));
    if list > 0 {
        formats(export, theme, frame, Area { width: list, ..inside });
    }
    let right = Area { x: inside.x + list, width: inside.width - list, ..inside };
    let remarks = export.remarks(usize::from(right.width));
    let upper = Area { height: right.height - low, ..right };
    let hidden = record(export, theme, frame, upper);
    let lower = Area { y: right.y + upper.height, height: low, ..right };
    for (line, row) in (0..lower.height).zip(&remarks) {
        // What is cut of the remarks is marked, as what is cut of a row.
        let is_cut = line + 1 == lower.height && remarks.len() > usize::from(lower.height);
        let mark = is_cut.then(|| Span::styled(" …", theme.style("muted")));
        let row: Vec<_> = styled(row.clone(), theme).into_iter().chain(mark).collect();
        put(frame, lower, line, 0, &row);
    }
    more(theme, frame, area, hidden);
}

fn formats(export: &Export, theme: &Theme, frame: &mut Frame, area: Area) {
    // The last row is for the mark where not all fit.
    let is_cut = FORMATS.len() > usize::from(area.height);
    let height = usize::from(area.height).saturating_sub(usize::from(is_cut));
    let top = export.chosen.saturating_sub(height.saturating_sub(1));
    if is_cut {
        let mark = beyond(top, FORMATS.len().saturating_sub(top + height));
        put(
            frame,
            area,
            area.height.saturating_sub(1),
            0,
            &[Span::styled(mark, theme.style("muted"))],
        );
    }
    let area = Area { height: area.height.saturating_sub(u16::from(is_cut)), ..area };
    let counts = export.found.as_ref().map(|found| found.counts.as_slice()).unwrap_or_default();
    for (line, (at, format)) in (0..area.height).zip(FORMATS.iter().enumerate().skip(top)) {
        let count = counts.get(at).map_or("…".to_owned(), ToString::to_string);
        let chosen = at == export.chosen;
        let style = theme.style(if chosen { "accent" } else { "text" });
        let row = [
            Span::styled(if chosen { "▌" } else { " " }, theme.style("accent")),
            Span::styled(pad(format.name, 22), style),
            Span::styled(format!("{count:>4}"), theme.style("muted")),
        ];
        put(frame, area, line, 0, &row);
    }
}

/// Draws the record; returns how many rows there are below what is seen.
fn record(export: &Export, theme: &Theme, frame: &mut Frame, area: Area) -> usize {
    let format = export.format();
    let Some(found) = export.found.as_ref().filter(|found| found.format == format.name) else {
        let text = format!("{}: looking at the session…", format.name);
        put(frame, area, 0, 0, &[Span::styled(text, theme.style("muted"))]);
        return 0;
    };
    let place = match found.records.len() {
        0 => "no record".to_owned(),
        count => format!("record {} of {count}", export.record + 1),
    };
    let head = vec![
        Span::styled(format.name, theme.style("title")),
        Span::styled(format!("  {place}"), theme.style("text")),
        Span::styled(
            if export.selection.pseudo_labels { "  with pseudo-labels" } else { "" },
            theme.style("notice.error"),
        ),
    ];
    put(frame, area, 0, 0, &head);
    put(frame, area, 1, 0, &[Span::styled(format.loads, theme.style("muted"))]);
    if !export.selection.query.is_empty() {
        let query = SafeText::line(&format!("only {}", export.selection.query));
        put(frame, area, 2, 0, &[Span::styled(query.into_string(), theme.style("accent"))]);
    }
    let body = Area { y: area.y + HEAD, height: area.height.saturating_sub(HEAD), ..area };
    scrolled(frame, body, export.rows(usize::from(area.width)), export.scrolled, theme)
}
