//! Evaluators: who judges a node, and how.
//!
//! Responsible for turning a path into a question for a judge, and the judge's reply into an
//! [`Evaluation`](crate::tree::Evaluation). Not responsible for asking: the search driver
//! sends the questions and records the answers.

mod arithmetic;
mod assessment;
mod evaluator;
mod likelihood;
mod p_true;
mod rating;
pub mod verify;

pub use arithmetic::Arithmetic;
pub use assessment::{Assessment, feedback};
pub use evaluator::{Ask, Case, Evaluator, Reply, path_prompt};
pub use likelihood::{Likelihood, path_logprob};
pub use p_true::PTrue;
pub use rating::{Outcome, Rating};
pub use verify::{Verdict, Verifier};
