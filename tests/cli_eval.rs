//! `pleach eval`: policies compared at equal budgets.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_cli;

use common_cli::{FIVE, code, errors, lines, out, run};
use pleach::search::Policy;

const EVAL: &str = "eval five.jsonl --policies greedy,best-of-n,self-consistency,swe-search --tokens 300,600 --seeds 2 --json --out kept";
const NAMES: [&str; 9] = [
    "chosen",
    "chosen_high",
    "chosen_low",
    "found",
    "policy",
    "problems",
    "seeds",
    "tokens",
    "tokens_per_chosen",
];

#[test]
fn policies_are_compared_and_the_same_command_goes_on() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("five.jsonl"), FIVE).unwrap();
    let first = run(home.path(), EVAL);
    let report = lines(&first);
    assert_eq!(report.len(), 8);
    for line in &report {
        let names: Vec<_> = line.as_object().unwrap().keys().collect();
        assert_eq!(names, NAMES);
        assert_eq!((line["problems"].as_u64(), line["seeds"].as_u64()), (Some(5), Some(2)));
        let figure = |name: &str| line[name].as_f64().unwrap();
        assert!(
            figure("chosen_low") <= figure("chosen") && figure("chosen") <= figure("chosen_high")
        );
        assert!(figure("chosen") <= figure("found"), "{line}");
        if let Some(tokens) = line["tokens_per_chosen"].as_f64() {
            assert!(tokens * figure("chosen") <= figure("tokens") + 1e-6, "{line}");
        }
    }
    // What is sampled without a judge is never found less with more tokens.
    for pair in report.chunks(2) {
        assert!(pair[0]["found"].as_f64() <= pair[1]["found"].as_f64(), "{pair:?}");
    }
    let kept = home.path().join("kept/outcomes.jsonl");
    let outcomes = std::fs::read_to_string(&kept).unwrap();
    assert_eq!(outcomes.lines().count(), 1 + 4 * 5 * 2);
    assert!(
        std::fs::read_to_string(home.path().join("kept/curve.svg")).unwrap().contains("swe-search")
    );
    // Cut off in the middle of a line, it makes what is missing and prints all.
    let cut = outcomes.lines().take(31).collect::<Vec<_>>().join("\n");
    std::fs::write(&kept, format!("{cut}\n{{\"policy\":\"gre")).unwrap();
    assert_eq!(lines(&run(home.path(), EVAL)).len(), 8);
    let again = std::fs::read_to_string(&kept).unwrap();
    assert!(again.starts_with(&cut) && again.lines().count() == 41);
    // For people: a table and a curve.
    let table = run(home.path(), &EVAL.replace("--json ", ""));
    assert!(
        out(&table).contains("95 % interval") && out(&table).contains("pass@8"),
        "{}",
        out(&table)
    );
    let other = run(home.path(), &EVAL.replace("300,600", "300"));
    assert_eq!(code(&other), 3);
    assert!(errors(&other).contains("other budgets"), "{}", errors(&other));
}

#[test]
fn a_problem_that_nobody_can_check_is_refused() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("p.jsonl"), "{\"problem\":\"Count.\"}\n").unwrap();
    let refused = run(home.path(), "eval p.jsonl --policies greedy --tokens 50");
    assert_eq!(code(&refused), 3);
    assert!(errors(&refused).contains("neither an answer nor a verifier"), "{}", errors(&refused));
}

/// A policy that is tuned so that it never leaves the root, or asks one step over and over, finds
/// nothing, and nothing else would show it.
#[test]
fn every_policy_gets_to_answers() {
    let home = tempfile::tempdir().unwrap();
    // The others need fractions, which the embedded model does not know.
    let three: String = [0, 3, 4].map(|at| format!("{}\n", FIVE.lines().nth(at).unwrap())).concat();
    std::fs::write(home.path().join("three.jsonl"), three).unwrap();
    let names = Policy::names().into_iter();
    let policies: Vec<_> = names.filter(|name| !["greedy", "manual"].contains(name)).collect();
    assert!(policies.len() > 20);
    let eval = format!("eval three.jsonl --policies {} --tokens 1500 --json", policies.join(","));
    for line in lines(&run(home.path(), &eval)) {
        assert!(line["found"].as_f64().unwrap() > 0.0, "{line}");
    }
}
