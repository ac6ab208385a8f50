//! The outside of the worker process: starting it, talking to it, starting it again.
//!
//! Responsible for keeping one worker alive and for telling when it dies; events of the dead
//! one never follow events of the next. A worker that was stopped (`SIGSTOP`) would be silent
//! for ever, so it is taken for dead. A worker that dies again and again without having
//! answered anything is given up, and so is a model that kills it while it is loaded. Not
//! responsible for what was asked of it: whoever asked hears `Lost` and asks again.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::protocol::{Event, ModelOptions, Request};
use super::{EVENT_CAPACITY, Engine, deadline, frame};

/// A worker that dies this often in a row without having answered anything is not started again.
const DEATHS: u32 = 4;
/// A model that kills the worker this often in a row while it is loaded is given up.
const LOADS: u32 = 2;
/// How often it is looked whether the worker was stopped.
const LOOK: Duration = Duration::from_millis(400);
/// Environment variables that the worker may see; keys and tokens are not among them.
const ENVIRONMENT: [&str; 12] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_HOME",
    "VK_ICD_FILENAMES",
    "VK_DRIVER_FILES",
    "HIP_VISIBLE_DEVICES",
    "PLEACH_LOG",
];

/// Returns the command that starts this program as a helper of itself, in a clean environment.
#[must_use]
pub fn helper(program: &Path, verb: &str) -> Command {
    let kept = ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(program);
    command.arg(verb).env_clear().envs(kept);
    command
}

/// Starts a helper, talks with it through its pipes, and ends it; returns what it told and how it ended.
///
/// # Errors
/// Returns an error if the helper cannot be started or waited for.
pub fn consult<T>(
    helper: &mut Command,
    talk: impl FnOnce(&mut Child) -> T,
) -> io::Result<(T, ExitStatus)> {
    let mut child = helper.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let told = talk(&mut child);
    // It has ended, or has told what nobody understands.
    let _ = child.kill();
    Ok((told, child.wait()?))
}

/// llama.cpp in a process of its own.
#[derive(Debug)]
pub struct Worker {
    notes: mpsc::Sender<Note>,
    process: Arc<Mutex<Option<u32>>>,
}

impl Worker {
    /// Starts a worker with `program engine` and returns it with its events.
    #[must_use]
    pub fn start(program: PathBuf) -> (Self, Receiver<Event>) {
        let (events, receiver) = channel(EVENT_CAPACITY);
        let (notes, inbox) = mpsc::channel();
        let process = Arc::new(Mutex::new(None));
        let keeper =
            Keeper { program, events, notes: notes.clone(), process: Arc::clone(&process) };
        std::thread::spawn(move || keeper.run(&inbox));
        (Self { notes, process }, receiver)
    }

    /// Returns the worker's process id while it runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Worker {
    fn send(&self, request: Request) {
        // The keeper outlives every sender; if it is gone, so is the reader of the answer.
        let _ = self.notes.send(Note::Request(request));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.notes.send(Note::Stop);
    }
}

/// What the keeper is told.
enum Note {
    Request(Request),
    /// The standard output of the worker with this process id ended.
    Gone(u32),
    /// Nobody asks any more.
    Stop,
}

/// The thread that keeps a worker alive.
struct Keeper {
    program: PathBuf,
    events: Sender<Event>,
    notes: mpsc::Sender<Note>,
    process: Arc<Mutex<Option<u32>>>,
}

/// How a worker's life ended.
enum End {
    /// Nobody asks any more.
    Unneeded,
    Died(String),
    /// It ended itself over work without an end (see [`deadline`]).
    GaveUp(String),
}

/// What a worker has achieved in its life, as its events tell.
#[derive(Debug, Default)]
struct Life {
    loaded: AtomicBool,
    answered: AtomicBool,
}

impl Life {
    fn note(&self, event: &Event) {
        match event {
            Event::Loaded(_) | Event::LoadFailed { .. } => self.loaded.store(true, Relaxed),
            Event::BranchDone { .. } | Event::Labels { .. } | Event::Scored { .. } => {
                self.answered.store(true, Relaxed);
            }
            _ => {}
        }
    }
}

impl Keeper {
    fn run(&self, inbox: &mpsc::Receiver<Note>) {
        let (mut deaths, mut loads) = (0, 0);
        let mut load: Option<Request> = None;
        loop {
            let life = Arc::new(Life::default());
            let end = match self.spawn() {
                Ok(child) => self.tend(child, inbox, &mut load, &life),
                Err(error) => End::Died(format!("it cannot be started: {error}")),
            };
            *self.process.lock().unwrap_or_else(PoisonError::into_inner) = None;
            let (why, gave_up) = match end {
                End::Unneeded => return,
                End::Died(why) => (why, false),
                End::GaveUp(why) => (why, true),
            };
            deaths = if life.answered.load(Relaxed) { 1 } else { deaths + 1 };
            let loading = load.is_some() && !life.loaded.load(Relaxed);
            loads = if loading { loads + 1 } else { 0 };
            let hopeless = loads >= LOADS || loading && gave_up;
            let restarting = deaths < DEATHS && !hopeless;
            let event = if !hopeless {
                Event::Lost { why, restarting }
            } else if gave_up {
                Event::LoadFailed { message: why }
            } else {
                Event::LoadFailed { message: killed_by_model(load.as_ref(), &why) }
            };
            if self.events.blocking_send(event).is_err() {
                return;
            }
            if restarting {
                std::thread::sleep(Duration::from_millis(100 << deaths.min(5)));
            } else {
                load = self.await_load(inbox);
                (deaths, loads) = (0, 0);
                if load.is_none() {
                    return;
                }
            }
        }
    }

