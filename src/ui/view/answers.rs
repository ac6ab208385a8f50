//! The answers pane: what the tree believes, how strongly, and whether it is so.

use ratatui::Frame;
use ratatui::text::Span;

use super::{pane, put};
use crate::app::layout::Area;
use crate::app::{Workbench, bar};
use crate::text::{SafeText, pad, width};
use crate::ui::theme::Theme;

/// Columns before an answer that has a bar and words beside it.
const BESIDE: usize = 24;

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let count = bench.answers.len();
    let by = bench.ranked_by();
    let name = if count == 0 { "Answers".to_owned() } else { format!("Answers, {count}, by {by}") };
    let area = pane(theme, frame, area, &name);
    if count == 0 {
        let text = Span::styled("none yet", theme.style("muted"));
        return put(frame, area, 0, 0, &[text]);
    }
    // Bars and words make way for answers that would not fit beside them.
    let columns = usize::from(area.width);
    let texts = bench.answers.iter().take(area.height.into());
    let texts = texts.map(|answer| SafeText::row(&answer.text, columns));
    let is_wide = texts.map(|text| width(&text)).max().unwrap_or(0) + BESIDE <= columns;
    for (row, answer) in (0..area.height).zip(&bench.answers) {
        let (mark, word, scope) = match answer.correct {
            Some(true) => ("✓ ", "right ", "right"),
            Some(false) => ("✗ ", "wrong ", "wrong"),
            None => ("● ", "answer ", "state.answer"),
        };
        let (bars, word) = if is_wide { (4, word) } else { (0, "") };
        let belief = format!("{:>4.0} % ", answer.confidence * 100.0);
        let spans = [
            Span::styled(pad(&bar(answer.confidence, bars), bars), theme.style("accent")),
            Span::raw(belief),
            Span::styled(format!("×{:<3} ", answer.count), theme.style("muted")),
            Span::styled(format!("{mark}{word}"), theme.style(scope)),
            Span::raw(SafeText::row(&answer.text, columns).into_string()),
        ];
        put(frame, area, row, 0, &spans);
    }
}
