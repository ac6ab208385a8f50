//! The program without a terminal: what it knows, what can happen, and what follows.
//!
//! Responsible for the model and its pure `update`: a message and the time go in, the model
//! changes, and effects come out as data. Not responsible for drawing (`ui`), nor for doing
//! what the effects say (`ui::runtime`), so a run can be recorded, replayed and tested without
//! a terminal, an engine or a disk.

pub mod command;
mod effect;
mod key;
mod keymap;
pub mod layout;
mod message;
mod model;
mod start;
mod update;
mod workbench;

pub use effect::Effect;
pub use key::{Key, KeyCode, KeyError, parse_keys};
pub use keymap::{Found, Keymap};
pub use message::{Msg, Opened, Recent};
pub use model::{EngineState, Model, Notice, Overlay, Screen};
pub use start::{Entry, Opening, Start, begin};
pub use update::update;
pub use workbench::{Saved, Workbench};
