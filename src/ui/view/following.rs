//! The ways in which the keys pressed so far can go on, as soon as a sequence is begun.

use ratatui::Frame;
use ratatui::text::Span;

use super::overlay::{Row, boxed};
use crate::app::Model;
use crate::text::{pad, width};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    let pressed: String = model.keys.iter().map(ToString::to_string).collect();
    let ways: Vec<(String, String)> = model
        .keymap
        .continuations(model.place(), &model.keys)
        .map(|(rest, binding)| (rest.iter().map(ToString::to_string).collect(), binding.does()))
        .collect();
    let keys = ways.iter().map(|(rest, _)| width(rest)).max().unwrap_or(0) + 2;
    let columns = ways.iter().map(|(_, does)| width(does)).max().unwrap_or(0) + keys + 2;
    // As many columns as fit, filled from top to bottom.
    let room = usize::from(frame.area().width).saturating_sub(4);
    let across = (room / columns.max(1)).clamp(1, ways.len().div_ceil(4).max(1));
    let down = ways.len().div_ceil(across);
    let rows: Vec<Row> = (0..down)
        .map(|line| {
            let cells = ways.iter().skip(line).step_by(down.max(1));
            cells
                .flat_map(|(rest, does)| {
                    let does = if across > 1 { pad(does, columns - keys) } else { does.clone() };
                    [Span::styled(pad(rest, keys), theme.style("key")), Span::raw(does)]
                })
                .collect()
        })
        .collect();
    boxed(theme, frame, &pressed, &rows, true);
}
