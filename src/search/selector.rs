//! The seam of selectors: which node to expand or measure next, and why.
//!
//! Each selector has its own file in `selectors/`, with its paper's constants and golden values.
//! A selector keeps nothing between two choices: all that it knows is in the tree, so that a
//! person may prune, restore or edit at any moment, and a policy may be switched while it runs.

use super::choice::{Choice, Term};
use super::frontier::Frontier;
use super::view::View;
use crate::tree::NodeId;

/// Chooses where a search goes on.
pub trait Selector: std::fmt::Debug + Send + Sync {
    /// Returns what to do next; `None` if nothing is left to do. The frontier is a cache of the
    /// search at hand, for selectors whose scores follow from a node and its parent alone.
    fn select(&self, view: &View<'_>, frontier: &mut Frontier) -> Option<Choice>;

    /// Returns what speaks for a node, for the screen.
    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term>;
}
