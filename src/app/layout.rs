//! Where the panes are, for a terminal of a given size.
//!
//! Responsible for the arithmetic alone, so that paging in `update` and drawing in `ui` agree.

/// The smallest terminal that the program draws on, in columns and rows.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The most columns and rows that the panes take; the rest of a larger terminal stays empty.
const LARGEST: u16 = 4000;

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// Column of the left edge.
    pub x: u16,
    /// Row of the upper edge.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Returns what is left of a pane for its content, below its heading and beside its rule.
    #[must_use]
    pub fn inside(self) -> Self {
        let indent = u16::from(self.x > 0) * 2;
        Self {
            x: self.x + indent,
            y: self.y + 1,
            width: self.width.saturating_sub(indent),
            height: self.height.saturating_sub(1),
        }
    }
}

/// What the person wants of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes {
    /// The tree's share of the columns of tree and path, in thousandths.
    pub split: u16,
    /// The pane that has the screen to itself, if one has.
    pub zoom: Option<Zoom>,
}

/// A pane that can have the screen to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zoom {
    /// The tree.
    Tree,
    /// The path, with the evaluations of the chosen node.
    Path,
}

impl Default for Panes {
    fn default() -> Self {
        Self { split: 550, zoom: None }
    }
}

/// The fewest columns of a screen with three columns of panes.
const WIDE: u16 = 150;

/// The narrowest that the tree and the panes beside it get, in columns.
const NARROWEST: u16 = 24;

/// The panes of the workbench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// The problem and the session's name, on one row.
    pub title: Area,
    /// The tree.
    pub tree: Area,
    /// The path to the chosen node.
    pub path: Area,
    /// The chosen node's evaluations; absent on small terminals, where the path has them.
    pub evaluations: Option<Area>,
    /// The answers.
    pub answers: Option<Area>,
    /// The charts, on wide and high terminals.
    pub charts: Option<Area>,
    /// The status line.
    pub status: Area,
    /// The line of hints, or the notice.
    pub hints: Area,
}

impl Layout {
    /// Returns the panes for a terminal of so many columns and rows; for one that is too small or
    /// too large, those of the smallest or largest.
    #[must_use]
    pub fn of((width, height): (u16, u16), panes: Panes) -> Self {
        let (width, height) = (width.clamp(SMALLEST.0, LARGEST), height.clamp(SMALLEST.1, LARGEST));
        let row = |y: u16| Area { x: 0, y, width, height: 1 };
        let body = Area { x: 0, y: 1, width, height: height.saturating_sub(3) };
        let layout = Self {
            title: row(0),
            status: row(height.saturating_sub(2)),
            hints: row(height.saturating_sub(1)),
            ..Self::default()
        };
        match panes.zoom {
            Some(Zoom::Tree) => Self { tree: body, ..layout },
            Some(Zoom::Path) => Self { path: body, ..layout },
            None if width < 80 => layout.in_one_column(body),
            None if width < WIDE => layout.in_two_columns(body, panes.split),
            None => layout.in_three_columns(body, panes.split),
        }
    }

    /// The tree above the path.
    fn in_one_column(self, body: Area) -> Self {
        let tree = Area { height: (body.height * 3).div_ceil(5), ..body };
        let (y, height) = (body.y + tree.height, body.height - tree.height);
        Self { tree, path: Area { y, height, ..body }, ..self }
    }

    /// The tree beside all others.
    fn in_two_columns(self, body: Area, split: u16) -> Self {
        let (tree, right) = beside(body, share(body.width, split));
        let answers = (body.height / 4).clamp(4, 7);
        let evaluations = if body.height >= 24 { (body.height * 2 / 5).clamp(5, 16) } else { 0 };
        let (path, below) = stacked(right, body.height - answers - evaluations);
        let (evaluations, answers) = stacked(below, evaluations);
        let evaluations = (evaluations.height > 0).then_some(evaluations);
        Self { tree, path, evaluations, answers: Some(answers), ..self }
    }

    /// The tree, the path, and what is known of both.
    fn in_three_columns(self, body: Area, split: u16) -> Self {
        let third = (body.width / 4).clamp(38, 56);
        let (rest, right) = beside(body, body.width - third);
        let (tree, path) = beside(rest, share(rest.width, split));
        let charts = if body.height >= 30 { (body.height / 3).clamp(12, 20) } else { 0 };
        let answers = (body.height / 3).clamp(4, 14);
        let (evaluations, below) = stacked(right, body.height - answers - charts);
        let (answers, charts) = stacked(below, answers);
        Self {
            tree,
            path,
            evaluations: Some(evaluations),
            answers: Some(answers),
            charts: (charts.height > 0).then_some(charts),
            ..self
        }
    }

    /// Returns how many rows of the tree fit.
    #[must_use]
    pub fn tree_rows(&self) -> usize {
        usize::from(self.tree.height.saturating_sub(1)).max(1)
    }
}

/// Returns the columns of a path pane's gutter, which has a step's number and value, where so many
/// columns are inside of it.
#[must_use]
pub fn path_gutter(columns: u16) -> usize {
    if columns >= 36 { 10 } else { 3 }
}

/// A share of some columns, given in thousandths, that leaves room on both sides.
fn share(columns: u16, thousandths: u16) -> u16 {
    let share = u32::from(columns) * u32::from(thousandths.min(1000)) / 1000;
    u16::try_from(share).unwrap_or(columns).clamp(NARROWEST, columns - NARROWEST)
}

/// Two areas side by side, the left one with so many columns.
fn beside(area: Area, columns: u16) -> (Area, Area) {
    let right = Area { x: area.x + columns, width: area.width - columns, ..area };
    (Area { width: columns, ..area }, right)
}

/// Two areas, the upper one with so many rows.
fn stacked(area: Area, rows: u16) -> (Area, Area) {
    let lower = Area { y: area.y + rows, height: area.height - rows, ..area };
    (Area { height: rows, ..area }, lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn panes_lie_inside_the_terminal_and_do_not_overlap(width in 40u16..400, height in 10u16..200, split in 0u16..1200, zoom in 0usize..3) {
            let zoom = [None, Some(Zoom::Tree), Some(Zoom::Path)][zoom];
            let layout = Layout::of((width, height), Panes { split, zoom });
            let panes = [Some(layout.title), Some(layout.tree), Some(layout.path), layout.evaluations,
                layout.answers, layout.charts, Some(layout.status), Some(layout.hints)];
            let mut cells = 0u32;
            for pane in panes.into_iter().flatten() {
                prop_assert!(pane.x + pane.width <= width && pane.y + pane.height <= height);
                cells += u32::from(pane.width) * u32::from(pane.height);
            }
            prop_assert_eq!(cells, u32::from(width) * u32::from(height));
            prop_assert!(layout.path.height >= 2 || zoom == Some(Zoom::Tree));
        }
    }
}
