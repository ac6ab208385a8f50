//! What lies over a screen: one file a layer, the frame that they share, and how a key sequence
//! can go on.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::{Block, Clear};

use super::{
    comparing, diff, export, following, gate, help, line, list, page, put, reader, splicing,
    transcript,
};
use crate::app::layout::Area;
use crate::app::{Field, Model, Overlay};
use crate::text::{SafeText, truncate, width};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    for overlay in &model.overlays {
        match overlay {
            Overlay::Help(state) => help::draw(model, state, theme, frame),
            Overlay::Quit => quit(model, theme, frame),
            Overlay::Line(state) => line::draw(state, theme, frame),
            Overlay::List(state) => list::draw(state, theme, frame),
            Overlay::Reader(state) => reader::draw(state, theme, frame),
            Overlay::Export(state) => export::draw(state, theme, frame),
            Overlay::Page(state) => page::draw(state, theme, frame),
            Overlay::Transcript(state) => {
                if let Some(bench) = model.workbench() {
                    transcript::draw(state, bench, theme, frame);
                }
            }
            Overlay::Diff(state) => diff::draw(state, theme, frame),
            Overlay::Splicing(state) => {
                if let Some(bench) = model.workbench() {
                    splicing::draw(state, bench, theme, frame);
                }
            }
            Overlay::Rewriting(state) => {
                if let Some(bench) = model.workbench() {
                    comparing::rewriting(state, bench, theme, frame);
                }
            }
            Overlay::Comparing(state) => {
                if let Some(bench) = model.workbench() {
                    comparing::draw(state, bench, theme, frame);
                }
            }
        }
    }
    if !model.keys.is_empty() {
        following::draw(model, theme, frame);
    }
}

pub type Row = Vec<Span<'static>>;

/// A column in the middle of the screen, of at most so many columns, that leaves the two lines at
/// the bottom free.
pub fn column(screen: Rect, most: u16) -> Rect {
    let width = screen.width.min(most);
    let (x, y) = (screen.x + (screen.width - width) / 2, screen.y);
    Rect { x, y, width, height: screen.height.saturating_sub(2) }
}

/// Takes away what is in an area, words and styles.
pub fn clear(theme: &Theme, frame: &mut Frame, area: Rect) {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, theme.style("text"));
}

/// Clears an area, draws a frame with a title around it and returns what is inside.
pub fn framed(theme: &Theme, frame: &mut Frame, title: &str, area: Rect) -> Area {
    uncover(frame, area);
    clear(theme, frame, area);
    let title = gate(title);
    let (title, _) = truncate(&title, usize::from(area.width.saturating_sub(4)));
    // Nothing of the border's style shows through.
    let style = Style::reset().patch(theme.style("text")).patch(theme.style("title"));
    let title = Span::styled(format!(" {title} "), style);
    frame.render_widget(Block::bordered().border_style(theme.style("border")).title(title), area);
    Area {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

/// Takes away wide characters that reach into an area from its left: they would hide its edge.
fn uncover(frame: &mut Frame, area: Rect) {
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.y..area.y + area.height {
        let cell = frame.buffer_mut().cell((x, y)).filter(|cell| width(cell.symbol()) > 1);
        if let Some(style) = cell.map(ratatui::buffer::Cell::style) {
            put(frame, Area { x, y, width: 1, height: 1 }, 0, 0, &[Span::styled("…", style)]);
        }
    }
}

/// Says at the lower edge of a frame how many rows there are below it.
pub fn more(theme: &Theme, frame: &mut Frame, area: Rect, hidden: usize) {
    if hidden > 0 {
        let more = Span::styled(format!(" {hidden} more below "), theme.style("muted"));
        let edge = Area {
            x: area.x + 2,
            y: area.y + area.height.saturating_sub(1),
            width: area.width.saturating_sub(4),
            height: 1,
        };
        put(frame, edge, 0, 0, &[more]);
    }
}

/// Draws a framed box of rows at the middle of the screen, or at its lower edge.
pub fn boxed(theme: &Theme, frame: &mut Frame, title: &str, rows: &[Row], at_bottom: bool) {
    let screen = frame.area();
    let columns = |row: &Row| row.iter().map(|span| width(&span.content)).sum::<usize>();
    let inner = rows.iter().map(columns).max().unwrap_or(0).max(width(title) + 2);
    let wide = u16::try_from(inner + 4).unwrap_or(u16::MAX).min(screen.width);
    let high = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(screen.height);
    let area = Rect {
        x: (screen.width - wide) / 2,
        y: if at_bottom {
            (screen.height - high).saturating_sub(2)
        } else {
            (screen.height - high) / 2
        },
        width: wide,
        height: high,
    };
    let inside = framed(theme, frame, title, area);
    for (line, row) in (0..inside.height).zip(rows) {
        put(frame, inside, line, 0, row);
    }
    more(theme, frame, area, rows.len().saturating_sub(usize::from(inside.height)));
}

/// The text of a field with its cursor. Of a long text the part around the cursor is shown.
pub fn field(field: &Field, theme: &Theme, columns: usize) -> Row {
    let (before, after) = field.halves();
    let (before, after) = (SafeText::line(before), SafeText::line(after));
    let room = columns.saturating_sub(2);
    let mut shown = before.as_str();
    let mut lead = "";
    while width(shown) + 1 > room
        && let Some(first) = shown.chars().next()
    {
        (shown, lead) = (&shown[first.len_utf8()..], "…");
    }
    vec![
        Span::styled(lead, theme.style("muted")),
        Span::raw(shown.to_owned()),
        Span::styled("▏", theme.style("accent")),
        Span::raw(after.into_string()),
    ]
}

fn quit(model: &Model, theme: &Theme, frame: &mut Frame) {
    let unsaved = model.workbench().is_some_and(|bench| bench.saved.failure.is_some());
    let first = if unsaved {
        Span::styled(
            "The last changes are NOT saved and would be lost.",
            theme.style("notice.error"),
        )
    } else {
        Span::raw("Everything is saved.")
    };
    let keys = vec![
        Span::styled("y", theme.style("key")),
        Span::raw(" quit   "),
        Span::styled("any other key", theme.style("key")),
        Span::raw(" stay"),
    ];
    boxed(theme, frame, "Quit?", &[vec![first], Vec::new(), keys], false);
}
