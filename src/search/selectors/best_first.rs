//! Best-first search: the most valued node first, and its siblings' turn comes when it
//! disappoints.
//!
//! A prototype's naive best-first exhausted a narrow tree and lost to sampling. Here a node gives
//! way the more it was sampled without bettering itself, so that the search widens progressively
//! and comes back to every node.

use super::super::choice::{Action, Choice, Term, sum, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::NodeId;

/// Best-first search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestFirst {
    /// Taken off for the doubling of samples below a node: times `ln(1 + children)`.
    pub patience: f64,
    /// What a node without a judgement is worth; the root has none.
    pub unjudged: f64,
    /// Added for every step of depth.
    pub depth: f64,
    /// Whether a chosen node is rolled out, instead of getting children.
    pub roll_outs: bool,
}

impl BestFirst {
    fn terms(&self, view: &View<'_>, id: NodeId) -> Vec<Term> {
        let node = view.tree.node(id);
        let sampled = f64::from(node.child_count());
        vec![
            term("value", view.own(id).unwrap_or(self.unjudged)),
            term("sampled", -self.patience * sampled.ln_1p()),
            term("depth", self.depth * f64::from(node.depth())),
        ]
    }
}

impl Selector for BestFirst {
    fn select(&self, view: &View<'_>, frontier: &mut Frontier) -> Option<Choice> {
        let node = frontier.best_by(view, |node| sum(&self.terms(view, node)))?;
        let action = if self.roll_outs { Action::RollOut(1) } else { Action::Expand };
        Some(Choice { node, action, terms: self.terms(view, node) })
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        self.terms(view, node)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;
    use crate::search::Policy;

    #[test]
    fn the_best_goes_first_until_it_disappoints() {
        let policy = Policy::named("best-first").unwrap();
        let mut scene = Scene::new();
        assert_eq!(scene.select(&policy).unwrap().node, NodeId::ROOT);
        let (good, poor) = (scene.add(NodeId::ROOT, "good"), scene.add(NodeId::ROOT, "poor"));
        scene.judge(good, 0.7);
        scene.judge(poor, 0.3);
        assert_eq!(scene.select(&policy).unwrap().node, good);
        // Its children lead nowhere: sooner or later others have their turn again.
        let mut turns = Vec::new();
        for text in 0..200 {
            let node = scene.select(&policy).unwrap().node;
            turns.push(node);
            let child = scene.add(node, &text.to_string());
            scene.judge(child, 0.0);
        }
        assert!(
            turns[0] == good && turns.contains(&NodeId::ROOT) && turns.contains(&poor),
            "{turns:?}"
        );
    }
}
