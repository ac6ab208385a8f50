//! Hindsight (SWE-Search): a node that is expanded again tells what its children were told, so that
//! the new one does not repeat them.

use serde_json::json;

use crate::assets::{self, prompts};
use crate::evaluate::{Assessment, feedback};
use crate::search::proposer::{Occasion, Offer, Proposer};
use crate::tree::Evaluation;

/// Tells the feedback on siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    /// On the one that was assessed worst, as in the original program.
    Worst,
    /// On all of them, as in the refactored program.
    All,
}

impl Proposer for Feedback {
    fn name(&self) -> &'static str {
        match self {
            Self::Worst => "feedback",
            Self::All => "feedback-all",
        }
    }

    fn about(&self) -> &'static str {
        match self {
            Self::Worst => "after the feedback on the worst sibling",
            Self::All => "after the feedback on all siblings",
        }
    }

    fn propose(&self, occasion: &Occasion<'_>) -> Offer {
        let Occasion { tree, node, .. } = *occasion;
        let live = tree.children(node).filter(|child| !tree.node(*child).is_pruned());
        // The worst first; of equals, the oldest.
        let mut assessed: Vec<&Evaluation> =
            live.filter_map(|child| tree.evaluation(child, Assessment::NAME)).collect();
        assessed.sort_by(|a, b| a.value.total_cmp(&b.value));
        if assessed.is_empty() || assets::is_embedded(&occasion.model.name) {
            return occasion.plain();
        }
        if *self == Self::Worst {
            assessed.truncate(1);
        }
        let feedback: Vec<_> = assessed.into_iter().map(feedback).collect();
        let words = prompts::FEEDBACK.fill(&json!({ "feedback": feedback }));
        occasion.told("after feedback", &words)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{offer, question};
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, EvaluatorKind, NodeId};

    fn assess(grower: &mut Grower, node: NodeId, reward: f64, words: &str) {
        let evaluation = Evaluation {
            evaluator: Assessment::NAME.into(),
            value: (reward + 100.0) / 200.0,
            raw: reward,
            scale: "-100..100".into(),
            mass: None,
            explanation: format!("So it is.\nFeedback: {words}"),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 9,
        };
        grower.act(Actor::Model, Body::Evaluated { node, evaluation });
    }

    #[test]
    fn the_worst_child_says_what_not_to_do_or_all_do() {
        let mut grower = Grower::new("the problem");
        let (a, b) = (grower.add(NodeId::ROOT, "a"), grower.add(NodeId::ROOT, "b"));
        let ask = |grower: &Grower, proposer: Feedback, model: &str| {
            let offer = offer(&proposer, grower, NodeId::ROOT, None, model);
            (question(&offer).to_owned(), offer.name)
        };
        assert_eq!(ask(&grower, Feedback::Worst, "any").1, "sample");
        assess(&mut grower, a, 20.0, "be bold");
        assess(&mut grower, b, -60.0, "do not divide");
        let (words, name) = ask(&grower, Feedback::Worst, "any");
        assert_eq!(name, "after feedback");
        assert!(words.starts_with("the problem\n\n") && words.contains("do not divide"), "{words}");
        assert!(!words.contains("be bold"));
        let (words, _) = ask(&grower, Feedback::All, "any");
        assert!(words.contains("do not divide") && words.contains("be bold"), "{words}");
        grower.act(Actor::Person, Body::Pruned { node: b });
        assert!(ask(&grower, Feedback::Worst, "any").0.contains("be bold"));
    }
}
