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
        let last = room as u64 - 1;
        // The first operation that is not before a column.
        let first = |column: u64| (column * replay.length).div_ceil(last);
        let here = at * last / replay.length.max(1);
        for column in 0..=last {
            let rarest = replay.marks.rarest(&(first(column)..first(column + 1)));
            let (glyph, scope) = match (column == here, rarest) {
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
