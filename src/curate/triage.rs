//! Triage: which steps need a person, and why.

use std::fmt;

use super::proposal::{may_be_labelled, proposal};
use crate::evaluate::{Rating, verify};
use crate::tree::{EvaluatorKind, Label, NodeId, Tree};

/// Values this near to one half say little.
const NEAR: f64 = 0.1;
/// Values of two evaluators this far apart contradict each other.
const APART: f64 = 0.5;
/// A value from here on is high.
const HIGH: f64 = 0.75;

/// Why a step needs a person.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// A high value, but the verifier says wrong.
    HighButWrong(f64),
    /// The person's label is not what is proposed.
    PersonAgainst(Label, Label),
    /// Two evaluators contradict each other.
    EvaluatorsApart(String, String),
    /// The value is near one half.
    Uncertain(f64),
    /// It has no label; anything else would be a stronger reason.
    Unlabelled,
}

impl Reason {
    /// Returns whether it is more than the mere lack of a label.
    #[must_use]
    pub fn is_strong(&self) -> bool {
        !matches!(self, Self::Unlabelled)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HighButWrong(value) => write!(formatter, "rated {value:.2}, but verified wrong"),
            Self::PersonAgainst(person, model) => {
                let (person, model) = (person.name(), model.name());
                write!(formatter, "you say {person}, the model {model}")
            }
            Self::EvaluatorsApart(one, other) => write!(formatter, "{one} and {other} contradict"),
            Self::Uncertain(value) => write!(formatter, "rated {value:.2}, near one half"),
            Self::Unlabelled => formatter.write_str("no label yet"),
        }
    }
}

/// Returns why a step needs a person; nothing if it does not. A flag, or a label that agrees,
/// settles what the figures leave open.
#[must_use]
pub fn reason(tree: &Tree, id: NodeId) -> Option<Reason> {
    if !may_be_labelled(tree, id) || !tree.is_live(id) {
        return None;
    }
    let node = tree.node(id);
    if let Some(label) = node.label() {
        let proposed = proposal(tree, id)?;
        let apart = label != proposed && label != Label::Neutral && proposed != Label::Neutral;
        return (apart && !node.is_flagged()).then_some(Reason::PersonAgainst(label, proposed));
    }
    let rating = tree.evaluation(id, Rating::NAME).map(|rated| rated.value);
    let wrong = tree.evaluation(id, verify::NAME).is_some_and(|verdict| verdict.value <= 0.5);
    if let Some(value) = rating.filter(|value| wrong && *value >= HIGH) {
        return Some(Reason::HighButWrong(value));
    }
    if let Some((one, other)) = contradiction(tree, id) {
        return Some(Reason::EvaluatorsApart(one, other));
    }
    match rating.filter(|value| (value - 0.5).abs() < NEAR) {
        Some(value) => Some(Reason::Uncertain(value)),
        None => Some(Reason::Unlabelled),
    }
}

/// The two language models' judgements that lie furthest apart, if they contradict.
fn contradiction(tree: &Tree, id: NodeId) -> Option<(String, String)> {
    let judged = tree.node(id).evaluations().iter();
    let judged = judged.filter(|judged| judged.kind == EvaluatorKind::Llm);
    let newest = judged.filter(|judged| {
        tree.evaluation(id, &judged.evaluator).is_some_and(|newest| newest == *judged)
    });
    let by_value =
        |a: &&crate::tree::Evaluation, b: &&crate::tree::Evaluation| a.value.total_cmp(&b.value);
    let low = newest.clone().min_by(by_value)?;
    let high = newest.max_by(by_value)?;
    (high.value - low.value >= APART)
        .then(|| (low.evaluator.to_string(), high.evaluator.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::proposal::tests::{answer, step};
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body};

    #[test]
    fn each_reason_is_found_and_settled() {
        let mut grower = Grower::new("p");
        let sure = step(&mut grower, NodeId::ROOT, "a\n", 0.9);
        let unsure = step(&mut grower, sure, "b\n", 0.45);
        let torn = step(&mut grower, sure, "c\n", 0.9);
        grower.judge(torn, "p-true", 0.1);
        let end = answer(&mut grower, unsure, "25", 0.95, false);
        let told = |grower: &Grower, id| reason(&grower.tree, id).map(|why| why.to_string());
        assert_eq!(told(&grower, sure).as_deref(), Some("no label yet"));
        assert_eq!(told(&grower, unsure).as_deref(), Some("rated 0.45, near one half"));
        assert_eq!(told(&grower, torn).as_deref(), Some("p-true and rating contradict"));
        assert_eq!(told(&grower, end).as_deref(), Some("rated 0.95, but verified wrong"));
        assert_eq!(reason(&grower.tree, NodeId::ROOT), None);
        grower.act(Actor::Person, Body::Labelled { node: sure, label: Some(Label::Bad) });
        assert_eq!(told(&grower, sure).as_deref(), Some("you say bad, the model good"));
        grower.act(Actor::Person, Body::Flagged { node: sure, flagged: true });
        assert_eq!(reason(&grower.tree, sure), None);
        grower.act(Actor::Person, Body::Labelled { node: end, label: Some(Label::Bad) });
        assert_eq!(reason(&grower.tree, end), None);
        grower.act(Actor::Person, Body::Pruned { node: unsure });
        assert_eq!(reason(&grower.tree, unsure), None);
    }
}
