//! The tree as a drawn graph: depth to the right, siblings downwards, so that the keys of the
//! rows lead the same ways.
//!
//! Responsible for where nodes lie and for drawing lines in braille dots. Of a large tree the
//! upper part is drawn, and the heading says how much of it.

use std::collections::{HashMap, HashSet};

use ratatui::Frame;
use ratatui::text::Span;

use super::{pane, put};
use crate::app::Workbench;
use crate::app::layout::Area;
use crate::tree::{NodeId, State};
use crate::ui::theme::Theme;

/// The most nodes that are drawn.
const MOST: usize = 1200;
/// The lines of dots in a row of cells.
const DOTS: usize = 4;
/// The most nodes of the chosen path, and of the best, that are drawn beyond those.
const PATH: usize = 300;

/// Where a node lies, in shares of the pane.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    across: f64,
    down: f64,
}

/// Scopes of lines, the later drawn over the earlier.
const LINES: [&str; 4] = ["graph.pruned", "graph.line", "graph.best", "graph.chosen"];

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let (nodes, is_whole) = upper_part(bench, usize::from(area.height.saturating_sub(1)) * DOTS);
    let steps = nodes.len() - 1;
    // Repeats are not drawn, nor what is hidden.
    let name = match bench.tree.len() - 1 {
        all if all == steps => format!("Graph, {all} nodes"),
        all if is_whole => format!("Graph, {steps} of {all} nodes"),
        all => format!("Graph, the first {steps} of {all} nodes"),
    };
    let area = pane(theme, frame, area, &name);
    let places = places(bench, &nodes);
    let mut canvas = Canvas::new(usize::from(area.width), usize::from(area.height));
    let best_answer = bench.best().map(|answer| answer.best);
    let path = |id: Option<NodeId>| -> HashSet<NodeId> {
        id.into_iter().flat_map(|id| bench.tree.ancestors(id)).collect()
    };
    let (best, chosen) = (path(best_answer), path(Some(bench.cursor)));
    for id in &nodes[1..] {
        let Some(parent) = bench.tree.node(*id).parent() else { continue };
        let (Some(from), Some(to)) = (places.get(&parent), places.get(id)) else { continue };
        let rank = if chosen.contains(id) {
            3
        } else if best.contains(id) {
            2
        } else {
            u8::from(bench.tree.is_live(*id))
        };
        canvas.line(*from, *to, rank);
    }
    for row in 0..area.height {
        put(frame, area, row, 0, &canvas.row(usize::from(row), theme));
    }
    for id in &nodes {
        let node = bench.tree.node(*id);
        let (glyph, scope) = match (*id == bench.cursor, node.state()) {
            (true, _) => ("◉", "graph.chosen"),
            (false, State::Answered) if best_answer == Some(*id) => ("★", "graph.best"),
            (false, State::Answered) => ("●", "state.answer"),
            (false, State::Growing) => ("◌", "state.growing"),
            _ => continue,
        };
        if let Some(place) = places.get(id) {
            let (column, row) = canvas.cell(*place);
            put(frame, area, row, column, &[Span::styled(glyph, theme.style(scope))]);
        }
    }
}

/// The nodes that are drawn, level by level, and whether they are all; the paths to the chosen one
/// and to the best answer are always among them. There are no more leaves than lines of dots: more would lie upon each other.
fn upper_part(bench: &Workbench, lines: usize) -> (Vec<NodeId>, bool) {
    let mut nodes = vec![bench.top_node()];
    let (mut at, mut leaves) = (0, 1);
    let is_whole = loop {
        let Some(next) = nodes.get(at) else { break true };
        if nodes.len() >= MOST || leaves >= lines {
            break false;
        }
        let (before, room) = (nodes.len(), (MOST - nodes.len()).min(lines + 1 - leaves));
        let children = bench.outline.children(&bench.tree, *next);
        nodes.extend(children.filter(|child| !bench.outline.is_hidden(*child)).take(room));
        leaves += (nodes.len() - before).saturating_sub(1);
        at += 1;
    };
    for end in [Some(bench.cursor), bench.best().map(|answer| answer.best)].into_iter().flatten() {
        let mut path = bench.tree.path(end);
        path.retain(|id| bench.is_in_sight(*id) && !nodes.contains(id));
        path.truncate(PATH);
        nodes.append(&mut path);
    }
    (nodes, is_whole)
}

