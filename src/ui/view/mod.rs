//! What is drawn: the model becomes a frame.
//!
//! Responsible for reading the model and filling a buffer. It changes nothing, and every text
//! that is not this program's own passes `SafeText` on its way.

mod answers;
mod charts;
mod code;
mod comparing;
mod diff;
mod evaluations;
mod export;
mod figures;
mod following;
mod graph;
mod help;
mod line;
mod list;
mod marks;
mod minimap;
mod overlay;
mod page;
mod path;
mod prose;
mod reader;
mod splicing;
mod start;
mod status;
mod timeline;
mod tour;
mod transcript;
mod tree;

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::theme::Theme;
use crate::app::layout::{Area, Layout, SMALLEST, Zoom};
use crate::app::{Model, Row, Screen, Workbench, value_scope};
use crate::text::{SafeText, graphemes, is_plain, truncate, width};

pub use prose::Cache;

/// Draws the model. What was laid out before is in the cache.
pub fn draw(model: &Model, theme: &Theme, cache: &mut Cache, frame: &mut Frame) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.style("text"));
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return too_small(theme, frame);
    }
    match &model.screen {
        Screen::Start(start) => start::draw(model, start, theme, frame),
        Screen::Workbench(bench) => {
            let layout = Layout::of((area.width, area.height), model.panes);
            let title = bench.tree.problem().map_or("", |problem| problem.text.as_str());
            let title = SafeText::row(title.trim(), usize::from(area.width));
            put(frame, layout.title, 0, 1, &[Span::styled(title.as_str(), theme.style("title"))]);
            if layout.tree.height > 0 {
                if bench.sight.graph {
                    graph::draw(bench, theme, frame, layout.tree);
                } else {
                    tree::draw(bench, theme, frame, layout.tree);
                }
            }
            cache.turn_to(model.sessions);
            if layout.path.height > 0 {
                let shows = path::Shows {
                    evaluations: layout.evaluations.is_none(),
                    is_zoomed: model.panes.zoom == Some(Zoom::Path),
                    formulas: model.config.formulas,
                };
                path::draw(bench, theme, cache, frame, layout.path, shows);
            }
            if let Some(area) = layout.evaluations {
                evaluations::draw(bench, theme, frame, area);
            }
            if let Some(area) = layout.charts {
                charts::draw(bench, theme, frame, area);
            }
            if let Some(area) = layout.answers {
                answers::draw(bench, theme, frame, area);
            }
            match &bench.replay {
                Some(replay) => timeline::draw(bench, replay, theme, frame, layout.status),
                None => status::draw(model, bench, theme, frame, layout.status),
            }
            status::hints(model, theme, frame, layout.hints);
        }
    }
    tour::draw(model, theme, frame);
    overlay::draw(model, theme, frame);
}

fn too_small(theme: &Theme, frame: &mut Frame) {
    let Rect { width, height, .. } = frame.area();
    let lines = [
        format!("pleach needs {}x{};", SMALLEST.0, SMALLEST.1),
        format!("this is {width}x{height}."),
        "Make it larger;".to_owned(),
        "the search goes on.".to_owned(),
    ];
    let area = Area { x: 0, y: 0, width, height };
    for (row, line) in (0..height).zip(&lines) {
        put(frame, area, row, 0, &[Span::styled(line.as_str(), theme.style("title"))]);
    }
}

/// Puts spans on a row of an area, from a column on; what does not fit is cut with `…`.
fn put(frame: &mut Frame, area: Area, row: u16, column: u16, spans: &[Span]) {
    if row >= area.height || column >= area.width {
        return;
    }
    let room = usize::from(area.width - column);
    let mut used = 0;
    let mut write = |text: &str, at: usize, style: Style| {
        let x = area.x + column + u16::try_from(at).unwrap_or(u16::MAX);
        fill(frame.buffer_mut(), (x, area.y + row), text, style);
    };
    for (at, span) in spans.iter().enumerate() {
        let safe = gate(&span.content);
        let columns = width(&safe);
        // What follows shows as long as it is more than blank; if it cannot, there is a mark.
        let follows =
            || spans[at + 1..].iter().any(|next| next.content.contains(|each| each != ' '));
        let left = room - used;
        if columns < left || (columns == left && !follows()) {
            write(&safe, used, span.style);
            used += columns;
            continue;
        }
        let whole = if columns > left { safe } else { Cow::Owned(format!("{safe} ")) };
        let (text, _) = truncate(&whole, left);
        write(&text, used, span.style);
        break;
    }
}

