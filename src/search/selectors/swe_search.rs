//! SWE-Search (Antoniades et al. 2024): best-first over every node that may be expanded, by a
//! UCT-like score with bonuses and penalties (`methods.md` 20).
//!
//! Three presets: the constants of the paper's released program, those of its refactored
//! program, and unit scale. A term with weight 0 is switched off. Judgements are read on the
//! paper's scale of -100 to 100 where the constants are the paper's.

use super::super::choice::{Choice, Term, sum, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::reasoning::similarity;
use crate::tree::{NodeId, State};

/// The value that is exploited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exploited {
    /// The node's own judgement.
    Own,
    /// The mean of its clade, so that bad children speak against a node.
    Clade,
}

/// Weights and thresholds of the score's terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SweSearch {
    /// Which value is exploited.
    pub exploited: Exploited,
    /// Judgements from 0 to 1 become `low + span * value`.
    pub low: f64,
    /// See `low`.
    pub span: f64,
    /// What the root counts as, which is never judged, from 0 to 1.
    pub root: f64,
    /// Exploration: times `sqrt(ln N_parent / N)`.
    pub exploration: f64,
    /// Added to the root, times `exp(-0.8 (depth - 1))` where a node was expanded and is at most
    /// one deep.
    pub depth_bonus: f64,
    /// Depth: minus this times `sqrt(depth)`.
    pub depth: f64,
    /// A node is promising from this value on.
    pub promising: f64,
    /// Added to a promising node that was never expanded.
    pub fresh: f64,
    /// Times the node's value over its only child's, where the node is promising and the child
    /// is at most `poor`.
    pub bad_child: f64,
    /// A child or node is poor up to this value.
    pub poor: f64,
    /// Taken off where a child reaches `excellent`.
    pub good_child: f64,
    /// See `good_child`.
    pub excellent: f64,
    /// Times `promising - value`, for a poor leaf below a promising parent.
    pub good_parent: f64,
    /// Taken off where the clade has an answer of the highest value.
    pub finished: f64,
    /// Over `1 + children^2`, for a node that was marked as wrong and whose parent was not.
    pub correction: f64,
    /// Times one minus the mean similarity to all other nodes that were expanded.
    pub diversity: f64,
    /// Times the square of the number of children that repeat another.
    pub repeats_squared: f64,
    /// Times the number of children that repeat another, over those that do not.
    pub repeats: f64,
}

/// Every term off, judgements on the paper's scale.
const OFF: SweSearch = SweSearch {
    exploited: Exploited::Own,
    low: -100.0,
    span: 200.0,
    root: 1.0,
    exploration: 0.0,
    depth_bonus: 0.0,
    depth: 0.0,
    promising: f64::INFINITY,
    fresh: 0.0,
    bad_child: 0.0,
    poor: f64::NEG_INFINITY,
    good_child: 0.0,
    excellent: f64::INFINITY,
    good_parent: 0.0,
    finished: 0.0,
    correction: 0.0,
    diversity: 0.0,
    repeats_squared: 0.0,
    repeats: 0.0,
};

impl SweSearch {
    /// The constants of the program that was released with the paper. Its exploration term is
    /// computed and never added, so it is off.
    pub const PAPER: Self = Self {
        depth_bonus: 200.0,
        depth: 0.8,
        promising: 55.0,
        fresh: 20.0,
        bad_child: 5.0,
        poor: 50.0,
        good_child: 5.0,
        excellent: 75.0,
        good_parent: 5.0,
        ..OFF
    };

    /// The constants of the refactored program. It penalises children of equal action; a step of
    /// reasoning has no action, so children of equal text stand in for it.
    pub const REFACTORED: Self = Self {
        exploration: 1.0,
        depth: 0.8,
        promising: 50.0,
        fresh: 50.0,
        bad_child: 5.0,
        poor: 0.0,
        good_child: 5.0,
        excellent: 75.0,
        good_parent: 1.0,
        finished: 50.0,
        correction: 50.0,
        diversity: 100.0,
        repeats_squared: 25.0,
        ..OFF
    };

