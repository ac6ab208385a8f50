//! The answers pane: what the tree believes, how strongly, and whether it is so.

use ratatui::Frame;
use ratatui::text::Span;

use super::tree::bar;
use super::{pane, put};
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::text::{SafeText, pad};
use crate::ui::theme::Theme;

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let count = bench.answers.len();
    let by = bench.ranked_by();
    let name = if count == 0 { "Answers".to_owned() } else { format!("Answers, {count}, by {by}") };
    let area = pane(theme, frame, area, &name);
    if count == 0 {
        let text = Span::styled("none yet", theme.style("muted"));
        return put(frame, area, 0, 0, &[text]);
    }
    for (row, answer) in (0..area.height).zip(&bench.answers) {
        let (mark, scope) = match answer.correct {
            Some(true) => ("✓ right ", "right"),
            Some(false) => ("✗ wrong ", "wrong"),
            None => ("● answer ", "state.answer"),
        };
        let belief = format!("{:>4.0} % ", answer.confidence * 100.0);
        let spans = [
            Span::styled(pad(&bar(answer.confidence, 4), 4), theme.style("accent")),
            Span::raw(belief),
            Span::styled(format!("×{:<3} ", answer.count), theme.style("muted")),
            Span::styled(mark, theme.style(scope)),
            Span::raw(SafeText::row(&answer.text, usize::from(area.width)).into_string()),
        ];
        put(frame, area, row, 0, &spans);
    }
}
