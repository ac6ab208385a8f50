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

/// What the person wants of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panes {
    /// The tree's share of the width, in thousandths.
    pub split: u16,
}

impl Default for Panes {
    fn default() -> Self {
        Self { split: 550 }
    }
}

/// The narrowest that the tree and the panes beside it get, in columns.
const NARROWEST: u16 = 24;

/// The panes of the workbench.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        let top = 1;
        let body = height.saturating_sub(3);
        let (status, hints) = (row(height.saturating_sub(2)), row(height.saturating_sub(1)));
        if width < 80 {
            // One column: the tree above the path.
            let tree_height = (body * 3).div_ceil(5);
            let tree = Area { x: 0, y: top, width, height: tree_height };
            let path = Area { x: 0, y: top + tree_height, width, height: body - tree_height };
            return Self {
                title: row(0),
                tree,
                path,
                evaluations: None,
                answers: None,
                status,
                hints,
            };
        }
        let split = u32::from(width) * u32::from(panes.split.min(1000)) / 1000;
        let tree_width = u16::try_from(split).unwrap_or(width).clamp(NARROWEST, width - NARROWEST);
        let tree = Area { x: 0, y: top, width: tree_width, height: body };
        let (x, width) = (tree_width, width - tree_width);
        let answers_height = (body / 4).clamp(4, 9);
        let evaluations_height = if body >= 24 { (body / 4).clamp(5, 10) } else { 0 };
        let path_height = body - answers_height - evaluations_height;
        let path = Area { x, y: top, width, height: path_height };
        let below = |y: u16, height: u16| Area { x, y, width, height };
        Self {
            title: row(0),
            tree,
            path,
            evaluations: (evaluations_height > 0)
                .then(|| below(top + path_height, evaluations_height)),
            answers: Some(below(top + path_height + evaluations_height, answers_height)),
            status,
            hints,
        }
    }

    /// Returns how many rows of the tree fit.
    #[must_use]
    pub fn tree_rows(&self) -> usize {
        usize::from(self.tree.height.saturating_sub(1)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn panes_lie_inside_the_terminal_and_do_not_overlap(width in 40u16..400, height in 10u16..200, split in 0u16..1200) {
            let layout = Layout::of((width, height), Panes { split });
            let panes = [Some(layout.title), Some(layout.tree), Some(layout.path), layout.evaluations,
                layout.answers, Some(layout.status), Some(layout.hints)];
            let mut cells = 0u32;
            for pane in panes.into_iter().flatten() {
                prop_assert!(pane.x + pane.width <= width && pane.y + pane.height <= height);
                cells += u32::from(pane.width) * u32::from(pane.height);
            }
            prop_assert_eq!(cells, u32::from(width) * u32::from(height));
            prop_assert!(layout.path.height >= 2);
        }
    }
}
