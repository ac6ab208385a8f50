//! Why the search would choose the chosen node: the terms of its score as bars.

use ratatui::text::Span;

use super::tree::bar;
use crate::app::Workbench;
use crate::text::pad;
use crate::ui::theme::Theme;

/// Columns of a term's name and of its bar.
const NAME: usize = 12;
const BAR: u32 = 8;

/// A line about the policy and one a term.
pub fn lines(bench: &Workbench, theme: &Theme) -> Vec<Vec<Span<'static>>> {
    let terms = bench.terms();
    let muted = theme.style("muted");
    let finite = terms.iter().map(|term| term.value.abs()).filter(|value| value.is_finite());
    let most = finite.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let head = format!("{} scores it", bench.driver.policy().name);
    let mut lines = vec![vec![Span::styled(head, muted)]];
    for term in terms.iter().filter(|term| term.value != 0.0) {
        let share = if term.value.is_finite() { term.value.abs() / most } else { 1.0 };
        let scope = if term.value < 0.0 { "value.low" } else { "accent" };
        let figure = if term.value.is_finite() {
            format!("{:+.3}", term.value)
        } else {
            "never judged, so first".to_owned()
        };
        lines.push(vec![
            Span::raw(format!("  {} ", pad(term.name, NAME))),
            Span::styled(pad(&bar(share, BAR), BAR as usize), theme.style(scope)),
            Span::raw(format!(" {figure}")),
        ]);
    }
    lines
}
