//! What a person's hand does in a tree, worked out before it is done.
//!
//! Responsible for what is proposed (labels, the first error, splices, prunes), for which steps need a
//! person and why, and for the operations that a decision comes to. Everything here reads a tree
//! and returns data. Not responsible for keys and screens (`app`, `ui`), nor for applying
//! anything: a decision becomes part of the tree only as an operation.

pub mod compare;
pub mod first_error;
mod marks;
mod progress;
mod proposal;
pub mod pruning;
mod rewrite;
pub mod splice;
mod triage;

pub use marks::{Marks, together};
pub use progress::{Progress, concerned};
pub use proposal::{outcome, proposal};
pub use rewrite::rewrite;
pub use triage::{Reason, reason};