/// Gives every node its place: leaves one below the other, parents in the middle of theirs.
fn places(bench: &Workbench, nodes: &[NodeId]) -> HashMap<NodeId, Place> {
    let tree = &bench.tree;
    let top = nodes[0];
    let mut below: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for id in &nodes[1..] {
        if let Some(parent) = tree.node(*id).parent() {
            below.entry(parent).or_default().push(*id);
        }
    }
    for children in below.values_mut() {
        children.sort();
    }
    let depth = |id: NodeId| f64::from(tree.node(id).depth() - tree.node(top).depth());
    let deepest = nodes.iter().map(|id| depth(*id)).fold(1.0, f64::max);
    let mut lines: HashMap<NodeId, f64> = HashMap::new();
    let mut leaves = 0.0;
    // Children before their parents, without recursion: a path may be long.
    let mut stack = vec![(top, false)];
    while let Some((id, seen)) = stack.pop() {
        match below.get(&id) {
            Some(children) if !seen => {
                stack.push((id, true));
                stack.extend(children.iter().rev().map(|child| (*child, false)));
            }
            Some(children) => {
                let (first, last) = (children[0], children[children.len() - 1]);
                lines.insert(id, f64::midpoint(lines[&first], lines[&last]));
            }
            None => {
                lines.insert(id, leaves);
                leaves += 1.0;
            }
        }
    }
    let last = f64::max(leaves - 1.0, 1.0);
    let down = |line: f64| if leaves > 1.0 { line / last } else { 0.5 };
    nodes
        .iter()
        .filter_map(|id| {
            let line = *lines.get(id)?;
            Some((*id, Place { across: depth(*id) / deepest, down: down(line) }))
        })
        .collect()
}

/// A field of braille dots, two by four a cell, each cell with the rank of its highest line.
struct Canvas {
    columns: usize,
    rows: usize,
    cells: Vec<(u8, u8)>,
}

impl Canvas {
    fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, cells: vec![(0, 0); columns * rows] }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // shares of a screen
    fn dot(&self, place: Place) -> (i64, i64) {
        let share =
            |share: f64, dots: usize| (share * dots.saturating_sub(1) as f64).round() as i64;
        (share(place.across, self.columns * 2), share(place.down, self.rows * 4))
    }

    fn cell(&self, place: Place) -> (u16, u16) {
        let (x, y) = self.dot(place);
        (u16::try_from(x / 2).unwrap_or(0), u16::try_from(y / 4).unwrap_or(0))
    }

    /// Draws a line (Bresenham).
    fn line(&mut self, from: Place, to: Place, rank: u8) {
        let ((mut x, mut y), (end_x, end_y)) = (self.dot(from), self.dot(to));
        let (wide, high) = ((end_x - x).abs(), -(end_y - y).abs());
        let (step_x, step_y) = ((end_x - x).signum(), (end_y - y).signum());
        let mut error = wide + high;
        loop {
            self.set(x, y, rank);
            if (x, y) == (end_x, end_y) {
                return;
            }
            let twice = 2 * error;
            if twice >= high {
                error += high;
                x += step_x;
            }
            if twice <= wide {
                error += wide;
                y += step_y;
            }
        }
    }

    fn set(&mut self, x: i64, y: i64, rank: u8) {
        const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.columns * 2
            && let Some(cell) = self.cells.get_mut(y / 4 * self.columns + x / 2)
        {
            cell.0 |= DOTS[y % 4][x % 2];
            cell.1 = cell.1.max(rank);
        }
    }

    fn row(&self, row: usize, theme: &Theme) -> Vec<Span<'static>> {
        let cells =
            self.cells.get(row * self.columns..(row + 1) * self.columns).unwrap_or_default();
        let mut spans: Vec<(u8, String)> = Vec::new();
        for (dots, rank) in cells {
            let glyph = match dots {
                0 => ' ',
                dots => char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' '),
            };
            match spans.last_mut().filter(|(last, _)| last == rank) {
                Some((_, text)) => text.push(glyph),
                None => spans.push((*rank, glyph.to_string())),
            }
        }
        let styled = |(rank, text)| Span::styled(text, theme.style(LINES[usize::from(rank)]));
        spans.into_iter().map(styled).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leads_from_corner_to_corner() {
        let mut canvas = Canvas::new(3, 1);
        canvas.line(Place { across: 0.0, down: 0.0 }, Place { across: 1.0, down: 1.0 }, 1);
        let dots: u32 = canvas.cells.iter().map(|(dots, _)| dots.count_ones()).sum();
        assert_eq!(dots, 6, "one dot a column");
        assert_eq!((canvas.cells[0].0 & 0x01, canvas.cells[2].0 & 0x80), (0x01, 0x80));
        let text: String =
            canvas.row(0, &Theme::mono()).iter().map(|span| span.content.to_string()).collect();
        assert_eq!(text.chars().count(), 3);
    }
}
