//! Policies: a selector, a proposer, evaluators, an aggregator and limits, under a name.
//!
//! Responsible for what a policy is made of. The policies themselves are in `presets.rs`.

use std::sync::Arc;

use super::debate::Rules;
use super::proposer::Proposer;
use super::selector::Selector;
use crate::evaluate::Evaluator;
use crate::tree::{Budget, NodeId, Sampling, State, Tree};

/// The fewest trajectories from whose agreement a search may stop (`methods.md` 13).
pub const AGREEING: usize = 4;

/// How a search goes about it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The policy's name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// Where the tree grows next.
    pub selector: Arc<dyn Selector>,
    /// How the model is asked for new steps.
    pub proposer: Arc<dyn Proposer>,
    /// Who judges what is grown, in order.
    pub judges: Vec<Judge>,
    /// The evaluator whose values guide the search and weigh the answers.
    pub values: &'static str,
    /// Evaluators whose 0 takes a node out of the search and its answer out of the vote. What one
    /// of them rejects is not judged by those after it.
    pub vetoes: &'static [&'static str],
    /// The aggregator that says which answer the tree believes.
    pub aggregator: &'static str,
    /// How often a child that repeats a sibling is sampled again.
    pub resamples: u32,
    /// Children sampled at a time.
    pub branches: u32,
    /// The most children that a node may have, duplicates not counted.
    pub width: u32,
    /// The deepest level that is expanded; the root is 0.
    pub depth: u32,
    /// The most tokens of a step.
    pub step_tokens: u32,
    /// How many choices may be under way at a time.
    pub parallel: u32,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// What a run may spend.
    pub budget: Budget,
    /// The search stops once a new trajectory is valued at least this, in `[0, 1]`.
    pub enough: Option<f64>,
    /// A roll-out does not go on from a step that is valued less than this, in `[0, 1]`.
    pub floor: Option<f64>,
    /// How the answers are debated before one is believed, if they are.
    pub debate: Option<Rules>,
    /// The search stops once this share of the trajectories, of [`AGREEING`] at least, state one
    /// answer; in `[0, 1]`.
    pub confidence: Option<f64>,
    /// A second judge that must agree before the search stops, and how much.
    pub second: Option<(&'static str, f64)>,
}

/// What a person may set of a policy while it searches.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// What a run may spend.
    pub budget: Budget,
    /// How often a child that repeats a sibling is sampled again.
    pub resamples: u32,
    /// The share of agreeing answers that ends a run; see [`Policy::confidence`].
    pub confidence: Option<f64>,
}

/// An evaluator and what it judges.
#[derive(Debug, Clone)]
pub struct Judge {
    /// The evaluator.
    pub evaluator: Arc<dyn Evaluator>,
    /// Which nodes it judges.
    pub on: On,
}

/// Which nodes are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Every step.
    Steps,
    /// Trajectories alone.
    Answers,
    /// Trajectories that the policy's values call good enough to stop.
    Convincing,
}

impl Policy {
    /// Returns whether a check speaks against the node itself.
    #[must_use]
    pub fn is_vetoed(&self, tree: &Tree, node: NodeId) -> bool {
        self.vetoes.iter().any(|veto| {
            tree.evaluation(node, veto).is_some_and(|evaluation| evaluation.value <= 0.0)
        })
    }

    /// Returns whether a trajectory is valued so highly that it would do, before the second judge.
    #[must_use]
    pub fn is_promising(&self, tree: &Tree, node: NodeId) -> bool {
        tree.node(node).state() == State::Answered && self.is_enough(tree, node) == Some(true)
    }

    /// Returns whether a trajectory is valued so highly that the search stops.
    #[must_use]
    pub fn is_convincing(&self, tree: &Tree, node: NodeId) -> bool {
        let agreed = self.second.is_none() || self.is_seconded(tree, node) == Some(true);
        agreed && self.is_promising(tree, node) && tree.is_live(node) && !self.is_vetoed(tree, node)
    }

    /// Returns whether a trajectory was judged and will not do, unless it is judged again.
    #[must_use]
    pub fn is_refused(&self, tree: &Tree, node: NodeId) -> bool {
        self.is_enough(tree, node) == Some(false)
            || self.is_seconded(tree, node) == Some(false)
            || self.is_vetoed(tree, node)
    }

    /// Whether the policy's values are high enough to stop; nothing before they are known.
    fn is_enough(&self, tree: &Tree, node: NodeId) -> Option<bool> {
        let own = tree.evaluation(node, self.values)?;
        Some(own.value >= self.enough.unwrap_or(f64::INFINITY))
    }

    /// Whether the second judge agrees, if there is one and it has judged.
    fn is_seconded(&self, tree: &Tree, node: NodeId) -> Option<bool> {
        let (name, least) = self.second?;
        Some(tree.evaluation(node, name)?.value >= least)
    }

    /// Returns the share of the trajectories that state the commonest answer, if there are enough of
    /// them. What a check speaks against does not count.
    #[must_use]
    pub fn agreement(&self, tree: &Tree) -> Option<f64> {
        let classes = super::debate::by_answer(tree, self);
        let all: usize = classes.values().map(Vec::len).sum();
        let most = classes.values().map(Vec::len).max()?;
        (all >= AGREEING).then_some(most as f64 / all as f64)
    }

    /// Returns whether so many answers agree that the search stops.
    #[must_use]
    pub fn is_agreed(&self, tree: &Tree) -> bool {
        self.confidence.is_some_and(|least| self.agreement(tree).is_some_and(|own| own >= least))
    }

    /// Returns whether an evaluator of the policy is to judge a node.
    #[must_use]
    pub fn judges(&self, judge: &Judge, tree: &Tree, node: NodeId) -> bool {
        match judge.on {
            On::Steps => true,
            On::Answers => tree.node(node).state() == State::Answered,
            On::Convincing => self.is_promising(tree, node),
        }
    }

    /// Returns what a person may set.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let Self { budget, resamples, confidence, .. } = *self;
        Limits { budget, resamples, confidence }
    }

    /// Sets what a person may set.
    pub fn limit(&mut self, limits: Limits) {
        let Limits { budget, resamples, confidence } = limits;
        (self.budget, self.resamples, self.confidence) = (budget, resamples, confidence);
    }

    /// Returns SWE-Search in unit scale.
    #[must_use]
    pub fn swe_search() -> Self {
        super::presets::swe_search()
    }

    /// Returns the policy of a name.
    ///
    /// # Errors
    /// Returns a sentence with the names that exist.
    pub fn named(name: &str) -> Result<Self, String> {
        let all = super::presets::all();
        let names: Vec<_> = all.iter().map(|policy| policy.name).collect();
        all.into_iter().find(|policy| policy.name == name).ok_or_else(|| {
            format!("there is no policy named {name}; the policies are: {}", names.join(", "))
        })
    }

    /// Returns the names of all policies.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        super::presets::all().iter().map(|policy| policy.name).collect()
    }
}
