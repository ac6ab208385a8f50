//! Which answer the tree believes.
//!
//! Responsible for gathering final answers into classes and for ranking the classes; one way, an
//! [`Aggregator`], a name. How often an answer was reached, how much it is believed and whether
//! it was verified stay three separate figures.

mod debate;
mod groups;
mod poll;
mod rpc;
mod tally;
mod votes;

use serde::Serialize;

use crate::tree::{NodeId, Tree};

pub use debate::{Debate, Passage, SelfAgreement, transcript};
pub use groups::Collective;
pub use poll::{Poll, Vote};
pub use rpc::{Perplexity, PerplexityConsistency, Rpc, improbable};
pub use tally::Tally;
pub use votes::{Best, Majority, PathMean, Weighted};

/// A way to say which answer a tree believes.
pub trait Aggregator: std::fmt::Debug + Sync {
    /// Returns its name.
    fn name(&self) -> &'static str;

    /// Returns what it goes by, in a few words.
    fn about(&self) -> &'static str;

    /// Returns the answers, the most believed first.
    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer>;
}

/// All aggregators.
pub static AGGREGATORS: &[&dyn Aggregator] = &[
    &Weighted,
    &Majority,
    &Best,
    &PathMean,
    &Perplexity,
    &PerplexityConsistency,
    &Rpc,
    &Collective,
    &Debate,
    &SelfAgreement,
];

/// Returns the aggregator of a name; the first if there is none of that name.
#[must_use]
pub fn named(name: &str) -> &'static dyn Aggregator {
    let found = AGGREGATORS.iter().find(|aggregator| aggregator.name() == name);
    *found.unwrap_or(&AGGREGATORS[0])
}

/// An answer class with what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The answer as its best trajectory words it.
    pub text: String,
    /// How many trajectories end in it.
    pub count: u32,
    /// Its share of all votes, in `[0, 1]`.
    pub confidence: f64,
    /// Whether it was verified; nothing if no verifier spoke.
    pub correct: Option<bool>,
    /// Its most valued trajectory.
    #[serde(skip)]
    pub best: NodeId,
    /// The value of that trajectory, in `[0, 1]`.
    #[serde(skip)]
    pub value: f64,
}

/// Returns the answers of a tree, the most believed first; see [`Tally`].
#[must_use]
pub fn answers(tree: &Tree, evaluator: &str) -> Vec<Answer> {
    Tally::new(tree, evaluator).answers()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::verify;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish, Operation, State};
    use proptest::prelude::*;

    fn answer(grower: &mut Grower, text: &str, value: f64) -> NodeId {
        let node = grower.sprout(NodeId::ROOT, text);
        let answer = Some(text.to_owned());
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        grower.judge(node, "rating", value);
        node
    }

    /// The answers that a tally has after every operation of a log.
    fn kept(log: &[Operation]) -> Vec<Answer> {
        let mut tree = Tree::default();
        let mut tally = Tally::new(&tree, "rating");
        for operation in log {
            tree.apply(operation).unwrap();
            tally.take_in(&tree, &operation.body);
        }
        tally.answers()
    }

    proptest! {
        #[test]
        fn keeping_count_equals_counting_anew(rolls in prop::collection::vec(any::<u32>(), 1..60)) {
            let mut grower = Grower::new("p");
            for roll in rolls {
                let (what, which) = (roll % 8, roll / 8);
                let known = u32::try_from(grower.tree.len()).unwrap();
                let node = NodeId(which % known);
                let state = grower.tree.node(node).state();
                let value = f64::from(which % 5) / 4.0;
                match what {
                    0..=2 => {
                        answer(&mut grower, &(which % 3).to_string(), value);
                    }
                    3 if state == State::Answered => {
                        let again = grower.sprout(NodeId::ROOT, "again");
                        let finish = Finish::Duplicate { of: node };
                        grower.act(Actor::Model, Body::NodeFinished { node: again, finish, answer: None });
                    }
                    4 => {
                        let name = ["rating", verify::NAME][which as usize % 2];
                        grower.judge(node, name, value);
                    }
                    5 if node != NodeId::ROOT && !grower.tree.node(node).is_pruned() => {
                        grower.act(Actor::Person, Body::Pruned { node });
                    }
                    6 if grower.tree.node(node).is_pruned() => {
                        grower.act(Actor::Person, Body::Restored { node });
                    }
                    7 => {
                        if let Some((operation, _)) = grower.tree.next_undo() {
                            grower.act(Actor::Person, Body::Undone { operation });
                        }
                    }
                    _ => {}
                }
            }
            let (kept, anew) = (kept(&grower.log), answers(&grower.tree, "rating"));
            prop_assert_eq!(kept.len(), anew.len());
            for (kept, anew) in kept.iter().zip(&anew) {
                prop_assert!((kept.confidence - anew.confidence).abs() < 1e-9);
                prop_assert_eq!(&Answer { confidence: anew.confidence, ..kept.clone() }, anew);
            }
        }
    }

    #[test]
    fn equal_answers_are_one_class_and_vote_with_their_values() {
        let mut grower = Grower::new("p");
        answer(&mut grower, "1/2", 0.3);
        let better = answer(&mut grower, "0.5", 0.6);
        answer(&mut grower, "7", 0.6);
        let answers = answers(&grower.tree, "rating");
        assert_eq!(answers.len(), 2);
        assert_eq!(
            (answers[0].text.as_str(), answers[0].count, answers[0].best),
            ("0.5", 2, better)
        );
        assert!((answers[0].confidence - 0.6).abs() < 1e-12);
        assert_eq!(answers[0].correct, None);
    }

    #[test]
    fn a_repeated_text_counts_each_time_but_votes_once_and_a_pruned_one_not_at_all() {
        let mut grower = Grower::new("p");
        let first = answer(&mut grower, "7", 0.5);
        let again = grower.sprout(NodeId::ROOT, "7");
        let finish = Finish::Duplicate { of: first };
        grower.act(Actor::Model, Body::NodeFinished { node: again, finish, answer: None });
        let other = answer(&mut grower, "8", 0.5);
        let all = answers(&grower.tree, "rating");
        assert_eq!(all.iter().map(|answer| answer.count).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(all[0].confidence, 0.5);
        grower.act(Actor::Person, Body::Pruned { node: other });
        assert_eq!(answers(&grower.tree, "rating").len(), 1);
    }
}
