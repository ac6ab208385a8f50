//! `pleach grow`, `show` and `log` on the embedded model.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_cli;

use std::process::Stdio;

use common_cli::{FIVE, code, errors, lines, out, pleach, run};
use pleach::session;
use pleach::tree::Tree;
use serde_json::Value;

const GROW: &str = "grow five.jsonl --policy swe-search --nodes 60 --seed 7 --json --out sessions";

#[test]
fn five_problems_are_grown_shown_and_logged_alike() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("five.jsonl"), FIVE).unwrap();
    let grown = run(home.path(), GROW);
    let report = lines(&grown);
    let ids: Vec<_> = report.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    for line in &report {
        let names: Vec<_> = line.as_object().unwrap().keys().collect();
        assert_eq!(names, ["answer", "correct", "id", "nodes", "seconds", "session", "tokens"]);
        assert_eq!(line["answer"].is_null(), line["correct"].is_null(), "{line}");
        assert!((1..=60).contains(&line["nodes"].as_u64().unwrap()), "{line}");
        let file = line["session"].as_str().unwrap();

        // The session is one closed file, and its header has the seed.
        let path = home.path().join(file);
        assert!(!home.path().join(format!("{file}-wal")).exists());
        let log = session::read(&path).unwrap();
        assert_eq!((log.header.seed(), log.header.facts["policy"].as_str()), (7, "swe-search"));

        let shown = &lines(&run(home.path(), &format!("show {file} --json")))[0];
        let nodes = shown["nodes"].as_array().unwrap();
        assert_eq!(nodes.len() as u64 - 1, line["nodes"].as_u64().unwrap());
        let best = shown["answers"].get(0).unwrap_or(&Value::Null);
        assert_eq!((&best["text"], &best["correct"]), (&line["answer"], &line["correct"]));

        let tree = Tree::fold(&log.operations).unwrap();
        let printed = out(&run(home.path(), &format!("log {file} --json")));
        let read_back = session::read_jsonl(printed.as_bytes()).unwrap();
        assert_eq!(Tree::fold(&read_back).unwrap(), tree);
        assert_eq!(tree.tokens(), line["tokens"].as_u64().unwrap());
        assert_eq!(tree.growing(), 0);
    }

    // Once more: the same lines, and not one operation.
    let before: Vec<_> = ids.iter().map(|id| file(home.path(), id)).collect();
    let again = run(home.path(), GROW);
    assert_eq!(out(&again), out(&grown));
    assert_eq!(ids.iter().map(|id| file(home.path(), id)).collect::<Vec<_>>(), before);

    // A larger budget goes on with what is there, unless the search had another end.
    let larger = lines(&run(home.path(), &GROW.replace("60", "80")));
    for (line, before) in larger.iter().zip(&report) {
        let nodes = line["nodes"].as_u64().unwrap();
        assert!(nodes <= 80 && nodes >= before["nodes"].as_u64().unwrap(), "{line}");
    }
    // Another seed would be another tree.
    let other = run(home.path(), &GROW.replace("--seed 7", "--seed 8"));
    assert_eq!(code(&other), 5);
    assert!(errors(&other).contains("seed 7"), "{}", errors(&other));
}

fn file(home: &std::path::Path, id: &str) -> Vec<u8> {
    std::fs::read(home.join(format!("sessions/{id}.pleach"))).unwrap()
}