    /// Unit scale. On the paper's scale an exploration weight of 1 is next to nothing; here the
    /// bonuses are divided by 200 and exploration is given a weight that is felt. The root counts
    /// as a fair step, so that it is widened before hopeless leaves are deepened.
    pub const UNIT: Self = Self {
        low: 0.0,
        span: 1.0,
        root: 0.7,
        exploration: 0.2,
        depth: 0.004,
        promising: 0.75,
        fresh: 0.25,
        repeats: 0.25,
        ..OFF
    };

    /// Returns the terms of a node's score.
    #[must_use]
    pub fn terms(&self, view: &View<'_>, id: NodeId) -> Vec<Term> {
        let (tree, node) = (view.tree, view.tree.node(id));
        let clade = view.statistics(id);
        let scaled = |value: f64| self.low + self.span * value;
        let own = view.own(id).map(scaled);
        let exploited = match self.exploited {
            Exploited::Own => {
                own.unwrap_or(if id == NodeId::ROOT { scaled(self.root) } else { 0.0 })
            }
            Exploited::Clade => scaled(clade.mean),
        };
        let parent = node.parent();
        let above = parent.map_or(1, |parent| view.statistics(parent).visits.max(1));
        let exploration = if clade.visits == 0 {
            // What was never judged is tried first, as UCT does.
            f64::INFINITY
        } else {
            self.exploration * ((above as f64).ln() / clade.visits as f64).sqrt()
        };
        let depth = f64::from(node.depth());
        let judged: Vec<_> =
            view.children(id).filter_map(|child| view.own(child)).map(scaled).collect();
        let leaf = node.first_child().is_none();
        let promising = clade.visits > 0 && exploited >= self.promising;
        let mut terms = vec![term("value", exploited), term("exploration", exploration)];
        let mut add = |name, weight: f64, applies: bool, value: &dyn Fn() -> f64| {
            if weight != 0.0 && applies {
                terms.push(term(name, weight * value()));
            }
        };
        add("shallow", self.depth_bonus, node.depth() <= 1 && !leaf, &|| {
            (-0.8 * (depth - 1.0)).exp()
        });
        add("depth", -self.depth, true, &|| depth.sqrt());
        add("fresh", self.fresh, leaf && promising, &|| 1.0);
        let bad = judged.len() == 1 && judged[0] <= self.poor;
        add("bad child", self.bad_child, promising && bad, &|| exploited - judged[0]);
        let excellent = judged.iter().any(|child| *child >= self.excellent);
        add("good child", -self.good_child, excellent, &|| 1.0);
        let above = parent.and_then(|parent| view.own(parent)).map(scaled);
        let hopeful = parent.is_some() && above.is_none_or(|above| above > self.promising);
        let doubtful = leaf && hopeful && exploited <= self.poor;
        add("good parent", self.good_parent, doubtful, &|| self.promising - exploited);
        let finished = || view.tree.subtree(id).any(|node| is_sure(view, node));
        add("finished", -self.finished, self.finished != 0.0 && finished(), &|| 1.0);
        let wrong = |node: Option<NodeId>| node.is_some_and(|node| view.is_marked_wrong(node));
        let children = f64::from(node.child_count());
        add("correction", self.correction, wrong(Some(id)) && !wrong(parent), &|| {
            1.0 / (1.0 + children * children)
        });
        add("diversity", self.diversity, id != NodeId::ROOT, &|| {
            let text = node.text();
            let others = view.reach().filter(|other| {
                *other != id && *other != NodeId::ROOT && tree.node(*other).first_child().is_some()
            });
            let alike: Vec<_> =
                others.map(|other| similarity(text, tree.node(other).text())).collect();
            if alike.is_empty() {
                1.0
            } else {
                1.0 - alike.iter().sum::<f64>() / alike.len() as f64
            }
        });
        let repeats = view.repeats(id);
        add("repeats", -self.repeats_squared, repeats > 0, &|| f64::from(repeats * repeats));
        let excess = repeats.saturating_sub(node.child_count() - repeats);
        add("repeats", -self.repeats, excess > 0, &|| f64::from(excess));
        terms
    }

    /// Whether the score of a node follows from the node and its parent alone.
    fn is_local(&self) -> bool {
        self.diversity == 0.0
    }
}

/// Whether an answer has the highest value.
fn is_sure(view: &View<'_>, id: NodeId) -> bool {
    view.tree.node(id).state() == State::Answered && view.own(id).is_some_and(|value| value >= 1.0)
}

