//! The model's own rating of a path, read as an expectation over label probabilities.
//!
//! The model is asked for a number from 0 to 10 after the path (to 9 where "10" is several
//! tokens). Instead of sampling one, all labels' probabilities are read at that position: the
//! score is their mean weighted by probability (Self-J; `methods.md` H3), and their sum, the
//! captured mass, says how much of the model's belief the scale caught.

use super::evaluator::{Ask, Case, Evaluator, Question, Reply};
use crate::assets::{self, prompts};
use crate::engine::ModelInfo;
use crate::tree::{Evaluation, EvaluatorKind, State};

/// Asks a model to rate a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating;

impl Rating {
    /// The evaluator's name in operations and on the screen.
    pub const NAME: &'static str = "rating";

    /// Returns the question for a rating that suits a model.
    #[must_use]
    pub fn question(model: &ModelInfo) -> String {
        if assets::is_embedded(&model.name) {
            assets::EMBEDDED_RATE.trim_end().to_owned()
        } else if model.reads_ten {
            prompts::RATE_TO_TEN.plain()
        } else {
            prompts::RATE_TO_NINE.plain()
        }
    }

    /// Returns the labels of the scale that a model can read at one position.
    #[must_use]
    pub fn labels(model: &ModelInfo) -> Vec<String> {
        let top = if model.reads_ten { 10 } else { 9 };
        (0..=top).map(|label: u8| label.to_string()).collect()
    }
}

impl Evaluator for Rating {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "the model's own rating of the path, from 0 to 10"
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        let prompt = case.prompt().then_ask(&Self::question(case.model));
        Ask::Questions(vec![Question::Labels { prompt, labels: Self::labels(case.model) }])
    }

    fn judge(&self, replies: &[Reply<'_>]) -> Option<Evaluation> {
        let Reply { masses, tokens, .. } = *replies.first()?;
        let top = masses.len().saturating_sub(1) as f64;
        let mass: f64 = masses.iter().sum();
        // Under one in a million it is no probability worth the name.
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
            evaluator: Self::NAME.into(),
            value: (raw / top).clamp(0.0, 1.0),
            raw,
            scale: format!("0..{top:.0}").into(),
            mass: Some(mass.min(1.0)),
            explanation: format!("likeliest {}", likely.join(", ")),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens,
        })
    }
}

/// The outcome of a trajectory as the model itself sees it: 1 if it rates it at least half of the
/// scale, else 0. What clade statistics and Monte Carlo values count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome;

impl Outcome {
    /// The evaluator's name.
    pub const NAME: &'static str = "outcome";
}

impl Evaluator for Outcome {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "does the model rate the answer at least half of the scale"
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        let ended = case.tree.node(case.node).state() == State::Answered;
        if ended { Rating.ask(case) } else { Ask::Nothing }
    }

    fn judge(&self, replies: &[Reply<'_>]) -> Option<Evaluation> {
        let reply = replies.first()?;
        let rating = Rating.judge(replies)?;
        let value = f64::from(u8::from(rating.value >= 0.5));
        let explanation =
            format!("rated {:.1} of {:.0}", rating.raw, reply.masses.len() as f64 - 1.0);
        Some(Evaluation {
            evaluator: Self::NAME.into(),
            value,
            raw: value,
            scale: "0..1".into(),
            explanation,
            ..rating
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{NodeId, Tree};

    fn judge(masses: &[f64], tokens: u32) -> Option<Evaluation> {
        Rating.judge(&[Reply { masses, tokens, ..Reply::default() }])
    }

    #[test]
    fn the_score_is_the_expectation_over_the_captured_mass() {
        let mut masses = vec![0.0; 11];
        (masses[10], masses[5], masses[0]) = (0.4, 0.2, 0.2);
        let evaluation = judge(&masses, 9).unwrap();
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
    fn the_score_is_that_of_self_j() {
        // Golden, `methods.md` 11.
        let mut masses = [0.0; 10];
        for (label, logprob) in [(7, -0.9f64), (8, -1.5), (6, -2.3), (9, -3.0)] {
            masses[label] = logprob.exp();
        }
        let evaluation = judge(&masses, 1).unwrap();
        assert!((evaluation.raw - 7.285_279_475_139_398).abs() < 1e-12);
        assert!((evaluation.mass.unwrap() - 0.779_745_731_979_696_7).abs() < 1e-12);
        assert_eq!(evaluation.scale, "0..9");
    }

    #[test]
    fn a_score_without_mass_is_no_score() {
        assert_eq!(judge(&[0.0; 11], 1), None);
        assert_eq!(judge(&[f64::NAN; 11], 1), None);
    }

    #[test]
    fn a_vocabulary_without_ten_is_rated_to_nine() {
        let tree = Tree::default();
        let mut model = ModelInfo::default();
        for (reads_ten, count) in [(false, 10), (true, 11)] {
            model.reads_ten = reads_ten;
            let case = Case { tree: &tree, node: NodeId::ROOT, model: &model, rolled_out: false };
            let Ask::Questions(questions) = Rating.ask(&case) else { panic!("it asks") };
            let [Question::Labels { labels, .. }] = questions.as_slice() else {
                panic!("it asks for labels")
            };
            assert_eq!(labels.len(), count);
        }
        assert_eq!(judge(&[0., 0., 0., 0., 0., 0., 0., 0., 0., 1.], 1).unwrap().value, 1.0);
    }

    #[test]
    fn an_outcome_is_one_or_nothing() {
        let value = |masses: &[f64]| {
            Outcome.judge(&[Reply { masses, tokens: 1, ..Reply::default() }]).unwrap().value
        };
        assert_eq!((value(&[0.5, 0.5]), value(&[0.6, 0.4])), (1.0, 0.0));
    }
}
