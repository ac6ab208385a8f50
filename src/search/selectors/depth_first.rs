//! Tree-of-Thoughts DFS (Yao et al. 2023): always on from the latest best step, with pruning by
//! value and backtracking.

use super::super::choice::{Choice, Term, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::NodeId;

/// Depth-first search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthFirst {
    /// Nodes below this value are not entered while any other is left. Pruning on low judgements
    /// is unsafe early (`search_systems.md` 7), so it is a matter of order, not of never.
    pub threshold: f64,
}

impl DepthFirst {
    /// The first node in depth-first order that was expanded at most `rounds` times.
    fn descend(self, view: &View<'_>, node: NodeId, rounds: u32, all: bool) -> Option<NodeId> {
        let expanded = view.tree.node(node).child_count() / view.policy.branches.max(1);
        if view.may_expand(node) && expanded == 0 {
            return Some(node);
        }
        let value = |node: &NodeId| view.own(*node).unwrap_or(0.0);
        let mut children: Vec<_> =
            view.children(node).filter(|child| all || value(child) >= self.threshold).collect();
        children.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.cmp(b)));
        let below = children.into_iter().find_map(|child| self.descend(view, child, rounds, all));
        below.or_else(|| (view.may_expand(node) && expanded <= rounds).then_some(node))
    }
}

impl Selector for DepthFirst {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        if !view.tree.is_live(view.top) {
            return None;
        }
        let most = view.policy.width;
        // Backtracking widens a node again only once nothing below it is left to enter.
        let node = (0..=most)
            .find_map(|rounds| self.descend(view, view.top, rounds, false))
            .or_else(|| (0..=most).find_map(|rounds| self.descend(view, view.top, rounds, true)))?;
        Some(Choice::expand(node, self.explain(view, node)))
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        vec![term("value", view.own(node).unwrap_or(0.0))]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;
    use crate::search::Policy;

    #[test]
    fn the_best_child_is_entered_and_the_next_when_it_ends() {
        let policy = Policy { branches: 1, ..Policy::named("tot-dfs").unwrap() };
        let mut scene = Scene::new();
        assert_eq!(scene.select(&policy).unwrap().node, NodeId::ROOT);
        let (good, fair) = (scene.add(NodeId::ROOT, "good"), scene.add(NodeId::ROOT, "fair"));
        let poor = scene.add(NodeId::ROOT, "poor");
        scene.judge(good, 0.9);
        scene.judge(fair, 0.6);
        scene.judge(poor, 0.05);
        assert_eq!(scene.select(&policy).unwrap().node, good);
        let end = scene.answer(good, "7");
        scene.judge(end, 0.1);
        assert_eq!(scene.select(&policy).unwrap().node, fair);
        let end = scene.answer(fair, "8");
        scene.judge(end, 0.1);
        // The poor one is pruned: good is tried once more before it.
        assert_eq!(scene.select(&policy).unwrap().node, good);
    }
}
