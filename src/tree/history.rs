//! The history: changes that can be taken back and done again.
//!
//! Responsible for what a reversible operation changes, forwards and backwards. A change says
//! what was and what is, so taking it back needs no look at the log.
//!
//! Invariant: only a person's operations enter the history, and they leave it in the reverse
//! order.

use super::arena::Tree;
use super::mark::{Label, Marks, Preference};
use super::node::NodeId;
use super::operation::Body;

/// A person's operations that can be undone, and those that were.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct History {
    pub undo: Vec<Reversible>,
    pub redo: Vec<Reversible>,
}

/// An operation that can be taken back and done again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reversible {
    pub operation: u64,
    pub changes: Vec<Change>,
}

impl Reversible {
    /// The node that the operation concerns, once it is undone.
    fn home(&self) -> NodeId {
        match self.changes.first() {
            Some(Change::Withdrawn { home, .. }) => *home,
            Some(change) => change.node(),
            None => NodeId::ROOT,
        }
    }

    /// The node that the operation concerns, once it is done.
    fn node(&self) -> NodeId {
        self.changes.first().map_or(NodeId::ROOT, Change::node)
    }
}

/// One thing that is otherwise than before.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    Pruned {
        node: NodeId,
        is: bool,
    },
    /// A node was made; undone, it and all below it are withdrawn. `home` is what it came from.
    Withdrawn {
        node: NodeId,
        home: NodeId,
    },
    Label {
        node: NodeId,
        was: Option<Label>,
        is: Option<Label>,
    },
    FirstError {
        node: NodeId,
        is: bool,
    },
    Flagged {
        node: NodeId,
        is: bool,
    },
    Tagged {
        node: NodeId,
        tag: String,
        is: bool,
    },
    Note {
        node: NodeId,
        was: String,
        is: String,
    },
    Preferred(Preference),
}

impl Change {
    fn node(&self) -> NodeId {
        match self {
            Self::Pruned { node, .. }
            | Self::Withdrawn { node, .. }
            | Self::Label { node, .. }
            | Self::FirstError { node, .. }
            | Self::Flagged { node, .. }
            | Self::Tagged { node, .. }
            | Self::Note { node, .. } => *node,
            Self::Preferred(preference) => preference.winner,
        }
    }
}

impl Tree {
    /// Returns the operation that the next undo takes back, and the node that it concerns.
    #[must_use]
    pub fn next_undo(&self) -> Option<(u64, NodeId)> {
        self.history.undo.last().map(|entry| (entry.operation, entry.home()))
    }

    /// Returns the operation that the next redo does again, and the node that it concerns.
    #[must_use]
    pub fn next_redo(&self) -> Option<(u64, NodeId)> {
        self.history.redo.last().map(|entry| (entry.operation, entry.node()))
    }

    /// Returns the nodes that an operation prunes, restores, makes or withdraws, if it is the
    /// last that was done or undone by a person.
    #[must_use]
    pub fn concerned(&self, operation: u64) -> Vec<NodeId> {
        let ends = [self.history.undo.last(), self.history.redo.last()];
        let mut entries = ends.into_iter().flatten();
        let entry = entries.find(|entry| entry.operation == operation);
        let changes = entry.map_or(&[][..], |entry| &entry.changes);
        let seen =
            |change: &&Change| matches!(change, Change::Pruned { .. } | Change::Withdrawn { .. });
        changes.iter().filter(seen).map(Change::node).collect()
    }

