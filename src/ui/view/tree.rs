//! The tree pane: one row per node, chains on one row.

use std::borrow::Cow;
use std::fmt::Write;

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Span;

use super::figures::Figures;
use super::{beyond, found, marks, minimap, pane, put};
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::evaluate::verify;
use crate::monitor::state_sign;
use crate::text::{SafeText, cells, truncate, width};
use crate::tree::{Finish, NodeId, Row, State, Tree};
use crate::ui::theme::Theme;

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let head = area;
    let height = usize::from(area.inside().height);
    let (top, end) = bench.window(height);
    let map = minimap::columns(area.inside().width);
    let mut name = name(bench);
    if map == 0 {
        let first = bench.outline.position(&bench.tree, bench.top_node());
        name += &beyond(top.saturating_sub(first), end.saturating_sub(top + height));
    }
    let area = pane(theme, frame, area, &name);
    let rows = Area { width: area.width - map, ..area };
    let figures = Figures::of(usize::from(rows.width), &bench.sight.columns);
    figures.head(theme, frame, Area { width: head.width - map, height: 1, ..head });
    let mut row = bench.outline.row(&bench.tree, top);
    let sticky = sticky(bench, top, height);
    for line in 0..area.height {
        let Some(shown) = row else { break };
        if top + usize::from(line) >= end {
            break;
        }
        let above = sticky.get(usize::from(line));
        let place = Area { y: area.y + line, height: 1, ..rows };
        draw_row(
            bench,
            theme,
            frame,
            place,
            above.copied().unwrap_or(shown),
            &figures,
            above.is_some(),
        );
        row = bench.outline.next(&bench.tree, shown);
    }
    if map > 0 {
        let strip = Area { x: area.x + area.width - map, width: map, ..area };
        minimap::draw(bench, theme, frame, strip, top, end);
    }
}

fn name(bench: &Workbench) -> String {
    let nodes = bench.tree.len() - 1;
    let mut name =
        if nodes == 1 { "Tree, 1 node".to_owned() } else { format!("Tree, {nodes} nodes") };
    if let Some(top) = bench.sight.top {
        let _ = write!(name, ", below {top}");
    }
    if !bench.sight.filter.is_empty() {
        let _ = write!(name, ", with {}", SafeText::line(&bench.sight.filter));
    }
    name
}

/// The rows above the first that the first ones hang from: they stay in sight, as far as the
/// cursor's own row leaves room.
fn sticky(bench: &Workbench, top: usize, height: usize) -> Vec<Row> {
    let (tree, outline) = (&bench.tree, &bench.outline);
    let cursor = outline.position(tree, bench.cursor).saturating_sub(top);
    let room = STICKY.min(cursor).min(height / 5);
    let Some(first) = outline.row(tree, top + room).filter(|_| top > 0) else { return Vec::new() };
    let above = outline.parents(tree, first.head).take_while(|head| bench.is_in_sight(*head));
    let gone = above.filter(|head| outline.position(tree, *head) < top + room);
    let mut rows: Vec<_> = gone.take(room).filter_map(|head| outline.row_of(tree, head)).collect();
    rows.reverse();
    rows
}

/// Columns of a step's text that stay in sight, whatever is said of it.
const BEGINNING: usize = 8;
/// The most rows that stay in sight.
const STICKY: usize = 3;

