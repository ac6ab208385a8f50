//! Monte Carlo: the share of right answers among roll-outs from a step (Math-Shepherd, OmegaPRM).
//!
//! The roll-outs grow as steps of the tree, so they are paid for, shown and kept. They are graded
//! by the model's own rating, or by the problem's verifier; the latter is a person's tool and no
//! policy uses it.

use std::sync::Arc;

use super::evaluator::{Ask, Case, Evaluator};
use super::{Outcome, verify};
use crate::tree::{Evaluation, EvaluatorKind, NodeId, State, Tree};

/// Rolls out from a step and counts right answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollOuts {
    /// Graded by the model's own rating of the answer.
    Rated,
    /// Graded by the verifier.
    Verified,
}

/// Graded roll-outs that a value takes, as S3c-Math asks for before a step is called wrong.
const COUNT: u32 = 4;

impl RollOuts {
    fn grader(self) -> &'static str {
        match self {
            Self::Rated => Outcome::NAME,
            Self::Verified => verify::NAME,
        }
    }

    /// How many graded answers there are below a step, and how many of them are right.
    fn graded(self, tree: &Tree, node: NodeId) -> (u32, u32) {
        let answers = tree
            .subtree(node)
            .filter(|id| tree.node(*id).state() == State::Answered && tree.is_live(*id));
        let grades = answers.filter_map(|id| tree.evaluation(id, self.grader()));
        grades.fold((0, 0), |(all, right), grade| (all + 1, right + u32::from(grade.value > 0.5)))
    }
}

impl Evaluator for RollOuts {
    fn name(&self) -> &'static str {
        match self {
            Self::Rated => "roll-outs",
            Self::Verified => "verified-roll-outs",
        }
    }

    fn about(&self) -> &'static str {
        match self {
            Self::Rated => "how many of four roll-outs end in an answer that is rated right",
            Self::Verified => "how many of four roll-outs end in an answer that is verified",
        }
    }

    fn ask(&self, case: &Case<'_>) -> Ask {
        if case.tree.node(case.node).state() != State::Open {
            return Ask::Nothing;
        }
        let (all, right) = self.graded(case.tree, case.node);
        if all < COUNT && !case.rolled_out {
            let grader: Option<Arc<dyn Evaluator>> = match self {
                Self::Rated => Some(Arc::new(Outcome)),
                Self::Verified => None,
            };
            return Ask::RollOuts { count: COUNT - all, grader };
        }
        if all == 0 {
            return Ask::Nothing;
        }
        let value = f64::from(right) / f64::from(all);
        Ask::Judged(Evaluation {
            evaluator: self.name().into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: None,
            explanation: format!("{right} of {all} answers below it are right"),
            kind: match self {
                Self::Rated => EvaluatorKind::Llm,
                Self::Verified => EvaluatorKind::Code,
            },
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
    use crate::tree::{Actor, Body, Finish};

    fn answer(grower: &mut Grower, parent: NodeId, right: bool) {
        let node = grower.sprout(parent, "7");
        let (finish, answer) = (Finish::EndOfTurn, Some("7".to_owned()));
        grower.act(Actor::Model, Body::NodeFinished { node, finish, answer });
        grower.judge(node, verify::NAME, f64::from(u8::from(right)));
    }

    #[test]
    fn what_is_missing_is_rolled_out_and_the_rest_counted() {
        let mut grower = Grower::new("p");
        let step = grower.add(NodeId::ROOT, "a\n");
        let model = ModelInfo::default();
        let ask = |grower: &Grower, rolled_out: bool| {
            let case = Case { tree: &grower.tree, node: step, model: &model, rolled_out };
            RollOuts::Verified.ask(&case)
        };
        assert!(matches!(ask(&grower, false), Ask::RollOuts { count: 4, grader: None }));
        // Nothing came of them.
        assert!(matches!(ask(&grower, true), Ask::Nothing));
        for right in [true, false, true] {
            answer(&mut grower, step, right);
        }
        assert!(matches!(ask(&grower, false), Ask::RollOuts { count: 1, .. }));
        answer(&mut grower, step, true);
        let Ask::Judged(evaluation) = ask(&grower, false) else { panic!("four are enough") };
        assert_eq!((evaluation.value, evaluation.kind), (0.75, EvaluatorKind::Code));
        assert_eq!(evaluation.explanation, "3 of 4 answers below it are right");
        // What the model's own rating would say is another matter.
        let case = Case { tree: &grower.tree, node: step, model: &model, rolled_out: false };
        assert!(matches!(RollOuts::Rated.ask(&case), Ask::RollOuts { count: 4, grader: Some(_) }));
    }
}
