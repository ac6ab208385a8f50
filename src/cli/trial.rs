//! A trial: one policy on one problem with one seed, in memory.
//!
//! Responsible for what the policy would answer at each budget. A budget is never exceeded: what
//! counts is the tree as it was before the operation that would have gone over it, so one trial
//! with the largest budget tells all smaller ones too. Policies do not know their budget.

use serde::{Deserialize, Serialize};

use super::growing::{Growing, Outside};
use super::headless::{Checks, verify_aside};
use crate::aggregate::{self, Poll};
use crate::engine::Request;
use crate::engine::protocol::RequestId;
use crate::evaluate::verify;
use crate::search::{Driver, Policy, Turn, Verification};
use crate::tree::{Actor, Body, Budget, NodeId, Operation, Problem, Tree};

/// Which trial.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The policy.
    pub policy: String,
    /// The problem.
    pub id: String,
    /// The seed.
    pub seed: u64,
}

/// What came out of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which trial.
    #[serde(flatten)]
    pub key: Key,
    /// What the policy would answer at each budget.
    pub at: Vec<At>,
    /// Trajectories of the whole tree, and how many of them are right.
    pub trajectories: (u64, u64),
    /// Milliseconds from start to end; other trials ran at the same time.
    pub milliseconds: u64,
}

/// What a policy would answer at a budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct At {
    /// The budget in tokens.
    pub budget: u64,
    /// Tokens spent of it.
    pub tokens: u64,
    /// The answer that the policy returns.
    pub answer: Option<String>,
    /// Whether that is right.
    pub chosen: bool,
    /// Whether a right answer is anywhere in the tree.
    pub found: bool,
}

/// A policy's answer at a budget, before verdicts.
struct Snapshot {
    budget: u64,
    tokens: u64,
    answer: Option<(NodeId, String)>,
    /// The trajectories that the tree had.
    answered: Vec<NodeId>,
}

/// A trial at work.
pub struct Trial {
    /// Which it is.
    pub key: Key,
    growing: Growing,
    began: u64,
    snapshots: Vec<Snapshot>,
    /// Budgets that were not reached yet, the smallest last.
    budgets: Vec<u64>,
    /// Verifiers at work.
    pub checks: Checks,
}

/// What a trial's tree asks of the outside.
struct Wiring<'trial> {
    policy: Policy,
    snapshots: &'trial mut Vec<Snapshot>,
    budgets: &'trial mut Vec<u64>,
    checks: &'trial mut Checks,
    send: &'trial dyn Fn(Request),
}

impl Outside for Wiring<'_> {
    fn before(&mut self, tree: &Tree, body: &Body) {
        let more = match body {
            Body::TokensAppended { tokens, .. } => tokens.len() as u64,
            Body::Evaluated { evaluation, .. } => u64::from(evaluation.tokens),
            _ => return,
        };
        while let Some(budget) = self.budgets.pop_if(|budget| tree.tokens() + more > *budget) {
            self.snapshots.push(snapshot(tree, &self.policy, budget));
        }
    }

    fn applied(&mut self, _: Operation) {}

    fn send(&mut self, request: Request) {
        (self.send)(request);
    }

    fn verify(&mut self, tree: &Tree, asked: Verification) {
        verify_aside(tree, asked, self.checks);
    }
}

fn snapshot(tree: &Tree, policy: &Policy, budget: u64) -> Snapshot {
    let poll = Poll { tree, values: policy.values, vetoes: policy.vetoes };
    let believed = aggregate::named(policy.aggregator).rank(&poll).into_iter().next();
    let answer = believed.map(|answer| (answer.best, answer.text));
    Snapshot { budget, tokens: tree.tokens(), answer, answered: tree.trajectories().collect() }
}

impl Trial {
    /// Makes a trial over budgets, smallest first.
    #[must_use]
    pub fn new(
        key: Key,
        policy: Policy,
        problem: &Problem,
        budgets: &[u64],
        first_request: RequestId,
    ) -> Self {
        let most = budgets.last().copied();
        let policy = Policy { budget: Budget { tokens: most, ..Budget::default() }, ..policy };
        let seed = blake3::hash(format!("{} {}", key.id, key.seed).as_bytes());
        let seed = u64::from_le_bytes(std::array::from_fn(|at| seed.as_bytes()[at])) >> 11;
        let mut tree = Tree::default();
        let stated = Body::ProblemSet { problem: problem.clone() };
        // The first operation of a new tree always fits.
        let _ = tree.apply(&Operation { sequence: 1, time: 0, actor: Actor::Person, body: stated });
        Self {
            key,
            growing: Growing { tree, driver: Driver::new(policy, seed, first_request) },
            began: 0,
            snapshots: Vec::new(),
            budgets: budgets.iter().rev().copied().collect(),
            checks: Checks::new(),
        }
    }

    /// Returns the driver and the tree, to hand them an event.
    pub fn handle(&mut self, event: &crate::engine::Event) -> Turn {
        self.growing.driver.handle(&self.growing.tree, event)
    }

    /// Begins the search.
    pub fn start(&mut self, now: u64) -> Turn {
        self.began = now;
        self.growing.driver.start(&self.growing.tree, NodeId::ROOT, now)
    }

    /// Does what the driver wants until it waits for the engine.
    ///
    /// # Errors
    /// Returns that an operation does not fit.
    pub fn take(
        &mut self,
        turn: Turn,
        now: u64,
        send: &dyn Fn(Request),
    ) -> Result<(), super::exit::Failure> {
        let Self { growing, snapshots, budgets, checks, .. } = self;
        let policy = growing.driver.policy().clone();
        growing.take(turn, now, &mut Wiring { policy, snapshots, budgets, checks, send })
    }

    /// Returns whether the search rests and every answer is verified.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.growing.is_at_rest() && self.checks.is_empty()
    }

    /// Returns what came out.
    #[must_use]
    pub fn outcome(mut self, now: u64) -> Outcome {
        let (tree, policy) = (&self.growing.tree, self.growing.driver.policy());
        while let Some(budget) = self.budgets.pop() {
            self.snapshots.push(snapshot(tree, policy, budget));
        }
        let is_right = |node: NodeId| {
            tree.evaluation(node, verify::NAME).is_some_and(|verdict| verdict.value > 0.5)
        };
        let trajectories = (
            tree.trajectories().count(),
            tree.trajectories().filter(|node| is_right(*node)).count(),
        );
        let at = self.snapshots.into_iter().map(|snapshot| At {
            budget: snapshot.budget,
            tokens: snapshot.tokens,
            chosen: snapshot.answer.as_ref().is_some_and(|(node, _)| is_right(*node)),
            found: snapshot.answered.iter().any(|node| is_right(*node)),
            answer: snapshot.answer.map(|(_, text)| text),
        });
        Outcome {
            at: at.collect(),
            trajectories: (trajectories.0 as u64, trajectories.1 as u64),
            milliseconds: now.saturating_sub(self.began),
            key: self.key,
        }
    }
}
