//! What the health of one tree, or of many, looks like.
//!
//! Responsible for figures and series that are read off trees: how much the answers agree, how
//! often sampling finds the right one, what a threshold on the value would select, what revisions
//! change, how far each evaluator can be believed, and how two trees differ. One monitor, one file;
//! [`Health`] gathers them over trees, and [`Report`] is what a person and a program read.
//!
//! Not responsible for changing anything. Agreement and correctness stay different figures, and
//! whatever rests on a vote alone is marked as pseudo.

mod attempts;
mod balance;
mod calibration;
mod chance;
mod charts;
mod confusion;
mod consistency;
mod health;
mod page;
mod plot;
mod pulse;
mod revision;
mod series;
mod tree_diff;
mod words;

pub use balance::{Balance, balance};
pub use calibration::{Bin, Calibration};
pub use chance::{pass_at, pass_at_least, samples_to_see, wilson};
pub use charts::{charts, curve, histogram};
pub use confusion::Confusion;
pub use consistency::Consistency;
pub use health::{Against, Health, Judge, Pass, Report};
pub use page::page;
pub use plot::{Dots, bars, spark};
pub use pulse::Pulse;
pub use revision::Revisions;
pub use series::{BINS, Offer, bin, offers, progress, spread};
pub use tree_diff::{Likeness, Side, TreeDiff, figure, half_of, state_sign};
pub use words::Word;
