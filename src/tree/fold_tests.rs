//! The fold against a naive oracle: statistics recomputed from the log, undo against redo.

use proptest::prelude::*;

use super::super::sample::{self, Grower};
use super::*;
use crate::tree::{Budget, EvaluatorKind, Problem};

/// Statistics of a clade, computed from the list of back-ups alone.
fn naive(tree: &Tree, log: &[Operation], top: NodeId, evaluator: &str) -> Statistics {
    let mut record = Statistics::default();
    for operation in log {
        if let Body::BackedUp { node, evaluator: by, value } = &operation.body
            && by == evaluator
        {
            let reaches = tree.is_within(*node, top)
                && tree
                    .ancestors(*node)
                    .take_while(|id| *id != top)
                    .all(|id| !tree.node(id).is_pruned());
            if reaches {
                record.add(*value);
            }
        }
    }
    record
}

/// All that is said of the nodes, as one comparable value.
fn said(tree: &Tree) -> Vec<String> {
    let mut said: Vec<_> = tree
        .ids()
        .map(|id| {
            let node = tree.node(id);
            let marks =
                (node.label(), node.is_first_error(), node.is_flagged(), node.tags(), node.note());
            let lens =
                (node.is_pruned(), node.is_withdrawn(), tree.statistics(id, "rating").visits);
            format!("{id}: {marks:?} {lens:?}")
        })
        .collect();
    said.push(format!("{:?}", tree.preferences()));
    said
}

proptest! {
    #[test]
    fn statistics_equal_a_recomputation_from_the_log(seed in any::<u64>(), steps in 1usize..120) {
        let (tree, log) = sample::random_session(seed, steps);
        for id in tree.ids() {
            for evaluator in ["rating", "person"] {
                let (kept, fresh) = (tree.statistics(id, evaluator), naive(&tree, &log, id, evaluator));
                prop_assert_eq!(kept.visits, fresh.visits);
                prop_assert!((kept.mean - fresh.mean).abs() < 1e-9);
                prop_assert!((kept.m2 - fresh.m2).abs() < 1e-9);
                prop_assert_eq!(kept.max, fresh.max);
            }
        }
    }

    #[test]
    fn undoing_everything_and_redoing_it_gives_the_same_tree(seed in any::<u64>(), steps in 1usize..80) {
        let (tree, _) = sample::random_session(seed, steps);
        let mut grower = Grower::from(tree.clone());
        let mut undone = 0;
        while let Some((operation, _)) = grower.tree.next_undo() {
            grower.act(Actor::Person, Body::Undone { operation });
            undone += 1;
        }
        for id in grower.tree.ids() {
            let node = grower.tree.node(id);
            prop_assert!(node.label().is_none() && !node.is_first_error() && !node.is_flagged());
            prop_assert!(node.tags().is_empty() && node.note().is_empty());
            // What a person made is withdrawn, and what a person pruned is back.
            prop_assert_eq!(node.is_pruned(), matches!(node.source(), Source::Written | Source::Signal));
        }
        prop_assert!(grower.tree.preferences().is_empty());
        for _ in 0..undone {
            let (operation, _) = grower.tree.next_redo().expect("as many redos as undos");
            grower.act(Actor::Person, Body::Redone { operation });
        }
        prop_assert_eq!(said(&grower.tree), said(&tree));
    }

    #[test]
    fn the_fold_of_the_log_is_the_tree(seed in any::<u64>(), steps in 1usize..80) {
        let (tree, log) = sample::random_session(seed, steps);
        let json: Vec<String> = log.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        let back: Vec<Operation> = json.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(&back, &log);
        prop_assert_eq!(Tree::fold(&back).unwrap(), tree);
    }
}

#[test]
fn a_gap_in_the_log_is_refused() {
    let mut tree = Tree::default();
    let operation = Operation {
        sequence: 2,
        time: 0,
        actor: Actor::Person,
        body: Body::ProblemSet { problem: Problem::default() },
    };
    assert_eq!(tree.apply(&operation), Err(FoldError::Sequence { expected: 1, found: 2 }));
    assert_eq!(tree, Tree::default());
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut grower = Grower::new("two plus two");
    let child = grower.add(NodeId::ROOT, "first");
    let finished = Body::NodeFinished { node: child, finish: Finish::Step, answer: None };
    let evaluation = Evaluation {
        evaluator: "rating".into(),
        value: f64::NAN,
        raw: 0.0,
        scale: "0..10".into(),
        mass: None,
        explanation: String::new(),
        kind: EvaluatorKind::Llm,
        calls: 1,
        tokens: 1,
    };
    let before = grower.tree.clone();
    for body in [
        Body::ProblemSet { problem: Problem::default() },
        Body::Pruned { node: NodeId::ROOT },
        Body::Pruned { node: NodeId(99) },
        Body::Restored { node: child },
        Body::TokensAppended { node: child, tokens: vec![] },
        finished,
        Body::Evaluated { node: child, evaluation },
        Body::BackedUp { node: child, evaluator: "rating".into(), value: 1.5 },
        Body::Undone { operation: 1 },
        Body::Labelled { node: child, label: None },
        Body::Together { bodies: vec![] },
        Body::Together {
            bodies: vec![
                Body::Flagged { node: child, flagged: true },
                Body::Labelled { node: NodeId(99), label: None },
            ],
        },
        Body::Together {
            bodies: vec![
                Body::Flagged { node: child, flagged: true },
                Body::Undone { operation: 1 },
            ],
        },
        edited(NodeId(2), NodeId::ROOT, Finish::Step),
        edited(NodeId(7), child, Finish::Step),
        edited(NodeId(2), child, Finish::Cancelled),
        Body::Preferred { winner: child, loser: child, blind: false },
        Body::SearchStarted { policy: "x".into(), budget: Budget::default(), node: NodeId(9) },
    ] {
        assert!(grower.try_act(Actor::Person, body.clone()).is_err(), "{body:?} was accepted");
        assert_eq!(grower.tree, before);
    }
}

