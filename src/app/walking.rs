//! Walking: the commands that move the cursor, scroll and fold.
//!
//! Responsible for where they go. Nothing here changes the tree.

use super::Effect;
use super::layout::{Zoom, path_gutter};
use super::model::Model;
use super::rows::step_text;
use super::workbench::Workbench;
use crate::text::Wrapped;
use crate::tree::NodeId;

/// Rows of the tree pane.
fn rows(model: &Model) -> usize {
    model.layout().tree_rows()
}

/// Moves the cursor to the node that `to` names, if it names one, or to what that one hangs on if it
/// can have no row.
pub(super) fn walk(
    model: &mut Model,
    to: impl FnOnce(&Workbench) -> Option<NodeId>,
) -> Vec<Effect> {
    let rows = rows(model);
    if let Some(bench) = model.workbench_mut()
        && let Some(node) = to(bench).map(|node| bench.outline.showable(&bench.tree, node))
        && bench.is_in_sight(node)
    {
        bench.go_to(node, rows);
    }
    Vec::new()
}

pub(super) fn parent(model: &mut Model) -> Vec<Effect> {
    walk(model, |bench| bench.tree.node(bench.cursor).parent())
}

pub(super) fn child(model: &mut Model) -> Vec<Effect> {
    walk(model, |bench| bench.child_of(bench.cursor))
}

pub(super) fn next(model: &mut Model) -> Vec<Effect> {
    walk(model, |bench| {
        let below = || bench.outline.next(&bench.tree, bench.row()).map(|row| row.head);
        bench.sibling(true).or_else(below)
    })
}

pub(super) fn previous(model: &mut Model) -> Vec<Effect> {
    walk(model, |bench| {
        let above = || {
            let position = bench.outline.position(&bench.tree, bench.cursor).checked_sub(1)?;
            bench.outline.row(&bench.tree, position).map(|row| row.head)
        };
        bench.sibling(false).or_else(above)
    })
}

/// Goes as many siblings on as a wide parent shows at a time, or back.
pub(super) fn far_sibling(model: &mut Model, forwards: bool) -> Vec<Effect> {
    walk(model, |bench| bench.outline.far_sibling(&bench.tree, bench.cursor, forwards))
}

/// Goes to the row at a position; beyond the rows that are in sight, to the first or the last.
pub(super) fn go_to_row(model: &mut Model, position: usize) -> Vec<Effect> {
    walk(model, |bench| {
        let top = bench.top_node();
        let first = bench.outline.position(&bench.tree, top);
        let last = (first + bench.outline.rows_within(top)).saturating_sub(1);
        let position = position.clamp(first, last.max(first));
        bench.outline.row(&bench.tree, position).map(|row| row.head)
    })
}

pub(super) fn half_page(model: &mut Model, direction: isize) -> Vec<Effect> {
    let half = isize::try_from(rows(model) / 2).unwrap_or(1).max(1);
    by_rows(model, half * direction)
}

/// Goes so many rows down, or up if negative.
pub(super) fn by_rows(model: &mut Model, by: isize) -> Vec<Effect> {
    let position =
        model.workbench().map_or(0, |bench| bench.outline.position(&bench.tree, bench.cursor));
    go_to_row(model, position.saturating_add_signed(by))
}

/// Chooses the row at a line of the tree pane; on its fold mark, folds it or unfolds it.
pub(super) fn click(model: &mut Model, line: usize, column: usize) {
    let height = rows(model);
    let Some(bench) = model.workbench() else { return };
    let Some(row) = bench.outline.row(&bench.tree, bench.window(height).0 + line) else { return };
    let level = |id| bench.outline.parents(&bench.tree, id).count();
    let mark = level(row.head) - level(bench.top_node());
    let folds = column == mark && bench.tree.node(row.tail).first_child().is_some();
    walk(model, |_| Some(row.head));
    if let Some(bench) = model.workbench_mut() {
        // The row stays under the pointer.
        bench.line = line;
    }
    if folds {
        toggle_fold(model);
    }
}

pub(super) fn best_answer(model: &mut Model) -> Vec<Effect> {
    if model.workbench().is_some_and(|bench| bench.answers.is_empty()) {
        model.tell("There is no answer yet.");
    }
    walk(model, |bench| bench.best().map(|answer| answer.best))
}

pub(super) fn scroll_path(model: &mut Model, by: isize) -> Vec<Effect> {
    let (layout, formulas) = (model.layout(), model.config.formulas);
    let is_zoomed = model.panes.zoom == Some(Zoom::Path);
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let wanted = bench.path_scroll.saturating_add_signed(-by);
    // No further than there is something: else the way back would begin with keys that seem dead.
    let inside = layout.path.inside();
    let columns = usize::from(inside.width).saturating_sub(path_gutter(inside.width)).max(1);
    let seen = usize::from(inside.height);
    let mut rows = 0;
    let mut path = bench.tree.ancestors(bench.cursor);
    while rows < wanted + seen
        && let Some(id) = path.next()
    {
        let text = match bench.tree.problem().filter(|_| id == NodeId::ROOT) {
            Some(problem) => problem.text.as_str(),
            None => bench.tree.node(id).text(),
        };
        let formulas = formulas && bench.is_unshaded(id);
        rows += Wrapped::new(&step_text(text, formulas), columns).rows().len();
    }
    if layout.evaluations.is_none() {
        rows += bench.evaluations_below(rows, inside, is_zoomed).len();
    }
    bench.path_scroll = wanted.min(rows.saturating_sub(seen));
    Vec::new()
}

pub(super) fn toggle_fold(model: &mut Model) -> Vec<Effect> {
    if let Some(bench) = model.workbench_mut() {
        let tail = bench.row().tail;
        let folded = bench.outline.is_folded(tail);
        bench.outline.set_folded(&bench.tree, tail, !folded);
    }
    Vec::new()
}

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let folded = model.workbench().is_some_and(|bench| bench.outline.is_folded(bench.row().tail));
    if folded { toggle_fold(model) } else { child(model) }
}

pub(super) fn fold_all(model: &mut Model, folded: bool) -> Vec<Effect> {
    if let Some(bench) = model.workbench_mut() {
        bench.outline.set_all_folded(&bench.tree, folded);
    }
    walk(model, |bench| {
        // The cursor stays on what is still to be seen.
        bench.tree.ancestors(bench.cursor).filter(|id| bench.outline.is_folded(*id)).last()
    })
}

pub(super) fn toggle_chains(model: &mut Model) -> Vec<Effect> {
    if let Some(bench) = model.workbench_mut() {
        let joins = !bench.outline.joins_chains();
        bench.outline.set_joins_chains(&bench.tree, joins);
    }
    Vec::new()
}
