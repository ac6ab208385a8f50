//! The minimap: a strip beside the rows with where in the whole tree they are, and where the
//! answers are.

use ratatui::Frame;
use ratatui::text::Span;

use super::put;
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::ui::theme::Theme;

/// Columns of the strip, for a tree of so many columns: narrow trees have none.
pub fn columns(tree: u16) -> u16 {
    if tree >= 66 { 2 } else { 0 }
}

/// The most answers that are marked.
const ANSWERS: usize = 12;

pub fn draw(
    bench: &Workbench,
    theme: &Theme,
    frame: &mut Frame,
    area: Area,
    top: usize,
    end: usize,
) {
    let (first, _) = (bench.outline.position(&bench.tree, bench.top_node()), end);
    let rows = end.saturating_sub(first).max(1);
    let height = usize::from(area.height);
    if rows <= height {
        return;
    }
    let line = |position: usize| (position.saturating_sub(first) * height / rows).min(height - 1);
    let (from, to) = (line(top), line(top + height - 1));
    let mut marks = vec![None; height];
    for answer in bench.answers.iter().take(ANSWERS).rev() {
        if bench.is_in_sight(answer.best) {
            let position = bench.outline.position(&bench.tree, answer.best);
            marks[line(position)] = Some(match answer.correct {
                Some(true) => ("✓", "right"),
                Some(false) => ("✗", "wrong"),
                None => ("●", "state.answer"),
            });
        }
    }
    for (row, mark) in (0..area.height).zip(marks) {
        let seen = (from..=to).contains(&usize::from(row));
        let (glyph, scope) = match (mark, seen) {
            (Some(mark), _) => mark,
            (None, true) => ("█", "muted"),
            (None, false) => ("│", "border"),
        };
        put(frame, area, row, 1, &[Span::styled(glyph, theme.style(scope))]);
    }
}