    /// Waits until somebody loads a model again; whatever else is asked is refused.
    fn await_load(&self, inbox: &mpsc::Receiver<Note>) -> Option<Request> {
        loop {
            match inbox.recv().ok()? {
                Note::Request(load @ Request::Load(_)) => return Some(load),
                Note::Request(request) => {
                    if let Some(id) = request.awaited() {
                        let message = "the engine is not running; load the model again".to_owned();
                        self.events.blocking_send(Event::Failed { id, message }).ok()?;
                    }
                }
                Note::Gone(_) => {}
                Note::Stop => return None,
            }
        }
    }

    fn spawn(&self) -> io::Result<Child> {
        let child = helper(&self.program, "engine")
            // On an assertion ggml would start a debugger and print to the terminal.
            .env("GGML_NO_BACKTRACE", "1")
            // Weights and cells in large pages, where the kernel gives them on request (Ubuntu's
            // does): a step reads all weights, and with small pages much of that is looking up where
            // each page lies. Only glibc reads this.
            .env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
            // A thread that waits for another looks this often before it sleeps: long enough for the waits
            // within a step, and not for the whole time in which one thread samples.
            .env("GOMP_SPINCOUNT", "5000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(child.id());
        Ok(child)
    }

    /// Passes requests in and events out until the worker or its users are gone.
    fn tend(
        &self,
        mut child: Child,
        inbox: &mpsc::Receiver<Note>,
        load: &mut Option<Request>,
        life: &Arc<Life>,
    ) -> End {
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return End::Died("its pipes are missing".to_owned());
        };
        let (events, notes, life) = (self.events.clone(), self.notes.clone(), Arc::clone(life));
        let process = child.id();
        let reader = std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(Some(event)) = frame::read(&mut output) {
                life.note(&event);
                if events.blocking_send(event).is_err() {
                    break;
                }
            }
            let _ = notes.send(Note::Gone(process));
        });
        let last_words = std::thread::spawn(move || last_line(errors));
        let outcome = forward(inbox, input, load, process);
        // Its pipes are broken or nobody reads them. It may be in a long step, so it is not asked.
        let _ = child.kill();
        let status = child.wait();
        if outcome == Outcome::Unneeded {
            // The reader may be waiting for room in a channel that nobody empties.
            return End::Unneeded;
        }
        let _ = reader.join();
        let said = last_words.join().unwrap_or_default();
        if outcome == Outcome::Stopped {
            return End::Died("it was stopped by a signal, and then ended".to_owned());
        }
        if status.as_ref().is_ok_and(|status| status.code() == Some(deadline::GAVE_UP)) {
            return End::GaveUp(said);
        }
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        End::Died(if said.is_empty() { status } else { format!("{status}: {said}") })
    }
}

/// Why nothing is written to a worker any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nobody asks any more.
    Unneeded,
    /// It died.
    Gone,
    /// It does not run, although it has not died.
    Stopped,
}

/// Writes requests to a worker until there is no point in it.
fn forward(
    inbox: &mpsc::Receiver<Note>,
    mut input: ChildStdin,
    load: &mut Option<Request>,
    process: u32,
) -> Outcome {
    // A failed write means that the worker is dying: then `Gone` is on its way.
    if let Some(request) = load.as_ref() {
        let _ = frame::write(&mut input, request);
    }
    // When this program itself was suspended with it, the worker goes on a moment later.
    let mut seen_stopped = false;
    loop {
        match inbox.recv_timeout(LOOK) {
            Ok(Note::Request(request)) => {
                if matches!(request, Request::Load(_)) {
                    *load = Some(request.clone());
                }
                let _ = frame::write(&mut input, &request);
            }
            Ok(Note::Gone(gone)) if gone == process => return Outcome::Gone,
            // That of a worker before, which was not waited for.
            Ok(Note::Gone(_)) => {}
            Ok(Note::Stop) | Err(RecvTimeoutError::Disconnected) => return Outcome::Unneeded,
            Err(RecvTimeoutError::Timeout) => {
                let stopped = is_stopped(process);
                if stopped && seen_stopped {
                    return Outcome::Stopped;
                }
                seen_stopped = stopped;
            }
        }
    }
}

/// Returns whether a process was stopped by a signal, where the system tells.
fn is_stopped(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    // The state follows the name, which stands in brackets and may hold anything.
    stat.is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T")))
}

/// The sentence about a model that kills whoever loads it.
fn killed_by_model(load: Option<&Request>, why: &str) -> String {
    let name = match load {
        Some(Request::Load(ModelOptions { file: Some(file), .. })) => file.display().to_string(),
        _ => "the embedded model".to_owned(),
    };
    format!(
        "llama.cpp died twice while loading {name} ({why}); the file is damaged or needs more memory than there is: try another model"
    )
}

/// Copies a worker's standard error to the log and returns the last line that is no warning.
fn last_line(errors: impl Read) -> String {
    let mut last = String::new();
    for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        if !line.is_empty() {
            tracing::warn!(target: "engine", line = %line.escape_debug());
            // A warning was survived, so it does not say why the worker died.
            if !line.starts_with("WARN ") {
                line.strip_prefix("ERROR ").unwrap_or(&line).clone_into(&mut last);
            }
        }
    }
    last
}
