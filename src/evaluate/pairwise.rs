//! A step against its siblings, two at a time and in both orders: the rate of its wins (`EvolvR` and
//! SPO; `methods.md` 24, 47 and T3).
//!
//! Judges of pairs prefer a place. A pair counts as won or lost only if both orders say so; what
//! changes with the order is a tie. How often that happens is told beside the rate.

use serde_json::json;

use super::evaluator::{Ask, Case, Evaluator, Question, Reply, path_prompt};
use crate::assets::{self, prompts};
use crate::engine::protocol::Prompt;
use crate::tree::{Evaluation, EvaluatorKind, NodeId, State};

/// Compares a step with its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pairwise;

/// The most siblings that a step is compared with: the nearest before it, then the nearest after.
const SIBLINGS: usize = 4;
/// The names of the two places.
const LABELS: [&str; 2] = ["A", "B"];

impl Pairwise {
    /// The evaluator's name.
    pub const NAME: &'static str = "pairwise";
}

/// The siblings that a step is compared with.
fn rivals(case: &Case<'_>) -> Vec<NodeId> {
    let (tree, node) = (case.tree, case.node);
    let Some(parent) = tree.node(node).parent() else { return Vec::new() };
    let whole = |id: &NodeId| {
        let sibling = tree.node(*id);
        *id != node
            && !sibling.is_pruned()
            && matches!(sibling.state(), State::Open | State::Answered)
            && sibling.text().trim() != tree.node(node).text().trim()
    };
    let (mut before, after): (Vec<_>, Vec<_>) =
        tree.children(parent).filter(whole).partition(|id| *id < node);
    before.reverse();
    before.into_iter().chain(after).take(SIBLINGS).collect()
}

/// The question which of two steps goes on better from where they part.
fn question(case: &Case<'_>, parent: NodeId, first: NodeId, second: NodeId) -> Prompt {
    let text = |id: NodeId| case.tree.node(id).text().trim();
    let (a, b) = (text(first), text(second));
    let question = if assets::is_embedded(&case.model.name) {
        assets::embedded_choice(a, b)
    } else {
        prompts::COMPARE.fill(&json!({ "a": a, "b": b }))
    };
    path_prompt(case.tree, parent).then_ask(&question)
}

/// The probability that the first place is liked better.
fn likes_first(reply: &Reply<'_>) -> Option<f64> {
    let [first, second] = reply.masses else { return None };
    let share = first / (first + second);
    share.is_finite().then_some(share)
}

impl Evaluator for Pairwise {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "how many siblings the step beats, in both orders"
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        let Some(parent) = case.tree.node(case.node).parent() else { return Ask::Nothing };
        let labels = || LABELS.map(str::to_owned).to_vec();
        let both = |rival: NodeId| {
            [(case.node, rival), (rival, case.node)].map(|(first, second)| Question::Labels {
                prompt: question(case, parent, first, second),
                labels: labels(),
            })
        };
        let questions: Vec<_> = rivals(case).into_iter().flat_map(both).collect();
        if questions.is_empty() { Ask::Nothing } else { Ask::Questions(questions) }
    }

    fn judge(&self, replies: &[Reply<'_>]) -> Option<Evaluation> {
        let (mut won, mut lost, mut tied) = (0u32, 0u32, 0u32);
        for pair in replies.chunks_exact(2) {
            let (forth, back) = (likes_first(&pair[0])?, 1.0 - likes_first(&pair[1])?);
            match (forth > 0.5, back > 0.5) {
                (true, true) => won += 1,
                (false, false) => lost += 1,
                _ => tied += 1,
            }
        }
        let all = won + lost + tied;
        if all == 0 {
            return None;
        }
        let value = (f64::from(won) + f64::from(tied) / 2.0) / f64::from(all);
        let mass = replies.iter().map(|reply| reply.masses.iter().sum::<f64>()).fold(1.0, f64::min);
        Some(Evaluation {
            evaluator: Self::NAME.into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: Some(mass),
            explanation: format!(
                "beats {won} of {all} siblings, loses to {lost}; the order decided {tied}"
            ),
            kind: EvaluatorKind::Llm,
            calls: u32::try_from(replies.len()).unwrap_or(u32::MAX),
            tokens: replies.iter().map(|reply| reply.tokens).sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ModelInfo;
    use crate::engine::protocol::Content;
    use crate::tree::sample::Grower;

    fn asked(grower: &Grower, node: NodeId, model: &str) -> Vec<String> {
        let model = ModelInfo { name: model.into(), ..ModelInfo::default() };
        let case = Case { tree: &grower.tree, node, model: &model, rolled_out: false };
        let Ask::Questions(questions) = Pairwise.ask(&case) else { return Vec::new() };
        questions
            .iter()
            .map(|question| {
                let Question::Labels { prompt, labels } = question else { panic!() };
                assert_eq!(labels, &LABELS);
                let Content::Text(text) = &prompt.turns[2].content else { panic!() };
                text.clone()
            })
            .collect()
    }

    #[test]
    fn every_pair_is_asked_about_in_both_orders() {
        let mut grower = Grower::new("p");
        let nodes = ["x\n", "y\n", "x\n", "z\n"].map(|text| grower.add(NodeId::ROOT, text));
        let embedded = asked(&grower, nodes[0], "pleach-reasoner");
        let (yx, zx) = (
            "Choose the better next step.\nA: y\nB: x",
            "Choose the better next step.\nA: z\nB: x",
        );
        assert_eq!(embedded.len(), 4);
        assert!(embedded.contains(&yx.to_owned()) && embedded.contains(&zx.to_owned()));
        assert_eq!(embedded[0], "Choose the better next step.\nA: x\nB: y");
        assert!(asked(&grower, nodes[1], "any")[0].contains("A: y\n\nB: x"));
        assert!(asked(&grower, NodeId::ROOT, "any").is_empty());
        let only = grower.add(nodes[0], "alone\n");
        assert!(asked(&grower, only, "any").is_empty());
    }

    #[test]
    fn the_rate_of_wins_counts_what_the_order_decides_as_half() {
        let reply = |masses| Reply { masses, tokens: 3, ..Reply::default() };
        let first: &[f64] = &[0.6, 0.2];
        let second: &[f64] = &[0.1, 0.9];
        // Won; lost; the first place is liked whoever stands there.
        let replies = [first, second, second, first, first, first].map(reply);
        let evaluation = Pairwise.judge(&replies).unwrap();
        assert!((evaluation.value - 0.5).abs() < 1e-12);
        assert_eq!((evaluation.calls, evaluation.tokens), (6, 18));
        assert_eq!(
            evaluation.explanation,
            "beats 1 of 3 siblings, loses to 1; the order decided 1"
        );
        assert!((evaluation.mass.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(Pairwise.judge(&replies[..2]).unwrap().value, 1.0);
        assert_eq!(Pairwise.judge(&[reply(&[0.0, 0.0]), reply(first)]), None);
        assert_eq!(Pairwise.judge(&[]), None);
    }
}
