//! Plain sampling: whole trajectories from the problem on, one after another. What best-of-n and
//! self-consistency choose from.

use super::super::choice::{Action, Choice, Term, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::NodeId;

/// Samples trajectories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// The most trajectories; as many as the budget allows if absent.
    pub trajectories: Option<u32>,
}

impl Selector for Sampling {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        let sampled = view.tree.node(view.top).child_count();
        let done = self.trajectories.is_some_and(|most| sampled >= most);
        if done || !view.tree.is_live(view.top) {
            return None;
        }
        let terms = self.explain(view, view.top);
        Some(Choice { node: view.top, action: Action::RollOut(view.policy.branches), terms })
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        vec![term("trajectory", f64::from(view.tree.node(node).child_count() + 1))]
    }
}

/// Chooses nothing: the tree grows where a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manual;

impl Selector for Manual {
    fn select(&self, _: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        None
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        vec![term("value", view.own(node).unwrap_or(0.0))]
    }
}
