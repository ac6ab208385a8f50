//! A query is read and answered, or the spot that cannot be read is shown.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::tree::{
    Actor, Body, Finish, Label, NodeId, Operation, Origin, Problem, Query, Sampling, Token, Tree,
};

static TREE: OnceLock<Tree> = OnceLock::new();

/// Nine steps in three levels, some of them marked.
fn tree() -> Tree {
    let mut tree = Tree::default();
    let mut act = |body| {
        let operation = Operation { sequence: tree.sequence() + 1, time: 0, actor: Actor::Person, body };
        tree.apply(&operation).expect("it fits");
    };
    act(Body::ProblemSet { problem: Problem { text: "Make 24.".into(), ..Problem::default() } });
    for number in 1..10 {
        let (node, parent) = (NodeId(number), NodeId((number - 1) / 3));
        let origin = Origin { proposer: "sample".into(), seed: 7, sampling: Sampling::default() };
        act(Body::NodeAdded { node, parent, origin });
        let bytes = format!("{number} is left, é\n").into_bytes();
        act(Body::TokensAppended { node, tokens: vec![Token { id: 1, logprob: -0.5, bytes }] });
        act(Body::NodeFinished { node, finish: Finish::Step, answer: None });
        act(Body::BackedUp { node, evaluator: "rating".into(), value: 0.1 * f64::from(number) });
    }
    act(Body::Labelled { node: NodeId(2), label: Some(Label::Bad) });
    act(Body::Tagged { node: NodeId(3), tag: "hard".into(), set: true });
    act(Body::Noted { node: NodeId(4), note: "look".into() });
    act(Body::Pruned { node: NodeId(3) });
    tree
}

fuzz_target!(|text: &str| {
    let tree = TREE.get_or_init(tree);
    let shown = |error: pleach_fuzz::tree::QueryError| {
        assert!(text.is_char_boundary(error.span.start.min(text.len())));
        assert!(!error.sentence(text).is_empty() && !error.pointing_at(text).is_empty());
    };
    match Query::parse(text) {
        Err(error) => shown(error),
        Ok(query) => {
            let nodes = query.select(tree);
            assert!(nodes.is_sorted() && !nodes.contains(&NodeId::ROOT));
            if let Err(error) = query.check(tree) {
                shown(error);
            }
        }
    }
});
