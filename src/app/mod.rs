//! The program without a terminal: what it knows, what can happen, and what follows.
//!
//! Responsible for the model and its pure `update`: a message and the time go in, the model
//! changes, and effects come out as data. Not responsible for drawing (`ui`), nor for doing
//! what the effects say (`ui::runtime`), so a run can be recorded, replayed and tested without
//! a terminal, an engine or a disk.

mod alternatives;
mod appearance;
pub mod argument;
mod asking;
pub mod command;
mod comparing;
pub mod config;
mod debate;
mod describe;
mod diff;
mod document;
mod effect;
mod export;
mod field;
mod find;
mod help;
mod judge;
mod key;
mod keymap;
pub mod keymap_file;
pub mod layout;
mod limit;
mod line;
mod list;
mod message;
mod model;
mod mouse;
mod overlay;
mod page;
mod place;
mod prune;
mod querying;
mod reader;
pub mod replay;
mod rewriting;
mod searching;
mod selecting;
mod shading;
mod sight;
mod signal;
mod speed;
mod splicing;
mod start;
pub mod tour;
mod update;
mod walking;
mod workbench;

pub use comparing::{Comparing, choice, halves, head_rows};
pub use config::Config;
pub use debate::Transcript;
pub use describe::describe;
pub use diff::Diff;
pub use document::Document;
pub use effect::Effect;
pub use export::{Export, HEAD as EXPORT_HEAD, Selection, told};
pub use field::Field;
pub use find::Find;
pub use help::Help;
pub use judge::Judging;
pub use key::{Key, KeyCode, KeyError, parse_keys};
pub use keymap::{Binding, Found, Keymap};
pub use line::{Call, Line, Purpose};
pub use list::{Entry as ListEntry, List};
pub use message::{Msg, Opened, Other, Recent, Recorded, Sought};
pub use model::{EngineState, Model, Notice, Screen};
pub use mouse::{Mouse, MouseKind};
pub use overlay::Overlay;
pub use page::Page;
pub use querying::{Aim, meant};
pub use reader::{Reader, WIDEST as READER_WIDEST};
pub use replay::Replay;
pub use rewriting::Rewriting;
pub use selecting::Selected;
pub use shading::{Entropies, Shading};
pub use sight::Sight;
pub use speed::Speed;
pub use splicing::{GUTTER as SPLICE_GUTTER, Proposal, Splicing};
pub use start::{Entry, Opening, Start, begin};
pub use update::update;
pub use workbench::{Saved, Workbench};
