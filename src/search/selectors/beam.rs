//! Level by level: beam search, Tree-of-Thoughts BFS, DVTS and SPHERE's contrast beam.
//!
//! On each level some nodes are kept, and only those are expanded. When the last level is done
//! and budget is left, a new round begins in which every kept node gets its children again; the
//! newcomers take part in who is kept. So a beam, too, widens progressively.

use super::super::choice::{Choice, Term, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::NodeId;

/// Which nodes of a level are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// So many of the most valued (beam search; Tree-of-Thoughts BFS with 5).
    Best(usize),
    /// The most valued and the least valued (SPHERE, Singh et al. 2025).
    Extremes,
    /// The most valued of each of so many subtrees, which begin at the top's children in turn
    /// (DVTS: diversity by construction).
    EachOf(usize),
}

/// A search level by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beam {
    /// Which nodes are kept.
    pub keep: Keep,
}

impl Beam {
    /// The nodes of the next level that are kept, of the candidates.
    fn kept(self, view: &View<'_>, mut level: Vec<NodeId>) -> Vec<NodeId> {
        let value = |node: &NodeId| match self.keep {
            Keep::Extremes => {
                let own = |node: NodeId| view.own(node);
                let before = view.tree.node(*node).parent().and_then(own);
                progress(own(*node).unwrap_or(0.0), before)
            }
            Keep::Best(_) | Keep::EachOf(_) => view.own(*node).unwrap_or(0.0),
        };
        level.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.cmp(b)));
        match self.keep {
            Keep::Best(count) => level.truncate(count),
            Keep::Extremes if level.len() > 2 => level = vec![level[0], level[level.len() - 1]],
            Keep::Extremes => {}
            Keep::EachOf(groups) => {
                let mut taken = Vec::new();
                level.retain(|node| {
                    let group = group(view, *node, groups);
                    let fresh = !taken.contains(&group);
                    taken.push(group);
                    fresh
                });
            }
        }
        level
    }
}

/// SPHERE's reward of a step: its value, and how much that is above the step's before it.
fn progress(value: f64, before: Option<f64>) -> f64 {
    value + before.map_or(0.0, |before| value - before)
}

/// The subtree that a node belongs to: the top's children are dealt out in turn.
fn group(view: &View<'_>, node: NodeId, groups: usize) -> usize {
    let below = view.tree.ancestors(node).take_while(|at| *at != view.top).last();
    let at = view.tree.children(view.top).position(|child| Some(child) == below);
    at.unwrap_or(0) % groups.max(1)
}

impl Selector for Beam {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        if !view.tree.is_live(view.top) {
            return None;
        }
        // The least sampled of the kept nodes is next, of equals the highest.
        let mut next: Option<(u32, NodeId)> = None;
        let mut level = vec![view.top];
        while !level.is_empty() {
            for node in level.iter().copied().filter(|node| view.may_expand(*node)) {
                let round = view.tree.node(node).child_count() / view.policy.branches.max(1);
                if next.is_none_or(|(least, _)| round < least) {
                    next = Some((round, node));
                }
            }
            let below: Vec<_> = level.iter().flat_map(|node| view.children(*node)).collect();
            level = self.kept(view, below);
        }
        next.map(|(_, node)| Choice::expand(node, self.explain(view, node)))
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

    fn level(scene: &mut Scene, parent: NodeId, values: &[f64]) -> Vec<NodeId> {
        let add = |(at, value): (usize, &f64)| {
            let node = scene.add(parent, &at.to_string());
            scene.judge(node, *value);
            node
        };
        values.iter().enumerate().map(add).collect()
    }

    fn kept(keep: Keep, scene: &Scene, nodes: &[NodeId]) -> Vec<NodeId> {
        Beam { keep }.kept(&scene.view(&Policy::swe_search()), nodes.to_vec())
    }

    #[test]
    fn each_way_keeps_what_it_says() {
        let mut scene = Scene::new();
        let nodes = level(&mut scene, NodeId::ROOT, &[0.2, 0.9, 0.5, 0.1, 0.7]);
        let at = |indices: &[usize]| indices.iter().map(|at| nodes[*at]).collect::<Vec<_>>();
        assert_eq!(kept(Keep::Best(2), &scene, &nodes), at(&[1, 4]));
        assert_eq!(kept(Keep::Extremes, &scene, &nodes), at(&[1, 3]));
        // Two subtrees: children 0, 2, 4 and children 1, 3.
        assert_eq!(kept(Keep::EachOf(2), &scene, &nodes), at(&[1, 4]));
        let below = level(&mut scene, nodes[1], &[0.3, 0.8]);
        let other = level(&mut scene, nodes[4], &[0.1]);
        let all = [below.clone(), other.clone()].concat();
        assert_eq!(kept(Keep::EachOf(2), &scene, &all), [below[1], other[0]]);
    }

    #[test]
    fn progress_is_the_golden_one() {
        // Golden, `methods.md` 45: values .6 .7 .5 .9 are rewarded .6 .8 .3 1.3.
        let values = [0.6, 0.7, 0.5, 0.9];
        let before = [None, Some(0.6), Some(0.7), Some(0.5)];
        let found = values.into_iter().zip(before).map(|(value, before)| progress(value, before));
        for (found, golden) in found.zip([0.6, 0.8, 0.3, 1.3]) {
            assert!((found - golden).abs() < 1e-12);
        }
    }

    #[test]
    fn levels_follow_one_another_and_then_a_new_round_begins() {
        let policy = Policy { branches: 2, depth: 2, ..Policy::named("beam").unwrap() };
        let mut scene = Scene::new();
        let mut turns = Vec::new();
        while let Some(choice) = scene.select(&policy).filter(|_| turns.len() < 6) {
            turns.push(scene.grower.tree.node(choice.node).depth());
            level(&mut scene, choice.node, &[0.4, 0.6]);
        }
        assert_eq!(turns, [0, 1, 1, 0, 1, 1]);
    }
}
