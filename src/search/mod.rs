//! Search: where the tree grows next.
//!
//! Responsible for choosing nodes, for asking the engine to continue and to judge them, and
//! for stopping in time. The driver is a state machine without I/O: events go in, operations
//! and requests come out. So the same code runs in the workbench, headless and in replay.

mod driver;
mod frontier;
mod policy;
mod seed;
mod selector;

pub use driver::{Driver, Mode, Turn, Verification};
pub use frontier::Frontier;
pub use policy::Policy;
pub use seed::child_seed;
pub use selector::{Choice, Term, select};
