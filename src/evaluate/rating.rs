//! The model's own rating of a path, read as an expectation over label probabilities.
//!
//! The model is asked for a number from 0 to 10 after the path. Instead of sampling one, all
//! labels' probabilities are read at that position: the score is their mean weighted by
//! probability (Self-J; `methods.md` H3), and their sum, the captured mass, says how much of
//! the model's belief the scale caught.

use crate::assets;
use crate::engine::ModelInfo;
use crate::engine::protocol::Prompt;
use crate::tree::{Evaluation, EvaluatorKind};

/// Asks a model to rate a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    question: &'static str,
    top: u8,
}

impl Rating {
    /// The evaluator's name in operations and on the screen.
    pub const NAME: &'static str = "rating";

    /// Returns the rating that suits a model: 0 to 10, or 0 to 9 where "10" is several tokens.
    #[must_use]
    pub fn of(model: &ModelInfo) -> Self {
        let question = if assets::is_embedded(&model.name) {
            assets::EMBEDDED_RATE
        } else if model.reads_ten {
            assets::RATE_TO_TEN
        } else {
            assets::RATE_TO_NINE
        };
        Self { question: question.trim_end(), top: if model.reads_ten { 10 } else { 9 } }
    }

    /// Returns what to ask after a path.
    #[must_use]
    pub fn prompt(&self, path: Prompt) -> Prompt {
        path.then_ask(self.question)
    }

    /// Returns the labels whose probabilities are wanted.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        (0..=self.top).map(|label| label.to_string()).collect()
    }

    /// Turns label probabilities into an evaluation; `None` if the model gave the labels no
    /// probability worth the name (under one in a million).
    #[must_use]
    pub fn judge(&self, masses: &[f64], tokens: u32) -> Option<Evaluation> {
        let mass: f64 = masses.iter().sum();
        if !(mass.is_finite() && mass > 1e-6) {
            return None;
        }
        let weighted =
            (0u8..).zip(masses).map(|(label, share)| f64::from(label) * share).sum::<f64>();
        let raw = weighted / mass;
        let mut shares: Vec<_> = (0u8..).zip(masses.iter().map(|share| share / mass)).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let likely: Vec<_> = shares
            .iter()
            .take(3)
            .filter(|(_, share)| *share >= 0.05)
            .map(|(label, share)| format!("{label} ({:.0} %)", share * 100.0))
            .collect();
        Some(Evaluation {
            evaluator: Self::NAME.to_owned(),
            value: (raw / f64::from(self.top)).clamp(0.0, 1.0),
            raw,
            scale: format!("0..{}", self.top),
            mass: Some(mass.min(1.0)),
            explanation: format!("likeliest {}", likely.join(", ")),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rating() -> Rating {
        Rating::of(&ModelInfo { reads_ten: true, ..ModelInfo::default() })
    }

    #[test]
    fn the_score_is_the_expectation_over_the_captured_mass() {
        let mut masses = vec![0.0; 11];
        (masses[10], masses[5], masses[0]) = (0.4, 0.2, 0.2);
        let evaluation = rating().judge(&masses, 9).unwrap();
        assert!((evaluation.raw - 6.25).abs() < 1e-12);
        assert!((evaluation.value - 0.625).abs() < 1e-12);
        assert!((evaluation.mass.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(evaluation.explanation, "likeliest 10 (50 %), 0 (25 %), 5 (25 %)");
        assert_eq!(
            (evaluation.scale.as_str(), evaluation.calls, evaluation.tokens),
            ("0..10", 1, 9)
        );
    }

    #[test]
    fn a_score_without_mass_is_no_score() {
        assert_eq!(rating().judge(&[0.0; 11], 1), None);
        assert_eq!(rating().judge(&[f64::NAN; 11], 1), None);
    }

    #[test]
    fn a_vocabulary_without_ten_is_rated_to_nine() {
        let rating = Rating::of(&ModelInfo::default());
        assert_eq!(rating.labels().len(), 10);
        assert_eq!(rating.judge(&[0., 0., 0., 0., 0., 0., 0., 0., 0., 1.], 1).unwrap().value, 1.0);
    }
}
