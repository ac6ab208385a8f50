//! The runtime: it does what effects say, and reports by messages.
//!
//! Responsible for the engine, the session's writer, the clipboard and verifier commands. Slow
//! things happen on threads of their own. Not responsible for deciding anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::clipboard::Clipboard;
use super::editor;
use super::export;
use super::player::Player;
use super::{EngineKind, Options, Sessions, settings, terminal};
use crate::app::{Effect, Msg, Opened, Other, Recent, meant};
use crate::assets;
use crate::engine::protocol::ModelOptions;
use crate::engine::{Engine, Events, Request, Script, Scripted, Worker};
use crate::evaluate::verify;
use crate::session::{self, Ack, Fresh, Writer};
use crate::tree::{NodeId, Operation, Problem};

/// Does what effects say.
pub struct Runtime {
    engine: Box<dyn Engine>,
    writer: Option<Writer>,
    /// Operations that are still to be handed to the writer.
    unsaved: Vec<Operation>,
    clipboard: Clipboard,
    sessions: Sessions,
    /// Which model answers, for its chat template.
    model: ModelOptions,
    arrivals: UnboundedSender<Arrival>,
    player: Option<Player>,
    /// Who holds the terminal's input, if there is a terminal.
    hands: Option<UnboundedSender<Hands>>,
}

/// What whoever reads the terminal's input is told.
#[derive(Debug)]
pub enum Hands {
    /// To leave it to another program, and to say when that is done.
    Off(std::sync::mpsc::Sender<()>),
    /// To read it again.
    On,
}

/// Opens a session that a thread has made.
pub(super) type Opening = Box<dyn FnOnce(&Path) + Send>;

/// Something that a thread brings back.
pub enum Arrival {
    /// A message.
    Message(Msg),
    /// An opened session with its writer, if it may be changed.
    Session(Opened, Option<Writer>),
}

impl Runtime {
    /// Starts the engine and returns the runtime with what it will bring: the engine's events
    /// and the arrivals of its threads.
    ///
    /// # Errors
    /// Returns a sentence if this very program cannot be found, which the worker runs.
    pub fn start(
        options: &Options,
        clipboard: Clipboard,
    ) -> Result<(Self, Events, UnboundedReceiver<Arrival>), String> {
        let (engine, events): (Box<dyn Engine>, Events) = match options.engine {
            EngineKind::Llama => {
                let program = std::env::current_exe()
                    .map_err(|error| format!("pleach cannot find its own program file: {error}"))?;
                let (worker, events) = Worker::start(program);
                (Box::new(worker), events)
            }
            EngineKind::Scripted => {
                let (scripted, events) = Scripted::start(Script::default());
                (Box::new(scripted), events)
            }
        };
        engine.send(Request::Load(options.model.clone()));
        let (mut runtime, events, arrivals) =
            Self::with_engine(engine, events, options.sessions.clone(), clipboard);
        runtime.model = options.model.clone();
        Ok((runtime, events, arrivals))
    }

    /// Makes a runtime around an engine that was started elsewhere.
    #[must_use]
    pub fn with_engine(
        engine: Box<dyn Engine>,
        events: Events,
        sessions: Sessions,
        clipboard: Clipboard,
    ) -> (Self, Events, UnboundedReceiver<Arrival>) {
        let (arrivals, receiver) = unbounded_channel();
        let model = ModelOptions::default();
        let runtime = Self {
            engine,
            writer: None,
            unsaved: Vec::new(),
            clipboard,
            sessions,
            model,
            arrivals,
            player: None,
            hands: None,
        };
        (runtime, events, receiver)
    }

    /// Does what effects say, in order, also what stands after a wish to quit: it may be a save.
    /// Returns false if the program is to end.
    pub fn perform_all(&mut self, effects: Vec<Effect>) -> bool {
        let going = self.perform_held(effects);
        self.hand_over();
        going
    }

    /// As [`Runtime::perform_all`], but what is to be saved is held until [`Runtime::hand_over`], so
    /// that the operations of many events go to the writer together.
    pub fn perform_held(&mut self, effects: Vec<Effect>) -> bool {
        let mut going = true;
        for effect in effects {
            // What else is done may look at the session.
            if !matches!(effect, Effect::Ask(_) | Effect::Save(_)) {
                self.hand_over();
            }
            going &= self.perform(effect);
        }
        going
    }

