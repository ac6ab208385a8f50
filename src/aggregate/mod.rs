//! Which answer the tree believes.
//!
//! Responsible for gathering final answers into classes and for ranking the classes. One
//! way so far: every trajectory votes with the value that an evaluator gave it (weighted
//! best-of-n). How often an answer was reached, how much it is believed and whether it was
//! verified stay three separate figures.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::evaluate::verify;
use crate::reasoning::{AnswerClass, classify};
use crate::tree::{NodeId, Tree};

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

/// Returns the answers of a tree, the most believed first. Pruned trajectories have no vote,
/// and one that was never evaluated votes with 0.
#[must_use]
pub fn answers(tree: &Tree, evaluator: &str) -> Vec<Answer> {
    let mut classes: BTreeMap<AnswerClass, (Answer, f64)> = BTreeMap::new();
    for node in tree.trajectories() {
        let Some(text) = tree.node(node).answer() else { continue };
        let value = tree.evaluation(node, evaluator).map_or(0.0, |evaluation| evaluation.value);
        let correct = tree.evaluation(node, verify::NAME).map(|verdict| verdict.value > 0.5);
        let (answer, votes) = classes.entry(classify(text)).or_insert_with(|| {
            let text = text.to_owned();
            (Answer { text, count: 0, confidence: 0.0, correct, best: node, value }, 0.0)
        });
        answer.count += 1;
        answer.correct = answer.correct.or(correct);
        if value > answer.value {
            (answer.text, answer.best, answer.value) = (text.to_owned(), node, value);
        }
        *votes += value;
    }
    let total: f64 = classes.values().map(|(_, votes)| votes).sum();
    let share = |votes: f64| if total > 0.0 { votes / total } else { 0.0 };
    let mut answers: Vec<_> = classes
        .into_values()
        .map(|(answer, votes)| Answer { confidence: share(votes), ..answer })
        .collect();
    answers.sort_by(|a, b| {
        b.confidence.total_cmp(&a.confidence).then(b.count.cmp(&a.count)).then(a.best.cmp(&b.best))
    });
    answers
}
