//! The player: a thread that has a session's past open and answers questions about it.
//!
//! Responsible for reading the recording off the screen's thread. Not responsible for the pace, which
//! `app::replay` keeps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::mpsc::UnboundedSender;

use super::runtime::{Arrival, Opening, now};
use crate::app::{Msg, Recorded, Sought};
use crate::session::{self, Fresh, Recording};
use crate::tree::NodeId;

/// What the player is asked.
enum Question {
    Seek(u64),
    Fetch { after: u64, up_to: u64 },
    Branch { sequence: u64, folder: PathBuf, then: Opening },
}

/// A recording on a thread of its own; dropping it ends the thread.
pub(super) struct Player {
    questions: Sender<Question>,
}

impl Player {
    /// Opens a recording at a moment.
    pub(super) fn start(
        path: PathBuf,
        born: Option<NodeId>,
        sequence: u64,
        speed: Option<f64>,
        arrivals: UnboundedSender<Arrival>,
    ) -> Self {
        let (questions, asked) = channel();
        std::thread::spawn(move || {
            let message = |message| drop(arrivals.send(Arrival::Message(message)));
            let opened = Recording::open(&path).and_then(|recording| {
                let recorded = recorded(&recording, &path, born, sequence, speed)?;
                Ok((recording, recorded))
            });
            match opened {
                Ok((recording, recorded)) => {
                    message(Msg::Replaying(recorded));
                    answer(&recording, &asked, &arrivals);
                }
                Err(error) => message(Msg::ReplayFailed(format!("{error}."))),
            }
        });
        Self { questions }
    }

    /// Asks for the tree of a moment.
    pub(super) fn seek(&self, sequence: u64) {
        self.ask(Question::Seek(sequence));
    }

    /// Asks for operations.
    pub(super) fn fetch(&self, after: u64, up_to: u64) {
        self.ask(Question::Fetch { after, up_to });
    }

    /// Makes a session of the past up to a moment, and lets `then` open it.
    pub(super) fn branch(&self, sequence: u64, folder: PathBuf, then: Opening) {
        self.ask(Question::Branch { sequence, folder, then });
    }

    fn ask(&self, question: Question) {
        // Without a receiver the recording could not be opened, which was told.
        let _ = self.questions.send(question);
    }
}

/// What the workbench needs of a recording at a moment.
///
/// # Errors
/// Returns why the log cannot be read any more.
pub fn recorded(
    recording: &Recording,
    path: &Path,
    born: Option<NodeId>,
    sequence: u64,
    speed: Option<f64>,
) -> Result<Recorded, session::Error> {
    let sequence = born.and_then(|node| recording.born(node)).unwrap_or(sequence);
    Ok(Recorded {
        path: path.to_owned(),
        seed: recording.header().seed(),
        length: recording.length(),
        marks: recording.marks().to_vec(),
        speed,
        tree: Box::new(recording.tree_at(sequence)?),
    })
}

fn answer(recording: &Recording, asked: &Receiver<Question>, arrivals: &UnboundedSender<Arrival>) {
    while let Ok(question) = asked.recv() {
        let answered = match question {
            Question::Seek(sequence) => recording
                .tree_at(sequence)
                .map(|tree| Msg::Sought(Sought { sequence, tree: Box::new(tree) })),
            Question::Fetch { after, up_to } => {
                recording.operations(after, up_to).map(Msg::Fetched)
            }
            Question::Branch { sequence, folder, then } => {
                match branch(recording, sequence, &folder) {
                    Ok(path) => {
                        then(&path);
                        continue;
                    }
                    Err(error) => Err(error),
                }
            }
        };
        let message = answered.unwrap_or_else(|error| Msg::ReplayFailed(format!("{error}.")));
        if arrivals.send(Arrival::Message(message)).is_err() {
            return;
        }
    }
}

/// Writes the past up to a moment as a session of its own, which says where it comes from.
fn branch(recording: &Recording, sequence: u64, folder: &Path) -> Result<PathBuf, session::Error> {
    let header = recording.header();
    let mut facts: BTreeMap<String, String> = header.facts.clone();
    // A branch has randomness of its own: what it grows is not what was grown before.
    facts.remove(session::SEED);
    facts.insert("branched_from".to_owned(), header.session.clone());
    facts.insert("branched_at".to_owned(), sequence.to_string());
    let fresh = Fresh { identity: session::new_identity()?, created: now(), facts };
    let operations = recording.operations(0, sequence)?;
    let tree = recording.tree_at(sequence)?;
    let problem = tree.problem().map_or("", |problem| problem.text.as_str());
    session::create_in_with(folder, problem, &fresh, &operations)
}
