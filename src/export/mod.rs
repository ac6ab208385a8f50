//! Export: from trees to data that trainers load as it is.
//!
//! In the middle stand examples ([`Example`]): trajectories cut into segments that are learnt
//! or masked, pairs of them, labelled steps. Sessions become examples ([`collect`]), a format
//! makes one JSON object of each ([`FORMATS`]), a plan decides which are kept and in which
//! split, and a dataset folder is written whole or not at all ([`dataset`]).
//!
//! Responsible for what is written and where it comes from. Not responsible for tokenising or
//! for reading a model's template (both come in), nor for anything on a screen.
//!
//! Invariants: nothing rests on a vote unless asked for; no problem is in two splits; the same
//! sessions and options give the same bytes.

mod card;
pub mod collect;
pub mod dataset;
mod error;
mod example;
mod folder;
mod format;
mod format_time;
mod goal;
mod llamafactory;
mod material;
mod options;
mod pairs;
mod plan;
mod quality;
mod renderer;
mod rendering;
pub mod report;
#[cfg(test)]
mod sample;
mod shape;
mod standing;
mod steps;
pub mod survey;
mod trajectory;
pub mod view;
mod writer;

pub use collect::{Tools, count};
pub use error::Error;
pub use example::{Example, Left, Wants};
pub use format::{FORMATS, Format, Masks, Needs, Tokenizer};
pub use goal::Goal;
pub use material::Material;
pub use options::{Encoding, Flag, Options};
pub use plan::Split;
pub use renderer::{ask_template, serve_renderer};
pub use rendering::Rendering;
pub use report::{LeftOut, Report, Table};
pub use standing::{Basis, Standing};
pub use survey::{Fate, Passage, Shown, Survey, survey};
pub use trajectory::{Segment, Trajectory};
pub use view::{VIEWS, View};
