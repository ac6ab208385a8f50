//! A poll: the trajectories of a tree as votes.
//!
//! Responsible for which trajectories may vote and for gathering votes into answer classes. Not
//! responsible for how much a vote weighs (the aggregators).

use std::collections::BTreeMap;

use super::Answer;
use crate::evaluate::verify;
use crate::reasoning::{AnswerClass, classify};
use crate::tree::{Finish, NodeId, State, Tree};

/// What an aggregator is asked.
#[derive(Debug, Clone, Copy)]
pub struct Poll<'tree> {
    /// The tree.
    pub tree: &'tree Tree,
    /// The evaluator whose values weigh the answers.
    pub values: &'tree str,
    /// Evaluators whose 0 takes an answer out of the vote.
    pub vetoes: &'tree [&'tree str],
}

/// A trajectory's vote.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote {
    /// The trajectory.
    pub node: NodeId,
    /// Its answer.
    pub text: String,
    /// Its value under the poll's evaluator; 0 if it was never evaluated.
    pub value: f64,
    /// How often the very same text was sampled besides: these count in plain votes alone.
    pub repeats: u32,
}

impl<'tree> Poll<'tree> {
    /// Makes a poll without vetoes.
    #[must_use]
    pub fn new(tree: &'tree Tree, values: &'tree str) -> Self {
        Self { tree, values, vetoes: &[] }
    }

    /// Returns the votes by answer class: of all distinct texts, oldest first.
    #[must_use]
    pub fn classes(&self) -> BTreeMap<AnswerClass, Vec<Vote>> {
        let tree = self.tree;
        let mut repeats: BTreeMap<NodeId, u32> = BTreeMap::new();
        for id in tree.ids() {
            if let Some(Finish::Duplicate { of }) = tree.node(id).finish()
                && !tree.node(id).is_pruned()
            {
                *repeats.entry(*of).or_default() += 1;
            }
        }
        let mut first: BTreeMap<String, (AnswerClass, usize)> = BTreeMap::new();
        let mut classes: BTreeMap<AnswerClass, Vec<Vote>> = BTreeMap::new();
        for node in tree.trajectories().filter(|node| self.may_vote(*node)) {
            let Some(text) = tree.node(node).answer() else { continue };
            let count = repeats.get(&node).copied().unwrap_or(0);
            let path = tree.path_text(node);
            if let Some((class, at)) = first.get(&path) {
                // Two roll-outs that say the same.
                if let Some(vote) = classes.get_mut(class).and_then(|votes| votes.get_mut(*at)) {
                    vote.repeats += 1 + count;
                }
                continue;
            }
            let class = classify(text);
            let votes = classes.entry(class.clone()).or_default();
            first.insert(path, (class, votes.len()));
            let value = tree.evaluation(node, self.values).map_or(0.0, |own| own.value);
            votes.push(Vote { node, text: text.to_owned(), value, repeats: count });
        }
        classes
    }

    fn may_vote(&self, node: NodeId) -> bool {
        let rejects = |at: NodeId, veto: &&str| {
            self.tree.evaluation(at, veto).is_some_and(|evaluation| evaluation.value <= 0.0)
        };
        let path = || self.tree.ancestors(node);
        self.tree.node(node).state() == State::Answered
            && !self.vetoes.iter().any(|veto| path().any(|at| rejects(at, veto)))
    }

    /// Ranks classes by weight; the confidence of each is its share of all weight. Of equals, the
    /// more frequent first, then the older.
    #[must_use]
    pub fn rank(
        &self,
        classes: &BTreeMap<AnswerClass, Vec<Vote>>,
        weight: impl Fn(&AnswerClass, &[Vote]) -> f64,
    ) -> Vec<Answer> {
        let weighed: Vec<_> = classes
            .iter()
            .filter_map(|(class, votes)| Some((weight(class, votes), self.answer(votes)?)))
            .collect();
        let total: f64 = weighed.iter().map(|(weight, _)| weight).sum();
        let mut answers: Vec<_> = weighed
            .into_iter()
            .map(|(weight, answer)| {
                let confidence = if total > 0.0 { weight / total } else { 0.0 };
                Answer { confidence, ..answer }
            })
            .collect();
        answers.sort_by(|a, b| {
            let by_count = b.count.cmp(&a.count).then(a.best.cmp(&b.best));
            b.confidence.total_cmp(&a.confidence).then(by_count)
        });
        answers
    }

    /// The answer of a class, worded as its most valued trajectory does.
    fn answer(&self, votes: &[Vote]) -> Option<Answer> {
        let by_value = |a: &&Vote, b: &&Vote| a.value.total_cmp(&b.value).then(b.node.cmp(&a.node));
        let best = votes.iter().max_by(by_value)?;
        let verdict =
            |vote: &Vote| self.tree.evaluation(vote.node, verify::NAME).map(|one| one.value > 0.5);
        Some(Answer {
            text: best.text.clone(),
            count: votes.iter().map(|vote| 1 + vote.repeats).sum(),
            confidence: 0.0,
            correct: votes.iter().find_map(verdict),
            best: best.node,
            value: best.value,
        })
    }
}
