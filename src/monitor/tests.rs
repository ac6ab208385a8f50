//! The monitors together, on small trees whose figures are known.

use super::*;
use crate::evaluate::verify;
use crate::monitor::page;
use crate::tree::sample::Grower;
use crate::tree::{Actor, Body, Finish, NodeId};

/// Adds a trajectory that was rated and verified.
fn answer(grower: &mut Grower, parent: NodeId, text: &str, rating: f64, right: bool) -> NodeId {
    let node = grower.sprout(parent, text);
    let answer = Some(text.to_owned());
    grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
    grower.judge(node, "rating", rating);
    grower.judge(node, verify::NAME, f64::from(u8::from(right)));
    node
}

fn report(grower: &Grower) -> Report {
    let mut health = Health::default();
    health.add(&grower.tree);
    health.report()
}

#[test]
fn the_figures_of_a_tree_are_those_counted_by_hand() {
    let mut grower = Grower::new("p");
    for (text, rating, right) in
        [("24", 0.9, true), ("24.0", 0.8, true), ("25", 0.7, false), ("26", 0.1, false)]
    {
        answer(&mut grower, NodeId::ROOT, text, rating, right);
    }
    let step = grower.add(NodeId::ROOT, "a step\n");
    grower.judge(step, "rating", 0.8);
    grower.act(Actor::Person, Body::Labelled { node: step, label: Some(Label::Bad) });
    let found = report(&grower);
    assert_eq!((found.trees, found.nodes, found.verified), (1, 5, (4, 2)));
    let consistency = found.consistency.unwrap();
    assert_eq!((consistency.samples, consistency.classes, consistency.agreement), (4, 3, 0.5));
    let passes: Vec<_> = found.pass.iter().map(|pass| (pass.k, pass.chance)).collect();
    assert_eq!(passes.len(), 3);
    assert!((passes[0].1 - 0.5).abs() < 1e-12 && (passes[1].1 - 5.0 / 6.0).abs() < 1e-12);
    let balance = found.balance.as_ref().unwrap();
    // Above 0.7 the two right ones are left: 2/8 of enough, none wrong.
    assert!(!balance.pseudo && (balance.best().unwrap().1 - 0.25).abs() < 1e-12);
    let judges: Vec<_> =
        found.judges.iter().map(|judge| (judge.against, judge.calibration.count)).collect();
    assert_eq!(judges, [(Against::Labels, 1), (Against::Verifier, 4)]);
    let confusion = found.judges[1].confusion;
    assert_eq!((confusion.good_as_good, confusion.bad_as_good, confusion.bad_as_bad), (2, 1, 1));
    assert_eq!(found.judges[1].kappa, Some(0.5));
    assert_eq!(found.revisions, None);
}

#[test]
fn a_rewrite_that_mends_counts_as_mended_until_it_is_undone() {
    let mut grower = Grower::new("p");
    let step = grower.add(NodeId::ROOT, "wrong step\n");
    answer(&mut grower, step, "25", 0.9, false);
    grower.edit(step, "right step\n");
    let written = NodeId(u32::try_from(grower.tree.len() - 1).unwrap());
    assert_eq!(report(&grower).revisions, None, "the second attempt is not verified yet");
    answer(&mut grower, written, "24", 0.9, true);
    answer(&mut grower, written, "23", 0.9, false);
    let found = report(&grower).revisions.unwrap();
    assert_eq!((found.count, found.first, found.second), (1, 0.0, 0.5));
    assert_eq!((found.mended, found.spoilt), (0.5, 0.0));
    let (operation, _) = grower.tree.next_undo().unwrap();
    grower.act(Actor::Person, Body::Undone { operation });
    assert_eq!(report(&grower).revisions, None);
}

#[test]
fn a_signal_is_measured_against_what_was_there_without_it() {
    let mut grower = Grower::new("p");
    let step = grower.add(NodeId::ROOT, "step\n");
    answer(&mut grower, step, "24", 0.9, true);
    grower.splice(step);
    let end = NodeId(u32::try_from(grower.tree.len() - 1).unwrap());
    assert!(matches!(grower.tree.node(end).source(), crate::tree::Source::Spliced));
    grower.judge(end, "rating", 0.2);
    grower.judge(end, verify::NAME, 0.0);
    let found = report(&grower);
    let revisions = found.revisions.unwrap();
    assert_eq!((revisions.first, revisions.second, revisions.spoilt), (1.0, 0.0, 1.0));
    assert!(page(&found).contains(&"! Revising spoils more than it mends.".to_owned()));
}

#[test]
fn without_a_verifier_the_balance_is_marked_as_pseudo() {
    let mut grower = Grower::new("p");
    for (text, rating) in [("24", 0.9), ("24", 0.8), ("25", 0.7)] {
        let node = grower.sprout(NodeId::ROOT, &format!("so {text} {rating}"));
        let answer = Some(text.to_owned());
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        grower.judge(node, "rating", rating);
    }
    let found = report(&grower);
    assert_eq!((found.verified, found.pass.len()), ((0, 0), 0));
    assert!(found.balance.as_ref().unwrap().pseudo);
    assert!(page(&found).iter().any(|row| row.contains("pseudo")));
}

#[test]
fn a_page_of_nothing_says_so() {
    let rows = page(&report(&Grower::new("p")));
    assert_eq!(rows[0], "1 tree and 0 steps");
    assert!(rows.contains(&"No tree has two answers yet.".to_owned()));
    assert!(rows.contains(&"No answer was verified.".to_owned()));
}

#[test]
fn the_reliability_plot_shows_what_is_right_and_what_was_said() {
    let mut grower = Grower::new("p");
    for (text, rating, right) in [("1", 0.95, true), ("2", 0.93, false), ("3", 0.05, false)] {
        answer(&mut grower, NodeId::ROOT, text, rating, right);
    }
    let rows = page(&report(&grower));
    let plots: Vec<_> = rows.iter().filter(|row| row.contains(" to ")).collect();
    assert_eq!(plots[0], "0.9 to 1.0  ██████████·········│ 0.50  of 2");
    assert_eq!(plots[1], "0.8 to 0.9  ····················    -");
    assert_eq!(plots[9], "0.0 to 0.1  ·│·················· 0.00  of 1");
    assert!(rows.iter().all(|row| row.chars().count() <= 76), "{rows:#?}");
}
