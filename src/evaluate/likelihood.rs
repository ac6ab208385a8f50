//! The path's own probability, which costs nothing: the log-probabilities are there already.
//!
//! Sharpening (Huang et al. 2024) scores a text by its log-probability, or by that of a token on
//! average; the sum favours short texts, the mean does not.

use super::evaluator::{Ask, Case, Evaluator};
use crate::tree::{Evaluation, EvaluatorKind, NodeId, Tree};

/// Scores a path by its probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likelihood {
    /// Of the whole path: the sum of its log-probabilities.
    Whole,
    /// Of a token on average.
    Token,
}

impl Likelihood {
    /// The name of the likelihood of a whole path.
    pub const WHOLE: &'static str = "likelihood";
    /// The name of the likelihood a token.
    pub const TOKEN: &'static str = "likelihood a token";
}

/// Returns the sum of a path's log-probabilities and the number of its tokens.
#[must_use]
pub fn path_logprob(tree: &Tree, node: NodeId) -> (f64, usize) {
    let logprobs = tree.ancestors(node).flat_map(|step| tree.node(step).logprobs());
    logprobs.fold((0.0, 0), |(sum, count), logprob| (sum + f64::from(logprob), count + 1))
}

impl Evaluator for Likelihood {
    fn name(&self) -> &'static str {
        match self {
            Self::Whole => Self::WHOLE,
            Self::Token => Self::TOKEN,
        }
    }

    fn about(&self) -> &'static str {
        match self {
            Self::Whole => "the probability of the whole path",
            Self::Token => "the probability of a token of the path, on average",
        }
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        let (sum, count) = path_logprob(case.tree, case.node);
        if count == 0 {
            return Ask::Nothing;
        }
        let raw = match self {
            Self::Whole => sum,
            Self::Token => sum / count as f64,
        };
        Ask::Judged(Evaluation {
            evaluator: self.name().into(),
            value: raw.exp().clamp(0.0, 1.0),
            raw,
            scale: "-inf..0".into(),
            mass: None,
            explanation: format!("{sum:.2} over {count} tokens"),
            kind: EvaluatorKind::Llm,
            calls: 0,
            tokens: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ModelInfo;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish, Token};

    #[test]
    fn a_token_on_average_turns_the_favourite_of_the_sum() {
        // Golden, `methods.md` 18: (-30, 20 tokens), (-28, 10), (-45, 60) are -1.5, -2.8, -0.75 a token.
        let mut grower = Grower::new("p");
        let mut scores = Vec::new();
        for (sum, count) in [(-30.0f32, 20u8), (-28.0, 10), (-45.0, 60)] {
            let node = grower.sprout(NodeId::ROOT, "");
            let first = Token { id: 1, logprob: 0.0, bytes: Vec::new() };
            let share = Token { logprob: (sum + 0.5) / f32::from(count - 1), ..first };
            // The sprout's own token has -0.5.
            let tokens = vec![share; usize::from(count) - 1];
            grower.act(Actor::Model, Body::TokensAppended { node, tokens });
            grower
                .act(Actor::Model, Body::NodeFinished { node, finish: Finish::Step, answer: None });
            let case =
                Case { tree: &grower.tree, node, model: &ModelInfo::default(), rolled_out: false };
            let raw = |kind: Likelihood| match kind.ask(&case) {
                Ask::Judged(evaluation) => evaluation.raw,
                other => panic!("{other:?}"),
            };
            scores.push((raw(Likelihood::Whole), raw(Likelihood::Token)));
        }
        for ((whole, token), golden) in
            scores.iter().zip([(-30.0, -1.5), (-28.0, -2.8), (-45.0, -0.75)])
        {
            assert!(
                (whole - golden.0).abs() < 1e-4 && (token - golden.1).abs() < 1e-5,
                "{whole} {token}"
            );
        }
    }
}