/// Fills cells with text that fits and has passed the gate.
#[allow(clippy::disallowed_methods)] // this is where safe text gets to the screen
fn fill(buffer: &mut Buffer, (mut x, y): (u16, u16), text: &str, style: Style) {
    for grapheme in graphemes(text) {
        let Some(cell) = buffer.cell_mut((x, y)) else { return };
        cell.set_symbol(grapheme.text).set_style(style);
        let end = x.saturating_add(u16::try_from(grapheme.columns).unwrap_or(u16::MAX));
        // What lies under the other columns of a wide character must not come out again.
        for covered in x + 1..end {
            if let Some(cell) = buffer.cell_mut((covered, y)) {
                cell.reset();
            }
        }
        x = end;
    }
}

/// Returns spans in which what is looked for stands out.
fn found(bench: &Workbench, theme: &Theme, spans: &[Span<'static>]) -> Vec<Span<'static>> {
    let Some(find) = &bench.sight.find else { return spans.to_vec() };
    let mut all = Vec::new();
    for span in spans {
        let mut at = 0;
        for (start, end) in find.places(&span.content) {
            all.push(Span::styled(span.content[at..start].to_owned(), span.style));
            let style = span.style.patch(theme.style("match"));
            all.push(Span::styled(span.content[start..end].to_owned(), style));
            at = end;
        }
        all.push(Span::styled(span.content[at..].to_owned(), span.style));
    }
    all
}

/// The last gate before the screen: what a pane did not make safe is made safe here. Safe text
/// stays as it is.
fn gate(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(SafeText::line(text).into_string())
}

/// What a pane's heading adds where rows do not fit: how many there are above and below.
fn beyond(above: usize, below: usize) -> String {
    let side = |sign: &str, count: usize| match count {
        0 => String::new(),
        count => format!(" {sign}{count}"),
    };
    side("↑", above) + &side("↓", below)
}

/// Draws the head of a pane: a rule with its name. A pane that is not at the left edge also
/// gets a rule down its left side. Returns what is left for the pane's content.
fn pane(theme: &Theme, frame: &mut Frame, area: Area, name: &str) -> Area {
    let border = theme.style("border");
    let inner = area.x > 0;
    let lead = match (inner, area.y) {
        (false, _) => "── ",
        (true, 0..=1) => "┬─ ",
        (true, _) => "├─ ",
    };
    let rule = "─".repeat(usize::from(area.width).saturating_sub(width(lead) + width(name) + 1));
    put(
        frame,
        area,
        0,
        0,
        &[
            Span::styled(lead, border),
            Span::styled(name.to_owned(), theme.style("title")),
            Span::styled(" ", border),
            Span::styled(rule, border),
        ],
    );
    if inner {
        for row in 1..area.height {
            put(frame, area, row, 0, &[Span::styled("│", border)]);
        }
    }
    area.inside()
}

/// Draws rows from the one at the top on, as long as there is a row for the last line; returns how
/// many there are below.
fn scrolled(frame: &mut Frame, area: Area, rows: Vec<Row>, top: usize, theme: &Theme) -> usize {
    let last = rows.len().saturating_sub(usize::from(area.height));
    let top = top.min(last);
    for (line, row) in (0..area.height).zip(rows.into_iter().skip(top)) {
        put(frame, area, line, 0, &styled(row, theme));
    }
    last - top
}

/// A row with the styles of its scopes.
fn styled(row: Row, theme: &Theme) -> Vec<Span<'static>> {
    row.into_iter().map(|(text, scope)| Span::styled(text, theme.style(scope))).collect()
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
