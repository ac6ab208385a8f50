//! Key to frame: how long a key press takes to be on the screen while a tree grows fast.
//!
//! The real loop, workbench, session file and terminal backend, with the scripted engine at
//! 50,000 tokens a second in steps of some twenty, each an event of its own, grown at sixteen places at
//! once, on a tree of 1,000,000 nodes and on one that was empty. The terminal is
//! a sink, so a real terminal's own painting is not in the figures. A key's time runs from the
//! moment it is pressed, waiting included, until its frame is written.
//!
//! `cargo bench --bench latency`; `PLEACH_SECONDS`, `PLEACH_NODES` and `PLEACH_PACE` change how long,
//! how large and how fast. The figures of one machine are in `docs/benchmarks.md`.

#![allow(clippy::expect_used, clippy::print_stdout)] // a measurement fails loudly and prints

mod large;

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pleach::app::{Effect, Model, Msg, parse_keys};
use pleach::engine::protocol::ModelOptions;
use pleach::engine::{Engine, Request, Script, Scripted};
use pleach::search::Policy;
use pleach::session::{self, Fresh};
use pleach::tree::{Actor, Body, Budget, Operation, Problem};
use pleach::ui::{Clipboard, Draw, Latency, Look, Pen, Runtime, Sessions, drive};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

const SIZE: (u16, u16) = (200, 60);
/// A fast typist's repeat rate.
const KEY_EVERY: Duration = Duration::from_millis(37);
/// Moving, folding and jumping over the whole tree.
const KEYS: &str = "jjjljjlkjh<tab><tab><c-d><c-d>ljj<c-u>Gkkkhlgg<c-d>jl<tab>j<tab>gahJK";
/// How long nothing happens while frames are counted that should not be.
const IDLE: Duration = Duration::from_secs(3);
/// The search runs so long before the first key.
const WARM_UP: Duration = Duration::from_secs(1);

