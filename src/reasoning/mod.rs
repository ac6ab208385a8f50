//! How text becomes steps, answers and answer classes.
//!
//! Responsible for cutting generated text into reasoning steps ([`Segmentation`]), finding the
//! final answer in a text ([`extract`]), and deciding which answers are equal ([`classify`]),
//! with the exact arithmetic that this needs ([`Expression`], [`Rational`]).
//!
//! Not responsible for judging whether an answer is right (`evaluate`), nor for how the tree
//! chooses between answers (`aggregate`). Everything here is pure, takes untrusted text of any
//! kind, never panics, and runs in time linear in the length of the text.

pub mod answer;
mod difference;
pub mod equality;
pub mod expression;
mod marker;
mod notation;
mod number;
mod pattern;
pub mod rational;
mod similarity;
mod stepper;
pub mod steps;

pub use answer::{extract, extract_or_whole};
pub use difference::{Part, difference};
pub use equality::{AnswerClass, classify};
pub use expression::{Evaluation, Expression, ExpressionError};
pub use number::numeric_value;
pub use pattern::{PatternError, StepPattern};
pub use rational::Rational;
pub use similarity::similarity;
pub use stepper::Stepper;
pub use steps::{Scan, Segmentation};
