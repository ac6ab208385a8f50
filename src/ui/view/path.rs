//! The path pane: the text of the steps from the problem to the chosen node.

use ratatui::Frame;
use ratatui::text::Span;

use super::{evaluations, pane, put, value_scope};
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::evaluate::Rating;
use crate::text::{SafeText, Wrapped};
use crate::tree::NodeId;
use crate::ui::theme::Theme;

/// Columns of the gutter: step number and value.
const GUTTER: u16 = 10;

/// Steps before the chosen one that are laid out at most: more than any screen shows.
const STEPS: usize = 400;

pub fn draw(
    bench: &Workbench,
    theme: &Theme,
    frame: &mut Frame,
    area: Area,
    with_evaluations: bool,
) {
    let depth = bench.tree.node(bench.cursor).depth();
    let name = format!("Path to {}, step {depth}", bench.cursor);
    let area = pane(theme, frame, area, if depth == 0 { "Problem" } else { &name });
    let gutter = if area.width >= 36 { GUTTER } else { 3 };
    let columns = usize::from(area.width.saturating_sub(gutter)).max(1);
    let mut rows: Vec<Vec<Span>> = Vec::new();
    let path = bench.tree.path(bench.cursor);
    let skipped = path.len().saturating_sub(STEPS);
    for id in path.into_iter().skip(skipped) {
        step(bench, theme, id, columns, usize::from(gutter), &mut rows);
    }
    if with_evaluations {
        for line in evaluations::lines(bench, theme) {
            let mut row = vec![Span::raw(" ".repeat(usize::from(gutter)))];
            row.extend(line);
            rows.push(row);
        }
    }
    let height = usize::from(area.height);
    let last_top = rows.len().saturating_sub(height);
    let top = last_top - bench.path_scroll.min(last_top);
    for (line, row) in (0..area.height).zip(rows.iter().skip(top)) {
        put(frame, area, line, 0, row);
    }
}

/// Lays a step out: its number and value in the gutter, its text wrapped beside them.
fn step(
    bench: &Workbench,
    theme: &Theme,
    id: NodeId,
    columns: usize,
    gutter: usize,
    rows: &mut Vec<Vec<Span<'static>>>,
) {
    let tree = &bench.tree;
    let node = tree.node(id);
    let raw = match tree.problem() {
        Some(problem) if id == NodeId::ROOT => problem.text.as_str(),
        _ => node.text(),
    };
    let text = SafeText::block(raw.trim_end());
    let wrapped = Wrapped::new(&text, columns);
    let chosen = id == bench.cursor;
    let style = match (id, chosen) {
        (NodeId::ROOT, _) => theme.style("muted"),
        (_, true) => theme.style("accent"),
        (_, false) => theme.style("text"),
    };
    let value = tree.evaluation(id, Rating::NAME).map(|evaluation| evaluation.value);
    let empty = wrapped.rows().is_empty();
    for index in 0..wrapped.rows().len().max(1) {
        let mark = if chosen { "▌" } else { " " };
        let mut row = vec![Span::styled(mark, theme.style("accent"))];
        let number =
            if index > 0 || id == NodeId::ROOT { String::new() } else { node.depth().to_string() };
        if gutter >= usize::from(GUTTER) {
            row.push(Span::styled(format!("{number:>3} "), theme.style("muted")));
            let (figure, scope) = match value.filter(|_| index == 0) {
                Some(value) => (format!("{value:.2} "), value_scope(value)),
                None => ("     ".to_owned(), "muted"),
            };
            row.push(Span::styled(figure, theme.style(scope)));
        } else {
            row.push(Span::raw(" ".repeat(gutter - 1)));
        }
        let shown = if empty { "" } else { wrapped.row(&text, index) };
        row.push(Span::styled(shown.to_owned(), style));
        rows.push(row);
    }
}
