//! Evaluators: who judges a node, and how.
//!
//! Responsible for turning a path into a question for a judge, and the judge's reply into an
//! [`Evaluation`](crate::tree::Evaluation). Not responsible for asking: the search driver
//! sends the questions and records the answers.

pub mod rating;
pub mod verify;

pub use rating::Rating;
pub use verify::{Case, Verdict, Verifier};
