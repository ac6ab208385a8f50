//! The visual selection: several steps, then one operation on all of them, undone at once.
//!
//! Responsible for which steps are selected: siblings or rows between two of them, all below a
//! step, or what a query means. What is done to them is the business of `judge.rs`.

use std::collections::BTreeSet;

use super::Effect;
use super::argument::Arguments;
use super::find;
use super::model::Model;
use super::querying::{self, Aim};
use super::workbench::Workbench;
use crate::tree::NodeId;

/// Several steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selected {
    /// From a step to the chosen one: the siblings between them, or, if they are none, all rows.
    Range {
        /// Where it began.
        anchor: NodeId,
    },
    /// A step and all below it.
    Below {
        /// The step.
        top: NodeId,
    },
    /// What a query means.
    Meant {
        /// The steps.
        nodes: BTreeSet<NodeId>,
    },
}

impl Workbench {
    /// Returns the selected steps, in the order of their rows; nothing while none are selected.
    #[must_use]
    pub fn selected(&self) -> Option<Vec<NodeId>> {
        let mut nodes = match self.selection.as_ref()? {
            Selected::Range { anchor } => match self.siblings_to(*anchor) {
                Some(siblings) => siblings,
                None => self.rows_to(*anchor),
            },
            Selected::Below { top } => self.shown_below(*top),
            Selected::Meant { nodes } => nodes.iter().copied().collect(),
        };
        nodes.retain(|id| *id != NodeId::ROOT);
        Some(nodes)
    }

    /// Returns whether a step is selected.
    #[must_use]
    pub fn is_selected(&self, id: NodeId) -> bool {
        let (tree, outline) = (&self.tree, &self.outline);
        match &self.selection {
            None => false,
            _ if id == NodeId::ROOT => false,
            Some(Selected::Range { anchor }) => {
                let (anchor, cursor) = (*anchor, self.cursor);
                let parent = |id: NodeId| tree.node(id).parent();
                if parent(anchor) == parent(cursor) {
                    // The later of two siblings has the higher number.
                    let (first, last) = (anchor.min(cursor), anchor.max(cursor));
                    return parent(id) == parent(cursor) && (first..=last).contains(&id);
                }
                let position = |id| outline.position(tree, id);
                let (a, b) = (position(anchor), position(cursor));
                (a.min(b)..=a.max(b)).contains(&position(id))
            }
            Some(Selected::Below { top }) => tree.is_within(id, *top),
            Some(Selected::Meant { nodes }) => nodes.contains(&id),
        }
    }

    /// The siblings from a step to the chosen one, if these are siblings.
    fn siblings_to(&self, anchor: NodeId) -> Option<Vec<NodeId>> {
        let parent = self.tree.node(anchor).parent()?;
        if self.tree.node(self.cursor).parent() != Some(parent) {
            return None;
        }
        let between = anchor.min(self.cursor)..=anchor.max(self.cursor);
        let siblings = self.tree.children(parent).filter(|id| between.contains(id));
        Some(siblings.filter(|id| !self.outline.is_hidden(*id)).collect())
    }

    /// All steps of the rows from a step's to the chosen one's.
    fn rows_to(&self, anchor: NodeId) -> Vec<NodeId> {
        let (tree, outline) = (&self.tree, &self.outline);
        let (a, b) = (outline.position(tree, anchor), outline.position(tree, self.cursor));
        let first = outline.row(tree, a.min(b));
        let rows = std::iter::successors(first, |row| outline.next(tree, *row));
        let mut nodes = Vec::new();
        for row in rows.take(a.abs_diff(b) + 1) {
            let chain =
                tree.ancestors(row.tail).take_while(|id| Some(*id) != tree.node(row.head).parent());
            let mut chain: Vec<_> = chain.collect();
            chain.reverse();
            nodes.extend(chain);
        }
        nodes
    }

    /// A step and all below it that has a row, or would have one if nothing were folded.
    fn shown_below(&self, top: NodeId) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        let mut open = vec![top];
        while let Some(id) = open.pop() {
            if self.outline.is_hidden(id) {
                continue;
            }
            nodes.push(id);
            let from = open.len();
            open.extend(self.tree.children(id));
            open[from..].reverse();
        }
        nodes
    }

    /// Returns the steps that an operation is about: those selected, or the chosen one.
    ///
    /// # Errors
    /// Returns a sentence if that is no step.
    pub(super) fn targets(&self) -> Result<Vec<NodeId>, String> {
        match self.selected() {
            Some(nodes) if nodes.is_empty() => {
                Err("No step is selected; Esc ends that.".to_owned())
            }
            Some(nodes) => Ok(nodes),
            None => Ok(vec![self.step()?]),
        }
    }

    /// The same for what is done to one step only.
    pub(super) fn target(&self) -> Result<NodeId, String> {
        if self.selection.is_some() {
            return Err("This is for one step; Esc ends the selection.".to_owned());
        }
        self.step()
    }
}

fn select(model: &mut Model, selection: Option<Selected>) {
    if let Some(bench) = model.workbench_mut() {
        bench.selection = selection;
    }
    let Some(nodes) = model.workbench().and_then(Workbench::selected) else { return };
    let steps = count(nodes.len());
    model.tell(format!("{steps} selected; 1 2 3 0 A ! t m x act on all of them, Esc ends it."));
}

/// A number of steps in words.
pub(super) fn count(steps: usize) -> String {
    if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") }
}

/// Begins a selection at the chosen step, which moving extends; or ends it.
pub(super) fn range(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let selection = match bench.selection {
        Some(_) => None,
        None => Some(Selected::Range { anchor: bench.cursor }),
    };
    select(model, selection);
    Vec::new()
}

/// Selects the chosen step and all below it.
pub(super) fn below(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let selection = Some(Selected::Below { top: bench.cursor });
    select(model, selection);
    Vec::new()
}

/// Selects what a query means.
pub(super) fn meant(model: &mut Model, arguments: &Arguments, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let text = arguments.text();
    match querying::read(text, &bench.tree) {
        Err(error) => {
            model.complain(error.sentence(text));
            Vec::new()
        }
        Ok(_) => querying::ask(model, text, Aim::Select, now),
    }
}

/// Selects some steps, which a query means.
pub(super) fn chosen(model: &mut Model, text: &str, nodes: Vec<NodeId>) {
    if nodes.is_empty() {
        model.tell("No step matches.");
        return;
    }
    find::kept(model, text, &nodes);
    select(model, Some(Selected::Meant { nodes: nodes.into_iter().collect() }));
}

#[cfg(test)]
#[path = "selecting_tests.rs"]
mod tests;