fn draw_row(
    bench: &Workbench,
    theme: &Theme,
    frame: &mut Frame,
    area: Area,
    row: Row,
    figures: &Figures,
    is_sticky: bool,
) {
    let tree = &bench.tree;
    let here = bench.outline.head(tree, bench.cursor) == row.head;
    // A chain shows its first step, or the chosen one.
    let id = if here { bench.cursor } else { row.head };
    let base = match (here, is_sticky) {
        (true, _) => theme.style("selection"),
        (false, true) => theme.style("muted"),
        (false, false) => Style::new(),
    };
    let columns = usize::from(area.width);
    let (word, scope) = match standing(tree, row.tail) {
        ("" | "answer" | "end" | "wrong", _) if bench.is_doomed(id) => ("prune?", "state.pruned"),
        standing => standing,
    };
    let downstream = scope == "state.open" && marks::is_downstream(bench, id);
    let style = theme.style(if downstream { "downstream" } else { scope });
    let mut left = guides(bench, row.head, columns / 2);
    left.push_str(fold_mark(bench, row.tail));
    let glyph = match (bench.is_selected(id), downstream) {
        (true, _) => "◆",
        (false, true) => "↳",
        (false, false) => state_sign(tree, row.tail),
    };
    let text = SafeText::row(step_text(tree, id), columns + bench.sight.shift);
    let text = shifted(&text, bench.sight.shift);
    let chain =
        format!("{}{}{}", repeats(tree, id), chain_length(tree, row, id), bucket(bench, row.tail));
    let word = if word.is_empty() { String::new() } else { format!(" {word}") };
    let words = format!("{word}{}", marks::words(bench, id));
    // What a row stands for makes way first, then words for the beginning of the text, and all for
    // the figures.
    let all = columns.saturating_sub(figures.columns() + width(&left) + 2);
    let most = all - width(&text).min(BEGINNING).min(all);
    let mut tail = format!("{chain}{words}");
    if width(&tail) > most {
        tail = format!(" …{words}");
    }
    let (tail, _) = truncate(&tail, most);
    let room = all - width(&tail).min(all);
    let (text, used) = truncate(&text, room);
    let gap = " ".repeat(room - used.min(room));
    let said = if scope == "state.open" { theme.style("muted") } else { style };
    let mut spans = vec![
        Span::styled(left, theme.style("border")),
        Span::styled(format!("{glyph} "), style),
        Span::styled(text.into_owned(), style),
        Span::styled(tail.into_owned(), said),
        Span::raw(gap),
    ];
    spans.extend(figures.of_node(tree, id, theme));
    for span in &mut spans {
        span.style = span.style.patch(base);
    }
    // What is looked for stands out of the chosen row, too.
    let text = found(bench, theme, &spans[2..3]);
    spans.splice(2..3, text);
    put(frame, area, 0, 0, &spans);
}

/// A text without its first columns, with a mark that they are gone.
fn shifted(text: &str, columns: usize) -> Cow<'_, str> {
    if columns == 0 {
        return Cow::Borrowed(text);
    }
    let mut gone = 0;
    let rest = cells(text).find(|cell| {
        let kept = gone > columns;
        gone += cell.columns;
        kept
    });
    Cow::Owned(format!("…{}", rest.map_or("", |cell| &text[cell.start..])))
}

/// Lines that lead from a row's parents to it; at most so many columns.
fn guides(bench: &Workbench, head: NodeId, most: usize) -> String {
    let tree = &bench.tree;
    if head == bench.outline.head(tree, bench.top_node()) {
        return String::new();
    }
    let mut lines = vec![if bench.outline.has_next(tree, head) { "├" } else { "└" }];
    let top = bench.outline.head(tree, bench.top_node());
    for above in bench.outline.parents(tree, head).take_while(|above| *above != top) {
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
        (_, None) if tree.node(id).ends_without_answer() => ("end", "muted"),
        (State::Answered, None) => ("answer", "state.answer"),
        (State::Growing, _) => ("growing", "state.growing"),
        (State::Duplicate, _) => ("duplicate", "state.duplicate"),
        (State::Interrupted, _) => ("interrupted", "state.interrupted"),
        (State::Open, _) => ("", "state.open"),
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

/// Which of its children a wide parent shows.
fn bucket(bench: &Workbench, id: NodeId) -> String {
    if bench.outline.is_folded(id) {
        return String::new();
    }
    let shown = bench.outline.bucket(&bench.tree, id);
    shown.map_or_else(String::new, |(first, last, all)| format!(" {first} to {last} of {all}"))
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
