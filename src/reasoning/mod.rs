//! How text becomes steps, answers and answer classes.
//!
//! Responsible for cutting generated text into reasoning steps ([`Segmentation`]), and
//! exact arithmetic ([`Expression`], [`Rational`]).
//!
//! Not responsible for judging whether an answer is right (`evaluate`), nor for how the tree
//! chooses between answers (`aggregate`). Everything here is pure, takes untrusted text of any
//! kind, never panics, and runs in time linear in the length of the text.

pub mod expression;
mod marker;
mod pattern;
pub mod rational;
mod stepper;
pub mod steps;

pub use expression::{Evaluation, Expression, ExpressionError};
pub use pattern::{PatternError, StepPattern};
pub use rational::Rational;
pub use stepper::Stepper;
pub use steps::{Scan, Segmentation};
