//! Inline verification and retry (SPOC, Zhao et al. 2025; `methods.md` 38): a step is critiqued
//! before the path goes on, and what the critique calls wrong is followed by a revision that says
//! so, after which the model tries again.
//!
//! The critique is the assessment of SWE-Search, and the embedded model's own critique, whose
//! revision it has learnt.

use std::sync::Arc;

use serde_json::json;

use crate::assets::{self, prompts};
use crate::evaluate::{Assessment, Evaluator, feedback};
use crate::search::proposer::{Occasion, Offer, Proposer};
use crate::tree::NodeId;

/// Goes on from what is right, and corrects what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correct;

impl Proposer for Correct {
    fn name(&self) -> &'static str {
        "correct"
    }

    fn about(&self) -> &'static str {
        "critiques each step, and tries again after a revision where it is wrong"
    }

    fn needs(&self) -> Option<Arc<dyn Evaluator>> {
        Some(Arc::new(Assessment))
    }

    fn propose(&self, occasion: &Occasion<'_>) -> Offer {
        let node = occasion.node;
        let judged = occasion.tree.evaluation(node, Assessment::NAME);
        let Some(wrong) = judged.filter(|judged| node != NodeId::ROOT && judged.value < 0.5) else {
            return occasion.plain();
        };
        let words = if assets::is_embedded(&occasion.model.name) {
            assets::embedded_revision(feedback(wrong))
        } else {
            prompts::CORRECT.fill(&json!({ "critique": wrong.explanation.lines().next() }))
        };
        occasion.after(self.name(), &words)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{last_words, offer};
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Evaluation, EvaluatorKind};

    fn assess(grower: &mut Grower, node: NodeId, raw: f64, explanation: &str) {
        let evaluation = Evaluation {
            evaluator: Assessment::NAME.into(),
            value: (raw + 100.0) / 200.0,
            raw,
            scale: "-100..100".into(),
            mass: None,
            explanation: explanation.into(),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 9,
        };
        grower.act(Actor::Model, Body::Evaluated { node, evaluation });
    }

    #[test]
    fn what_is_wrong_is_followed_by_a_revision_and_what_is_right_goes_on() {
        let mut grower = Grower::new("p");
        let wrong = grower.add(NodeId::ROOT, "8 * 7 = 54 (left: 54)\n");
        let right = grower.add(NodeId::ROOT, "8 - 4 = 4 (left: 7 8 4)\n");
        assess(&mut grower, wrong, -100.0, "Step 1 is wrong: 8 * 7 = 56, not 54.");
        assess(&mut grower, right, 100.0, "No mistake found.");
        let embedded = offer(&Correct, &grower, wrong, None, "pleach-reasoner");
        let revision = "Wait, step 1 is wrong: 8 * 7 = 56, not 54.\n";
        assert_eq!((embedded.name, last_words(&embedded)), ("correct", Some(revision)));
        assert_eq!(embedded.inserted.as_deref(), Some(revision));
        let other = offer(&Correct, &grower, wrong, None, "any");
        assert!(other.inserted.unwrap().contains("8 * 7 = 56"));
        assert_eq!(offer(&Correct, &grower, right, None, "any").name, "sample");
        assert_eq!(offer(&Correct, &grower, NodeId::ROOT, None, "any").name, "sample");
    }
}
