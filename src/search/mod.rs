//! Search: where the tree grows next.
//!
//! Responsible for choosing nodes, for asking the engine to continue and to judge them, and
//! for stopping in time. The driver is a state machine without I/O: events go in, operations
//! and requests come out. So the same code runs in the workbench, headless and in replay.
//!
//! - [`Selector`]: what to do next, and why; one file each in `selectors`.
//! - [`Policy`]: a selector with evaluators and limits, under a name; all of them in `presets`.
//! - [`Driver`]: the search at work.

mod choice;
pub mod debate;
mod driver;
mod frontier;
mod policy;
mod presets;
mod proposer;
pub mod proposers;
mod random;
mod seed;
mod selector;
pub mod selectors;
mod view;

pub use choice::{Action, Choice, Term};
pub use driver::{ALTERNATIVE, Alternatives, Driver, Mode, Turn, Verification, Work};
pub use frontier::Frontier;
pub use policy::{Judge, Limits, On, Policy};
pub use proposer::{Occasion, Offer, Proposer};
pub use random::Random;
pub use seed::{child_seed, choice_seed};
pub use selector::Selector;
pub use selectors::hgm::ln_gamma;
pub use view::{Busy, View};
