//! Effects: what `update` wants done in the world, as data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Selection;
use super::querying::Aim;
use super::speed::Speed;
use crate::engine::Request;
use crate::tree::{NodeId, Operation, Problem, Tree};

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Send a request to the engine.
    Ask(Request),
    /// Make a session file for a problem; answered by `Opened` or `OpenFailed`.
    Create(Problem),
    /// Open a session file; answered by `Opened` or `OpenFailed`.
    Open(PathBuf),
    /// Put a session that comes with the program into the folder of sessions, if it is not there, and
    /// open it or its past; answered by `Opened` or `OpenFailed`, or as `Replay` is.
    Recording {
        /// Its name.
        name: String,
        /// Whether its past is wanted.
        replay: bool,
    },
    /// Write operations to the open session; answered by `Saved` or `SaveFailed`.
    Save(Vec<Operation>),
    /// Try to save again after a failure.
    RetrySave,
    /// Close the open session and list the recent ones; answered by `Listed`.
    List,
    /// Put text on the clipboard; answered by `Copied`.
    Copy(String),
    /// Find the steps that a text means; answered by `Selected`.
    Select {
        /// A query, or a text that steps have.
        text: String,
        /// What the answer is for.
        aim: Aim,
        /// The tree; a recording leaves it out.
        #[serde(skip)]
        tree: Box<Tree>,
    },
    /// Let the person rewrite a step in an editor of their own; answered by `Composed`.
    Compose {
        /// The step.
        node: NodeId,
        /// The text to begin with.
        text: String,
    },
    /// Let a command verify an answer; answered by `Verified`.
    Verify {
        /// The trajectory.
        node: NodeId,
        /// Its text, without the problem.
        path: String,
        /// Its answer.
        answer: String,
        /// The problem, which says how to verify.
        problem: Problem,
    },
    /// Look at what an export of a session would hold; answered by `Surveyed`.
    Survey {
        /// The session's file.
        session: PathBuf,
        /// The format whose records are wanted.
        format: String,
        /// Which records are taken.
        selection: Selection,
    },
    /// Write a session as a data set; answered by `Exported`.
    Export {
        /// The session's file.
        session: PathBuf,
        /// The format.
        format: String,
        /// The folder to make.
        out: PathBuf,
        /// Which records are taken.
        selection: Selection,
    },
    /// Give the terminal back and stop, until the program is continued.
    Suspend,
    /// Tell the person who looks elsewhere, through the terminal.
    Notify(String),
    /// Remember that the tour was taken, so that it does not begin by itself again.
    EndTour,
    /// Open a session's past; answered by `Replaying` or `ReplayFailed`.
    Replay {
        /// The session's file.
        path: PathBuf,
        /// The moment to begin at: when this node came into being,
        born: Option<NodeId>,
        /// or else after this operation.
        sequence: u64,
        /// How fast it plays from the start; it waits if absent.
        speed: Option<Speed>,
    },
    /// Find the tree of a moment of the past; answered by `Sought`.
    Seek {
        /// The operation after which it was so.
        sequence: u64,
    },
    /// Read operations of the past; answered by `Fetched`.
    Fetch {
        /// The operation before the first of them.
        after: u64,
        /// The last of them.
        up_to: u64,
    },
    /// Wait; answered by `Woken`.
    Wake {
        /// How long.
        milliseconds: u64,
    },
    /// Let the search go on with what it has not decided yet; answered by `WentOn`, after what came
    /// meanwhile.
    GoOn,
    /// Make a session of the past up to a moment and open it; answered by `Opened` or
    /// `OpenFailed`.
    Branch {
        /// The last operation that it has.
        sequence: u64,
    },
    /// Read a session's tree at a moment, or at its end; answered by `Diffed`.
    Diff {
        /// The session's file.
        path: PathBuf,
        /// The operation after which it was so.
        sequence: Option<u64>,
    },
    /// Close the past.
    EndReplay,
    /// End the program.
    Quit,
}
