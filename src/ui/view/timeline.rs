//! The timeline: where in the recording the replay is, and what lies before and behind.

use ratatui::Frame;
use ratatui::text::Span;

use super::put;
use crate::app::layout::Area;
use crate::app::{Replay, Workbench};
use crate::session::MarkKind;
use crate::text::width;
use crate::ui::theme::Theme;

/// The fewest columns that a line of moments is drawn on.
const NARROWEST: usize = 8;

/// Draws the timeline on one row.
pub fn draw(bench: &Workbench, replay: &Replay, theme: &Theme, frame: &mut Frame, area: Area) {
    let glyph = if replay.playing { "▶" } else { "‖" };
    let at = bench.tree.sequence();
    let head = format!("{glyph} replay {} · {at} of {} ", replay.speed, replay.length);
    let room = usize::from(area.width).saturating_sub(width(&head));
    let mut spans = vec![Span::styled(head, theme.style("accent"))];
    if room >= NARROWEST {
        let here = column(at, replay.length, room);
        for (index, glyph) in moments(replay, room).into_iter().enumerate() {
            let (glyph, scope) = match (index == here, glyph) {
                (true, _) => ("┃", "accent"),
                (false, Some(MarkKind::Splice)) => ("◆", "notice"),
                (false, Some(MarkKind::Debate)) => ("◇", "accent"),
                (false, Some(MarkKind::Prune)) => ("×", "value.low"),
                (false, Some(MarkKind::Answer)) => ("●", "value.high"),
                (false, Some(MarkKind::Evaluation)) => ("·", "muted"),
                (false, _) => ("─", "border"),
            };
            spans.push(Span::styled(glyph, theme.style(scope)));
        }
    }
    put(frame, area, 0, 0, &spans);
}

/// The column of a moment.
fn column(sequence: u64, length: u64, columns: usize) -> usize {
    let last = columns.saturating_sub(1) as u64;
    usize::try_from(sequence * last / length.max(1)).unwrap_or(0).min(columns.saturating_sub(1))
}

/// The rarest kind of moment in each column.
fn moments(replay: &Replay, columns: usize) -> Vec<Option<MarkKind>> {
    let mut kinds = vec![None; columns];
    for mark in &replay.marks {
        let kind = &mut kinds[column(mark.sequence, replay.length, columns)];
        *kind = (*kind).max(Some(mark.kind));
    }
    kinds
}
