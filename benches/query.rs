//! Queries on a tree of 1,000,000 nodes: how long the answer to each predicate takes, and how long
//! the screen's thread is held up by handing the tree to another one.
//!
//! `cargo bench --bench query` (or `make bench-query`); `PLEACH_NODES` asks for another size.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a measurement, not the program

mod large;

use std::time::{Duration, Instant};

use pleach::tree::{Actor, Body, Label, NodeId, Operation, Query, Tree};

/// One for each kind of predicate.
const QUERIES: &[&str] = &[
    "value<0.2",
    "visits>3",
    "depth>=10",
    "tokens>5",
    "children=0",
    "logprob<-0.2",
    "rating>0.5",
    "value=none",
    "text ~ \"is left\"",
    "text ~ /plus 4\\d/",
    "text !~ left",
    "text = \"Answer: 7\"",
    "answer = \"24\"",
    "note ~ look",
    "tag = hard",
    "good",
    "unlabelled",
    "first-error",
    "downstream",
    "flagged",
    "wrong",
    "answered",
    "sampled",
    "pruned",
    "#500000",
    "below #7",
    "above #999999",
    "value<0.2 & visits>3 & !pruned",
    "first-error | (bad & below #12)",
];
/// The most that a predicate may take.
const LIMIT: Duration = Duration::from_millis(100);
/// How often each is asked; the median counts.
const TIMES: usize = 5;

fn main() {
    let nodes: u32 =
        std::env::var("PLEACH_NODES").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000_000);
    let tree = tree(nodes);
    let mut longest = Duration::ZERO;
    println!(
        "{} nodes; median of {TIMES}, on {} cores",
        tree.len() - 1,
        rayon::current_num_threads()
    );
    for text in QUERIES {
        let query = Query::parse(text).unwrap();
        let mut found = 0;
        let spent = median(|| found = query.select(&tree).len());
        longest = longest.max(spent);
        println!("{:>8.1} ms  {found:>8}  {text}", spent.as_secs_f64() * 1e3);
    }
    let copied = median(|| drop(std::hint::black_box(tree.clone())));
    println!(
        "{:>8.1} ms            a copy of the tree for another thread",
        copied.as_secs_f64() * 1e3
    );
    println!("the longest took {:.1} ms", longest.as_secs_f64() * 1e3);
    assert!(longest <= LIMIT, "a predicate took more than {} ms", LIMIT.as_millis());
}

/// The median of how long something takes.
fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[TIMES / 2]
}

/// The large tree with some of it marked.
fn tree(nodes: u32) -> Tree {
    let mut tree = Tree::default();
    let mut act = |actor: Actor, body: Body| {
        let operation = Operation { sequence: tree.sequence() + 1, time: 0, actor, body };
        tree.apply(&operation).unwrap();
    };
    large::tree(nodes, &mut |bodies| bodies.into_iter().for_each(|body| act(Actor::Search, body)));
    for number in (1..=nodes).step_by(97) {
        let node = NodeId(number);
        let label = [Label::Bad, Label::Neutral, Label::Good][number as usize % 3];
        act(Actor::Person, Body::Labelled { node, label: Some(label) });
        if number % 5 == 0 {
            act(Actor::Person, Body::FirstErrorSet { node, error: true });
            act(Actor::Person, Body::Tagged { node, tag: "hard".to_owned(), set: true });
        }
        if number % 7 == 0 {
            act(Actor::Person, Body::Noted { node, note: "look again".to_owned() });
            act(Actor::Person, Body::Pruned { node });
        }
    }
    tree
}