    /// Returns what an operation changes that only marks nodes.
    ///
    /// # Errors
    /// Returns why it does not fit, or that it is of another kind.
    pub(super) fn change(&self, body: &Body) -> Result<Change, String> {
        let differs =
            |same: bool, change: Change, state: String| if same { Err(state) } else { Ok(change) };
        if let Some(missing) = body.nodes().into_iter().flatten().find(|id| !self.contains(*id)) {
            return Err(format!("{missing} does not exist"));
        }
        match body {
            Body::Pruned { node } | Body::Restored { node } => {
                let is = matches!(body, Body::Pruned { .. });
                if *node == NodeId::ROOT {
                    let why = "the root stands for the problem and is never pruned";
                    return Err(why.to_owned());
                }
                let state = if is { "already pruned" } else { "not pruned" };
                let same = self.node(*node).pruned == is;
                differs(same, Change::Pruned { node: *node, is }, format!("{node} is {state}"))
            }
            Body::Labelled { node, label: is } => {
                let (node, was, is) = (*node, self.node(*node).label(), *is);
                differs(
                    was == is,
                    Change::Label { node, was, is },
                    format!("{node} has that label"),
                )
            }
            Body::FirstErrorSet { node, error: is } => {
                let (node, is) = (*node, *is);
                let same = self.node(node).is_first_error() == is;
                let state = format!("the first error of {node} is as said");
                differs(same, Change::FirstError { node, is }, state)
            }
            Body::Flagged { node, flagged: is } => {
                let (node, is) = (*node, *is);
                let same = self.node(node).is_flagged() == is;
                differs(
                    same,
                    Change::Flagged { node, is },
                    format!("the flag of {node} is as said"),
                )
            }
            Body::Tagged { node, tag, set: is } => {
                let (node, is, tag) = (*node, *is, tag.clone());
                let same = self.node(node).tags().contains(&tag) == is;
                let state = format!("the tag of {node} is as said");
                differs(same, Change::Tagged { node, tag, is }, state)
            }
            Body::Noted { node, note: is } => {
                let (node, was, is) = (*node, self.node(*node).note().to_owned(), is.clone());
                let state = format!("{node} has that note");
                differs(was == is, Change::Note { node, was, is }, state)
            }
            Body::Preferred { winner, loser, blind } => {
                let preference = Preference {
                    operation: self.sequence + 1,
                    winner: *winner,
                    loser: *loser,
                    blind: *blind,
                };
                let state = format!("{winner} cannot be preferred to itself");
                differs(winner == loser, Change::Preferred(preference), state)
            }
            _ => Err("only marks can be made together".to_owned()),
        }
    }

    /// Makes a change, or takes it back.
    pub(super) fn make(&mut self, change: &Change, forwards: bool) {
        match change {
            Change::Pruned { node, is } => self.set_pruned(*node, *is == forwards),
            Change::Withdrawn { node, .. } => self.set_withdrawn(*node, !forwards),
            Change::Label { node, was, is } => {
                self.marks_mut(*node).label = if forwards { *is } else { *was };
            }
            Change::FirstError { node, is } => {
                self.marks_mut(*node).first_error = *is == forwards;
            }
            Change::Flagged { node, is } => self.marks_mut(*node).flagged = *is == forwards,
            Change::Tagged { node, tag, is } => {
                let tags = &mut self.marks_mut(*node).tags;
                tags.retain(|other| other != tag);
                if *is == forwards {
                    tags.push(tag.clone());
                    // In order, so that undoing and redoing gives the same tree.
                    tags.sort();
                }
            }
            Change::Note { node, was, is } => {
                self.marks_mut(*node).note.clone_from(if forwards { is } else { was });
            }
            Change::Preferred(preference) if forwards => {
                let at = self
                    .preferences
                    .partition_point(|other| other.operation <= preference.operation);
                self.preferences.insert(at, *preference);
            }
            Change::Preferred(preference) => self.preferences.retain(|other| other != preference),
        }
    }

    pub(super) fn marks_mut(&mut self, id: NodeId) -> &mut Marks {
        self.node_mut(id).marks.get_or_insert_default()
    }

    /// Keeps a person's changes to be undone.
    pub(super) fn remember(&mut self, changes: Vec<Change>) {
        self.history.redo.clear();
        self.history.undo.push(Reversible { operation: self.sequence + 1, changes });
    }

    /// Takes back the operation that is next to be undone.
    ///
    /// # Errors
    /// Returns that it is not the next.
    pub(super) fn undo(&mut self, operation: u64) -> Result<(), String> {
        let Some(entry) = self.history.undo.pop_if(|entry| entry.operation == operation) else {
            return Err(format!("operation {operation} is not the next to undo"));
        };
        for change in entry.changes.iter().rev() {
            self.make(change, false);
        }
        self.history.redo.push(entry);
        Ok(())
    }

    /// Does the operation again that is next to be redone.
    ///
    /// # Errors
    /// Returns that it is not the next.
    pub(super) fn redo(&mut self, operation: u64) -> Result<(), String> {
        let Some(entry) = self.history.redo.pop_if(|entry| entry.operation == operation) else {
            return Err(format!("operation {operation} is not the next to redo"));
        };
        for change in &entry.changes {
            self.make(change, true);
        }
        self.history.undo.push(entry);
        Ok(())
    }
}
