//! The evaluations of the chosen node, and what is known of how it was made.

use ratatui::Frame;

use super::{beyond, pane, scrolled};
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::ui::theme::Theme;

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let Area { width, height, .. } = area.inside();
    let rows = bench.evaluations(usize::from(width));
    let below = rows.len().saturating_sub(usize::from(height));
    let area = pane(theme, frame, area, &format!("Evaluations{}", beyond(0, below)));
    scrolled(frame, area, rows, 0, theme);
}