#[test]
fn the_same_seed_grows_the_same_tree() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("five.jsonl"), FIVE.lines().next().unwrap()).unwrap();
    let texts = |folder: &str| {
        let grow = GROW.replace("--out sessions", &format!("--threads 1 --out {folder}"));
        lines(&run(home.path(), &grow));
        let shown = &lines(&run(home.path(), &format!("show {folder}/a.pleach --json")))[0];
        let nodes = shown["nodes"].as_array().unwrap().clone();
        nodes.iter().take(5).map(|node| node["text"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(texts("one"), texts("two"));
}

#[test]
fn text_is_readable_in_a_pipe_and_sessions_open_elsewhere_are_shown() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("p.jsonl"), "{\"id\":\"x\",\"problem\":\"Count.\"}\n").unwrap();
    let grow = "grow p.jsonl --policy swe-search --nodes 40 --engine scripted --out s";
    let grown = run(home.path(), grow);
    assert_eq!(code(&grown), 0, "{}", errors(&grown));
    let table = out(&grown);
    assert!(table.starts_with("id") && table.contains("s/x.pleach"), "{table}");
    assert!(!table.contains('\u{1b}') && errors(&grown).is_empty());
    // Nobody said what is right.
    assert!(table.lines().nth(1).unwrap().contains("  -  "), "{table}");

    let path = home.path().join("s/x.pleach");
    let (_log, _writer) = session::open(&path, Box::new(|_| ())).unwrap();
    let shown = out(&run(home.path(), "show s/x.pleach"));
    assert!(shown.starts_with("Count.\n") && shown.contains("● answer"), "{shown}");
    assert!(shown.contains("confidence") && !shown.contains('\u{1b}'));
    let whole = out(&run(home.path(), "show s/x.pleach --all"));
    let hint = "--all shows them";
    assert!(!whole.contains(hint), "{whole}");
    let missing = shown.lines().find(|line| !line.contains(hint) && !whole.contains(line));
    assert_eq!(missing, None, "{whole}");

    // It cannot be grown on while it is open here.
    let busy = run(home.path(), &grow.replace("40", "400"));
    assert_eq!(code(&busy), 5, "{}", out(&busy));
    assert!(errors(&busy).contains("already open"), "{}", errors(&busy));
}

#[test]
fn agents_debate_and_what_they_said_is_printed() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("p.jsonl"), "{\"id\":\"x\",\"problem\":\"Count.\"}\n").unwrap();
    let grow = "grow p.jsonl --policy swe-search --nodes 60 --engine scripted --json --out s";
    let plain = lines(&run(home.path(), grow));
    let none = out(&run(home.path(), "show s/x.pleach --debates"));
    assert!(none.contains("There was no debate"), "{none}");
    // The tree stands; the debate alone is added, and only once.
    let debated = lines(&run(home.path(), &format!("{grow} --debate")));
    assert_eq!(debated[0]["nodes"], plain[0]["nodes"]);
    assert!(debated[0]["tokens"].as_u64() > plain[0]["tokens"].as_u64());
    assert_eq!(lines(&run(home.path(), &format!("{grow} --debate"))), debated);
    let said = out(&run(home.path(), "show s/x.pleach --debates"));
    for part in ["Debate 1 of 1", "Round 3 of 3", "agent 5", "Conclusion", "votes at the end"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let shown = &lines(&run(home.path(), "show s/x.pleach --json"))[0];
    let debate = &shown["debates"][0];
    assert_eq!(debate["statements"].as_array().unwrap().len(), 16);
    let nodes = shown["nodes"].as_array().unwrap();
    let winner = nodes.iter().find(|node| node["id"] == debate["winner"]).unwrap();
    let best = shown["answers"][0]["text"].as_str().unwrap();
    assert!(winner["text"].as_str().unwrap().contains(best), "{best}: {winner}");
    assert_eq!(debated[0]["answer"], best);
    let frames = out(&run(home.path(), "replay s/x.pleach --headless --frames 1"));
    assert!(frames.contains("by debate"), "{frames}");
}

#[test]
fn other_proposers_and_judges_grow_trees_too() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("p.jsonl"), "{\"id\":\"x\",\"problem\":\"Count.\"}\n").unwrap();
    let grow = "grow p.jsonl --policy best-first --nodes 20 --engine scripted --json --out s \
                --proposer hint --evaluators pairwise,steps --resample 1";
    assert_eq!(code(&run(home.path(), grow)), 0);
    let shown = &lines(&run(home.path(), "show s/x.pleach --json"))[0];
    let nodes = shown["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["text"].as_str().unwrap().starts_with("Wait, ")));
    let judged = |name: &str| {
        let has = |node: &&Value| {
            let all = node["evaluations"].as_array().unwrap();
            all.iter().any(|one| one["evaluator"] == name)
        };
        nodes.iter().filter(has).count()
    };
    assert!(judged("pairwise") > 3 && judged("steps") > 3);
    let refused = run(home.path(), "grow p.jsonl --policy best-first --proposer no --out t");
    assert_eq!(code(&refused), 2);
    assert!(errors(&refused).contains("hint-reflect"), "{}", errors(&refused));
}

