//! The engine on the embedded model, in its real worker process.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_engine;

use std::io::Write;

use common_engine::{Bench, PROBLEM, text};
use pleach::engine::protocol::{Content, Generate, ModelOptions, Prompt, StopReason};
use pleach::engine::{Engine, Event, Request};
use pleach::reasoning::Segmentation;
use pleach::tree::{Sampling, Token};

#[test]
fn loading_tells_its_progress_and_what_was_loaded() {
    let mut bench = Bench::start();
    bench.worker.send(Request::Load(ModelOptions::default()));
    let mut last = -1.0;
    let info = loop {
        match bench.next() {
            Event::Loading { progress } => {
                assert!(progress >= last && progress <= 1.0);
                last = progress;
            }
            Event::Loaded(info) => break info,
            other => panic!("{other:?}"),
        }
    };
    assert!(last > 0.0, "progress was told");
    assert_eq!(info.name, "pleach-reasoner");
    assert!(info.parameters > 100_000 && info.context >= 512 && info.reads_ten);
    assert_eq!((info.fingerprint.len(), info.template.len()), (64, 64));
}

#[test]
fn branches_of_one_prompt_are_steps_with_raw_log_probabilities() {
    let (mut bench, _) = Bench::loaded();
    bench.generate(1, Prompt::continuing(PROBLEM, vec![]), &[1, 2, 3, 4, 5, 6, 7, 8], 64);
    let branches = bench.branches(1, 8);
    let texts: Vec<_> = branches.values().map(|(tokens, _)| text(tokens)).collect();
    for ((tokens, stop), text) in branches.values().zip(&texts) {
        assert_eq!(*stop, StopReason::Step, "{text}");
        assert!(text.ends_with('\n') && text.matches('\n').count() == 1, "{text:?}");
        assert!(tokens.iter().all(|token| token.logprob.is_finite() && token.logprob <= 0.0));
    }
    let arithmetic =
        texts.iter().filter(|text| text.contains('=') && text.contains("left:")).count();
    assert!(arithmetic >= 6, "{texts:?}");
    let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
    assert!(distinct.len() > 1, "{texts:?}");
}

#[test]
fn the_same_requests_give_the_same_tokens_and_company_changes_only_the_rounding() {
    let prompt = || Prompt::continuing(PROBLEM, vec![]);
    let alone = || {
        let (mut bench, _) = Bench::loaded();
        bench.generate(1, prompt(), &[41], 64);
        (bench.branches(1, 1).remove(&0).unwrap(), bench)
    };
    let ((tokens, stop), mut bench) = alone();
    assert_eq!(alone().0, (tokens.clone(), stop), "a fresh worker repeats it bit for bit");
    // F16 weights go through another kernel when rows are decoded together, which rounds
    // otherwise; the first token comes from the same row of the prompt in both cases.
    bench.generate(2, prompt(), &[11, 12, 41, 13, 14, 15], 64);
    let (beside, _) = bench.branches(2, 6).remove(&2).unwrap();
    assert_eq!(beside[0].id, tokens[0].id);
    assert!((beside[0].logprob - tokens[0].logprob).abs() < 0.05);
}

