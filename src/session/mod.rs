//! The session file: one SQLite database that holds a tree's operations in order.
//!
//! Responsible for creating, locking, opening, reading, appending to and copying session files,
//! for saying in a sentence what is wrong with a file, for the start screen's list of recent
//! sessions, and for the JSON Lines form of a log.
//!
//! Not responsible for what operations mean (that is the fold in `tree`), nor for any policy of
//! the screen. It never repairs a file in place.
//!
//! Invariants:
//! - An operation that was acknowledged by [`Ack::Saved`] survives a crash and a power cut.
//! - Operations are only ever appended; each row's hash covers all rows before it, so a change
//!   of one bit is found, and found where it is.
//! - A file under its final name is always a whole session: creation happens under another name.
//! - There is at most one writer, kept so by a lock file.
//!
//! The format, for other programs, is described in `format.rs`, `row.rs` and `packing.rs`.

mod backup;
mod copy;
mod create;
mod database;
mod directory;
mod error;
mod format;
mod jsonl;
mod lock;
mod marks;
mod open;
mod packing;
mod recent;
mod recognise;
mod recording;
mod reserve;
mod row;
mod rows;
mod salvage;
mod store;
mod worker;
mod writer;

pub use backup::backups_of;
pub use create::{Fresh, create, create_in, create_in_with, create_with, new_identity, put};
pub use directory::{EXTENSION, default_directory, file_name_for};
pub use error::Error;
pub use format::{Header, SEED, VERSION};
pub use jsonl::{read_jsonl, write_jsonl};
pub use lock::Holder;
pub use marks::{MarkKind, Marks};
pub use open::{Log, open, read};
pub use recent::{Recent, Summary, list};
pub use recording::{Moment, Recording, tree_at};
pub use salvage::{Lost, Salvage, salvage};
pub use writer::{Ack, Writer};

#[cfg(test)]
mod tests;
