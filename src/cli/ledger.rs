//! The ledger: what the searches of a session have spent, and whether the last came to its end.
//!
//! Read from the log alone, so that a session that is done prints the same line each time.

use crate::search::{Busy, Frontier, Policy, View, debate};
use crate::tree::{Actor, Body, Budget, NodeId, Operation, Tree};

/// What the searches of a session have spent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Nodes added.
    pub nodes: u64,
    /// Tokens decoded, those of judging too.
    pub tokens: u64,
    /// Judgements by the model.
    pub evaluations: u64,
    /// Time from each search's start to its end, or to the last that is known of it.
    pub milliseconds: u64,
    /// The policies, in order of their first use.
    pub policies: Vec<String>,
    /// Whether the last search stopped of its own accord.
    stopped: bool,
}

impl Ledger {
    /// Reads the ledger of a session.
    #[must_use]
    pub fn of(operations: &[Operation], tree: &Tree) -> Self {
        let mut ledger =
            Self { nodes: tree.len() as u64 - 1, tokens: tree.tokens(), ..Self::default() };
        ledger.evaluations = tree.judgements();
        let (mut began, mut last) = (None, 0);
        for operation in operations {
            match &operation.body {
                Body::SearchStarted { policy, .. } => {
                    // The search before it was cut off: what is known of it ends here.
                    if let Some(began) = began.replace(operation.time) {
                        ledger.milliseconds += last_of(began, last);
                    }
                    ledger.stopped = false;
                    if !ledger.policies.contains(policy) {
                        ledger.policies.push(policy.clone());
                    }
                }
                Body::SearchStopped { .. } => {
                    if let Some(began) = began.take() {
                        ledger.milliseconds += last_of(began, operation.time);
                    }
                    ledger.stopped = operation.actor == Actor::Search;
                }
                _ => {}
            }
            last = operation.time;
        }
        if let Some(began) = began {
            ledger.milliseconds += last_of(began, last);
        }
        ledger
    }

    /// Returns what is left of a budget.
    #[must_use]
    pub fn left(&self, budget: Budget) -> Budget {
        Budget {
            nodes: budget.nodes.map(|limit| limit.saturating_sub(self.nodes)),
            tokens: budget.tokens.map(|limit| limit.saturating_sub(self.tokens)),
            evaluations: budget.evaluations.map(|limit| limit.saturating_sub(self.evaluations)),
            seconds: budget.seconds.map(|limit| limit.saturating_sub(self.milliseconds / 1000)),
        }
    }

    /// Returns whether a search under the policy has come to its end: it stopped of its own
    /// accord, there is a reason for it that still holds, and no debate is due.
    #[must_use]
    pub fn has_ended(&self, tree: &Tree, policy: &Policy) -> bool {
        let left = self.left(policy.budget);
        let spent = [left.nodes, left.tokens, left.evaluations, left.seconds].contains(&Some(0));
        let ended = spent || is_convinced(tree, policy) || is_exhausted(tree, policy);
        self.stopped && ended && !debate::is_due(tree, policy)
    }
}

fn last_of(began: u64, ended: u64) -> u64 {
    ended.saturating_sub(began)
}

/// Whether an answer is valued so well that the search stops.
fn is_convinced(tree: &Tree, policy: &Policy) -> bool {
    policy.is_agreed(tree) || tree.trajectories().any(|node| policy.is_convincing(tree, node))
}

/// Whether nothing grows and nothing is left to expand.
fn is_exhausted(tree: &Tree, policy: &Policy) -> bool {
    let view = View { tree, policy, top: NodeId::ROOT, busy: &Busy::default(), seed: 0 };
    tree.growing() == 0 && policy.selector.select(&view, &mut Frontier::default()).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Origin, Problem, Sampling};

    fn log(bodies: Vec<(u64, Actor, Body)>) -> (Vec<Operation>, Tree) {
        let operations: Vec<_> = (1..)
            .zip(bodies)
            .map(|(sequence, (time, actor, body))| Operation { sequence, time, actor, body })
            .collect();
        let tree = Tree::fold(&operations).unwrap();
        (operations, tree)
    }

    fn started() -> Body {
        let policy = "swe-search".to_owned();
        Body::SearchStarted { policy, budget: Budget::default(), node: NodeId::ROOT }
    }

    fn stopped() -> Body {
        Body::SearchStopped { reason: "anything".to_owned() }
    }

    fn added() -> Body {
        let origin = Origin { proposer: "sample".into(), seed: 0, sampling: Sampling::default() };
        Body::NodeAdded { node: NodeId(1), parent: NodeId::ROOT, origin }
    }

    fn policy(nodes: u64) -> Policy {
        let budget = Budget { nodes: Some(nodes), seconds: Some(10), ..Budget::default() };
        Policy { budget, ..Policy::swe_search() }
    }

    #[test]
    fn time_is_that_of_the_searches_alone() {
        let problem = Body::ProblemSet { problem: Problem::default() };
        let (operations, tree) = log(vec![
            (0, Actor::Person, problem),
            (1000, Actor::Person, started()),
            (1400, Actor::Search, added()),
            // Cut off here; gone on with much later.
            (9000, Actor::Person, started()),
            (9500, Actor::Search, stopped()),
        ]);
        let ledger = Ledger::of(&operations, &tree);
        assert_eq!((ledger.milliseconds, ledger.nodes), (900, 1));
        assert_eq!(ledger.policies, ["swe-search"]);
        assert_eq!(ledger.left(policy(3).budget).nodes, Some(2));
        assert!(ledger.has_ended(&tree, &policy(1)) && !ledger.has_ended(&tree, &policy(3)));
    }

    #[test]
    fn a_search_that_a_person_stopped_or_that_was_cut_off_has_not_ended() {
        let problem = Body::ProblemSet { problem: Problem::default() };
        let begun = vec![
            (0, Actor::Person, problem),
            (1, Actor::Person, started()),
            (2, Actor::Search, added()),
        ];
        let (operations, tree) = log(begun.clone());
        assert!(!Ledger::of(&operations, &tree).has_ended(&tree, &policy(1)));
        let (operations, tree) = log([begun, vec![(3, Actor::Person, stopped())]].concat());
        assert!(!Ledger::of(&operations, &tree).has_ended(&tree, &policy(1)));
    }
}