#[test]
fn a_prompt_of_the_persons_own_is_used() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("p.jsonl"), "{\"id\":\"x\",\"problem\":\"Count.\"}\n").unwrap();
    let folder = home.path().join("settings");
    std::fs::create_dir_all(folder.join("prompts")).unwrap();
    std::fs::write(folder.join("prompts/hint_logic.txt"), "Hold on: {{ 6 * 7 }}.\n").unwrap();
    std::fs::write(folder.join("prompts/assess.txt"), "{% for").unwrap();
    let grow = "grow p.jsonl --policy best-first --nodes 5 --engine scripted --out s --proposer hint-logic";
    let mut command = pleach(home.path());
    command.env("PLEACH_CONFIG_DIR", &folder).args(grow.split_whitespace());
    let grown = command.output().unwrap();
    assert!(errors(&grown).contains("assess.txt: line 1"), "{}", errors(&grown));
    let shown = out(&run(home.path(), "show s/x.pleach"));
    assert!(shown.contains("Hold on: 42."), "{shown}");
}

#[test]
fn a_command_verifies_answers() {
    let home = tempfile::tempdir().unwrap();
    for (verifier, correct) in [
        ("true", Value::Bool(true)),
        ("false", Value::Bool(false)),
        ("/no/such/program", Value::Null),
    ] {
        let problem = serde_json::json!({"id": "x", "problem": "Count.", "verifier": verifier});
        std::fs::write(home.path().join("p.jsonl"), problem.to_string()).unwrap();
        let folder = verifier.replace('/', "_");
        let grow = format!(
            "grow p.jsonl --policy swe-search --nodes 60 --engine scripted --json --out {folder}"
        );
        let grown = run(home.path(), &grow);
        let line = &lines(&grown)[0];
        assert!(line["answer"].is_string(), "{line}");
        assert_eq!(line["correct"], correct, "{line}");
        assert_eq!(errors(&grown).contains("is not verified"), correct.is_null());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_engine_costs_no_tree() {
    use common_cli::{child_of, signal, wait_for};
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("five.jsonl"), FIVE).unwrap();
    let growing = pleach(home.path())
        .args(GROW.replace("60", "400").split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let first = home.path().join("sessions/a.pleach");
    wait_for("the first session", || first.exists().then_some(()));
    let worker = wait_for("the worker", || child_of(growing.id()));
    signal(worker, "KILL");
    let grown = growing.wait_with_output().unwrap();
    let report = lines(&grown);
    assert_eq!(report.len(), 5);
    assert!(errors(&grown).contains("is being started again"), "{}", errors(&grown));
    for line in report {
        let log = session::read(&home.path().join(line["session"].as_str().unwrap())).unwrap();
        assert_eq!(Tree::fold(&log.operations).unwrap().growing(), 0);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_growth_goes_on_where_it_stopped() {
    use common_cli::{signal, wait_for};
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("five.jsonl"), FIVE).unwrap();
    let growing = pleach(home.path())
        .args(GROW.replace("60", "300").split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let first = home.path().join("sessions/a.pleach");
    wait_for("the first session", || first.exists().then_some(()));
    signal(growing.id(), "INT");
    let stopped = growing.wait_with_output().unwrap();
    assert_eq!(code(&stopped), 130, "{}", errors(&stopped));
    assert!(errors(&stopped).contains("goes on from here"), "{}", errors(&stopped));
    // Closed: one file, no lock.
    assert!(!home.path().join("sessions/a.pleach-wal").exists());
    assert!(!home.path().join("sessions/a.pleach.lock").exists());
    let report = lines(&run(home.path(), &GROW.replace("60", "300")));
    assert_eq!(report.len(), 5);
    assert!(report.iter().all(|line| line["nodes"].as_u64().unwrap() <= 300));
}
