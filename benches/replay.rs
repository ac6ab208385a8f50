//! A session of 1,000,000 operations: how long it takes to open to its first frame, to be a recording,
//! and to be at any moment of it; and how much memory that takes. Before it, how long the import of a
//! hundred trees takes.
//!
//! `cargo bench --bench replay` (or `make bench-replay`) makes the session once a run, and measures in a
//! process of its own, so that the making does not count.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // a measurement, not the program

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use pleach::aggregate::Tally;
use pleach::evaluate::Rating;
use pleach::import::{Options, import};
use pleach::session::{Fresh, Recording, create_with};
use pleach::tree::{
    Actor, Body, Budget, Evaluation, EvaluatorKind, Finish, NodeId, Operation, Origin, Outline,
    Problem, Sampling, State, Token, Tree,
};
use pleach::ui::Watch;

const OPERATIONS: u64 = 1_000_000;
const SEEKS: usize = 60;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--measure") {
        return measure(Path::new(&arguments[at + 1]));
    }
    trees_of_thoughts();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.pleach");
    let began = Instant::now();
    let log = session(OPERATIONS);
    create_with(&path, &Fresh { identity: 7, ..Fresh::default() }, &log).unwrap();
    println!(
        "made {} operations, {} MB, in {:.1} s",
        log.len(),
        fs::metadata(&path).unwrap().len() >> 20,
        began.elapsed().as_secs_f64()
    );
    drop(log);
    let program: PathBuf = std::env::current_exe().unwrap();
    let status = Command::new(program).arg("--measure").arg(&path).status().unwrap();
    assert!(status.success());
}

/// The 100 trees that GPT-4 grew on Game of 24, where the file is beside the repository.
fn trees_of_thoughts() {
    let places = [concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "/work"];
    let file = places
        .map(|place| Path::new(place).join("shared/fixtures/tot_game24_gpt4_bfs.json"))
        .into_iter()
        .find(|path| path.exists());
    let Some(file) = file else { return println!("the Tree-of-Thoughts log is not here: skipped") };
    let (took, (trees, report)) =
        timed(|| import(fs::File::open(&file).unwrap(), Options::default()).unwrap());
    let (count, nodes) = (trees.len(), report.nodes);
    println!(
        "{count} Tree-of-Thoughts trees, {nodes} nodes, in {:.0} ms",
        took.as_secs_f64() * 1e3
    );
}

/// How long a call takes.
fn timed<T>(call: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let made = call();
    (began.elapsed(), made)
}

fn measure(path: &Path) {
    let (first, mut watch) = timed(|| {
        let watch = Watch::open(path, (120, 40)).unwrap();
        assert!(watch.screen().unwrap().contains("replay"));
        watch
    });
    println!("first frame after {:.0} ms", first.as_secs_f64() * 1e3);
    let (read, ()) = timed(|| watch.press("j").unwrap());
    println!("read, checked and folded behind it in {:.2} s", read.as_secs_f64());
    println!("memory: {} MB at most", peak_memory() >> 10);
    let mut at = 12345u64;
    let mut place = || {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (at >> 11) % OPERATIONS
    };
    let mut seeks = Vec::new();
    for _ in 0..SEEKS {
        let keys = format!(":replay {}<enter>", place());
        seeks.push(timed(|| watch.press(&keys).and_then(|()| watch.screen()).unwrap()).0);
    }
    tell("seek to its frame", seeks);
    println!("memory: {} MB at most", peak_memory() >> 10);
    drop(watch);
    let mut recording = Recording::open(path).unwrap();
    recording.read(u64::MAX).unwrap();
    let (mut trees, mut outlines, mut tallies) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SEEKS {
        let (took, tree) = timed(|| recording.tree_at(place()).unwrap());
        trees.push(took);
        outlines.push(timed(|| Outline::new(&tree)).0);
        tallies.push(timed(|| Tally::new(&tree, Rating::NAME)).0);
    }
    tell("of it, the tree of the moment", trees);
    tell("of it, which rows it has", outlines);
    tell("of it, its answers", tallies);
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    println!(
        "{what}: median {:.0} ms, 95 % {:.0} ms, longest {:.0} ms ({} places)",
        times[times.len() / 2].as_secs_f64() * 1e3,
        times[times.len() * 95 / 100].as_secs_f64() * 1e3,
        times[times.len() - 1].as_secs_f64() * 1e3,
        times.len()
    );
}

