//! P(true): how probable it is, to the model itself, that nothing is wrong with a path.
//!
//! A model that is asked for a critique begins it in one of two ways. The probability of the
//! first word is read, and nothing is generated (Kadavath et al. 2022; `methods.md` H3). The
//! embedded model begins a critique with "No mistake found.", or with "Step 2 is wrong: ..." or
//! "The answer is wrong: ..."; other models are asked for True or False.

use super::evaluator::{Ask, Case, Evaluator, Reply};
use crate::assets::{self, prompts};
use crate::tree::{Evaluation, EvaluatorKind};

/// Asks whether a path is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PTrue;

impl PTrue {
    /// The evaluator's name.
    pub const NAME: &'static str = "p-true";
}

impl Evaluator for PTrue {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "how probable the model finds it that nothing is wrong"
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        let (question, labels): (_, &[&str]) = if assets::is_embedded(&case.model.name) {
            (
                assets::EMBEDDED_CRITIQUE.trim_end().to_owned(),
                &["No mistake found.", "Step", "The answer is wrong:"],
            )
        } else {
            (prompts::TRUE_OR_FALSE.plain(), &["True", "False"])
        };
        Ask::labels(case.prompt().then_ask(&question), labels)
    }

    fn judge(&self, replies: &[Reply<'_>]) -> Option<Evaluation> {
        let Reply { masses, tokens, .. } = *replies.first()?;
        // The first label is the good one.
        let yes = masses.first()?;
        let mass: f64 = masses.iter().sum();
        if !(mass.is_finite() && mass > 1e-6) {
            return None;
        }
        let value = (yes / mass).clamp(0.0, 1.0);
        Some(Evaluation {
            evaluator: Self::NAME.into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: Some(mass.min(1.0)),
            explanation: format!("nothing is wrong with it, at {:.0} %", value * 100.0),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_the_share_of_yes() {
        let judge =
            |masses: &[f64]| PTrue.judge(&[Reply { masses, tokens: 4, ..Reply::default() }]);
        let evaluation = judge(&[0.6, 0.2]).unwrap();
        assert!((evaluation.value - 0.75).abs() < 1e-12);
        assert!((evaluation.mass.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(judge(&[0.5, 0.25, 0.25]).unwrap().value, 0.5);
        assert_eq!(judge(&[0.0, 0.0]), None);
        assert_eq!(judge(&[]), None);
    }
}
