//! What lies over a screen: the help, the question whether to quit, and how a key sequence
//! can go on.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, Clear};

use super::put;
use crate::app::command::COMMANDS;
use crate::app::layout::Area;
use crate::app::{Model, Overlay};
use crate::text::{pad, width};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    match model.overlay {
        Some(Overlay::Help(row)) => help(model, theme, frame, row),
        Some(Overlay::Quit) => quit(model, theme, frame),
        None if !model.keys.is_empty() => continuations(model, theme, frame),
        None => {}
    }
}

type Row = Vec<Span<'static>>;

/// Draws a framed box of rows at the middle of the screen, or at its lower edge.
fn boxed(theme: &Theme, frame: &mut Frame, title: &str, rows: &[Row], at_bottom: bool) {
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
    frame.render_widget(Clear, area);
    let title = Span::styled(format!(" {title} "), theme.style("title"));
    frame.render_widget(Block::bordered().border_style(theme.style("border")).title(title), area);
    let inside = Area {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    for (line, row) in (0..inside.height).zip(rows) {
        put(frame, inside, line, 0, row);
    }
}

/// Every command of the place, in groups, with all its keys.
fn help(model: &Model, theme: &Theme, frame: &mut Frame, scrolled: u16) {
    let here = || COMMANDS.iter().filter(|command| command.places.contains(&model.place()));
    let widest = here().map(|command| width(&command.keys.join(" "))).max().unwrap_or(0);
    let mut rows: Vec<Row> = Vec::new();
    let mut group = "";
    for command in here() {
        if command.group != group {
            group = command.group;
            if !rows.is_empty() {
                rows.push(Vec::new());
            }
            rows.push(vec![Span::styled(group, theme.style("title"))]);
        }
        rows.push(vec![
            Span::styled(pad(&command.keys.join(" "), widest + 2), theme.style("key")),
            Span::raw(command.does),
        ]);
    }
    let room = usize::from(frame.area().height.saturating_sub(2));
    let top = usize::from(scrolled).min(rows.len().saturating_sub(room));
    let title = if rows.len() > room {
        "Keys: j k scroll, any other key closes"
    } else {
        "Keys: any key closes"
    };
    boxed(theme, frame, title, &rows[top..], false);
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

/// The ways in which the keys pressed so far can go on.
fn continuations(model: &Model, theme: &Theme, frame: &mut Frame) {
    let pressed: String = model.keys.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = model
        .keymap
        .continuations(model.place(), &model.keys)
        .map(|(rest, command)| {
            let rest: String = rest.iter().map(ToString::to_string).collect();
            vec![Span::styled(format!("{rest}  "), theme.style("key")), Span::raw(command.does)]
        })
        .collect();
    boxed(theme, frame, &pressed, &rows, true);
}
