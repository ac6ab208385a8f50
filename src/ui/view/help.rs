//! The help: every command of a place, in groups, with all its keys.

use ratatui::Frame;
use ratatui::text::Span;

use super::overlay::{Row, column, field, framed, more};
use super::put;
use crate::app::{Help, Model};
use crate::text::{pad, width};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, help: &Help, theme: &Theme, frame: &mut Frame) {
    let shown = help.commands(&model.keymap);
    let screen = frame.area();
    let widest = |of: fn(&(&crate::app::command::Command, String)) -> usize| {
        shown.iter().map(of).max().unwrap_or(0) + 2
    };
    let keys = widest(|(_, keys)| width(keys));
    let names = if screen.width >= 70 { widest(|(command, _)| width(command.name)) } else { 0 };
    let mut rows: Vec<Row> = Vec::new();
    let mut group = "";
    for (command, bound) in &shown {
        if command.group != group {
            group = command.group;
            if !rows.is_empty() {
                rows.push(Vec::new());
            }
            rows.push(vec![Span::styled(group, theme.style("title"))]);
        }
        let mut row = vec![Span::styled(pad(bound, keys), theme.style("key"))];
        if names > 0 {
            row.push(Span::styled(pad(command.name, names), theme.style("muted")));
        }
        row.push(Span::raw(command.does));
        rows.push(row);
    }
    let area = column(screen, 76);
    let inside = framed(theme, frame, "Help", area);
    let mut search = vec![Span::styled("find: ", theme.style("muted"))];
    search.extend(field(&help.field, theme, usize::from(inside.width).saturating_sub(6)));
    put(frame, inside, 0, 0, &search);
    let room = usize::from(inside.height.saturating_sub(1));
    let top = help.scrolled.min(rows.len().saturating_sub(room));
    for (line, row) in (1..inside.height).zip(&rows[top..]) {
        put(frame, inside, line, 0, row);
    }
    more(theme, frame, area, rows.len().saturating_sub(top + room));
}
