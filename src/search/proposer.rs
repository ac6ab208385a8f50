//! Proposers: how the model is asked for a new step of a path.
//!
//! A proposer makes the prompt; the driver sends it. [`Proposer::Feedback`] is the hindsight of
//! SWE-Search: a node that is expanded again tells what its worst child was told, so that the new
//! one does not repeat it. The embedded model reads no such words, so it is asked plainly.

use crate::assets;
use crate::engine::ModelInfo;
use crate::engine::protocol::{Content, Prompt};
use crate::evaluate::{Assessment, feedback, path_prompt};
use crate::tree::{NodeId, Tree};

/// How the model is asked for a new step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposer {
    /// It goes on with the path.
    Sample,
    /// It is told the feedback on the worst child that was assessed, if there is one.
    Feedback,
}

impl Proposer {
    /// Returns the prompt for a new child of a node, and the proposer's name for its origin.
    #[must_use]
    pub fn propose(self, tree: &Tree, node: NodeId, model: &ModelInfo) -> (Prompt, &'static str) {
        let mut prompt = path_prompt(tree, node);
        if self == Self::Feedback
            && !assets::is_embedded(&model.name)
            && let Some(words) = worst(tree, node)
            && let Some(Content::Text(question)) =
                prompt.turns.first_mut().map(|turn| &mut turn.content)
        {
            question.push_str("\n\n");
            question.push_str(assets::FEEDBACK.trim_end().replace("{feedback}", words).as_str());
            return (prompt, "after feedback");
        }
        (prompt, "sample")
    }
}

/// The feedback on the child that was assessed worst; of equals, the oldest.
fn worst(tree: &Tree, node: NodeId) -> Option<&str> {
    let live = tree.children(node).filter(|child| !tree.node(*child).is_pruned());
    let assessed = live.filter_map(|child| tree.evaluation(child, Assessment::NAME));
    assessed.min_by(|a, b| a.value.total_cmp(&b.value)).map(feedback)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Evaluation, EvaluatorKind};

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
    fn the_worst_child_says_what_not_to_do() {
        let mut grower = Grower::new("the problem");
        let (a, b) = (grower.add(NodeId::ROOT, "a"), grower.add(NodeId::ROOT, "b"));
        let asked = |grower: &Grower, name: &str| {
            let model = ModelInfo { name: name.into(), ..ModelInfo::default() };
            let (prompt, proposer) = Proposer::Feedback.propose(&grower.tree, NodeId::ROOT, &model);
            (format!("{:?}", prompt.turns[0].content), proposer)
        };
        assert_eq!(asked(&grower, "any").1, "sample");
        assess(&mut grower, a, 20.0, "be bold");
        assess(&mut grower, b, -60.0, "do not divide");
        let (question, proposer) = asked(&grower, "any");
        assert_eq!(proposer, "after feedback");
        assert!(
            question.contains("the problem") && question.contains("do not divide"),
            "{question}"
        );
        assert_eq!(asked(&grower, "pleach-reasoner").1, "sample");
        grower.act(Actor::Person, Body::Pruned { node: b });
        assert!(asked(&grower, "any").0.contains("be bold"));
    }
}
