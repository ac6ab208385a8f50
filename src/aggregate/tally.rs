//! The count of answers, kept while a tree grows.
//!
//! Responsible for the same figures whether counted at once or operation by operation; so a
//! judgement in a tree of 100,000 nodes costs what it costs in a tree of ten.
//!
//! Pruned trajectories have no vote, and one that was never evaluated votes with 0. A text that
//! was sampled N times counts N times in `count`, but votes once with its value.

use std::collections::{BTreeMap, HashMap};

use super::Answer;
use crate::evaluate::verify;
use crate::reasoning::{AnswerClass, classify};
use crate::tree::{Body, Evaluation, Finish, NodeId, State, Tree};

/// The count of a tree's answers, as one evaluator values them.
#[derive(Debug, Clone)]
pub struct Tally {
    evaluator: String,
    classes: BTreeMap<AnswerClass, Class>,
}

/// An answer class while it is counted.
#[derive(Debug, Clone)]
struct Class {
    answer: Answer,
    votes: f64,
    /// The first trajectory that was verified.
    verified: Option<NodeId>,
}

impl Tally {
    /// Counts the answers of a tree.
    #[must_use]
    pub fn new(tree: &Tree, evaluator: &str) -> Self {
        let mut tally = Self { evaluator: evaluator.to_owned(), classes: BTreeMap::new() };
        // Thousands of trajectories may say the same.
        let mut forms: HashMap<&str, AnswerClass> = HashMap::new();
        let mut repeats = Vec::new();
        for (id, is_live) in tree.live() {
            let node = tree.node(id);
            match node.state() {
                State::Answered if is_live => {
                    if let Some(text) = node.answer() {
                        let class = forms.entry(text).or_insert_with(|| classify(text)).clone();
                        tally.add(tree, id, text, class);
                    }
                }
                State::Duplicate => repeats.push(id),
                _ => {}
            }
        }
        for id in repeats {
            if let Some(Finish::Duplicate { of }) = tree.node(id).finish() {
                tally.repeat(tree, id, *of);
            }
        }
        tally
    }

    /// Takes in an operation that was applied to the tree. Returns whether it concerns answers.
    pub fn take_in(&mut self, tree: &Tree, operation: &Body) -> bool {
        match operation {
            Body::NodeFinished { node, finish: Finish::Duplicate { of }, .. } => {
                self.repeat(tree, *node, *of);
            }
            Body::NodeFinished { node, answer: Some(_), .. } => {
                if let Some(text) = answer_of(tree, *node) {
                    self.add(tree, *node, text, classify(text));
                }
            }
            Body::Evaluated { node, evaluation } => self.evaluate(tree, *node, evaluation),
            // A person does these seldom, and below a node there may be any number of answers.
            Body::Pruned { .. }
            | Body::Restored { .. }
            | Body::Edited { .. }
            | Body::Spliced { .. }
            | Body::Together { .. }
            | Body::Undone { .. }
            | Body::Redone { .. } => *self = Self::new(tree, &self.evaluator),
            _ => return false,
        }
        true
    }

    /// Returns the answers, the most believed first: by the values of all their trajectories.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        self.rank(|class| class.votes)
    }

    /// Returns the answers, the most believed first: by the value of their best trajectory.
    #[must_use]
    pub fn by_value(&self) -> Vec<Answer> {
        self.rank(|class| class.answer.value)
    }

    fn rank(&self, weight: impl Fn(&Class) -> f64) -> Vec<Answer> {
        let total: f64 = self.classes.values().map(&weight).sum();
        let share = |votes: f64| if total > 0.0 { votes / total } else { 0.0 };
        let answer =
            |class: &Class| Answer { confidence: share(weight(class)), ..class.answer.clone() };
        let mut answers: Vec<_> = self.classes.values().map(answer).collect();
        answers.sort_by(|a, b| {
            let by_count = b.count.cmp(&a.count).then(a.best.cmp(&b.best));
            b.confidence.total_cmp(&a.confidence).then(by_count)
        });
        answers
    }

    /// Counts a trajectory with what is known of it.
    fn add(&mut self, tree: &Tree, node: NodeId, text: &str, class: AnswerClass) {
        let class = self.classes.entry(class).or_insert_with(|| {
            let text = text.to_owned();
            let answer =
                Answer { text, count: 0, confidence: 0.0, correct: None, best: node, value: 0.0 };
            Class { answer, votes: 0.0, verified: None }
        });
        class.answer.count += 1;
        class.vote(node, text, 0.0);
        for name in [self.evaluator.as_str(), verify::NAME] {
            if let Some(evaluation) = tree.evaluation(node, name) {
                class.evaluate(node, text, evaluation, &self.evaluator);
            }
        }
    }

    /// Counts a repeat of a trajectory.
    fn repeat(&mut self, tree: &Tree, node: NodeId, of: NodeId) {
        if !tree.node(node).is_pruned()
            && let Some(text) = answer_of(tree, of)
            && let Some(class) = self.classes.get_mut(&classify(text))
        {
            class.answer.count += 1;
        }
    }

    fn evaluate(&mut self, tree: &Tree, node: NodeId, evaluation: &Evaluation) {
        let Some(text) = answer_of(tree, node) else { return };
        let all = tree.node(node).evaluations().iter();
        if all.filter(|other| other.evaluator == evaluation.evaluator).count() > 1 {
            // What the earlier one added cannot be told from the rest.
            *self = Self::new(tree, &self.evaluator);
        } else if let Some(class) = self.classes.get_mut(&classify(text)) {
            class.evaluate(node, text, evaluation, &self.evaluator);
        }
    }
}

impl Class {
    fn evaluate(&mut self, node: NodeId, text: &str, evaluation: &Evaluation, evaluator: &str) {
        if evaluation.evaluator == evaluator {
            self.vote(node, text, evaluation.value);
        }
        if evaluation.evaluator == verify::NAME && self.verified.is_none_or(|first| node <= first) {
            self.verified = Some(node);
            self.answer.correct = Some(evaluation.value > 0.5);
        }
    }

    /// Adds a vote; the oldest of the most valued trajectories words the answer.
    fn vote(&mut self, node: NodeId, text: &str, value: f64) {
        self.votes += value;
        let Answer { value: most, best, .. } = self.answer;
        if value > most || (value >= most && node < best) {
            text.clone_into(&mut self.answer.text);
            (self.answer.best, self.answer.value) = (node, value);
        }
    }
}

/// The answer of a trajectory that is not pruned.
fn answer_of(tree: &Tree, node: NodeId) -> Option<&str> {
    let counts = tree.node(node).state() == State::Answered && tree.is_live(node);
    tree.node(node).answer().filter(|_| counts)
}
