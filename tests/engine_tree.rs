//! The engine on whole trees: nothing is decoded twice, nothing leaks, and the tokens are those
//! of a plain decode.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_engine;

use std::collections::{BTreeMap, BTreeSet};

use common_engine::{Bench, PROBLEM};
use pleach::engine::protocol::{Counters, Generate, ModelOptions, Prompt, StopReason};
use pleach::engine::{Engine, Event, Request};
use pleach::reasoning::Segmentation;
use pleach::tree::Sampling;

/// A tree that is grown by the engine alone: each expansion adds children to a random node that
/// has none.
struct Grown {
    /// The tokens of each node's path.
    paths: Vec<Vec<i32>>,
    /// The nodes that may be expanded.
    open: Vec<usize>,
    seen: BTreeSet<Vec<i32>>,
    /// Tokens that had to be decoded: those of all nodes, but the last one of a node without
    /// children. What the branches of one expansion have in common counts once.
    needed: u64,
    state: u64,
}

impl Grown {
    fn new(seed: u64) -> Self {
        let (paths, open) = (vec![Vec::new()], vec![0]);
        Self { paths, open, seen: BTreeSet::new(), needed: 0, state: seed }
    }

    fn random(&mut self, below: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.state >> 33).unwrap() % below
    }

    /// Expands a random open node by some children.
    fn expand(&mut self, bench: &mut Bench, id: u64, children: u64) {
        let at = self.random(self.open.len());
        let at = self.open.swap_remove(at);
        let path = self.paths[at].clone();
        bench.worker.send(Request::Generate(Generate {
            id,
            prompt: Prompt::continuing(PROBLEM, path.clone()),
            seeds: (0..children).map(|child| id * 100 + child).collect(),
            // Steps of a length, which never end by themselves: the tree grows as large as it
            // should.
            grammar: Some("root ::= [^~] root".to_owned()),
            sampling: Sampling { temperature: 2.0, ..Sampling::default() },
            segmentation: Segmentation::Whole,
            max_tokens: 16,
            ..Generate::default()
        }));
        let branches = bench.branches(id, usize::try_from(children).unwrap());
        self.needed += u64::from(!path.is_empty());
        let mut distinct = BTreeSet::new();
        for (tokens, stop) in branches.into_values() {
            let ids: Vec<i32> = tokens.iter().map(|token| token.id).collect();
            distinct.extend((1..ids.len()).map(|length| ids[..length].to_vec()));
            let whole = [&path[..], &ids[..]].concat();
            if stop == StopReason::Length && whole.len() < 300 && self.seen.insert(whole.clone()) {
                self.open.push(self.paths.len());
            }
            self.paths.push(whole);
        }
        self.needed += distinct.len() as u64;
    }
}