/// The most memory that the process had, in KiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A session as a search makes it: four children a step, of which two are judged.
fn session(operations: u64) -> Vec<Operation> {
    let mut maker =
        Maker { tree: Tree::default(), log: Vec::new(), state: 7, open: vec![NodeId::ROOT] };
    let text = "Use 4, 7, 8 and 8 to make 24.".to_owned();
    maker.act(Actor::Person, Body::ProblemSet { problem: Problem { text, ..Problem::default() } });
    let budget = Budget { nodes: Some(1_000_000), ..Budget::default() };
    let (policy, node) = ("swe-search".to_owned(), NodeId::ROOT);
    maker.act(Actor::Search, Body::SearchStarted { policy, budget, node });
    while (maker.log.len() as u64) + 40 < operations {
        maker.step();
    }
    while (maker.log.len() as u64) < operations {
        let value = maker.roll(101) as f64 / 100.0;
        let evaluator = "rating".into();
        maker.act(Actor::Search, Body::BackedUp { node: NodeId(1), evaluator, value });
    }
    maker.log
}

struct Maker {
    tree: Tree,
    log: Vec<Operation>,
    state: u64,
    open: Vec<NodeId>,
}

impl Maker {
    fn roll(&mut self, below: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % below
    }

    fn act(&mut self, actor: Actor, body: Body) {
        let sequence = self.tree.sequence() + 1;
        let operation = Operation { sequence, time: 1_795_000_000_000 + sequence * 2, actor, body };
        self.tree.apply(&operation).unwrap();
        self.log.push(operation);
    }

    fn step(&mut self) {
        // Mostly among the newest, so that the tree grows deep as well as wide.
        let count = self.open.len() as u64;
        let at =
            if self.roll(3) > 0 { count - 1 - self.roll(count.min(50)) } else { self.roll(count) };
        let node = self.open.swap_remove(usize::try_from(at).unwrap());
        let reason = "0.713 = rating 0.613 + exploration 0.100".to_owned();
        self.act(Actor::Search, Body::SearchStepped { node, reason });
        for _ in 0..4 {
            self.child(node);
        }
        if self.open.is_empty() {
            self.open.push(NodeId::ROOT);
        }
    }

    fn child(&mut self, parent: NodeId) {
        let node = NodeId(u32::try_from(self.tree.len()).unwrap());
        let seed = self.roll(1 << 53);
        let origin = Origin { proposer: "sample".into(), seed, sampling: Sampling::default() };
        self.act(Actor::Search, Body::NodeAdded { node, parent, origin });
        let tokens = (0..8).map(|at| Token {
            id: 100 + at,
            logprob: -0.25 * at as f32,
            bytes: b"8 - ".to_vec(),
        });
        self.act(Actor::Model, Body::TokensAppended { node, tokens: tokens.collect() });
        let deep = self.tree.node(parent).depth() >= 12;
        let finish = if deep || self.roll(12) == 0 { Finish::EndOfTurn } else { Finish::Step };
        let answer = (finish == Finish::EndOfTurn).then(|| format!("{} = 24", self.roll(50)));
        self.act(Actor::Model, Body::NodeFinished { node, finish, answer });
        if self.tree.node(node).state() == State::Open {
            self.open.push(node);
        }
        if self.roll(2) == 0 {
            let value = self.roll(101) as f64 / 100.0;
            let evaluation = Evaluation {
                evaluator: "rating".into(),
                value,
                raw: value * 10.0,
                scale: "0..10".into(),
                mass: Some(0.98),
                explanation: String::new(),
                kind: EvaluatorKind::Llm,
                calls: 1,
                tokens: 1,
            };
            self.act(Actor::Model, Body::Evaluated { node, evaluation });
            let evaluator = "rating".into();
            self.act(Actor::Search, Body::BackedUp { node, evaluator, value });
        }
    }
}
