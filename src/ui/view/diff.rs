//! Two trees side by side: the figures of both, then their steps, each pair on one row.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::overlay::{framed, more};
use super::put;
use crate::app::Diff;
use crate::app::layout::Area;
use crate::monitor::{Likeness, figure, half_of};
use crate::text::{SafeText, pad, truncate};
use crate::ui::theme::Theme;

pub fn draw(diff: &Diff, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let area = Rect { height: screen.height.saturating_sub(2), ..screen };
    let title = if diff.only_differences { "Side by side, differences" } else { "Side by side" };
    let inside = framed(theme, frame, title, area);
    let half = half_of(usize::from(inside.width));
    let trees = &diff.trees;
    let name = |title: &str| SafeText::line(title).into_string();
    let titles = (name(&trees.left.title), name(&trees.right.title));
    let mut line = 0;
    let mut head = |left: &str, right: &str, scope: &str, frame: &mut Frame| {
        let style = theme.style(scope);
        let spans = halves(left, right, half).map(|text| Span::styled(text, style));
        row(frame, inside, line, spans, Likeness::Same, theme);
        line += 1;
    };
    head(&titles.0, &titles.1, "title", frame);
    // On a low screen the steps need the room.
    let from = diff.head_rows(inside.height);
    for (name, left, right) in trees.figures().iter().take(from.saturating_sub(2)) {
        head(&figure(name, left), &figure(name, right), "text", frame);
    }
    let height = usize::from(inside.height).saturating_sub(from);
    let from = inside.height.min(u16::try_from(from).unwrap_or(u16::MAX));
    let seen = diff.rows.iter().enumerate().skip(diff.top);
    for (line, (place, at)) in (from..inside.height).zip(seen) {
        let pair = trees.pairs[*at];
        let likeness = trees.likeness(pair);
        let (left, right) = trees.halves(pair, half);
        let scope = match likeness {
            Likeness::Same => "muted",
            Likeness::Changed => "accent",
            Likeness::Left | Likeness::Right => "text",
        };
        let chosen = if diff.at == Some(place) { theme.style("selection") } else { Style::new() };
        let style = theme.style(scope).patch(chosen);
        let spans = halves(&left, &right, half).map(|text| Span::styled(text, style));
        row(frame, inside, line, spans, likeness, theme);
    }
    if diff.rows.is_empty() {
        let text = Span::styled("No step differs.", theme.style("muted"));
        put(frame, inside, from, 0, &[text]);
    }
    more(theme, frame, area, diff.rows.len().saturating_sub(diff.top + height));
}

/// Both halves, as wide as they are to be.
fn halves(left: &str, right: &str, columns: usize) -> [String; 2] {
    [left, right].map(|text| pad(&truncate(text, columns).0, columns))
}

fn row(
    frame: &mut Frame,
    area: Area,
    line: u16,
    [left, right]: [Span<'static>; 2],
    likeness: Likeness,
    theme: &Theme,
) {
    let scope = if likeness == Likeness::Same { "border" } else { "accent" };
    let sign = Span::styled(format!(" {} ", likeness.sign()), theme.style(scope));
    put(frame, area, line, 0, &[left, sign, right]);
}
