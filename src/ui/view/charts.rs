//! The charts beside the tree on wide screens: ratings, the best answer, tokens per second.

use ratatui::Frame;
use ratatui::text::Span;

use super::{pane, put};
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::monitor::{self, BINS};
use crate::ui::theme::Theme;

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let area = pane(theme, frame, area, "Charts");
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let pulse = &bench.pulse;
    // A heading and an axis each for the two charts, and two rows for the tokens.
    let high = (rows.saturating_sub(6) / 2).max(1);
    let mut lines: Vec<(String, &str)> = Vec::new();
    if pulse.spread.iter().any(|count| *count > 0) {
        lines.push(("Ratings".to_owned(), "title"));
        // At the right of the bars stands how many the largest counts.
        let wide = (columns.saturating_sub(6) / BINS).saturating_sub(1).max(1);
        let chart = monitor::histogram(&pulse.spread, wide, high);
        lines.extend(chart.into_iter().map(|row| (row, "accent")));
    }
    if let Some((tokens, best)) = pulse.progress.last() {
        lines.push((format!("Best answer: {best:.2} after {tokens} tokens"), "title"));
        let spent = bench.tree.tokens_sampled();
        let chart = monitor::curve(&pulse.progress, spent, columns.saturating_sub(2), high);
        lines.extend(chart.into_iter().map(|row| (row, "accent")));
    }
    let tokens = pulse.tokens();
    if let Some(most) = tokens.iter().max() {
        lines.push((format!("Tokens a second, at most {most}"), "title"));
        lines.push((monitor::spark(&tokens, columns), "accent"));
    }
    if lines.is_empty() {
        lines.push(("nothing is rated yet".to_owned(), "muted"));
    }
    for (row, (text, scope)) in (0..area.height).zip(lines) {
        put(frame, area, row, 0, &[Span::styled(text, theme.style(scope))]);
    }
}
