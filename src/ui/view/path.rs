//! The path pane: the text of the steps from the problem to the chosen node.

use ratatui::Frame;
use ratatui::text::Span;

use super::prose::{Cache, How};
use super::{beyond, found, marks, pane, put, styled, value_scope};
use crate::app::layout::{Area, path_gutter};
use crate::app::{EVALUATIONS_INDENT, Shading, Workbench};
use crate::evaluate::Rating;
use crate::tree::NodeId;
use crate::ui::theme::Theme;

type Row = Vec<Span<'static>>;

/// What the pane shows.
#[derive(Debug, Clone, Copy)]
pub struct Shows {
    /// The evaluations, below the text: they have no pane of their own.
    pub evaluations: bool,
    /// Whether it has the screen to itself.
    pub is_zoomed: bool,
    /// Formulas in Unicode.
    pub formulas: bool,
}

pub fn draw(
    bench: &Workbench,
    theme: &Theme,
    cache: &mut Cache,
    frame: &mut Frame,
    area: Area,
    shows: Shows,
) {
    let depth = bench.tree.node(bench.cursor).depth();
    let head = area;
    let area = area.inside();
    let gutter = path_gutter(area.width);
    let columns = usize::from(area.width).saturating_sub(gutter).max(1);
    let height = usize::from(area.height);
    // From the end upwards, as many rows as can be seen.
    let mut rows: Vec<Row> = Vec::new();
    let mut path = bench.tree.ancestors(bench.cursor);
    while rows.len() < height + bench.path_scroll
        && let Some(id) = path.next()
    {
        let known = bench.entropies(id);
        let how = match (bench.sight.shading, known) {
            (Shading::Probability, _) if id != NodeId::ROOT => How::Probability,
            (Shading::Entropy, Some(known)) => How::Entropy(&known.bits),
            _ if shows.formulas => How::Formulas,
            _ => How::Written,
        };
        step(bench, theme, cache, (id, how), columns, gutter, &mut rows);
    }
    if shows.evaluations {
        let below = bench.evaluations_below(rows.len(), area, shows.is_zoomed);
        let below = below.into_iter().rev().map(|row| {
            let indent = Span::raw(" ".repeat(EVALUATIONS_INDENT));
            std::iter::once(indent).chain(styled(row, theme)).collect()
        });
        rows.splice(..0, below);
    }
    let hidden = bench.path_scroll.min(rows.len().saturating_sub(height));
    // Steps further up are not laid out; that there are some is told all the same.
    let is_cut = rows.len() > height + hidden || path.next().is_some();
    let mut name = match (depth, shaded(bench)) {
        (0, _) => "Problem".to_owned(),
        (_, Some(by)) => format!("Path to {}, {by}", bench.cursor),
        (_, None) => format!("Path to {}, step {depth}", bench.cursor),
    };
    if is_cut {
        name += " ↑";
    }
    name += &beyond(0, hidden);
    pane(theme, frame, head, &name);
    let seen: Vec<_> = rows.iter().skip(hidden).take(height).rev().collect();
    for (line, row) in (0..area.height).zip(seen) {
        put(frame, area, line, 0, &found(bench, theme, row));
    }
}

/// By what tokens are shaded, for the heading.
fn shaded(bench: &Workbench) -> Option<String> {
    match (bench.sight.shading, bench.entropies(bench.cursor)) {
        (Shading::Off, _) => None,
        (Shading::Probability, _) => Some("probability".to_owned()),
        (Shading::Entropy, Some(known)) => Some(format!("entropy of top {}", known.of)),
        (Shading::Entropy, None) => Some("entropy not known".to_owned()),
    }
}

/// Lays a step out, its last row first: its number and value in the gutter, its text beside them.
fn step(
    bench: &Workbench,
    theme: &Theme,
    cache: &mut Cache,
    (id, how): (NodeId, How),
    columns: usize,
    gutter: usize,
    rows: &mut Vec<Row>,
) {
    let tree = &bench.tree;
    let node = tree.node(id);
    let raw = match tree.problem() {
        Some(problem) if id == NodeId::ROOT => problem.text.as_str(),
        _ => node.text(),
    };
    let laid = cache.lay(id, raw, node, columns, how);
    let chosen = id == bench.cursor;
    // Where tokens are shaded, a colour of the chosen step would be taken for one of theirs.
    let plain = match (id, chosen && bench.sight.shading == Shading::Off) {
        (NodeId::ROOT, _) => "muted",
        (_, true) => "accent",
        (_, false) => "text",
    };
    let value = tree.evaluation(id, Rating::NAME).map(|evaluation| evaluation.value);
    for index in (0..laid.rows()).rev() {
        let mark = if chosen { "▌" } else { " " };
        let mut row = vec![Span::styled(mark, theme.style("accent"))];
        let number =
            if index > 0 || id == NodeId::ROOT { String::new() } else { node.depth().to_string() };
        if gutter > 3 {
            let (sign, scope) = marks::sign(bench, id);
            let sign = if index == 0 { sign } else { " " };
            row.push(Span::styled(format!("{number:>3}"), theme.style("muted")));
            row.push(Span::styled(sign, theme.style(scope)));
            let (figure, scope) = match value.filter(|_| index == 0) {
                Some(value) => (format!("{value:.2} "), value_scope(value)),
                None => ("     ".to_owned(), "muted"),
            };
            row.push(Span::styled(figure, theme.style(scope)));
        } else {
            row.push(Span::raw(" ".repeat(gutter - 1)));
        }
        row.extend(laid.row(index, theme, plain));
        rows.push(row);
    }
}
