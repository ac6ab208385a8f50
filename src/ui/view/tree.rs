//! The tree pane: one row per node, chains on one row.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Span;

use super::{pane, put, value_scope};
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::evaluate::{Rating, verify};
use crate::text::{SafeText, pad, truncate, width};
use crate::tree::{Finish, NodeId, Row, State, Tree};
use crate::ui::theme::Theme;

/// Columns of the figures at the right: bar, value and visits, or value and visits.
const FIGURES: usize = 17;
const FEW_FIGURES: usize = 11;

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let nodes = bench.tree.len() - 1;
    let name = if nodes == 1 { "Tree, 1 node".to_owned() } else { format!("Tree, {nodes} nodes") };
    let area = pane(theme, frame, area, &name);
    let height = usize::from(area.height);
    let top = bench.top(height);
    let mut row = bench.outline.row(&bench.tree, top);
    for line in 0..area.height {
        let Some(shown) = row else { break };
        draw_row(bench, theme, frame, Area { y: area.y + line, height: 1, ..area }, shown);
        row = bench.outline.next(&bench.tree, shown);
    }
}

fn draw_row(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area, row: Row) {
    let tree = &bench.tree;
    let here = bench.outline.head(tree, bench.cursor) == row.head;
    // A chain shows its first step, or the chosen one.
    let id = if here { bench.cursor } else { row.head };
    let base = if here { theme.style("selection") } else { Style::new() };
    let columns = usize::from(area.width);
    let figures = match columns {
        60.. => FIGURES,
        30.. => FEW_FIGURES,
        _ => 5,
    };
    let (word, scope) = standing(tree, row.tail);
    let style = theme.style(scope);
    let mut left = guides(bench, row.head, columns / 2);
    left.push_str(fold_mark(bench, row.tail));
    let glyph = glyph(tree, row.tail);
    let text = SafeText::line(step_text(tree, id));
    let chain = format!("{}{}", repeats(tree, id), chain_length(tree, row, id));
    let word = if word.is_empty() { String::new() } else { format!(" {word}") };
    let tail = format!("{chain}{word}");
    let room = columns.saturating_sub(figures + width(&left) + 2 + width(&tail));
    let (text, used) = truncate(&text, room);
    let gap = " ".repeat(room - used.min(room));
    let mut spans = vec![
        Span::styled(left, theme.style("border")),
        Span::styled(format!("{glyph} "), style),
        Span::styled(text.into_owned(), style),
        Span::styled(tail, if scope == "state.open" { theme.style("muted") } else { style }),
        Span::raw(gap),
    ];
    spans.extend(figures_of(tree, id, figures, theme));
    for span in &mut spans {
        span.style = span.style.patch(base);
    }
    put(frame, area, 0, 0, &spans);
}

/// Lines that lead from a row's parents to it; at most so many columns.
fn guides(bench: &Workbench, head: NodeId, most: usize) -> String {
    let tree = &bench.tree;
    if head == NodeId::ROOT {
        return String::new();
    }
    let mut lines = vec![if bench.outline.has_next(tree, head) { "├" } else { "└" }];
    for above in bench.outline.parents(tree, head).take_while(|above| *above != NodeId::ROOT) {
        if lines.len() >= most.max(2) - 1 {
            lines.push("…");
            break;
        }
        lines.push(if bench.outline.has_next(tree, above) { "│" } else { " " });
    }
    lines.into_iter().rev().collect()
}

fn fold_mark(bench: &Workbench, tail: NodeId) -> &'static str {
    match (bench.tree.node(tail).first_child(), bench.outline.is_folded(tail)) {
        (None, _) => "─",
        (Some(_), true) => "▸",
        (Some(_), false) => "▾",
    }
}

/// What a person should know of a node before anything else: a word, and the scope of its style.
fn standing(tree: &Tree, id: NodeId) -> (&'static str, &'static str) {
    if id == NodeId::ROOT {
        return ("", "title");
    }
    if tree.node(id).is_pruned() {
        return ("pruned", "state.pruned");
    }
    if !tree.is_live(id) {
        return ("", "state.pruned");
    }
    let verdict = tree.evaluation(id, verify::NAME).map(|verdict| verdict.value > 0.5);
    match (tree.node(id).state(), verdict) {
        (State::Answered, Some(true)) => ("right", "right"),
        (State::Answered, Some(false)) => ("wrong", "wrong"),
        (State::Answered, None) => ("answer", "state.answer"),
        (State::Growing, _) => ("growing", "state.growing"),
        (State::Duplicate, _) => ("duplicate", "state.duplicate"),
        (State::Interrupted, _) => ("interrupted", "state.interrupted"),
        (State::Open, _) => ("", "state.open"),
    }
}

fn glyph(tree: &Tree, id: NodeId) -> &'static str {
    if tree.node(id).is_pruned() {
        return "×";
    }
    let verdict = tree.evaluation(id, verify::NAME).map(|verdict| verdict.value > 0.5);
    match (tree.node(id).state(), verdict) {
        (State::Answered, Some(true)) => "✓",
        (State::Answered, Some(false)) => "✗",
        (State::Answered, None) => "●",
        (State::Growing, _) => "◌",
        (State::Duplicate, _) => "=",
        (State::Interrupted, _) => "!",
        (State::Open, _) => "·",
    }
}

fn step_text(tree: &Tree, id: NodeId) -> &str {
    let text = match tree.problem() {
        Some(problem) if id == NodeId::ROOT => problem.text.as_str(),
        _ => tree.node(id).text(),
    };
    text.trim().lines().next().unwrap_or("")
}

/// How many steps share the row, or which of them is shown.
fn chain_length(tree: &Tree, row: Row, shown: NodeId) -> String {
    let depth = |id: NodeId| tree.node(id).depth();
    let steps = depth(row.tail) - depth(row.head);
    match (steps, depth(shown) - depth(row.head)) {
        (0, _) => String::new(),
        (steps, 0) => format!(" ⋯ +{steps}"),
        (steps, at) => format!(" ⋯ {} of {}", at + 1, steps + 1),
    }
}

/// How often a step was sampled, if more than once.
fn repeats(tree: &Tree, id: NodeId) -> String {
    let Some(parent) = tree.node(id).parent() else { return String::new() };
    let of_this = |child: &NodeId| matches!(tree.node(*child).finish(), Some(Finish::Duplicate { of }) if *of == id);
    match tree.children(parent).filter(of_this).count() {
        0 => String::new(),
        more => format!(" ×{}", more + 1),
    }
}

/// Value bar, value and visits, in so many columns.
fn figures_of(tree: &Tree, id: NodeId, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let record = tree.statistics(id, Rating::NAME);
    if record.visits == 0 {
        return vec![Span::raw(" ".repeat(columns))];
    }
    let style = theme.style(value_scope(record.mean));
    let mut spans = vec![Span::raw(" ")];
    if columns == FIGURES {
        spans.push(Span::styled(pad(&bar(record.mean, 5), 5), style));
        spans.push(Span::raw(" "));
    }
    spans.push(Span::styled(format!("{:.2}", record.mean), style));
    if columns > 5 {
        spans.push(Span::styled(format!("{:>5} ", visits(record.visits)), theme.style("muted")));
    }
    spans
}

fn visits(count: u64) -> String {
    match count {
        0..=9999 => count.to_string(),
        10_000..=999_999 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    }
}

/// A bar of a value in `[0, 1]`, in eighths of a column.
pub fn bar(value: f64, columns: u32) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let eighths = (value.clamp(0.0, 1.0) * f64::from(columns) * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}