impl Selector for SweSearch {
    fn select(&self, view: &View<'_>, frontier: &mut Frontier) -> Option<Choice> {
        let score = |node| sum(&self.terms(view, node));
        let node =
            if self.is_local() { frontier.best_by(view, score) } else { view.best_by(score) }?;
        Some(Choice::expand(node, self.terms(view, node)))
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        self.terms(view, node)
    }
}

/// SWE-Search that draws a node in proportion to the exponential of its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Softmax {
    /// The score.
    pub score: SweSearch,
    /// Divides scores before they are compared.
    pub temperature: f64,
}

impl Selector for Softmax {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        let open: Vec<_> = view.reach().filter(|node| view.may_expand(*node)).collect();
        let scores: Vec<_> = open.iter().map(|node| sum(&self.score.terms(view, *node))).collect();
        let shares = softmax(&scores, self.temperature);
        let at = view.random().weighted(&shares);
        let node = *open.get(at)?;
        Some(Choice::expand(node, self.score.terms(view, node)))
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        self.score.terms(view, node)
    }
}

/// Shares in proportion to the exponentials of scores. What was never judged (infinity) takes
/// all.
pub(super) fn softmax(scores: &[f64], temperature: f64) -> Vec<f64> {
    let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weight = |score: &f64| {
        if high.is_infinite() {
            f64::from(u8::from(*score >= high))
        } else {
            ((score - high) / temperature).exp()
        }
    };
    let weights: Vec<_> = scores.iter().map(weight).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, value_of};
    use super::*;
    use crate::search::Policy;
    use crate::tree::{Actor, Body, Finish};

    #[test]
    fn the_terms_in_unit_scale_are_those_of_the_formula() {
        let mut scene = Scene::new();
        let a = scene.add(NodeId::ROOT, "a");
        let b = scene.add(a, "b");
        for value in [0.8, 0.6, 0.4] {
            scene.back_up(b, value);
        }
        for _ in 0..7 {
            scene.back_up(a, 0.5);
        }
        let clade = SweSearch { exploited: Exploited::Clade, ..SweSearch::UNIT };
        let terms = clade.terms(&scene.view(&Policy::swe_search()), b);
        assert!((value_of(&terms, "value") - 0.6).abs() < 1e-12);
        // Golden, `methods.md` 20: sqrt(ln 10 / 3) = 0.876088.
        assert!((value_of(&terms, "exploration") - 0.2 * 0.876_088).abs() < 1e-6);
        assert!((value_of(&terms, "depth") + 0.004 * 2f64.sqrt()).abs() < 1e-12);
        assert_eq!(value_of(&terms, "fresh"), 0.0);
    }

    #[test]
    fn the_refactored_score_is_the_golden_one() {
        // Golden, `methods.md` 20: reward 60, N = 3, N_parent = 10, depth 4, no bonuses.
        let mut scene = Scene::new();
        let mut path = vec![NodeId::ROOT];
        for text in ["a", "b", "c", "d"] {
            path.push(scene.add(path[path.len() - 1], text));
        }
        let node = path[4];
        scene.judge(node, 0.8);
        for _ in 0..2 {
            scene.back_up(node, 0.8);
        }
        for _ in 0..7 {
            scene.back_up(path[3], 0.5);
        }
        let plain = SweSearch { fresh: 0.0, diversity: 0.0, ..SweSearch::REFACTORED };
        let score = sum(&plain.terms(&scene.view(&Policy::swe_search()), node));
        assert!((score - 59.276_086_961_626_156).abs() < 1e-6, "{score}");
    }

    #[test]
    fn bonuses_and_penalties_are_those_of_the_released_programs() {
        let policy = Policy::swe_search();
        let mut scene = Scene::new();
        let good = scene.add(NodeId::ROOT, "good");
        scene.judge(good, 0.9); // 80
        let at = |scene: &Scene, score: SweSearch, node, name| {
            value_of(&score.terms(&scene.view(&policy), node), name)
        };
        assert_eq!(at(&scene, SweSearch::REFACTORED, good, "fresh"), 50.0);
        assert_eq!(at(&scene, SweSearch::PAPER, good, "fresh"), 20.0);
        let bad = scene.add(good, "bad");
        scene.judge(bad, 0.4); // -20
        assert_eq!(at(&scene, SweSearch::REFACTORED, good, "fresh"), 0.0);
        assert!((at(&scene, SweSearch::REFACTORED, good, "bad child") - 500.0).abs() < 1e-9);
        assert!((at(&scene, SweSearch::PAPER, good, "bad child") - 500.0).abs() < 1e-9);
        assert!((at(&scene, SweSearch::REFACTORED, bad, "good parent") - 70.0).abs() < 1e-9);
        assert!((at(&scene, SweSearch::PAPER, bad, "good parent") - 375.0).abs() < 1e-9);
        assert!((at(&scene, SweSearch::PAPER, good, "shallow") - 200.0).abs() < 1e-9);
        let best = scene.add(good, "best");
        scene.judge(best, 0.95); // 90
        assert_eq!(at(&scene, SweSearch::REFACTORED, good, "good child"), -5.0);
        for _ in 0..2 {
            scene.repeat(good, "bad", bad);
        }
        assert_eq!(at(&scene, SweSearch::REFACTORED, good, "repeats"), -100.0);
        let answer = scene.answer(best, "24");
        scene.judge(answer, 1.0);
        assert_eq!(at(&scene, SweSearch::REFACTORED, good, "finished"), -50.0);
        // Two nodes were expanded that share no word with this one.
        assert!((at(&scene, SweSearch::REFACTORED, bad, "diversity") - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_promising_leaf_goes_first_and_pruned_nodes_never() {
        let mut scene = Scene::new();
        let (a, b) = (scene.add(NodeId::ROOT, "a"), scene.add(NodeId::ROOT, "b"));
        scene.judge(a, 0.9);
        scene.judge(b, 0.3);
        let policy = Policy::swe_search();
        let choice = scene.select(&policy).unwrap();
        assert_eq!(choice.node, a);
        assert_eq!(choice.to_string(), "value 0.90 + exploration 0.17 + fresh 0.25");
        scene.grower.act(Actor::Person, Body::Pruned { node: a });
        assert_ne!(scene.select(&policy).unwrap().node, a);
    }

    #[test]
    fn a_node_that_repeats_itself_gives_way_but_is_not_given_up() {
        let mut scene = Scene::new();
        let (a, b) = (scene.add(NodeId::ROOT, "a"), scene.add(NodeId::ROOT, "b"));
        let first = scene.add(a, "same");
        for _ in 0..3 {
            let node = scene.grower.sprout(a, "same");
            let finish = Finish::Duplicate { of: first };
            scene.grower.act(Actor::Model, Body::NodeFinished { node, finish, answer: None });
        }
        scene.judge(a, 0.9);
        scene.judge(b, 0.5);
        scene.grower.act(Actor::Person, Body::Pruned { node: first });
        let policy = Policy::swe_search();
        let terms = SweSearch::UNIT.terms(&scene.view(&policy), a);
        assert_eq!(value_of(&terms, "repeats"), -SweSearch::UNIT.repeats * 2.0);
        assert_ne!(scene.select(&policy).map(|choice| choice.node), Some(a));
        scene.grower.act(Actor::Person, Body::Pruned { node: b });
        assert!(scene.select(&policy).is_some());
    }

    #[test]
    fn nothing_is_left_when_all_is_pruned_or_full() {
        let mut scene = Scene::new();
        let policy = Policy { width: 1, ..Policy::swe_search() };
        let a = scene.add(NodeId::ROOT, "a");
        assert_eq!(scene.select(&policy).unwrap().node, a);
        scene.grower.act(Actor::Person, Body::Pruned { node: a });
        assert_eq!(scene.select(&policy), None);
    }

    #[test]
    fn softmax_follows_the_scores_and_takes_what_was_never_judged() {
        let shares = softmax(&[1.0, 2.0], 1.0);
        assert!((shares[1] - 0.731_058_578_6).abs() < 1e-9);
        assert_eq!(softmax(&[1.0, f64::INFINITY], 1.0), [0.0, 1.0]);
        assert_eq!(softmax(&[-1e9, -1e9], 1e-3), [0.5, 0.5]);
    }
}
