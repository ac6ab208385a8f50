//! A small tree for the tests of selectors.

use crate::search::{Busy, Choice, Frontier, Policy, Term, View};
use crate::tree::sample::Grower;
use crate::tree::{Actor, Body, Finish, NodeId};

pub struct Scene {
    pub grower: Grower,
    pub busy: Busy,
}

impl Scene {
    pub fn new() -> Self {
        Self { grower: Grower::new("p"), busy: Busy::default() }
    }

    pub fn add(&mut self, parent: NodeId, text: &str) -> NodeId {
        self.grower.add(parent, text)
    }

    pub fn answer(&mut self, parent: NodeId, text: &str) -> NodeId {
        let node = self.grower.sprout(parent, text);
        let answer = Some(text.to_owned());
        self.grower
            .act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        node
    }

    pub fn repeat(&mut self, parent: NodeId, text: &str, of: NodeId) {
        let node = self.grower.sprout(parent, text);
        let finish = Finish::Duplicate { of };
        self.grower.act(Actor::Model, Body::NodeFinished { node, finish, answer: None });
    }

    /// Backs a value up without a judgement.
    pub fn back_up(&mut self, node: NodeId, value: f64) {
        let evaluator = "rating".into();
        self.grower.act(Actor::Search, Body::BackedUp { node, evaluator, value });
    }

    /// Judges a node and backs the value up.
    pub fn judge(&mut self, node: NodeId, value: f64) {
        self.grower.judge(node, "rating", value);
        self.back_up(node, value);
    }

    pub fn view<'a>(&'a self, policy: &'a Policy) -> View<'a> {
        View { tree: &self.grower.tree, policy, top: NodeId::ROOT, busy: &self.busy, seed: 1 }
    }

    pub fn select(&self, policy: &Policy) -> Option<Choice> {
        policy.selector.select(&self.view(policy), &mut Frontier::default())
    }

    /// Selects often, with other seeds, and returns the nodes.
    pub fn draws(&self, policy: &Policy, count: u64) -> Vec<NodeId> {
        let view = |seed| View { seed, ..self.view(policy) };
        let select = |seed| policy.selector.select(&view(seed), &mut Frontier::default());
        (0..count).filter_map(select).map(|choice| choice.node).collect()
    }
}

pub fn value_of(terms: &[Term], name: &str) -> f64 {
    terms.iter().filter(|term| term.name == name).map(|term| term.value).sum()
}
