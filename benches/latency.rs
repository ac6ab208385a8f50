//! Key to frame: how long a key press takes to be on the screen while a tree grows fast.
//!
//! The real loop, workbench, session file and terminal backend, with the scripted engine at
//! 5,000 tokens a second, on a tree of 100,000 nodes and on one that was empty. The terminal is
//! a sink, so a real terminal's own painting is not in the figures. A key's time runs from the
//! moment it is pressed, waiting included, until its frame is written.
//!
//! `cargo bench --bench latency`; `PLEACH_SECONDS` and `PLEACH_NODES` change how long and how
//! large. The figures of one machine are in `docs/benchmarks.md`.

#![allow(clippy::expect_used, clippy::print_stdout)] // a measurement fails loudly and prints

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pleach::app::{Effect, Model, Msg, parse_keys};
use pleach::engine::protocol::ModelOptions;
use pleach::engine::{Engine, Request, Script, Scripted};
use pleach::evaluate::Rating;
use pleach::search::Policy;
use pleach::session::{self, Fresh};
use pleach::tree::{
    Actor, Body, Budget, Evaluation, EvaluatorKind, Finish, NodeId, Operation, Origin, Problem,
    Sampling, Token,
};
use pleach::ui::{Clipboard, Draw, Latency, Look, Runtime, Sessions, drive};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

const SIZE: (u16, u16) = (200, 60);
/// Tokens that the engine sends a second.
const PACE: u32 = 5000;
/// A fast typist's repeat rate.
const KEY_EVERY: Duration = Duration::from_millis(37);
/// Moving, folding and jumping over the whole tree.
const KEYS: &str = "jjjljjlkjh<tab><tab><c-d><c-d>ljj<c-u>Gkkkhlgg<c-d>jl<tab>j<tab>gahJK";
/// The search runs so long before the first key.
const WARM_UP: Duration = Duration::from_secs(1);

