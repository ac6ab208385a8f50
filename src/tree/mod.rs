//! The reasoning tree: an arena of steps, the operations that change it, and their fold.
//!
//! Responsible for what a tree *is*: nodes with stable handles, the operation log's meaning,
//! undo and redo, statistics per evaluator, and which rows an outline of it has.
//!
//! Not responsible for where operations come from or go to. Nothing here does I/O, reads a
//! clock, draws a random number, starts a thread or knows of a terminal; time arrives inside
//! the operations. That is why a session can be replayed, tested and fuzzed. (A query may be
//! answered on all cores, which nobody can tell from its answer.)

mod arena;
mod debate;
mod fold;
mod history;
mod mark;
mod node;
mod nodes;
mod operation;
mod outline;
mod pairing;
mod query;
#[cfg(test)]
pub(crate) mod sample;
mod statistics;
mod token;

pub use arena::{Ancestors, Children, Subtree, Tree};
pub use debate::{Debate, Manner, Statement, Voice};
pub use fold::FoldError;
pub use mark::{Label, Meaning, Preference, Source, Splice, SplicedStep};
pub use node::{Node, NodeId, State};
pub use operation::{
    Actor, Body, Budget, Evaluation, EvaluatorKind, Finish, Model, Name, Operation, Origin,
    Problem, Sampling,
};
pub use outline::{Outline, Row};
pub use pairing::{Pair, pairs};
pub use query::{Query, QueryError};
pub use statistics::Statistics;
pub use token::{Token, decode_utf8};
