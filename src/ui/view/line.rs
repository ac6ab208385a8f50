//! The `:` line, at the lower edge, and what could follow, above it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{Row, clear, field, framed, more};
use super::put;
use crate::app::argument::cut;
use crate::app::command::COMMANDS;
use crate::app::layout::Area;
use crate::app::{Line, Purpose};
use crate::text::{SafeText, pad, width};
use crate::ui::theme::Theme;

/// The most choices that are shown.
const SHOWN: usize = 10;

pub fn draw(line: &Line, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let bottom = Rect { y: screen.height - 1, height: 1, ..screen };
    clear(theme, frame, bottom);
    let prompt = match line.purpose {
        Purpose::Command => ":",
        Purpose::Find { .. } => "/",
        Purpose::Filter => "show only: ",
        Purpose::Records => "take only: ",
        Purpose::Signal => "signal: ",
        Purpose::Edit { .. } => "rewrite: ",
    };
    let mut row = vec![Span::styled(prompt, theme.style("key"))];
    row.extend(field(&line.field, theme, usize::from(screen.width).saturating_sub(prompt.len())));
    let area = Area { x: 0, y: bottom.y, width: screen.width, height: 1 };
    put(frame, area, 0, 0, &row);
    if line.purpose == Purpose::Command {
        choices(line, theme, frame);
    }
}

fn choices(line: &Line, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let title = title(line.field.text());
    let room = usize::from(screen.height.saturating_sub(4)).min(SHOWN);
    let chosen = line.chosen.unwrap_or(0);
    let top = (chosen + 1).saturating_sub(room);
    let shown = line.choices.iter().enumerate().skip(top).take(room);
    let names = line.choices.iter().map(|(text, _)| width(text)).max().unwrap_or(0) + 2;
    let rows: Vec<Row> = shown
        .map(|(at, (text, note))| {
            let style = if line.chosen == Some(at) {
                theme.style("selection")
            } else {
                theme.style("text")
            };
            let text = SafeText::line(text);
            vec![
                Span::styled(pad(&text, names), style),
                Span::styled(SafeText::line(note).into_string(), theme.style("muted").patch(style)),
            ]
        })
        .collect();
    if rows.is_empty() && title.is_empty() {
        return;
    }
    let high = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(screen.height - 1);
    let wide = screen.width.min(84);
    let area = Rect { x: 0, y: screen.height - 1 - high, width: wide, height: high };
    let inside = framed(theme, frame, &title, area);
    for (at, row) in (0..inside.height).zip(&rows) {
        put(frame, inside, at, 0, row);
    }
    more(theme, frame, area, line.choices.len().saturating_sub(top + rows.len()));
}

/// What the command that is typed does and takes.
fn title(text: &str) -> String {
    let (name, _) = cut(text);
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return "Commands".to_owned();
    };
    format!("{}: {}", command.usage(), command.does)
}
