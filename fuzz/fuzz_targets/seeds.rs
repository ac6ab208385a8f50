//! Writes what the engine and its worker say to each other, one message of each kind, as the first inputs
//! of `frame`: scripts/fuzz cannot find them by chance. Not a target of its own.

use std::fs;
use std::path::Path;

use libfuzzer_sys as _; // has what coverage calls
use pleach_fuzz::engine::frame;
use pleach_fuzz::engine::protocol::{
    Content, Counters, Event, Generate, ModelInfo, ModelOptions, Prompt, Request, StopReason,
};
use pleach_fuzz::tree::Token;

fn main() {
    let token = || Token { id: 5, logprob: -0.5, bytes: "né".into() };
    let prompt = || Prompt::continuing("2 + 2?", vec![5, 6]).then_ask("Rate it.");
    let events = [
        Event::Loading { progress: 0.5 },
        Event::Loaded(ModelInfo::default()),
        Event::LoadFailed { message: "no".into() },
        Event::Tokens { id: 1, branch: 0, tokens: vec![token(), token()] },
        Event::Alternatives { id: 1, branch: 0, alternatives: vec![vec![token()], vec![]] },
        Event::BranchDone { id: 1, branch: 2, stop: StopReason::EndOfTurn },
        Event::Tokenized { id: 3, tokens: vec![1, -1] },
        Event::Labels { id: 4, masses: vec![0.5, f64::NAN], tokens: 7 },
        Event::Scored { id: 5, tokens: vec![token()], alternatives: vec![vec![token()]] },
        Event::Counted { id: 6, counters: Counters::default(), costs: vec![0.1] },
        Event::Lost { why: "it died".into(), restarting: true },
    ];
    let requests = [
        Request::Load(ModelOptions::default()),
        Request::Generate(Generate { id: 1, prompt: prompt(), seeds: vec![7, 8], ..Generate::default() }),
        Request::ScoreLabels { id: 2, prompt: prompt(), labels: vec!["A".into(), "B".into()] },
        Request::ScoreText {
            id: 3,
            prompt: prompt(),
            continuation: Content::Text("4".into()),
            alternatives: 3,
        },
        Request::Count { id: 4 },
        Request::Cancel { id: 5 },
    ];
    let mut told = (Vec::new(), Vec::new());
    events.iter().for_each(|event| frame::write(&mut told.0, event).expect("it fits"));
    requests.iter().for_each(|request| frame::write(&mut told.1, request).expect("it fits"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/frame");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("events"), told.0).expect("a file");
    fs::write(folder.join("requests"), told.1).expect("a file");
}