fn main() {
    let number = |name: &str, default: u32| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let time = Duration::from_secs(u64::from(number("PLEACH_SECONDS", 10)));
    let nodes = number("PLEACH_NODES", 1_000_000);
    let pace = number("PLEACH_PACE", 50_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = folder.path().join("large.pleach");
    write_session(&session, nodes);

    println!("{}x{}, keys every {KEY_EVERY:?}, {pace} tokens/s asked for", SIZE.0, SIZE.1);
    println!(
        "| tree | nodes after | tokens/s | keys | frames | kB/s | p50 ms | p90 ms | p99 ms | max ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let problem = Problem { text: "What is 20 + 1?".to_owned(), ..Problem::default() };
    let empty = measure(folder.path(), Effect::Create(problem), Person::Types(time), pace);
    empty.print("empty at first");
    let large = Effect::Open(session);
    let rested = measure(folder.path(), large.clone(), Person::Rests(IDLE), pace);
    let large = measure(folder.path(), large, Person::Types(time), pace);
    large.print(&format!("{nodes} nodes at first"));
    println!("p99, large to empty: {:.2}", large.percentile(99) / empty.percentile(99));
    println!("frames at rest in {IDLE:?}: {}", rested.frames);
}

/// What was measured.
struct Figures {
    /// From key to frame, in milliseconds, in ascending order.
    latencies: Vec<f64>,
    nodes: usize,
    tokens_per_second: f64,
    frames: u64,
    bytes_per_second: f64,
}

impl Figures {
    fn percentile(&self, percent: usize) -> f64 {
        let last = self.latencies.len() - 1;
        self.latencies[(self.latencies.len() * percent / 100).min(last)]
    }

    fn print(&self, name: &str) {
        let figures = [50, 90, 99, 100].map(|percent| format!("{:.2}", self.percentile(percent)));
        println!(
            "| {name} | {} | {:.0} | {} | {} | {:.0} | {} |",
            self.nodes,
            self.tokens_per_second,
            self.latencies.len(),
            self.frames,
            self.bytes_per_second / 1000.0,
            figures.join(" | ")
        );
    }
}

/// What somebody does at the keyboard, and for how long.
#[derive(Clone, Copy)]
enum Person {
    /// Lets the search run and presses keys.
    Types(Duration),
    /// Opens the session and looks at it.
    Rests(Duration),
}

/// Runs the program on a session for some time.
fn measure(folder: &Path, opening: Effect, what: Person, pace: u32) -> Figures {
    let (engine, events) = Scripted::start(Script { pace, depth: 12, phrases: 8 });
    engine.send(Request::Load(ModelOptions::default()));
    let sessions = Sessions { folder: Some(folder.to_owned()), seed: Some(7) };
    let (mut runtime, events, arrivals) =
        Runtime::with_engine(Box::new(engine), events, sessions, Clipboard::Nowhere);
    let mut model = Model::new(SIZE, 0);
    model.policy = Policy { budget: Budget::default(), parallel: 16, ..Policy::swe_search() };

    let sink = Arc::new(Sink::default());
    let writer = BufWriter::with_capacity(64 << 10, Sinking(Arc::clone(&sink)));
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let mut terminal =
        Terminal::with_options(Pen::new(writer), TerminalOptions { viewport }).expect("a terminal");
    let draw =
        Draw { terminal: &mut terminal, look: Look::colourless(), framed: false, lent: false };

    let (keyboard, input) = unbounded_channel();
    let pressed = Arc::new(Mutex::new(VecDeque::new()));
    let is_new = matches!(opening, Effect::Create(_));
    let person = {
        let (sink, pressed) = (Arc::clone(&sink), Arc::clone(&pressed));
        std::thread::spawn(move || person(&keyboard, is_new, what, &sink, &pressed))
    };
    let mut latencies = Vec::new();
    let mut watch = |Latency(latency): Latency| {
        let out = Instant::now();
        let mut pressed = pressed.lock().expect("nobody panicked");
        // A key that came while others were handled counts until its own frame.
        while let Some(key) = pressed.pop_front_if(|key: &mut Instant| *key + latency <= out) {
            latencies.push((out - key).as_secs_f64() * 1000.0);
        }
    };
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build();
    reactor
        .expect("a reactor")
        .block_on(drive(
            &mut model,
            vec![opening],
            &mut runtime,
            draw,
            input,
            events,
            arrivals,
            &mut watch,
        ))
        .expect("the program runs");
    let (start, end) = person.join().expect("the keys were pressed");
    runtime.close().expect("everything is saved");

    latencies.sort_by(f64::total_cmp);
    let seconds = (end.at - start.at).as_secs_f64();
    let bench = model.workbench().expect("a workbench");
    let log = session::read(&bench.path).expect("the session is whole");
    let tokens = log.operations.iter().filter(|entry| (start.time..end.time).contains(&entry.time));
    let tokens = tokens.map(|entry| match &entry.body {
        Body::TokensAppended { tokens, .. } => tokens.len(),
        _ => 0,
    });
    Figures {
        latencies,
        nodes: bench.tree.len() - 1,
        tokens_per_second: tokens.sum::<usize>() as f64 / seconds,
        frames: end.frames - start.frames,
        bytes_per_second: (end.bytes - start.bytes) as f64 / seconds,
    }
}

/// A moment of a run.
struct Moment {
    at: Instant,
    /// In milliseconds since 1970-01-01 UTC, as operations have it.
    time: u64,
    frames: u64,
    bytes: u64,
}

/// Starts the search, waits a little, and presses keys; returns when that began and ended.
/// That nothing more is pressed ends the program.
fn person(
    keyboard: &UnboundedSender<Msg>,
    grows: bool,
    what: Person,
    sink: &Sink,
    pressed: &Mutex<VecDeque<Instant>>,
) -> (Moment, Moment) {
    let keys = |text: &str| parse_keys(text).expect("keys");
    while !sink.workbench.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let time = match what {
        Person::Types(time) => time,
        Person::Rests(time) => {
            std::thread::sleep(WARM_UP);
            let start = sink.moment();
            std::thread::sleep(time);
            return (start, sink.moment());
        }
    };
    if !grows {
        keyboard.send(Msg::Key(keys("s")[0])).expect("the program runs");
    }
    std::thread::sleep(WARM_UP);
    let start = sink.moment();
    let mut due = start.at;
    for key in keys(KEYS).into_iter().cycle() {
        due += KEY_EVERY;
        if due > start.at + time {
            break;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        pressed.lock().expect("nobody panicked").push_back(Instant::now());
        keyboard.send(Msg::Key(key)).expect("the program runs");
    }
    // The last frame may still be on its way.
    std::thread::sleep(KEY_EVERY);
    (start, sink.moment())
}

/// A terminal that counts what it is sent.
#[derive(Default)]
struct Sink {
    bytes: AtomicU64,
    frames: AtomicU64,
    /// Whether the workbench has been drawn.
    workbench: AtomicBool,
}

impl Sink {
    fn moment(&self) -> Moment {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
        Moment {
            at: Instant::now(),
            time: u64::try_from(time.as_millis()).expect("a time that fits"),
            frames: self.frames.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }
}

struct Sinking(Arc<Sink>);

impl Write for Sinking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = |text: &[u8]| bytes.windows(text.len()).filter(|part| *part == text).count();
        self.0.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        // Every frame hides the cursor once.
        self.0.frames.fetch_add(count(b"\x1b[?25l") as u64, Ordering::Relaxed);
        if !self.0.workbench.load(Ordering::Relaxed) && count(b"Tree, ") > 0 {
            self.0.workbench.store(true, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a session with a large random tree.
fn write_session(path: &Path, nodes: u32) {
    session::create(path, &Fresh::default()).expect("a session");
    let (_, mut writer) = session::open(path, Box::new(|_| {})).expect("a session");
    let mut sequence = 0;
    large::tree(nodes, &mut |bodies| {
        let operations: Vec<_> = bodies
            .into_iter()
            .map(|body| {
                sequence += 1;
                Operation { sequence, time: 0, actor: Actor::Search, body }
            })
            .collect();
        writer.append(operations).expect("operations that fit");
    });
    writer.close().expect("a closed session");
}
