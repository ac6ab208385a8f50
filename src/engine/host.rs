//! The outside of the worker process: starting it, talking to it, starting it again.
//!
//! Responsible for keeping one worker alive and for telling when it dies; events of the dead
//! one never follow events of the next. Not responsible for what was asked of it: whoever
//! asked hears `Lost` and asks again.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::protocol::{Event, Request};
use super::{EVENT_CAPACITY, Engine, frame};

/// A worker that dies this often within `PATIENCE` is not started again.
const DEATHS: usize = 4;
const PATIENCE: Duration = Duration::from_mins(5);
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
    /// The worker's standard output ended.
    Gone,
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
}

impl Keeper {
    fn run(&self, inbox: &mpsc::Receiver<Note>) {
        let mut deaths: VecDeque<Instant> = VecDeque::new();
        let mut load: Option<Request> = None;
        loop {
            let end = match self.spawn() {
                Ok(child) => self.tend(child, inbox, &mut load),
                Err(error) => End::Died(format!("it cannot be started: {error}")),
            };
            *self.process.lock().unwrap_or_else(PoisonError::into_inner) = None;
            let End::Died(why) = end else { return };
            let now = Instant::now();
            deaths.push_back(now);
            deaths.retain(|death| now.duration_since(*death) < PATIENCE);
            let restarting = deaths.len() < DEATHS;
            if self.events.blocking_send(Event::Lost { why, restarting }).is_err() {
                return;
            }
            if restarting {
                let backoff = 100 << deaths.len().min(5);
                std::thread::sleep(Duration::from_millis(backoff));
            } else {
                load = self.await_load(inbox);
                deaths.clear();
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
                Note::Gone => {}
                Note::Stop => return None,
            }
        }
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let kept = ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let child = Command::new(&self.program)
            .arg("engine")
            .env_clear()
            .envs(kept)
            // On an assertion ggml would start a debugger and print to the terminal.
            .env("GGML_NO_BACKTRACE", "1")
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
    ) -> End {
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return End::Died("its pipes are missing".to_owned());
        };
        let (events, notes) = (self.events.clone(), self.notes.clone());
        let reader = std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(Some(event)) = frame::read(&mut output) {
                if events.blocking_send(event).is_err() {
                    break;
                }
            }
            let _ = notes.send(Note::Gone);
        });
        let last_words = std::thread::spawn(move || last_line(errors));
        let unneeded = forward(inbox, input, load);
        // Its pipes are broken or nobody reads them. It may be in a long step, so it is not asked.
        let _ = child.kill();
        let status = child.wait();
        if unneeded {
            // The reader may be waiting for room in a channel that nobody empties.
            return End::Unneeded;
        }
        let _ = reader.join();
        let said = last_words.join().unwrap_or_default();
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        End::Died(if said.is_empty() { status } else { format!("{status}: {said}") })
    }
}

/// Writes requests to a worker. Returns true if nobody asks any more, false if it died.
fn forward(
    inbox: &mpsc::Receiver<Note>,
    mut input: ChildStdin,
    load: &mut Option<Request>,
) -> bool {
    // A failed write means that the worker is dying: then `Gone` is on its way.
    if let Some(request) = load.as_ref() {
        let _ = frame::write(&mut input, request);
    }
    loop {
        match inbox.recv() {
            Ok(Note::Request(request)) => {
                if matches!(request, Request::Load(_)) {
                    *load = Some(request.clone());
                }
                let _ = frame::write(&mut input, &request);
            }
            Ok(Note::Gone) => return false,
            Ok(Note::Stop) | Err(_) => return true,
        }
    }
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
                last = line;
            }
        }
    }
    last
}
