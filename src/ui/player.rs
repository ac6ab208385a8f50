//! The player: a thread that has a session's past open and answers questions about it.
//!
//! Responsible for reading the recording off the screen's thread. Not responsible for the pace, which
//! `app::replay` keeps.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use tokio::sync::mpsc::UnboundedSender;

use super::runtime::{Arrival, Opening, now};
use crate::app::{Msg, Recorded, Sought, Speed};
use crate::session::{self, Fresh, Marks, Recording};
use crate::tree::NodeId;

/// How many operations are read before the first frame, and at a time behind it.
const AT_ONCE: u64 = 10_000;
const MORE: u64 = 10_000;

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
        speed: Option<Speed>,
        arrivals: UnboundedSender<Arrival>,
    ) -> Self {
        let (questions, asked) = channel();
        std::thread::spawn(move || {
            let message = |message| drop(arrivals.send(Arrival::Message(message)));
            let opened = Recording::open(&path).and_then(|mut recording| {
                let recorded = recorded(&mut recording, &path, born, sequence, speed)?;
                Ok((recording, recorded))
            });
            match opened {
                Ok((recording, recorded)) => {
                    message(Msg::Replaying(recorded));
                    answer(recording, &asked, &arrivals);
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
    recording: &mut Recording,
    path: &Path,
    born: Option<NodeId>,
    sequence: u64,
    speed: Option<Speed>,
) -> Result<Recorded, session::Error> {
    recording.read(AT_ONCE)?;
    let born = born.map(|node| recording.born(node)).transpose()?.flatten();
    let moment = recording.moment(born.unwrap_or(sequence))?;
    Ok(Recorded {
        path: path.to_owned(),
        seed: recording.header().seed(),
        length: recording.length(),
        marks: whole_marks(recording),
        speed,
        moment: Box::new(moment),
    })
}

/// The moments that one jumps to, once all of the log was read.
fn whole_marks(recording: &Recording) -> Option<Marks> {
    (recording.front() == recording.length()).then(|| recording.marks().clone())
}

/// Answers questions, and reads on where there are none.
fn answer(
    mut recording: Recording,
    asked: &Receiver<Question>,
    arrivals: &UnboundedSender<Arrival>,
) {
    let mut marked = recording.front() == recording.length();
    let mut waiting = VecDeque::new();
    loop {
        let message = match next(asked, &mut waiting, marked) {
            Ok(question) => match reply(&mut recording, question) {
                Ok(None) => continue,
                Ok(Some(message)) => message,
                Err(error) => Msg::ReplayFailed(format!("{error}.")),
            },
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => match recording.read(recording.front() + MORE) {
                Ok(()) => match whole_marks(&recording) {
                    None => continue,
                    Some(marks) => {
                        marked = true;
                        Msg::Marked(marks)
                    }
                },
                Err(error) => {
                    // What lies before can be watched all the same.
                    marked = true;
                    let failed = Msg::ReplayFailed(format!("{error}."));
                    if arrivals.send(Arrival::Message(failed)).is_err() {
                        return;
                    }
                    Msg::Marked(recording.marks().clone())
                }
            },
        };
        if arrivals.send(Arrival::Message(message)).is_err() {
            return;
        }
    }
}

/// Takes the question that is to be answered next, and waits for one if it may.
fn next(
    asked: &Receiver<Question>,
    waiting: &mut VecDeque<Question>,
    may_wait: bool,
) -> Result<Question, TryRecvError> {
    if may_wait && waiting.is_empty() {
        waiting.push_back(asked.recv().map_err(|_| TryRecvError::Disconnected)?);
    }
    let none = loop {
        match asked.try_recv() {
            Ok(question) => waiting.push_back(question),
            Err(none) => break none,
        }
    };
    // While a key is held, moments are asked for faster than they are found: the last one counts.
    let seeks = |question: &Question| matches!(question, Question::Seek(_));
    while waiting.front().is_some_and(seeks) && waiting.iter().skip(1).any(seeks) {
        waiting.pop_front();
    }
    waiting.pop_front().ok_or(none)
}

/// Answers a question; what is made of a branch goes its own way.
fn reply(recording: &mut Recording, question: Question) -> Result<Option<Msg>, session::Error> {
    Ok(match question {
        Question::Seek(sequence) => {
            let moment = Box::new(recording.moment(sequence)?);
            Some(Msg::Sought(Sought { sequence, moment }))
        }
        Question::Fetch { after, up_to } => Some(Msg::Fetched(recording.operations(after, up_to)?)),
        Question::Branch { sequence, folder, then } => {
            then(&branch(recording, sequence, &folder)?);
            None
        }
    })
}

/// Writes the past up to a moment as a session of its own, which says where it comes from.
fn branch(
    recording: &mut Recording,
    sequence: u64,
    folder: &Path,
) -> Result<PathBuf, session::Error> {
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
