//! Workers that are killed, stopped and crashed in the middle of growth, and files that are made
//! to kill them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_engine;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common_engine::{Bench, PROBLEM};
use pleach::engine::protocol::{Generate, ModelOptions, Prompt};
use pleach::engine::{Engine, Event, Request};
use pleach::reasoning::Segmentation;
use pleach::tree::Sampling;

fn count(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Asks for eight branches that go on for long.
fn ask(bench: &Bench, id: u64) {
    bench.worker.send(Request::Generate(Generate {
        id,
        prompt: Prompt::continuing(PROBLEM, vec![]),
        seeds: (0..8).map(|seed| id * 10 + seed).collect(),
        sampling: Sampling { temperature: 2.0, ..Sampling::default() },
        segmentation: Segmentation::Whole,
        grammar: Some("root ::= [^~] root".to_owned()),
        max_tokens: 200,
        ..Generate::default()
    }));
}

/// Each of its comparisons goes through ninety million items for the price of one instruction.
#[test]
fn a_chat_template_without_an_end_is_given_up() {
    let long = "90000000 * ['a'] == 90000000 * ['a']";
    let template = Some(format!("{{% for i in range(1000) %}}{{{{ {long} }}}}{{% endfor %}}"));
    let mut bench = Bench::start();
    let failure = bench.load(ModelOptions { template, ..ModelOptions::default() }).unwrap_err();
    assert!(failure.starts_with("the model's chat template does not end"), "{failure}");
    assert!(failure.ends_with("pass another with --chat-template FILE"), "{failure}");
    bench.load(ModelOptions::default()).expect("the model loads with its own");
}

/// `PLEACH_FAULTS=200 cargo test --test engine_faults growth -- --nocapture`
#[test]
fn a_worker_that_is_killed_stopped_or_crashed_during_growth_is_replaced() {
    let faults = count("PLEACH_FAULTS", 6);
    let (mut bench, _) = Bench::loaded();
    let mut tokens: BTreeMap<(u64, u32), usize> = BTreeMap::new();
    let mut slowest = Duration::ZERO;
    for fault in 0..faults {
        let id = 2 * fault + 1;
        // A request that is done, so that the worker is known to be of use.
        bench.generate(id, Prompt::continuing(PROBLEM, vec![]), &[fault], 4);
        bench.branches(id, 1);
        ask(&bench, id + 1);
        // Somewhere in the middle of its branches.
        let wanted = usize::try_from(fault % 50).unwrap() * 8 + 1;
        let mut got = 0;
        while got < wanted {
            if let Event::Tokens { id, branch, tokens: more } = bench.next() {
                got += more.len();
                *tokens.entry((id, branch)).or_default() += more.len();
            }
        }
        let process = bench.worker.process().expect("it runs").to_string();
        let signal = ["-KILL", "-STOP", "-ABRT", "-ILL"][usize::try_from(fault % 4).unwrap()];
        std::process::Command::new("kill").args([signal, &process]).status().unwrap();
        let begin = Instant::now();
        // What was told before stays told; what follows the loss is of the next worker.
        loop {
            match bench.next() {
                Event::Tokens { id, branch, tokens: more } => {
                    *tokens.entry((id, branch)).or_default() += more.len();
                }
                Event::Lost { restarting: true, .. } => break,
                // It may have been done before the signal reached it.
                Event::BranchDone { .. } | Event::Alternatives { .. } => {}
                other => panic!("{signal}: {other:?}"),
            }
        }
        loop {
            match bench.next() {
                Event::Loaded(_) => break,
                Event::Loading { .. } => {}
                other => panic!("{signal}: {other:?} of a dead worker"),
            }
        }
        slowest = slowest.max(begin.elapsed());
    }
    println!("{faults} faults; the slowest return took {slowest:?}, loading included");
    assert!(tokens.values().all(|count| *count <= 200), "no token came twice");
    bench.generate(u64::MAX - 1, Prompt::continuing(PROBLEM, vec![]), &[1], 64);
    bench.branches(u64::MAX - 1, 1);
}

/// `PLEACH_MUTATIONS=20000 cargo test --test engine_faults mutated -- --nocapture`
#[test]
fn mutated_models_give_a_sentence_or_load_and_the_program_goes_on() {
    let mutations = count("PLEACH_MUTATIONS", 60);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mutated.gguf");
    let model = pleach::assets::MODEL;
    let header = u64::try_from(model.len().min(60_000)).unwrap();
    let mut state = 11u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below).unwrap()
    };
    let mut bench = Bench::start();
    let (mut refused, mut died, mut loaded) = (0, 0, 0);
    for mutation in 0..mutations {
        let mut bytes = model.to_vec();
        for _ in 0..=random(4) {
            bytes[random(header)] = u8::try_from(random(256)).unwrap();
        }
        if mutation % 10 == 9 {
            bytes.truncate(random(model.len() as u64));
        }
        // What our own check refuses never reaches the worker.
        if pleach::engine::gguf::inspect_bytes("mutated", &bytes).is_err() {
            refused += 1;
            continue;
        }
        std::fs::write(&path, &bytes).unwrap();
        bench.worker.send(Request::Load(ModelOptions {
            file: Some(path.clone()),
            context: Some(256),
            ..ModelOptions::default()
        }));
        loop {
            match bench.next() {
                Event::Loaded(_) => loaded += 1,
                Event::LoadFailed { message } => {
                    assert!(!message.is_empty() && !message.contains('\n'), "{message}");
                    died += u64::from(message.contains("died"));
                    refused += u64::from(!message.contains("died"));
                }
                Event::Lost { restarting, .. } => {
                    assert!(restarting, "the second death is told as a failed load");
                    continue;
                }
                _ => continue,
            }
            break;
        }
    }
    println!("{mutations}: {refused} refused, {loaded} loaded, {died} killed the worker");
    let info = bench.load(ModelOptions::default()).expect("the embedded model still loads");
    assert_eq!(info.name, "pleach-reasoner");
}