fn main() {
    let number = |name: &str, default: u32| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let time = Duration::from_secs(u64::from(number("PLEACH_SECONDS", 10)));
    let nodes = number("PLEACH_NODES", 100_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = folder.path().join("large.pleach");
    write_session(&session, nodes);

    println!("{}x{}, keys every {KEY_EVERY:?}, {PACE} tokens/s asked for", SIZE.0, SIZE.1);
    println!(
        "| tree | nodes after | tokens/s | keys | frames | kB/s | p50 ms | p90 ms | p99 ms | max ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let problem = Problem { text: "What is 20 + 1?".to_owned(), ..Problem::default() };
    let empty = measure(folder.path(), Effect::Create(problem), time);
    empty.print("empty at first");
    let large = measure(folder.path(), Effect::Open(session), time);
    large.print(&format!("{nodes} nodes at first"));
    println!("p99, large to empty: {:.2}", large.percentile(99) / empty.percentile(99));
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

/// Runs the program on a session for some time and presses keys.
fn measure(folder: &Path, opening: Effect, time: Duration) -> Figures {
    let (engine, events) = Scripted::start(Script { pace: PACE, depth: 12 });
    engine.send(Request::Load(ModelOptions::default()));
    let sessions = Sessions { folder: Some(folder.to_owned()), seed: Some(7) };
    let (mut runtime, events, arrivals) =
        Runtime::with_engine(Box::new(engine), events, sessions, Clipboard::Nowhere);
    let mut model = Model::new(SIZE, 0);
    model.policy = Policy { budget: Budget::default(), ..Policy::swe_search() };

    let sink = Arc::new(Sink::default());
    let writer = BufWriter::with_capacity(64 << 10, Sinking(Arc::clone(&sink)));
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let mut terminal =
        Terminal::with_options(CrosstermBackend::new(writer), TerminalOptions { viewport })
            .expect("a terminal");
    let draw = Draw { terminal: &mut terminal, look: Look::colourless(), framed: false };

    let (keyboard, input) = unbounded_channel();
    let pressed = Arc::new(Mutex::new(VecDeque::new()));
    let is_new = matches!(opening, Effect::Create(_));
    let person = {
        let (sink, pressed) = (Arc::clone(&sink), Arc::clone(&pressed));
        std::thread::spawn(move || person(&keyboard, is_new, time, &sink, &pressed))
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
    time: Duration,
    sink: &Sink,
    pressed: &Mutex<VecDeque<Instant>>,
) -> (Moment, Moment) {
    let keys = |text: &str| parse_keys(text).expect("keys");
    while !sink.workbench.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(1));
    }
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

/// Random numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(limit)).expect("it fits")
    }
}

/// The most children of a node, and the deepest level.
const WIDTH: u32 = 6;
const DEPTH: u32 = 30;

/// Writes a session with a random tree: up to 6 children a node, up to 30 levels, a sixth of
/// the nodes with one of 50 answers, all judged.
fn write_session(path: &Path, nodes: u32) {
    session::create(path, &Fresh::default()).expect("a session");
    let (_, mut writer) = session::open(path, Box::new(|_| {})).expect("a session");
    let mut sequence = 0;
    let mut save = |bodies: Vec<Body>| {
        let operations: Vec<_> = bodies
            .into_iter()
            .map(|body| {
                sequence += 1;
                Operation { sequence, time: 0, actor: Actor::Search, body }
            })
            .collect();
        writer.append(&operations).expect("operations that fit");
    };
    let text = "Which of 20 and 21 is right?".to_owned();
    save(vec![Body::ProblemSet { problem: Problem { text, ..Problem::default() } }]);
    let mut random = Random(1);
    // Nodes that may get children, with their depths and the children that they have.
    let mut open = vec![(NodeId::ROOT, 0, 0)];
    for number in 1..=nodes {
        // Half of the nodes go on where the last one was added, so that the tree gets deep.
        let last = u32::try_from(open.len()).expect("it fits") - 1;
        let at = if random.below(2) == 0 { last } else { random.below(last + 1) } as usize;
        let (parent, depth, children) = &mut open[at];
        let (parent, depth) = (*parent, *depth + 1);
        *children += 1;
        if *children == WIDTH {
            open.swap_remove(at);
        }
        let node = NodeId(number);
        let answered = random.below(6) == 0 && open.len() > 1;
        save(grown(node, parent, answered, &mut random));
        if !answered && depth < DEPTH || open.is_empty() {
            open.push((node, depth, 0));
        }
    }
    writer.close().expect("a closed session");
}

/// The operations of one node.
fn grown(node: NodeId, parent: NodeId, answered: bool, random: &mut Random) -> Vec<Body> {
    let answer = answered.then(|| random.below(50).to_string());
    let text = match &answer {
        Some(answer) => format!("Answer: {answer}"),
        None => format!("Then {} plus {} is what is left.", node.0, random.below(100)),
    };
    let words = text.split_inclusive(' ').zip(2..);
    let tokens = words
        .map(|(word, id)| Token { id, logprob: -0.3, bytes: word.as_bytes().to_vec() })
        .chain([Token { id: 1, logprob: -0.01, bytes: b"\n".to_vec() }]);
    let value = f64::from(random.below(900)) / 1000.0;
    let evaluator = Rating::NAME.to_owned();
    let evaluation = Evaluation {
        evaluator: evaluator.clone(),
        value,
        raw: value * 10.0,
        scale: "0..10".to_owned(),
        mass: Some(1.0),
        explanation: String::new(),
        kind: EvaluatorKind::Llm,
        calls: 1,
        tokens: 8,
    };
    let origin = Origin { proposer: "sample".to_owned(), seed: 1, sampling: Sampling::default() };
    let finish = if answered { Finish::EndOfTurn } else { Finish::Step };
    vec![
        Body::NodeAdded { node, parent, origin },
        Body::TokensAppended { node, tokens: tokens.collect() },
        Body::NodeFinished { node, finish, answer },
        Body::Evaluated { node, evaluation },
        Body::BackedUp { node, evaluator, value },
    ]
}
