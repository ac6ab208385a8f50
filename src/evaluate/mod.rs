//! Evaluators: who judges a node, and how.
//!
//! Responsible for turning a path into a question for a judge, and the judge's reply into an
//! [`Evaluation`](crate::tree::Evaluation). Not responsible for asking: the search driver
//! sends the questions and records the answers.

use std::sync::Arc;

mod arithmetic;
mod assessment;
mod evaluator;
mod likelihood;
mod p_true;
mod pairwise;
mod rating;
mod roll_outs;
mod steps;
pub mod verify;

pub use arithmetic::Arithmetic;
pub use assessment::{Assessment, feedback};
pub use evaluator::{Ask, Case, Evaluator, Question, Reply, path_prompt};
pub use likelihood::{Likelihood, path_logprob};
pub use p_true::PTrue;
pub use pairwise::Pairwise;
pub use rating::{Outcome, Rating};
pub use roll_outs::RollOuts;
pub use steps::Steps;
pub use verify::{Verdict, Verifier};

/// The name of an exact solver among the evaluations: whether the problem can still be solved after a
/// step.
pub const SOLVER: &str = "solver";

/// Returns all evaluators that can be asked about any node; the verifier, which knows answers
/// alone, is asked by itself.
#[must_use]
pub fn all() -> Vec<Arc<dyn Evaluator>> {
    vec![
        Arc::new(Rating),
        Arc::new(Outcome),
        Arc::new(PTrue),
        Arc::new(Assessment),
        Arc::new(Steps),
        Arc::new(Pairwise),
        Arc::new(RollOuts::Rated),
        Arc::new(RollOuts::Verified),
        Arc::new(Likelihood::Whole),
        Arc::new(Likelihood::Token),
        Arc::new(Arithmetic),
    ]
}

/// Returns the evaluator of a name.
///
/// # Errors
/// Returns a sentence with the names that exist.
pub fn named(name: &str) -> Result<Arc<dyn Evaluator>, String> {
    let all = all();
    let names: Vec<_> = all.iter().map(|evaluator| evaluator.name()).collect();
    all.into_iter().find(|evaluator| evaluator.name() == name).ok_or_else(|| {
        format!("there is no evaluator named {name}; the evaluators are: {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let names: std::collections::BTreeSet<_> = all().iter().map(|one| one.name()).collect();
        assert_eq!(names.len(), all().len());
        assert!(names.iter().all(|name| named(name).is_ok_and(|one| one.name() == *name)));
        assert!(named("nonsense").unwrap_err().contains("pairwise"));
    }
}