    /// Hands to the writer what was held.
    pub fn hand_over(&mut self) {
        let operations = std::mem::take(&mut self.unsaved);
        if let Some(writer) = &mut self.writer
            && let Err(error) = writer.append(operations)
        {
            self.report(Msg::SaveFailed(error.to_string()));
        }
    }

    /// Does what an effect says. Returns false if the program is to end.
    fn perform(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Ask(request) => self.engine.send(request),
            Effect::Create(problem) => {
                let sessions = self.sessions.clone();
                self.on_a_thread(move |acknowledge| create(&sessions, problem, acknowledge));
            }
            Effect::Open(path) => {
                self.on_a_thread(move |acknowledge| open(&path, acknowledge));
            }
            Effect::Recording { name, replay } => self.recording(&name, replay),
            Effect::Save(operations) => self.unsaved.extend(operations),
            Effect::RetrySave => {
                if let Some(writer) = &self.writer
                    && let Err(error) = writer.retry()
                {
                    self.report(Msg::SaveFailed(error.to_string()));
                }
            }
            Effect::List => {
                self.close_in_passing();
                let (sessions, arrivals) = (self.sessions.clone(), self.arrivals.clone());
                std::thread::spawn(move || {
                    // A folder that cannot be listed is told of when a session is made in it.
                    let recent = sessions.folder().and_then(|folder| session::list(&folder));
                    let recent = recent.unwrap_or_default().into_iter().map(recent_of).collect();
                    let _ = arrivals.send(Arrival::Message(Msg::Listed(recent)));
                });
            }
            Effect::Copy(text) => {
                let copied = self.clipboard.copy(&text);
                self.report(Msg::Copied(copied));
            }
            Effect::Select { text, aim, tree } => {
                let arrivals = self.arrivals.clone();
                std::thread::spawn(move || {
                    let nodes = meant(&text, &tree);
                    let _ = arrivals.send(Arrival::Message(Msg::Selected { text, aim, nodes }));
                });
            }
            Effect::Compose { node, text } => self.compose(node, text),
            Effect::Verify { node, path, answer, problem } => {
                let arrivals = self.arrivals.clone();
                std::thread::spawn(move || {
                    let verdict = check(&problem, &path, &answer);
                    let _ = arrivals.send(Arrival::Message(Msg::Verified { node, verdict }));
                });
            }
            Effect::Survey { session, format, selection } => {
                let (arrivals, model) = (self.arrivals.clone(), self.model.clone());
                std::thread::spawn(move || {
                    let found = export::survey(&session, &format, &selection, &model);
                    let _ = arrivals.send(Arrival::Message(Msg::Surveyed(found)));
                });
            }
            Effect::Export { session, format, out, selection } => {
                let (arrivals, model) = (self.arrivals.clone(), self.model.clone());
                std::thread::spawn(move || {
                    let written = export::write(session, &format, &out, &selection, &model);
                    let _ = arrivals.send(Arrival::Message(Msg::Exported(written)));
                });
            }
            Effect::Suspend => {
                #[cfg(unix)]
                super::signals::ask_to_suspend();
            }
            Effect::EndTour => settings::remember_tour(),
            Effect::Notify(text) => self.clipboard.notify(&text),
            Effect::Replay { path, born, sequence, speed } => {
                let arrivals = self.arrivals.clone();
                self.player = Some(Player::start(path, born, sequence, speed, arrivals));
            }
            Effect::Seek { sequence } => {
                if let Some(player) = &self.player {
                    player.seek(sequence);
                }
            }
            Effect::Fetch { after, up_to } => {
                if let Some(player) = &self.player {
                    player.fetch(after, up_to);
                }
            }
            Effect::Wake { milliseconds } => {
                self.aside(move || {
                    std::thread::sleep(Duration::from_millis(milliseconds));
                    Msg::Woken
                });
            }
            Effect::GoOn => self.report(Msg::WentOn),
            Effect::Branch { sequence } => self.branch(sequence),
            Effect::Diff { path, sequence } => {
                self.aside(move || Msg::Diffed(tree_of(&path, sequence)));
            }
            Effect::EndReplay => self.player = None,
            Effect::Quit => return false,
        }
        true
    }

    /// From here on the terminal is given to the person's editor when they want it.
    pub fn lend_terminal(&mut self, hands: UnboundedSender<Hands>) {
        self.hands = Some(hands);
    }

    /// Gives the terminal to the person's editor, while everything else goes on.
    fn compose(&mut self, node: NodeId, text: String) {
        let (done, is_off) = std::sync::mpsc::channel();
        let on_terminal = self.hands.as_ref().is_some_and(|it| it.send(Hands::Off(done)).is_ok());
        if on_terminal {
            terminal::restore();
        }
        let arrivals = self.arrivals.clone();
        std::thread::spawn(move || {
            if on_terminal {
                // Whoever reads is gone within a turn of the loop; if not, the editor must not wait.
                let _ = is_off.recv_timeout(Duration::from_secs(1));
            }
            let text = editor::edit(&text, on_terminal);
            let _ = arrivals.send(Arrival::Message(Msg::Composed { node, text }));
        });
    }

    /// Opens a session that comes with the program, or its past.
    fn recording(&mut self, name: &str, replay: bool) {
        let put = self.sessions.folder().and_then(|folder| put_recording(&folder, name));
        match put {
            Ok(path) if replay => {
                self.perform(Effect::Replay { path, born: None, sequence: 1, speed: None });
            }
            Ok(path) => {
                self.perform(Effect::Open(path));
            }
            Err(error) => self.report(Msg::OpenFailed(format!("{error}."))),
        }
    }

    /// Makes a session of the past up to a moment and opens it in place of the open one.
    fn branch(&mut self, sequence: u64) {
        let Some(player) = self.player.take() else { return };
        self.close_in_passing();
        let arrivals = self.arrivals.clone();
        let then: Opening = Box::new(move |path| {
            let arrival = match open(path, acknowledge(&arrivals)) {
                Ok((opened, writer)) => Arrival::Session(opened, writer),
                Err(message) => Arrival::Message(Msg::OpenFailed(message)),
            };
            let _ = arrivals.send(arrival);
        });
        match self.sessions.folder() {
            Ok(folder) => player.branch(sequence, folder, then),
            Err(error) => self.report(Msg::OpenFailed(format!("{error}."))),
        }
    }

    /// Takes in what a thread brought; returns the message that the model is to hear.
    pub fn take(&mut self, arrival: Arrival) -> Msg {
        match arrival {
            Arrival::Message(message) => {
                if let (Msg::Composed { .. }, Some(hands)) = (&message, &self.hands) {
                    let _ = hands.send(Hands::On);
                }
                message
            }
            Arrival::Session(opened, writer) => {
                if writer.is_some() {
                    super::crash::note_session(&opened.path);
                }
                // What came after the one before was closed is nobody's any more.
                self.unsaved.clear();
                self.writer = writer;
                Msg::Opened(opened)
            }
        }
    }

    /// Saves and closes the open session. Returns its file, if one was open.
    ///
    /// # Errors
    /// Returns a sentence if something could not be saved.
    pub fn close(&mut self) -> Result<Option<PathBuf>, String> {
        self.hand_over();
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        let path = writer.path().to_owned();
        writer.close().map(|()| Some(path)).map_err(|error| error.to_string())
    }

    /// Closes the open session on the way to something else, and says so if that fails.
    fn close_in_passing(&mut self) {
        if let Err(message) = self.close() {
            self.report(Msg::SaveFailed(message));
        }
    }

    /// Does what takes long on a thread of its own, and reports what comes of it.
    fn aside(&self, work: impl FnOnce() -> Msg + Send + 'static) {
        let arrivals = self.arrivals.clone();
        std::thread::spawn(move || drop(arrivals.send(Arrival::Message(work()))));
    }

    fn report(&self, message: Msg) {
        // Without a receiver the program is ending and nobody would read it.
        let _ = self.arrivals.send(Arrival::Message(message));
    }

    fn on_a_thread(
        &mut self,
        work: impl FnOnce(Box<dyn Fn(Ack) + Send>) -> Result<(Opened, Option<Writer>), String>
        + Send
        + 'static,
    ) {
        self.close_in_passing();
        let arrivals = self.arrivals.clone();
        std::thread::spawn(move || {
            let arrival = match work(acknowledge(&arrivals)) {
                Ok((opened, writer)) => Arrival::Session(opened, writer),
                Err(message) => Arrival::Message(Msg::OpenFailed(message)),
            };
            let _ = arrivals.send(arrival);
        });
    }
}

