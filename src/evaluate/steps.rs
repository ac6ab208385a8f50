//! A step's verdict: good, bad or uncertain, with reasons first (Self-PRM and Agent-R;
//! `methods.md` 9 and 43). The value of a path is that of its weakest step.
//!
//! The embedded model has no such form: its critique of the path stands in, which names the first
//! wrong step or says that there is none.

use super::evaluator::{Ask, Case, Evaluator, Reply};
use crate::assets::{self, prompts};
use crate::tree::{Evaluation, EvaluatorKind, NodeId, Tree};

/// Asks whether a step is good, bad or uncertain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps;

/// The most tokens of a verdict with its reasons.
const TOKENS: u32 = 300;

const GRAMMAR: &str = r#"root ::= "Reasons: " line "\nJudgement: " verdict
line ::= [^\n]{1,600}
verdict ::= "Good" | "Bad" | "Uncertain""#;

impl Steps {
    /// The evaluator's name.
    pub const NAME: &'static str = "steps";

    /// Returns the least value of a path's steps, with the first step that has it; nothing if none
    /// was judged.
    #[must_use]
    pub fn weakest(tree: &Tree, node: NodeId) -> Option<(NodeId, f64)> {
        let judged = |at: NodeId| Some((at, tree.evaluation(at, Self::NAME)?.value));
        let values = tree.path(node).into_iter().filter_map(judged);
        values.reduce(|least, next| if next.1 < least.1 { next } else { least })
    }
}

/// The verdict on the common scale, and the reasons.
fn read(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let Some((reasons, verdict)) = text.rsplit_once("Judgement:") else {
        // The embedded model's critique.
        return match text {
            "No mistake found." => Some((1.0, text)),
            _ if text.contains(" is a dead end") || text.contains(" is wrong") => Some((0.0, text)),
            _ => None,
        };
    };
    let value = match verdict.trim() {
        "Good" => 1.0,
        "Uncertain" => 0.5,
        "Bad" => 0.0,
        _ => return None,
    };
    let reasons = reasons.trim();
    Some((value, reasons.strip_prefix("Reasons:").unwrap_or(reasons).trim()))
}

impl Evaluator for Steps {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "is the step good, bad or uncertain, with reasons"
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        if assets::is_embedded(&case.model.name) {
            let prompt = case.prompt().then_ask(assets::EMBEDDED_CRITIQUE.trim_end());
            return Ask::text(prompt, None, TOKENS);
        }
        Ask::text(case.prompt().then_ask(&prompts::STEPS.plain()), Some(GRAMMAR), TOKENS)
    }

    fn judge(&self, replies: &[Reply<'_>]) -> Option<Evaluation> {
        let reply = replies.first()?;
        let (value, reasons) = read(reply.text)?;
        let verdict = match value {
            1.0 => "good",
            0.0 => "bad",
            _ => "uncertain",
        };
        Some(Evaluation {
            evaluator: Self::NAME.into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: None,
            explanation: format!("{verdict}: {reasons}"),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: reply.tokens,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body};

    fn judge(text: &str) -> Option<Evaluation> {
        Steps.judge(&[Reply { text, tokens: 7, ..Reply::default() }])
    }

    #[test]
    fn verdicts_are_read_with_their_reasons() {
        for (text, value, words) in [
            ("Reasons: 8 - 4 is 4.\nJudgement: Good", 1.0, "good: 8 - 4 is 4."),
            ("Reasons: Judgement: hard.\nJudgement: Uncertain", 0.5, "uncertain: Judgement: hard."),
            ("Reasons: 8 * 7 is 56.\nJudgement: Bad", 0.0, "bad: 8 * 7 is 56."),
            ("No mistake found.", 1.0, "good: No mistake found."),
            (
                "Step 2 is wrong: 9 is not available.",
                0.0,
                "bad: Step 2 is wrong: 9 is not available.",
            ),
        ] {
            let evaluation = judge(text).unwrap();
            assert_eq!((evaluation.value, evaluation.explanation.as_str()), (value, words));
        }
        for text in ["", "Reasons: cut o", "Reasons: a\nJudgement: Fine"] {
            assert_eq!(judge(text), None, "{text}");
        }
    }

    #[test]
    fn a_path_is_worth_its_weakest_step() {
        let mut grower = Grower::new("p");
        let a = grower.add(NodeId::ROOT, "a");
        let b = grower.add(a, "b");
        let c = grower.add(b, "c");
        assert_eq!(Steps::weakest(&grower.tree, c), None);
        for (node, verdict) in [(a, "Good"), (b, "Bad"), (c, "Bad")] {
            let evaluation = judge(&format!("Reasons: r\nJudgement: {verdict}")).unwrap();
            grower.act(Actor::Model, Body::Evaluated { node, evaluation });
        }
        assert_eq!(Steps::weakest(&grower.tree, c), Some((b, 0.0)));
        assert_eq!(Steps::weakest(&grower.tree, a), Some((a, 1.0)));
    }
}
