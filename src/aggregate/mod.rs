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
use crate::tree::{Finish, NodeId, Tree};

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

/// Returns the answers of a tree, the most believed first.
///
/// Pruned trajectories have no vote, and one that was never evaluated votes with 0. A text that
/// was sampled N times counts N times in `count`, but votes once with its value.
#[must_use]
pub fn answers(tree: &Tree, evaluator: &str) -> Vec<Answer> {
    let mut classes: BTreeMap<AnswerClass, (Answer, f64)> = BTreeMap::new();
    let repeats = repeats(tree);
    for node in tree.trajectories() {
        let Some(text) = tree.node(node).answer() else { continue };
        let value = tree.evaluation(node, evaluator).map_or(0.0, |evaluation| evaluation.value);
        let correct = tree.evaluation(node, verify::NAME).map(|verdict| verdict.value > 0.5);
        let (answer, votes) = classes.entry(classify(text)).or_insert_with(|| {
            let text = text.to_owned();
            (Answer { text, count: 0, confidence: 0.0, correct, best: node, value }, 0.0)
        });
        answer.count += 1 + repeats.get(&node).copied().unwrap_or(0);
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

/// How often each trajectory's text was sampled again.
fn repeats(tree: &Tree) -> BTreeMap<NodeId, u32> {
    let mut repeats = BTreeMap::new();
    for id in tree.ids() {
        let node = tree.node(id);
        if let Some(Finish::Duplicate { of }) = node.finish()
            && !node.is_pruned()
        {
            *repeats.entry(*of).or_insert(0) += 1;
        }
    }
    repeats
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Evaluation, EvaluatorKind};

    fn answer(grower: &mut Grower, text: &str, value: f64) -> NodeId {
        let node = grower.sprout(NodeId::ROOT, text);
        let answer = Some(text.to_owned());
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        let evaluation = Evaluation {
            evaluator: "rating".into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: None,
            explanation: String::new(),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 0,
        };
        grower.act(Actor::Model, Body::Evaluated { node, evaluation });
        node
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
