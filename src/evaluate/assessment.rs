//! SWE-Search's hybrid value: a number from -100 to 100 with a written assessment, and feedback for
//! whoever tries another step in its place (`methods.md` 20).
//!
//! The reply is constrained by a grammar, so that it can always be read. The first three steps of a
//! path are judged by lenient words. The embedded model has its own way: it writes a critique,
//! which names the first mistake or says that there is none.

use super::evaluator::{Ask, Case, Evaluator, Reply};
use crate::assets::{self, prompts};
use crate::tree::{Evaluation, EvaluatorKind};

/// Asks a model for an assessment in words and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assessment;

/// Steps that are judged by lenient words.
const EARLY: u32 = 3;

/// The most tokens of an assessment.
const TOKENS: u32 = 400;

const GRAMMAR: &str = r#"root ::= "Explanation: " line "\n" "Feedback: " line "\n" "Reward: " reward
line ::= [^\n]{1,600}
reward ::= "-"? ("100" | [1-9]? [0-9])"#;

/// What the embedded model says of a path without a mistake.
const FAULTLESS: &str = "No mistake found.";

impl Assessment {
    /// The evaluator's name.
    pub const NAME: &'static str = "assessment";
}

/// Returns the feedback of an assessment, for whoever tries another step.
#[must_use]
pub fn feedback(assessment: &Evaluation) -> &str {
    let mut lines = assessment.explanation.lines().rev();
    let feedback = lines.find_map(|line| line.strip_prefix("Feedback: "));
    feedback.unwrap_or(&assessment.explanation)
}

/// The explanation with the feedback, and the reward, of a reply.
fn parse(text: &str) -> Option<(String, f64)> {
    let text = text.trim();
    let Some((words, reward)) = text.rsplit_once("Reward:") else {
        let right = text == FAULTLESS;
        let says = right || text.ends_with('.');
        return says.then(|| (text.to_owned(), if right { 100.0 } else { -100.0 }));
    };
    let reward: f64 = reward.trim().parse().ok()?;
    let words = words.trim().strip_prefix("Explanation: ").unwrap_or(words.trim());
    (-100.0..=100.0).contains(&reward).then(|| (words.to_owned(), reward))
}

impl Evaluator for Assessment {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "a number from -100 to 100 with words and feedback"
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        if assets::is_embedded(&case.model.name) {
            let prompt = case.prompt().then_ask(assets::EMBEDDED_CRITIQUE.trim_end());
            return Ask::text(prompt, None, TOKENS);
        }
        let early = case.tree.node(case.node).depth() <= EARLY;
        let question = if early { &prompts::ASSESS_EARLY } else { &prompts::ASSESS };
        let prompt = case.prompt().then_ask(&question.plain());
        Ask::text(prompt, Some(GRAMMAR), TOKENS)
    }

    fn judge(&self, replies: &[Reply<'_>]) -> Option<Evaluation> {
        let reply = replies.first()?;
        let (explanation, reward) = parse(reply.text)?;
        Some(Evaluation {
            evaluator: Self::NAME.into(),
            value: (reward + 100.0) / 200.0,
            raw: reward,
            scale: "-100..100".into(),
            mass: None,
            explanation,
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: reply.tokens,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Option<Evaluation> {
        Assessment.judge(&[Reply { text, ..Reply::default() }])
    }

    #[test]
    fn a_reply_is_a_value_with_words_and_feedback() {
        let found =
            judge("Explanation: It pairs 8 and 3.\nFeedback: Keep the 8 for last.\nReward: 60")
                .unwrap();
        assert_eq!((found.value, found.raw, found.scale.as_str()), (0.8, 60.0, "-100..100"));
        assert_eq!(found.explanation, "It pairs 8 and 3.\nFeedback: Keep the 8 for last.");
        assert_eq!(feedback(&found), "Keep the 8 for last.");
        assert_eq!(judge("Explanation: a\nFeedback: b\nReward: -100").unwrap().value, 0.0);
        assert_eq!(judge("Explanation: a\nFeedback: b\nReward: 900"), None);
        assert_eq!(judge("Explanation: a\nFeedback: b\nRew"), None);
    }

    #[test]
    fn the_embedded_models_critique_is_read_too() {
        assert_eq!(judge("No mistake found.").unwrap().value, 1.0);
        let wrong = judge("Step 2 is wrong: 8 * 7 = 56, not 54.").unwrap();
        assert_eq!((wrong.value, feedback(&wrong)), (0.0, "Step 2 is wrong: 8 * 7 = 56, not 54."));
        assert_eq!(judge(""), None);
    }
}
