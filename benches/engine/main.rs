//! What a tree costs in pleach's engine, in a plain loop, and at the most that llama.cpp can do.
//!
//! `engine models FOLDER` writes models with random weights in the shapes of SmolLM2-135M and
//! Qwen2.5-0.5B. `engine run FILE` measures one model (`embedded` for the small one) and prints
//! a JSON object a line. `scripts/bench-engine` runs both, then the same work in Python, and
//! makes the table of `docs/benchmarks.md`; `make bench-engine` calls it.
//!
//! Seconds are processor seconds, prefill included, loading not. Environment: `PLEACH_THREADS`
//! (1), `PLEACH_PREFIXES` (512), `PLEACH_BRANCHES` (1 2 4 8 16 32), `PLEACH_NEW` (64 tokens),
//! `PLEACH_NODES` (2000, of a search with a quarter of the cells that it fills; 0 for none).

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)] // a measurement fails loudly and prints

mod ours;
mod plain;
mod shapes;

use std::path::{Path, PathBuf};

/// Children of each node of the whole tree, tokens of each, and how often one is expanded.
const CHILDREN: usize = 8;
const STEP: usize = 24;
const EXPANSIONS: usize = 8;
/// The prefix of the whole tree.
const ROOT: usize = 128;

/// What is measured and with what.
struct Setting {
    model: PathBuf,
    threads: u32,
    context: u32,
    new: usize,
}

/// One measurement.
struct Figure {
    way: &'static str,
    work: &'static str,
    prefix: usize,
    branches: usize,
    tokens: u64,
    seconds: f64,
    more: serde_json::Value,
}

impl Figure {
    fn print(&self, model: &str, threads: u32) {
        let line = serde_json::json!({
            "model": model, "threads": threads, "way": self.way, "work": self.work,
            "prefix": self.prefix, "branches": self.branches, "tokens": self.tokens,
            "seconds": self.seconds, "rate": self.tokens as f64 / self.seconds, "more": self.more,
        });
        println!("{line}");
    }
}

/// The tokens of a prefix: any that the smallest vocabulary has.
fn prefix(length: usize) -> Vec<i32> {
    (0..length).map(|at| 30 + i32::try_from(at * 37 % 200).unwrap()).collect()
}

/// Whose child an expansion expands, and which child: the first expands the root.
fn parent(expansion: usize) -> Option<(usize, usize)> {
    (expansion > 0).then(|| ((expansion - 1) / 2, expansion * 5 % CHILDREN))
}

/// Processor seconds of this process, all threads that ever were.
fn own_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

fn numbers(name: &str, default: &str) -> Vec<usize> {
    let text = std::env::var(name).unwrap_or_else(|_| default.to_owned());
    text.split_whitespace().map(|word| word.parse().expect("numbers")).collect()
}

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["models", folder] => shapes::write_all(Path::new(folder)),
        ["run", model] => run(model),
        _ => println!("engine models FOLDER, or engine run FILE (see scripts/bench-engine)"),
    }
}

fn run(model: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut file = PathBuf::from(model);
    if model == "embedded" {
        file = folder.path().join("embedded.gguf");
        shapes::write_endless(&file);
    }
    let name = file.file_stem().expect("a file").to_string_lossy().into_owned();
    let threads = u32::try_from(numbers("PLEACH_THREADS", "1")[0]).unwrap();
    let new = numbers("PLEACH_NEW", "64")[0];
    let (prefixes, branches) =
        (numbers("PLEACH_PREFIXES", "512"), numbers("PLEACH_BRANCHES", "1 2 4 8 16 32"));
    let most = prefixes.iter().max().unwrap() + branches.iter().max().unwrap() * new + 256;
    let context = u32::try_from(most.max(4096)).unwrap();
    let setting = Setting { model: file, threads, context, new };
    let mut plain = plain::Plain::load(&setting);
    for prefix in prefixes {
        for branches in &branches {
            ours::node(&setting, prefix, *branches).print(&name, threads);
            plain.ceiling(prefix, *branches).print(&name, threads);
            plain.alone(prefix, *branches).print(&name, threads);
        }
        plain.naive(prefix, CHILDREN).print(&name, threads);
    }
    ours::tree(&setting).print(&name, threads);
    plain.naive_tree().print(&name, threads);
    if let nodes @ 1.. = numbers("PLEACH_NODES", "2000")[0] {
        ours::search(&setting, nodes).print(&name, threads);
    }
}