fn edited(node: NodeId, of: NodeId, finish: Finish) -> Body {
    Body::Edited { node, of, text: "b".into(), finish, answer: None }
}

#[test]
fn an_edit_is_a_sibling_and_is_withdrawn_by_undo() {
    let mut grower = Grower::new("p");
    let a = grower.add(NodeId::ROOT, "a");
    grower.edit(a, "b");
    let b = NodeId(2);
    let below = grower.add(b, "c");
    grower
        .act(Actor::Search, Body::BackedUp { node: below, evaluator: "rating".into(), value: 1.0 });
    let node = grower.tree.node(b);
    assert_eq!((node.text(), node.of(), node.parent()), ("b", Some(a), Some(NodeId::ROOT)));
    let (operation, home) = grower.tree.next_undo().unwrap();
    assert_eq!(home, a);
    grower.act(Actor::Person, Body::Undone { operation });
    assert!(!grower.tree.is_live(below));
    assert_eq!(grower.tree.statistics(NodeId::ROOT, "rating").visits, 0);
    assert!(grower.try_act(Actor::Person, Body::Restored { node: b }).is_err());
    grower.act(Actor::Person, Body::Redone { operation });
    assert_eq!(grower.tree.statistics(NodeId::ROOT, "rating").visits, 1);
}

#[test]
fn a_splice_is_a_chain_below_the_first_error() {
    let mut grower = Grower::new("p");
    let (wrong, right) = (grower.add(NodeId::ROOT, "wrong"), grower.add(NodeId::ROOT, "right"));
    let node = NodeId(3);
    let splice = Splice {
        bad: wrong,
        good: Some(right),
        cut: wrong,
        signal: "Wait, that is wrong.".into(),
        meaning: crate::tree::Meaning::Reset,
        steps: vec![crate::tree::SplicedStep { text: "right".into(), of: Some(right) }],
        finish: Finish::EndOfTurn,
        answer: Some("1".into()),
    };
    for broken in [
        Splice { cut: right, ..splice.clone() },
        Splice { good: Some(NodeId(9)), ..splice.clone() },
        Splice { cut: NodeId::ROOT, ..splice.clone() },
    ] {
        assert!(grower.try_act(Actor::Person, Body::Spliced { node, splice: broken }).is_err());
    }
    grower.act(Actor::Person, Body::Spliced { node, splice });
    let path: Vec<_> = grower.tree.path(NodeId(4)).into_iter().skip(1).collect();
    assert_eq!(path, [wrong, node, NodeId(4)]);
    let sources = path.iter().map(|id| grower.tree.node(*id).source()).collect::<Vec<_>>();
    assert_eq!(sources, [Source::Sampled, Source::Signal, Source::Spliced]);
    assert_eq!(grower.tree.node(NodeId(4)).answer(), Some("1"));
}

#[test]
fn a_new_change_clears_what_could_be_redone() {
    let mut grower = Grower::new("p");
    let (a, b) = (grower.add(NodeId::ROOT, "a"), grower.add(NodeId::ROOT, "b"));
    grower.act(Actor::Person, Body::Pruned { node: a });
    let (operation, node) = grower.tree.next_undo().unwrap();
    assert_eq!(node, a);
    grower.act(Actor::Person, Body::Undone { operation });
    assert!(grower.tree.next_redo().is_some());
    grower.act(Actor::Person, Body::Pruned { node: b });
    assert!(grower.tree.next_redo().is_none());
}

#[test]
fn pruning_takes_a_subtree_out_of_the_statistics_above_it() {
    let mut grower = Grower::new("p");
    let (a, b) = (grower.add(NodeId::ROOT, "a"), grower.add(NodeId::ROOT, "b"));
    for (node, value) in [(a, 0.2), (b, 0.8)] {
        grower.act(Actor::Search, Body::BackedUp { node, evaluator: "rating".into(), value });
    }
    assert!((grower.tree.statistics(NodeId::ROOT, "rating").mean - 0.5).abs() < 1e-12);
    grower.act(Actor::Person, Body::Pruned { node: a });
    let record = grower.tree.statistics(NodeId::ROOT, "rating");
    assert_eq!((record.visits, record.max), (1, 0.8));
    grower.act(Actor::Person, Body::Restored { node: a });
    assert_eq!(grower.tree.statistics(NodeId::ROOT, "rating").visits, 2);
}