#[test]
fn branches_that_share_cells_have_the_probabilities_of_llama_cpps_own_attention() {
    let grow = |flash_attention| {
        let mut bench = Bench::start();
        let flash_attention = Some(flash_attention);
        bench.load(ModelOptions { flash_attention, ..ModelOptions::default() }).unwrap();
        let before = bench.counters().shared;
        let seeds: Vec<u64> = (1..=24).collect();
        bench.generate(1, Prompt::continuing(PROBLEM, vec![]), &seeds, 64);
        (bench.branches(1, seeds.len()), bench.counters().shared - before)
    };
    let ((ours, shared), (theirs, none)) = (grow(true), grow(false));
    #[cfg(target_arch = "x86_64")]
    assert_eq!(shared > 0, is_x86_feature_detected!("avx2"));
    #[cfg(not(target_arch = "x86_64"))]
    assert_eq!(shared, 0);
    assert_eq!(none, 0, "without flash attention llama.cpp does it all");
    let mut compared = 0;
    for (branch, (tokens, _)) in &ours {
        // Rounding may make a branch go another way; then the rest is of another text.
        let same = |(one, other): &(&Token, &Token)| one.id == other.id;
        for (one, other) in tokens.iter().zip(&theirs[branch].0).take_while(same) {
            assert!((one.logprob - other.logprob).abs() < 0.05, "{one:?} {other:?}");
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn a_path_is_continued_from_its_tokens_to_an_answer() {
    let (mut bench, _) = Bench::loaded();
    let mut path: Vec<i32> = Vec::new();
    let mut steps = Vec::new();
    for id in 1..12 {
        bench.generate(id, Prompt::continuing(PROBLEM, path.clone()), &[id], 64);
        let (tokens, stop) = bench.branches(id, 1).remove(&0).unwrap();
        path.extend(tokens.iter().map(|token| token.id));
        steps.push(text(&tokens));
        if stop == StopReason::EndOfTurn {
            break;
        }
    }
    let whole = steps.concat();
    let end = pleach::reasoning::extract(&whole).is_some() || whole.contains("Dead end");
    assert!(end && (2..=6).contains(&steps.len()), "{steps:?}");
}

#[test]
fn ratings_tell_a_sound_path_from_a_wrong_one() {
    let (mut bench, info) = Bench::loaded();
    // 8 - 7 = 1, 4 - 1 = 3, 8 * 3 = 24 is a solution; 7 * 8 = 54 is a slip. The steps are made
    // of single bytes' tokens nowhere: they are tokenised by asking for them as a prompt.
    let path = |bench: &mut Bench, wanted: &str| -> Option<Vec<Token>> {
        for round in 0..30u64 {
            let seeds: Vec<u64> = (round * 32..round * 32 + 32).collect();
            bench.generate(round + 1, Prompt::continuing(PROBLEM, vec![]), &seeds, 64);
            let found = bench.branches(round + 1, 32);
            if let Some((tokens, _)) =
                found.into_values().find(|(tokens, _)| text(tokens).starts_with(wanted))
            {
                return Some(tokens);
            }
        }
        None
    };
    let sound = path(&mut bench, "8 - 7 = 1 (left: 4 8 1)")
        .expect("the model takes this step now and then");
    let sound = bench.rate(&info, &sound);
    assert!(sound.mass.unwrap() > 0.95, "{sound:?}");
    assert_eq!(sound.scale, "0..10");
    assert!(sound.tokens > 0 && sound.tokens < 40, "{sound:?}");
    let hopeless = path(&mut bench, "8 + 8 = 16 (left: 4 7 16)")
        .expect("the model takes this step now and then");
    let hopeless = bench.rate(&info, &hopeless);
    assert!(sound.value > hopeless.value, "{sound:?} against {hopeless:?}");
}

#[test]
fn a_cancelled_request_ends_every_branch_and_the_engine_goes_on() {
    let (mut bench, _) = Bench::loaded();
    bench.worker.send(Request::Generate(Generate {
        id: 5,
        prompt: Prompt::continuing(PROBLEM, vec![]),
        seeds: (0..8).collect(),
        sampling: Sampling { temperature: 5.0, ..Sampling::default() },
        segmentation: Segmentation::Whole,
        max_tokens: 100_000,
        ..Generate::default()
    }));
    bench.worker.send(Request::Cancel { id: 5 });
    let branches = bench.branches(5, 8);
    assert!(branches.values().any(|(_, stop)| *stop == StopReason::Cancelled), "{branches:?}");
    bench.generate(6, Prompt::continuing(PROBLEM, vec![]), &[1], 64);
    assert_eq!(bench.branches(6, 1)[&0].1, StopReason::Step);
}

#[test]
fn text_follows_a_grammar_and_ends_where_it_does() {
    let (mut bench, _) = Bench::loaded();
    bench.worker.send(Request::Generate(Generate {
        id: 3,
        prompt: Prompt::continuing(PROBLEM, vec![]),
        seeds: (0..8).collect(),
        segmentation: Segmentation::Whole,
        grammar: Some("root ::= \"Value: \" \"-\"? [0-9] [0-9]?".to_owned()),
        alternatives: 3,
        ..Generate::default()
    }));
    let branches = bench.branches(3, 8);
    for (tokens, stop) in branches.values() {
        let value = text(tokens);
        let value = value.strip_prefix("Value: ").expect("the grammar begins so");
        assert!(value.parse::<i32>().is_ok_and(|value| (-99..100).contains(&value)), "{value}");
        assert_eq!(*stop, StopReason::EndOfTurn);
    }
    bench.worker.send(Request::Generate(Generate {
        id: 4,
        prompt: Prompt::continuing(PROBLEM, vec![]),
        grammar: Some("root ::= (".to_owned()),
        ..Generate::default()
    }));
    let message = loop {
        if let Event::Failed { id: 4, message } = bench.next() {
            break message;
        }
    };
    assert!(message.contains("GBNF"), "{message}");
}

#[test]
fn alternatives_come_with_their_tokens() {
    let (mut bench, _) = Bench::loaded();
    bench.worker.send(Request::Generate(Generate {
        id: 3,
        prompt: Prompt::continuing(PROBLEM, vec![]),
        alternatives: 4,
        ..Generate::default()
    }));
    let (mut tokens, mut told) = (Vec::new(), 0);
    loop {
        match bench.next() {
            Event::Tokens { tokens: more, .. } => tokens = more,
            Event::Alternatives { alternatives, .. } => {
                told += 1;
                assert_eq!(alternatives.len(), tokens.len());
                for (token, list) in tokens.iter().zip(&alternatives) {
                    assert_eq!(list.len(), 4);
                    assert!(list.is_sorted_by(|a, b| a.logprob >= b.logprob), "{list:?}");
                    let own = list.iter().find(|other| other.id == token.id);
                    assert!(own.is_none_or(|own| own.logprob == token.logprob), "{list:?}");
                }
            }
            Event::BranchDone { .. } => break,
            _ => {}
        }
    }
    assert!(told > 0);
}

#[test]
fn a_given_text_gets_the_probabilities_that_sampling_it_had() {
    let (mut bench, _) = Bench::loaded();
    bench.generate(1, Prompt::continuing(PROBLEM, vec![]), &[5], 64);
    let (sampled, _) = bench.branches(1, 1).remove(&0).unwrap();
    let mut score = |continuation: Content| {
        bench.worker.send(Request::ScoreText {
            id: 2,
            prompt: Prompt::continuing(PROBLEM, vec![]),
            continuation,
            alternatives: 2,
        });
        loop {
            match bench.next() {
                Event::Scored { id: 2, tokens, alternatives } => return (tokens, alternatives),
                Event::Failed { message, .. } => panic!("{message}"),
                _ => {}
            }
        }
    };
    let ids = sampled.iter().map(|token| token.id).collect();
    let (scored, alternatives) = score(Content::Tokens(ids));
    assert_eq!((scored.len(), alternatives.len()), (sampled.len(), sampled.len()));
    for (one, other) in sampled.iter().zip(&scored) {
        assert_eq!((one.id, &one.bytes), (other.id, &other.bytes));
        // Rows that are decoded together round otherwise.
        assert!((one.logprob - other.logprob).abs() < 0.1, "{one:?} {other:?}");
    }
    let likely: f32 = score(Content::Text("4 + 8 = 12".into())).0.iter().map(|t| t.logprob).sum();
    let absurd: f32 = score(Content::Text("4 + 8 = ,,".into())).0.iter().map(|t| t.logprob).sum();
    assert!(likely > absurd + 3.0, "{likely} {absurd}");
}

#[test]
fn more_work_than_sequences_is_done_in_turn() {
    let (mut bench, info) = Bench::loaded();
    for id in 0..20 {
        let seeds: Vec<u64> = (0..16).map(|seed| seed + id).collect();
        bench.generate(100 + id, Prompt::continuing(PROBLEM, vec![]), &seeds, 64);
    }
    let mut left = 20 * 16;
    while left > 0 {
        match bench.next() {
            Event::BranchDone { .. } => left -= 1,
            Event::Failed { message, .. } => panic!("{message}"),
            _ => {}
        }
    }
    bench.rate(&info, &[]);
}

#[test]
fn a_prompt_longer_than_the_context_is_refused_with_a_sentence() {
    let (mut bench, _) = Bench::loaded();
    let long = "Use 4, 7, 8 and 8 to make 24. ".repeat(2000);
    bench.generate(9, Prompt::continuing(&long, vec![]), &[1], 64);
    let message = loop {
        if let Event::Failed { id: 9, message } = bench.next() {
            break message;
        }
    };
    assert!(message.contains("tokens long") && message.contains("shorten"), "{message}");
    let foreign = Prompt::continuing(PROBLEM, vec![999_999_999, -5]);
    bench.generate(10, foreign, &[1], 64);
    let message = loop {
        if let Event::Failed { id: 10, message } = bench.next() {
            break message;
        }
    };
    assert!(message.contains("another model"), "{message}");
}

#[test]
fn bad_models_give_a_sentence_and_a_good_one_loads_after_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    };
    let model = pleach::assets::MODEL;
    let mut corrupt = model.to_vec();
    corrupt[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    let cases = [
        (folder.path().join("missing.gguf"), "missing.gguf"),
        (folder.path().to_owned(), "not a"),
        (file("notes.gguf", b"# No model, but notes."), "notes.gguf"),
        (file("empty.gguf", b""), "empty"),
        (file("short.gguf", &model[..model.len() / 2]), "short.gguf"),
        (file("corrupt.gguf", &corrupt), "corrupt.gguf"),
    ];
    let mut bench = Bench::start();
    for (path, expected) in cases {
        let message =
            bench.load(ModelOptions { file: Some(path), ..ModelOptions::default() }).unwrap_err();
        assert!(
            message.contains(expected) && message.len() < 400 && !message.contains('\n'),
            "{message}"
        );
    }
    let broken = ModelOptions { template: Some("{% for".into()), ..ModelOptions::default() };
    let message = bench.load(broken).unwrap_err();
    assert!(message.contains("--chat-template"), "{message}");
    bench.load(ModelOptions::default()).expect("the embedded model still loads");
}

#[cfg(unix)]
#[test]
fn a_killed_worker_is_lost_once_and_comes_back_by_itself() {
    let (mut bench, _) = Bench::loaded();
    bench.generate(1, Prompt::continuing(PROBLEM, vec![]), &[1], 64);
    bench.branches(1, 1);
    let process = bench.worker.process().expect("it runs");
    std::process::Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
    let why = loop {
        match bench.next() {
            Event::Lost { why, restarting: true } => break why,
            Event::Lost { restarting: false, .. } => panic!("one death is no reason to give up"),
            _ => {}
        }
    };
    assert!(why.contains("signal: 9"), "{why}");
    while !matches!(bench.next(), Event::Loaded(_)) {}
    assert_ne!(bench.worker.process(), Some(process));
    bench.generate(2, Prompt::continuing(PROBLEM, vec![]), &[1], 64);
    assert_eq!(bench.branches(2, 1)[&0].1, StopReason::Step);
}