/// What tells of the writer's acknowledgements.
fn acknowledge(arrivals: &UnboundedSender<Arrival>) -> Box<dyn Fn(Ack) + Send> {
    let reports = arrivals.clone();
    Box::new(move |ack| {
        let message = match ack {
            Ack::Saved { sequence } => Msg::Saved(sequence),
            Ack::DiskFull { message } => Msg::DiskFull(message),
            Ack::Failed { message } | Ack::CopyFailed { message, .. } => Msg::SaveFailed(message),
            Ack::Copied { path, .. } => {
                Msg::Copied(Ok(format!("Saved a copy in {}.", path.display())))
            }
        };
        let _ = reports.send(Arrival::Message(message));
    })
}

/// The time, in milliseconds since 1970-01-01 UTC.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Sessions {
    fn folder(&self) -> Result<PathBuf, session::Error> {
        self.folder.clone().map_or_else(session::default_directory, Ok)
    }
}

fn create(
    sessions: &Sessions,
    problem: Problem,
    acknowledge: Box<dyn Fn(Ack) + Send>,
) -> Result<(Opened, Option<Writer>), String> {
    let new_session = || {
        let mut facts = BTreeMap::new();
        facts.insert("pleach".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        if let Some(seed) = sessions.seed {
            facts.insert(session::SEED.to_owned(), seed.to_string());
        }
        let fresh = Fresh { identity: session::new_identity()?, created: now(), facts };
        let path = session::create_in(&sessions.folder()?, &problem.text, &fresh)?;
        session::open(&path, acknowledge)
    };
    let made: Result<_, session::Error> = new_session();
    let (log, writer) = made
        .map_err(|error| format!("{error}. Choose another folder by setting PLEACH_DATA_DIR."))?;
    let opened = Opened {
        seed: log.header.seed(),
        path: log.path,
        operations: Vec::new(),
        problem: Some(problem),
        read_only: None,
    };
    Ok((opened, Some(writer)))
}

/// Opens a session; one that can only be read is opened for reading, and says why.
fn open(
    path: &Path,
    acknowledge: Box<dyn Fn(Ack) + Send>,
) -> Result<(Opened, Option<Writer>), String> {
    let (log, writer, read_only) = match session::open(path, acknowledge) {
        Ok((log, writer)) => (log, Some(writer), None),
        // It can be read all the same.
        Err(
            error @ (session::Error::InUse { .. }
            | session::Error::Newer { .. }
            | session::Error::NotWritable { .. }),
        ) => {
            let log = session::read(path).map_err(|error| format!("{error}."))?;
            (log, None, Some(format!("{error}.")))
        }
        Err(error) => return Err(format!("{error}.")),
    };
    let opened = Opened {
        seed: log.header.seed(),
        path: log.path,
        operations: log.operations,
        problem: None,
        read_only,
    };
    Ok((opened, writer))
}

/// Reads a session's tree at a moment, or at its end.
fn tree_of(path: &Path, sequence: Option<u64>) -> Result<Other, String> {
    let found = session::tree_at(path, sequence.unwrap_or(u64::MAX));
    let tree = Box::new(found.map_err(|error| format!("{error}."))?);
    Ok(Other { path: path.to_owned(), tree })
}

/// Puts a session that comes with the program into a folder; what a person made of it stays.
fn put_recording(folder: &Path, name: &str) -> Result<PathBuf, session::Error> {
    let found = assets::RECORDINGS.iter().find(|recording| recording.name == name);
    let recording = found.ok_or_else(|| session::Error::Io {
        doing: "find",
        path: name.into(),
        source: std::io::ErrorKind::NotFound.into(),
    })?;
    session::put(folder, name, recording.bytes)
}

fn recent_of(recent: session::Recent) -> Recent {
    // The root stands for the problem and is not counted, as on the workbench.
    let nodes = recent.summary.as_ref().ok().and_then(|summary| summary.nodes).unwrap_or(1) - 1;
    let title = recent.summary.map(|summary| summary.problem);
    Recent { path: recent.path, title, nodes, changed: recent.changed }
}

fn check(problem: &Problem, path: &str, answer: &str) -> Result<(bool, String), String> {
    let Some(verifier) = verify::of(problem) else {
        return Err("The problem names no verifier.".to_owned());
    };
    let verdict =
        verifier.and_then(|verifier| verifier.check(&verify::case(problem, path, answer)));
    verdict.map(|verdict| (verdict.correct, verdict.explanation)).map_err(|error| error.to_string())
}