fn count(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Grows a tree of many nodes. Returns what was decoded, what had to be, and the seconds to read
/// a token of a long path from nothing.
fn grow(context: u32, nodes: u64) -> (Counters, u64, f64) {
    let mut bench = Bench::start();
    let options = ModelOptions { context: Some(context), ..ModelOptions::default() };
    bench.load(options).expect("the embedded model loads");
    // One token is sampled and none of it decoded, so what is decoded is the prompt.
    bench.generate(0, Prompt::continuing(PROBLEM, vec![]), &[1], 1);
    bench.branches(0, 1);
    let prompt = bench.counters().decoded;
    let mut tree = Grown::new(7);
    for id in 1..=nodes / 4 {
        tree.expand(&mut bench, id, 4);
    }
    let counters = bench.counters();
    assert_eq!((counters.active, counters.active_lanes), (0, 0));
    assert_eq!(counters.cells, counters.idle_cells);
    assert!(counters.cells <= u64::from(context), "{counters:?}");
    let options = ModelOptions { context: Some(context), ..ModelOptions::default() };
    bench.load(options).expect("the embedded model loads again");
    let longest = tree.paths.iter().max_by_key(|path| path.len()).unwrap();
    bench.generate(0, Prompt::continuing(PROBLEM, longest.clone()), &[1], 1);
    bench.branches(0, 1);
    let again = bench.counters();
    (counters, prompt + tree.needed, again.decoding / again.decoded as f64)
}

/// `PLEACH_NODES=2000 cargo test --release --test engine_tree decoded_once -- --nocapture`
#[test]
fn a_tree_is_decoded_once_whether_it_fits_into_the_cache_or_not() {
    let nodes = count("PLEACH_NODES", 300);
    let (held, unique, _) = grow(16384, nodes);
    println!("held: {} of {unique} tokens decoded; {held:?}", held.decoded);
    assert!(held.decoded as f64 <= 1.02 * unique as f64, "{} of {unique}", held.decoded);
    let quarter = u32::try_from(unique / 4).unwrap().max(512);
    let (paged, unique, reading) = grow(quarter, nodes);
    println!("a quarter: {} of {unique} tokens decoded; {paged:?}", paged.decoded);
    assert!(paged.decoded as f64 <= 1.10 * unique as f64, "{} of {unique}", paged.decoded);
    assert!(paged.restored > 0, "it was paged");
    let restoring = paged.restoring / paged.restored as f64;
    println!("a token: {reading:e} s to read again, {restoring:e} s to bring back");
    // 50 times and more on models of 100M parameters; this one has a hundredth of that.
    assert!(restoring * 5.0 <= reading);
}

/// `PLEACH_NODES=5000 cargo test --release --test engine_tree leak -- --nocapture`
#[test]
fn requests_that_come_and_are_cancelled_at_random_leak_nothing() {
    let nodes = count("PLEACH_NODES", 300);
    let mut bench = Bench::start();
    let options = ModelOptions { context: Some(2048), cache: Some(8), ..ModelOptions::default() };
    bench.load(options).expect("the embedded model loads");
    let mut tree = Grown::new(3);
    for id in 1..=10 {
        tree.expand(&mut bench, id, 4);
    }
    let resident = resident(&bench);
    let mut open: BTreeMap<u64, u64> = BTreeMap::new();
    let (mut sent, mut grown) = (1000, 40);
    while grown < nodes || !open.is_empty() {
        while open.len() < 6 && grown < nodes {
            let at = tree.random(tree.paths.len());
            let path = tree.paths[at].clone();
            sent += 1;
            let seeds: Vec<u64> = (0..=sent % 5).collect();
            open.insert(sent, seeds.len() as u64);
            grown += seeds.len() as u64;
            bench.worker.send(Request::Generate(Generate {
                id: sent,
                prompt: Prompt::continuing(PROBLEM, path),
                seeds,
                sampling: Sampling { temperature: 2.0, ..Sampling::default() },
                segmentation: Segmentation::Whole,
                max_tokens: 60,
                ..Generate::default()
            }));
            if sent % 7 == 0 {
                let which = tree.random(open.len());
                bench.worker.send(Request::Cancel { id: *open.keys().nth(which).unwrap() });
            }
        }
        match bench.next() {
            Event::BranchDone { id, .. } => {
                let left = open.get_mut(&id).expect("a branch ends once");
                *left -= 1;
                if *left == 0 {
                    open.remove(&id);
                }
            }
            Event::Failed { message, .. } => panic!("{message}"),
            _ => {}
        }
    }
    let counters = bench.counters();
    println!("{counters:?}, {} MiB more than at the beginning", grown_by(&bench, resident) >> 20);
    assert_eq!((counters.active, counters.active_lanes), (0, 0));
    assert_eq!(counters.cells, counters.idle_cells, "no cell without a lane");
    assert!(counters.host_bytes <= 8 << 20, "{counters:?}");
    // The budget, what the allocator keeps beside it, and the text of the spans.
    assert!(grown_by(&bench, resident) < 32 << 20);
}

/// The resident memory of a worker in bytes; 0 where the system does not tell.
fn resident(bench: &Bench) -> u64 {
    let process = bench.worker.process().unwrap();
    let pages = std::fs::read_to_string(format!("/proc/{process}/statm")).ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

fn grown_by(bench: &Bench, before: u64) -> u64 {
    resident(bench).saturating_sub(before)
}

#[test]
fn with_deterministic_tokens_depend_on_the_seed_alone() {
    let mut bench = Bench::start();
    let options = ModelOptions { deterministic: true, ..ModelOptions::default() };
    bench.load(options).expect("the embedded model loads");
    let prompt = |path: &[i32]| Prompt::continuing(PROBLEM, path.to_vec());
    bench.generate(1, prompt(&[]), &[41], 64);
    let alone = bench.branches(1, 1).remove(&0).unwrap();
    let path: Vec<i32> = alone.0.iter().map(|token| token.id).collect();
    bench.generate(2, prompt(&path), &[42], 64);
    let deeper = bench.branches(2, 1).remove(&0).unwrap();
    // Among others of the same request, and while other requests wait.
    bench.generate(3, prompt(&[]), &[1, 2, 41, 3, 41, 4, 5, 6], 64);
    bench.generate(4, prompt(&path), &[7, 42], 64);
    let among = bench.branches(3, 8);
    assert_eq!((&among[&2], &among[&4]), (&alone, &alone));
    assert_eq!(bench.branches(4, 2)[&1], deeper);
}
