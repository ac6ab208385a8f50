//! Splices: which pairs, where they are cut, what they come to.

use super::super::proposal::tests::{answer, step};
use super::*;
use crate::tree::sample::Grower;
use crate::tree::{Actor, Body};

/// A tree with one shared step, a bad path of three steps and a good one of two.
fn forked() -> (Grower, NodeId, NodeId) {
    let mut grower = Grower::new("p");
    let shared = step(&mut grower, NodeId::ROOT, "shared\n", 0.9);
    let slip = step(&mut grower, shared, "slip\n", 0.1);
    let bad = answer(&mut grower, slip, "Answer: 25", 0.9, false);
    let well = step(&mut grower, shared, "well\n", 0.9);
    let good = answer(&mut grower, well, "Answer: 24", 0.8, true);
    (grower, bad, good)
}

#[test]
fn a_splice_is_the_bad_prefix_the_signal_and_the_good_way_from_where_they_part() {
    let (mut grower, bad, good) = forked();
    let planned = propose(&grower.tree, Limits::default(), Meaning::Reset);
    assert_eq!(planned.len(), 1);
    let (pair, splice) = &planned[0];
    assert_eq!((pair.bad, pair.good, pair.bad_value, pair.good_value), (bad, good, 0.0, 1.0));
    assert_eq!(splice.cut, NodeId(2), "the first bad step, which is kept");
    assert_eq!(splice.signal, "Wait, step 2 is wrong.\n");
    let shown: Vec<_> = preview(&grower.tree, splice)
        .into_iter()
        .map(|passage| (passage.text, passage.trained))
        .collect();
    let wanted = [
        ("p", false),
        ("shared\n", false),
        ("slip\n", false),
        ("Wait, step 2 is wrong.\n", true),
        ("well\n", true),
        ("Answer: 24", true),
    ];
    assert_eq!(shown, wanted.map(|(text, trained)| (text.to_owned(), trained)));
    assert!(is_verified(&grower.tree, splice));
    let node = NodeId(u32::try_from(grower.tree.len()).unwrap());
    grower.act(Actor::Person, Body::Spliced { node, splice: splice.clone() });
    let end = grower.tree.trajectories().last().unwrap();
    assert_eq!(
        grower.tree.path_text(end),
        "shared\nslip\nWait, step 2 is wrong.\nwell\nAnswer: 24"
    );
    assert_eq!(propose(&grower.tree, Limits::default(), Meaning::Reset), [], "it is done");
}

#[test]
fn pairs_keep_the_floor_and_the_gap() {
    let mut grower = Grower::new("p");
    let unverified = |grower: &mut Grower, text: &str, value: f64| {
        let node = step(grower, NodeId::ROOT, text, value);
        let end = grower.sprout(node, text);
        let answer = Some(text.to_owned());
        let finish = Finish::EndOfTurn;
        grower.act(Actor::Model, Body::NodeFinished { node: end, finish, answer });
        grower.judge(end, Rating::NAME, value);
        end
    };
    let low = unverified(&mut grower, "low", 0.3);
    let middle = unverified(&mut grower, "middle", 0.55);
    let high = unverified(&mut grower, "high", 0.7);
    let found = |alpha, beta| {
        let pairs = pairs(&grower.tree, Limits { alpha, beta });
        pairs.iter().map(|pair| (pair.bad, pair.good)).collect::<Vec<_>>()
    };
    assert_eq!(found(0.5, 0.2), [(low, high)]);
    assert_eq!(found(0.5, 0.1), [(low, high), (middle, high)]);
    assert_eq!(found(0.7, 0.1), [], "the floor must be passed, not met");
}

#[test]
fn a_persons_cut_goes_before_the_models_and_never_on_the_shared_way() {
    let (mut grower, bad, good) = forked();
    assert_eq!(cut(&grower.tree, bad, good), Ok(NodeId(2)));
    grower.act(Actor::Person, Body::FirstErrorSet { node: bad, error: true });
    assert_eq!(cut(&grower.tree, bad, good), Ok(bad));
    let (pair, splice) = propose(&grower.tree, Limits::default(), Meaning::Reset).remove(0);
    assert_eq!(splice.signal, "\nWait, step 3 is wrong.\n", "the answer ends without a line end");
    assert!(plan(&grower.tree, pair, good, "No.", Meaning::Reset).unwrap_err().contains("no step"));
    assert!(plan(&grower.tree, pair, bad, "  ", Meaning::Reset).unwrap_err().contains("empty"));
    grower.act(Actor::Person, Body::FirstErrorSet { node: NodeId(1), error: true });
    assert!(cut(&grower.tree, bad, good).unwrap_err().contains("lies on the good path too"));
}

#[test]
fn to_continue_from_the_error_leaves_the_steps_to_be_grown() {
    let (mut grower, ..) = forked();
    let (_, splice) = propose(&grower.tree, Limits::default(), Meaning::Continue).remove(0);
    assert_eq!((splice.steps.len(), &splice.finish, &splice.answer), (0, &Finish::Step, &None));
    assert!(!is_verified(&grower.tree, &splice));
    let node = NodeId(u32::try_from(grower.tree.len()).unwrap());
    grower.act(Actor::Person, Body::Spliced { node, splice });
    assert_eq!(grower.tree.node(node).state(), State::Open);
}

#[test]
fn without_a_bad_step_the_whole_bad_path_is_kept() {
    let mut grower = Grower::new("p");
    let fine = step(&mut grower, NodeId::ROOT, "fine\n", 0.9);
    let bad = answer(&mut grower, fine, "25", 0.9, false);
    answer(&mut grower, NodeId::ROOT, "24", 0.9, true);
    let (_, splice) = propose(&grower.tree, Limits::default(), Meaning::Reset).remove(0);
    assert_eq!(splice.cut, bad);
}

#[test]
fn the_library_names_the_step_and_has_no_empty_line() {
    let signals = signals(7);
    assert!(signals.len() >= 10 && signals.iter().all(|signal| !signal.trim().is_empty()));
    assert_eq!(signals[0], "Wait, step 7 is wrong.");
    assert!(signals.iter().all(|signal| !signal.contains('{')));
}

#[test]
fn continuations_that_are_wrong_are_pruned_by_what_leads_to_nothing_else() {
    let mut grower = Grower::new("p");
    let one = step(&mut grower, NodeId::ROOT, "a\n", 0.9);
    let signal = step(&mut grower, one, "Wait.\n", 0.9);
    let fork = step(&mut grower, signal, "b\n", 0.9);
    let right = answer(&mut grower, fork, "24", 0.9, true);
    let wrong = answer(&mut grower, fork, "25", 0.9, false);
    let other = step(&mut grower, signal, "c\n", 0.9);
    answer(&mut grower, other, "26", 0.9, false);
    let growing = grower.sprout(signal, "d");
    assert!(!has_ended(&grower.tree, signal, false), "{growing} still grows");
    let (kept, tops) = continuations(&grower.tree, signal);
    assert_eq!((kept, tops), (vec![right], vec![wrong, other]));
}
