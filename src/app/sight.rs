//! How the tree is looked at: as rows or as a graph, from which node on, with which figures.
//!
//! Responsible for what only concerns looking. Nothing here changes the tree.

use super::Effect;
use super::argument::Arguments;
use super::find::{self, Find};
use super::layout::Zoom;
use super::model::Model;
use super::shading::Shading;
use super::walking::walk;
use super::workbench::Workbench;
use crate::evaluate::Rating;
use crate::tree::NodeId;

/// How the tree is looked at.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// Whether it is drawn as a graph.
    pub graph: bool,
    /// The node that stands for the root at present.
    pub top: Option<NodeId>,
    /// How many columns of the steps' texts are scrolled out to the left.
    pub shift: usize,
    /// By what siblings are sorted; empty for the order of their creation.
    pub order: &'static str,
    /// The evaluators that have a column beside the search's own.
    pub columns: Vec<String>,
    /// By what tokens are shaded.
    pub shading: Shading,
    /// What is looked for.
    pub find: Option<Find>,
    /// What is filtered by; empty if nothing is.
    pub filter: String,
}

impl Workbench {
    /// Returns the node that the tree pane begins with.
    #[must_use]
    pub fn top_node(&self) -> NodeId {
        self.sight.top.unwrap_or(NodeId::ROOT)
    }

    /// Returns whether a node lies below the node that the tree pane begins with.
    #[must_use]
    pub fn is_in_sight(&self, id: NodeId) -> bool {
        self.sight.top.is_none_or(|top| self.tree.is_within(id, top))
    }
}

fn sight(model: &mut Model) -> Option<&mut Sight> {
    model.workbench_mut().map(|bench| &mut bench.sight)
}

/// Draws the tree as a graph, or as rows.
pub(super) fn graph(model: &mut Model) -> Vec<Effect> {
    if let Some(sight) = sight(model) {
        sight.graph = !sight.graph;
    }
    Vec::new()
}

/// Scrolls the texts of the rows sideways.
pub(super) fn shift(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(sight) = sight(model) {
        sight.shift = sight.shift.saturating_add_signed(by).min(crate::text::LINE_COLUMNS);
    }
    Vec::new()
}

/// Lets the chosen node stand for the root, or the root again.
pub(super) fn hoist(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let head = bench.outline.head(&bench.tree, bench.cursor);
    if bench.sight.top == Some(head) || (bench.sight.top.is_some() && head == NodeId::ROOT) {
        return lower(model);
    }
    if head == NodeId::ROOT {
        return Vec::new();
    }
    bench.sight.top = Some(head);
    bench.line = 0;
    bench.outline.set_folded(&bench.tree, head, false);
    model.tell(format!("Only what is below {head} is shown; zo or Esc shows the whole tree."));
    Vec::new()
}

/// Shows the whole tree.
pub(super) fn lower(model: &mut Model) -> Vec<Effect> {
    if let Some(sight) = sight(model) {
        sight.top = None;
    }
    let here = model.workbench().map(|bench| bench.cursor);
    walk(model, |_| here);
    Vec::new()
}

/// By what siblings can be sorted, and how the person reads each.
const ORDERS: [(&str, &str); 3] = [
    ("value", "Siblings are sorted by value, the highest first; what grows now stands last."),
    ("visits", "Siblings are sorted by visits, the most first; what grows now stands last."),
    ("creation", "Siblings stand in the order of their creation."),
];

/// Sorts siblings by what is named, or by the next in turn.
pub(super) fn sort(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let at = |order: &str| ORDERS.iter().position(|(name, _)| *name == order);
    let next = at(bench.sight.order).map_or(0, |at| (at + 1) % ORDERS.len());
    let wanted = if arguments.text().is_empty() { Some(next) } else { at(arguments.text()) };
    let Some((name, told)) = wanted.map(|at| ORDERS[at]) else {
        let names = ORDERS.map(|(name, _)| name).join(", ");
        model.complain(format!("Siblings are sorted by one of: {names}."));
        return Vec::new();
    };
    bench.sight.order = name;
    let Workbench { tree, outline, .. } = &mut *bench;
    let tree = &*tree;
    #[allow(clippy::cast_precision_loss)]
    match name {
        "value" => outline.sort(tree, Some(&|id| tree.statistics(id, Rating::NAME).mean)),
        "visits" => outline.sort(tree, Some(&|id| tree.statistics(id, Rating::NAME).visits as f64)),
        _ => outline.sort(tree, None),
    }
    let here = bench.cursor;
    walk(model, |_| Some(here));
    model.tell(told);
    Vec::new()
}

/// The orders of siblings.
pub(super) fn orders(_: &Model) -> Vec<String> {
    ORDERS.map(|(name, _)| name.to_owned()).to_vec()
}

/// Gives the tree the screen to itself, then the path, then none.
pub(super) fn zoom(model: &mut Model) -> Vec<Effect> {
    model.panes.zoom = match model.panes.zoom {
        None => Some(Zoom::Tree),
        Some(Zoom::Tree) => Some(Zoom::Path),
        Some(Zoom::Path) => None,
    };
    Vec::new()
}

/// Adds a column for an evaluator, or takes it away.
pub(super) fn column(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let name = arguments.text();
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if let Some(at) = bench.sight.columns.iter().position(|column| column == name) {
        bench.sight.columns.remove(at);
        model.tell(format!("The column {name} is gone."));
    } else if evaluators(model).iter().any(|known| known == name) {
        if let Some(sight) = sight(model) {
            sight.columns.push(name.to_owned());
        }
        model.tell(format!("{name} has a column; it shows where the tree is wide enough."));
    } else {
        let known = evaluators(model).join(", ");
        model.complain(format!("No evaluator {name} has judged this tree; there is: {known}."));
    }
    Vec::new()
}

/// The evaluators that have judged the tree.
pub(super) fn evaluators(model: &Model) -> Vec<String> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    // The newest judgements of a few hundred nodes name every evaluator that a search uses.
    let recent = bench.tree.ids().rev().take(500);
    let judged = recent.flat_map(|id| bench.tree.node(id).evaluations());
    let mut names: Vec<_> = judged.map(|evaluation| evaluation.evaluator.to_string()).collect();
    names.extend(bench.tree.evaluators().iter().cloned());
    names.sort();
    names.dedup();
    names.retain(|name| name != Rating::NAME);
    names
}

/// Escape on the workbench: ends the selection, then judging, then the zoom, then
/// what is looked for, then the filter, then the narrower sight.
pub(super) fn widen(model: &mut Model) {
    if let Some(bench) = model.workbench_mut()
        && (bench.selection.take().is_some() | bench.spare())
    {
        return;
    }
    if let Some(bench) = model.workbench_mut().filter(|bench| bench.judging.on) {
        bench.judging.on = false;
        return;
    }
    if model.panes.zoom.take().is_some() {
        return;
    }
    let Some(sight) = sight(model) else { return };
    if sight.find.take().is_some() {
        return;
    }
    if !sight.filter.is_empty() {
        find::show_all(model);
    } else if sight.top.is_some() {
        lower(model);
    }
}
