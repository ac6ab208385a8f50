//! The driver with a scripted engine: every turn is applied, every request answered in order.

use std::collections::VecDeque;

use super::*;
use crate::engine::Script;
use crate::engine::protocol::{Event, Generate, ModelOptions};
use crate::evaluate::{Arithmetic, Rating};
use crate::search::debate::Rules;
use crate::tree::sample::Grower;
use crate::tree::{Finish, Label, Operation};
use proptest::prelude::*;

#[path = "driver_asking_tests.rs"]
mod asking;
#[path = "driver_debate_tests.rs"]
mod debate;

/// A tree, a driver and an engine, stepped by hand.
struct Bench {
    grower: Grower,
    driver: Driver,
    script: Script,
    events: VecDeque<Event>,
    sent: Vec<Request>,
    now: u64,
}

impl Bench {
    fn new(policy: Policy) -> Self {
        let mut bench = Self {
            grower: Grower::new("Use 4, 7, 8 and 8 to make 24."),
            driver: Driver::new(policy, 9, 1),
            script: Script::default(),
            events: VecDeque::new(),
            sent: Vec::new(),
            now: 0,
        };
        let loaded = bench.script.answer(&Request::Load(ModelOptions::default()));
        bench.events.extend(loaded);
        bench.run();
        bench
    }

    fn tree(&self) -> &Tree {
        &self.grower.tree
    }

    fn take(&mut self, turn: Turn) {
        for (actor, body) in turn.operations {
            self.grower.act(actor, body);
        }
        for request in turn.requests {
            self.events.extend(self.script.answer(&request));
            self.sent.push(request);
        }
    }

    /// Handles one event, or lets the driver go on; returns whether anything happened.
    fn tick(&mut self) -> bool {
        self.now += 1;
        let event = self.events.pop_front();
        if let Some(event) = &event {
            let turn = self.driver.handle(&self.grower.tree, event);
            self.take(turn);
        }
        let turn = self.driver.advance(&self.grower.tree, self.now);
        let idle = turn.operations.is_empty() && turn.requests.is_empty() && !turn.goes_on;
        self.take(turn);
        event.is_some() || !idle
    }

    fn run(&mut self) {
        while self.tick() {}
    }

    fn start(&mut self, top: NodeId) {
        let turn = self.driver.start(&self.grower.tree, top, self.now);
        self.take(turn);
    }

    fn stopped(&self) -> Option<&str> {
        self.grower.log.iter().rev().find_map(|operation| match &operation.body {
            Body::SearchStopped { reason } => Some(reason.as_str()),
            _ => None,
        })
    }
}

/// A policy that no answer stops.
fn endless(nodes: u64) -> Policy {
    let budget = Budget { nodes: Some(nodes), ..Budget::default() };
    Policy { budget, enough: None, second: None, ..Policy::swe_search() }
}

#[test]
fn a_run_spends_its_budget_and_judges_what_it_grows() {
    let mut bench = Bench::new(endless(30));
    bench.start(NodeId::ROOT);
    bench.run();
    let tree = bench.tree();
    assert_eq!(tree.len(), 31);
    assert_eq!(bench.stopped(), Some("the budget of 30 nodes is spent"));
    assert!(bench.driver.is_idle() && bench.driver.mode() == Mode::Paused);
    for id in tree.ids().skip(1) {
        let node = tree.node(id);
        let judged =
            node.evaluations().iter().filter(|entry| entry.evaluator == Rating::NAME).count();
        assert_eq!(
            judged,
            usize::from(node.state() != State::Duplicate),
            "{id} is {:?}",
            node.state()
        );
        assert_ne!(node.state(), State::Growing);
    }
    let judged = tree.ids().skip(1).filter(|id| tree.node(*id).state() != State::Duplicate).count();
    assert_eq!(tree.statistics(NodeId::ROOT, Rating::NAME).visits, judged as u64);
}

#[test]
fn the_same_seed_grows_the_same_tree() {
    let grow = || {
        let mut bench = Bench::new(endless(40));
        bench.start(NodeId::ROOT);
        bench.run();
        bench.grower.log
    };
    assert_eq!(grow(), grow());
}

#[test]
fn a_convincing_answer_stops_the_run_and_a_new_run_looks_for_another() {
    let mut bench = Bench::new(Policy { enough: Some(0.5), ..endless(400) });
    bench.start(NodeId::ROOT);
    bench.run();
    let nodes = bench.tree().len();
    assert!(bench.stopped().unwrap().contains("is rated"), "{:?}", bench.stopped());
    assert!(nodes < 400);
    bench.start(NodeId::ROOT);
    bench.run();
    assert!(bench.tree().len() > nodes);
}

#[test]
fn an_answer_of_an_earlier_run_that_is_judged_again_stops_no_run() {
    let mut bench = Bench::new(Policy { enough: Some(0.0), second: None, ..endless(200) });
    bench.start(NodeId::ROOT);
    bench.run();
    let old = bench.tree().ids().find(|id| bench.tree().node(*id).answer().is_some()).unwrap();
    let before = bench.grower.log.len();
    bench.driver.limit(Limits { budget: endless(2).budget, ..Limits::default() });
    bench.start(NodeId::ROOT);
    let evaluator: Arc<dyn Evaluator> = Arc::new(Rating);
    let turn = bench.driver.evaluate(&bench.grower.tree, old, &evaluator).unwrap();
    bench.take(turn);
    bench.run();
    let judged = |operation: &Operation| matches!(&operation.body, Body::Evaluated { node, .. } if *node == old);
    assert!(bench.grower.log[before..].iter().any(judged));
    let rated = format!("the answer of {old} is rated");
    assert!(!bench.stopped().unwrap().starts_with(&rated), "{:?}", bench.stopped());
}

#[test]
fn pausing_lets_growing_nodes_finish_and_stepping_expands_once() {
    let mut bench = Bench::new(endless(100));
    bench.start(NodeId::ROOT);
    bench.tick();
    let turn = bench.driver.pause("paused by hand");
    bench.take(turn);
    bench.run();
    assert_eq!(bench.tree().len(), 5);
    assert_eq!(bench.tree().growing(), 0);
    let turn = bench.driver.step(&bench.grower.tree, NodeId::ROOT, bench.now);
    bench.take(turn);
    bench.run();
    assert_eq!(bench.tree().len(), 9);
}

#[test]
fn a_search_below_a_node_stays_below_it() {
    let mut bench = Bench::new(endless(20));
    let turn = bench.driver.expand(&bench.grower.tree, NodeId::ROOT).unwrap();
    bench.take(turn);
    bench.run();
    let top = bench.tree().children(NodeId::ROOT).nth(1).unwrap();
    let before = bench.tree().len();
    bench.start(top);
    bench.run();
    let tree = bench.tree();
    assert!(tree.ids().skip(before).all(|id| tree.is_within(id, top)));
    assert_eq!(tree.len(), before + 20);
}

#[test]
fn what_is_pruned_is_not_grown_and_growth_below_it_is_cancelled() {
    let mut bench = Bench::new(endless(60));
    let turn = bench.driver.expand(&bench.grower.tree, NodeId::ROOT).unwrap();
    bench.take(turn);
    bench.run();
    let children: Vec<_> = bench.tree().children(NodeId::ROOT).collect();
    let open = |bench: &Bench, id: &NodeId| bench.tree().node(*id).state() == State::Open;
    let top = *children.iter().find(|id| open(&bench, id)).unwrap();
    let turn = bench.driver.expand(&bench.grower.tree, top).unwrap();
    bench.take(turn);
    bench.grower.act(Actor::Person, Body::Pruned { node: top });
    let turn = bench.driver.advance(&bench.grower.tree, bench.now);
    assert!(matches!(turn.requests.as_slice(), [Request::Cancel { .. }]));
    assert!(bench.driver.expand(&bench.grower.tree, top).unwrap_err().contains("pruned"));
    bench.run();
    let before = bench.tree().len();
    bench.start(NodeId::ROOT);
    bench.run();
    let tree = bench.tree();
    assert!(tree.ids().skip(before).all(|id| !tree.is_within(id, top)));
}

#[test]
fn a_roll_out_goes_step_by_step_to_an_answer() {
    let mut bench = Bench::new(endless(60));
    let turn = bench.driver.roll_out(&bench.grower.tree, NodeId::ROOT).unwrap();
    bench.take(turn);
    bench.run();
    let tree = bench.tree();
    assert_eq!(tree.len(), 5);
    let last = NodeId(4);
    assert_eq!(tree.node(last).state(), State::Answered);
    assert_eq!(tree.path(last).len(), 5);
    assert!(tree.node(last).answer().is_some());
    let refused = bench.driver.expand(&bench.grower.tree, last).unwrap_err();
    assert!(refused.contains("is where its path ends"));
}

#[test]
fn a_lost_engine_leaves_the_tree_whole_and_judges_what_it_owes() {
    let mut bench = Bench::new(endless(200));
    bench.start(NodeId::ROOT);
    for _ in 0..40 {
        bench.tick();
    }
    bench.events.clear();
    bench.events.push_back(Event::Lost { why: "signal: 9".into(), restarting: true });
    bench.run();
    let tree = bench.tree();
    assert_eq!(tree.growing(), 0);
    assert!(
        tree.ids().any(|id| tree.node(id).state() == State::Interrupted) || bench.driver.is_idle()
    );
    let before = tree.len();
    bench.events.extend(bench.script.answer(&Request::Load(ModelOptions::default())));
    bench.run();
    let tree = bench.tree();
    assert!(tree.len() > before, "the run goes on");
    for id in tree.ids().skip(1) {
        if matches!(tree.node(id).state(), State::Open | State::Answered) {
            assert!(tree.evaluation(id, Rating::NAME).is_some(), "{id} was never judged");
        }
    }
}

#[test]
fn a_failed_request_stops_the_run_with_its_sentence() {
    let mut bench = Bench::new(endless(60));
    bench.start(NodeId::ROOT);
    let turn = bench.driver.advance(&bench.grower.tree, 1);
    let Some(Request::Generate(Generate { id, .. })) = turn.requests.first().cloned() else {
        panic!("the run begins by growing");
    };
    bench.take(turn);
    bench.events.clear();
    bench.events.push_back(Event::Failed { id, message: "the problem is too long".into() });
    bench.run();
    assert_eq!(bench.stopped(), Some("the problem is too long"));
    assert_eq!(bench.tree().growing(), 0);
}

#[test]
fn an_opened_session_marks_what_was_growing_and_judges_what_was_not_judged() {
    let mut grower = Grower::new("p");
    let whole = grower.add(NodeId::ROOT, "whole\n");
    let half = grower.sprout(NodeId::ROOT, "ha");
    let mut bench = Bench { grower, ..Bench::new(endless(1)) };
    let turn = bench.driver.take_over(&bench.grower.tree);
    bench.take(turn);
    bench.run();
    assert_eq!(bench.tree().node(half).state(), State::Interrupted);
    assert!(bench.tree().evaluation(whole, Rating::NAME).is_some());
}

#[test]
fn a_session_without_a_problem_is_opened_as_it_is() {
    let mut bench = Bench { grower: Grower::from(Tree::default()), ..Bench::new(endless(1)) };
    let turn = bench.driver.take_over(&bench.grower.tree);
    assert_eq!(turn.operations, []);
    let finish = Finish::Step;
    let end = Body::NodeFinished { node: NodeId::ROOT, finish, answer: None };
    assert!(bench.grower.try_act(Actor::Model, end).is_err(), "the root does not grow");
}

#[test]
fn what_was_vetoed_is_not_judged_when_the_session_is_opened_again() {
    let mut grower = Grower::new("p");
    let wrong = grower.add(NodeId::ROOT, "1 + 1 = 3\n");
    grower.judge(wrong, Arithmetic::NAME, 0.0);
    let mut bench = Bench { grower, ..Bench::new(endless(1)) };
    let turn = bench.driver.take_over(&bench.grower.tree);
    bench.take(turn);
    bench.run();
    assert!(bench.driver.is_idle());
    assert!(bench.tree().evaluation(wrong, Rating::NAME).is_none());
}

#[test]
fn a_large_tree_is_looked_at_in_pieces_before_anything_is_chosen() {
    let mut grower = Grower::new("p");
    let best = (0..5000).map(|at| {
        let parent = NodeId(if at < 50 { 0 } else { at / 50 });
        let node = grower.add(parent, &format!("{at}\n"));
        grower.judge(node, Rating::NAME, if at == 2718 { 0.9 } else { 0.1 });
        grower.judge(node, Arithmetic::NAME, 1.0);
        (at == 2718).then_some(node)
    });
    let best = best.flatten().last().unwrap();
    let policy = Policy { budget: endless(4).budget, ..Policy::named("best-first").unwrap() };
    let mut bench = Bench { grower, ..Bench::new(policy) };
    bench.start(NodeId::ROOT);
    let mut pieces = Vec::new();
    let mut turn = bench.driver.advance(&bench.grower.tree, 0);
    while turn.goes_on {
        pieces.push(bench.driver.looked_over().unwrap());
        turn = bench.driver.advance(&bench.grower.tree, 0);
    }
    bench.take(turn);
    assert!(pieces.len() > 3 && pieces.is_sorted(), "{pieces:?}");
    assert_eq!((pieces[0] < 0.5, bench.driver.looked_over()), (true, None));
    bench.run();
    let chosen = bench.grower.log.iter().find_map(|operation| match &operation.body {
        Body::SearchStepped { node, .. } => Some(*node),
        _ => None,
    });
    assert_eq!(chosen, Some(best));
}

#[test]
fn time_and_tokens_bind_too() {
    let seconds = Budget { seconds: Some(1), ..Budget::default() };
    let mut bench = Bench::new(Policy { budget: seconds, ..endless(0) });
    bench.start(NodeId::ROOT);
    bench.now = 1500;
    bench.run();
    assert_eq!(bench.stopped(), Some("the budget of 1 seconds is spent"));
    let tokens = Budget { tokens: Some(50), ..Budget::default() };
    let mut bench = Bench::new(Policy { budget: tokens, ..endless(0) });
    bench.start(NodeId::ROOT);
    bench.run();
    assert_eq!(bench.stopped(), Some("the budget of 50 tokens is spent"));
    assert!(bench.tree().tokens() >= 50);
}

proptest! {
    /// A person prunes, restores, edits, labels, switches policies, pauses and starts at random
    /// moments of a run; the statistics stay those of the log and no node is left growing.
    #[test]
    fn edits_during_a_run_keep_the_books(edits in prop::collection::vec((0u32..60, 0u8..11), 0..60)) {
        let mut bench = Bench::new(endless(50));
        bench.start(NodeId::ROOT);
        for (node, edit) in edits {
            for _ in 0..=(node % 7) {
                bench.tick();
            }
            let pick = node as usize;
            let node = NodeId(node);
            let known = bench.tree().contains(node) && node != NodeId::ROOT;
            match edit {
                0 if known && !bench.tree().node(node).is_pruned() => {
                    bench.grower.act(Actor::Person, Body::Pruned { node });
                }
                1 if known && bench.tree().node(node).is_pruned() && !bench.tree().node(node).is_withdrawn() => {
                    bench.grower.act(Actor::Person, Body::Restored { node });
                }
                2 => {
                    let turn = bench.driver.pause("paused by hand");
                    bench.take(turn);
                }
                3 => bench.start(NodeId::ROOT),
                4 if known => {
                    if let Ok(turn) = bench.driver.expand(&bench.grower.tree, node) {
                        bench.take(turn);
                    }
                }
                5 => if let Some((operation, _)) = bench.tree().next_undo() {
                    bench.grower.act(Actor::Person, Body::Undone { operation });
                },
                6 if known && bench.tree().node(node).state() == State::Open => {
                    bench.grower.edit(node, "rewritten\n");
                }
                7 if known => {
                    let label = [Label::Good, Label::Bad][pick % 2];
                    let _ = bench.grower.try_act(Actor::Person, Body::Labelled { node, label: Some(label) });
                }
                8 | 9 => {
                    let names = Policy::names();
                    let policy = Policy::named(names[pick % names.len()]).unwrap();
                    let parallel = 1 + u32::from(edit == 9) * 3;
                    let turn = bench.driver.switch(&bench.grower.tree, Policy { parallel, enough: None, ..policy });
                    bench.take(turn);
                }
                10 => if let Ok(turn) = bench.driver.debate(&bench.grower.tree, Rules::SWE_SEARCH) {
                    bench.take(turn);
                },
                _ => {}
            }
        }
        bench.run();
        prop_assert_eq!(bench.tree().growing(), 0);
        prop_assert!(bench.driver.is_idle());
        prop_assert_eq!(&Tree::fold(&bench.grower.log).unwrap(), bench.tree());
        for evaluator in bench.tree().evaluators() {
            for top in bench.tree().ids() {
                let recount = recount(bench.tree(), top, evaluator, &bench.grower.log);
                let kept = bench.tree().statistics(top, evaluator);
                prop_assert_eq!(kept.visits, recount.visits, "{} of {}", evaluator, top);
                prop_assert!((kept.mean - recount.mean).abs() < 1e-9);
                prop_assert!((kept.variance() - recount.variance()).abs() < 1e-9);
                prop_assert_eq!(kept.max, recount.max);
            }
        }
    }
}

/// A clade's statistics, counted from the log: all values that entered in it, but not at or below a
/// pruned node under its top.
fn recount(
    tree: &Tree,
    top: NodeId,
    name: &str,
    log: &[crate::tree::Operation],
) -> crate::tree::Statistics {
    let mut all = crate::tree::Statistics::default();
    let counts = |node: NodeId| {
        let mut way = tree.ancestors(node).take_while(|at| *at != top);
        tree.is_within(node, top) && way.all(|at| !tree.node(at).is_pruned())
    };
    for operation in log {
        if let Body::BackedUp { node, evaluator, value } = &operation.body
            && evaluator == name
            && counts(*node)
        {
            all.add(*value);
        }
    }
    all
}

#[test]
fn parallel_leaves_that_do_not_interact_give_the_statistics_of_one_at_a_time() {
    // Two levels, and every node is expanded until it is full: no choice depends on another.
    let grow = |parallel: u32| {
        let policy = Policy::named("best-first").unwrap();
        let (enough, second) = (None, None);
        let limits = Policy { depth: 2, width: 4, branches: 4, enough, second, ..policy };
        let mut bench = Bench::new(Policy { parallel, budget: Budget::default(), ..limits });
        bench.start(NodeId::ROOT);
        let mut most = 0;
        while bench.tick() {
            most = most.max(bench.tree().growing());
        }
        let tree = bench.tree();
        assert_eq!(bench.stopped(), Some("nothing is left to expand"));
        let clades: Vec<_> = tree
            .children(NodeId::ROOT)
            .map(|child| tree.statistics(child, Rating::NAME))
            .map(|clade| (clade.visits, clade.max, (clade.mean * 1e9).round()))
            .collect();
        (most, tree.len(), clades)
    };
    let (one, nodes, clades) = grow(1);
    let (four, same, parallel) = grow(4);
    assert!(one <= 4 && four > 4, "{one} {four}");
    assert_eq!((nodes, clades), (same, parallel));
}

#[test]
fn a_policy_is_switched_while_the_search_runs() {
    let mut bench = Bench::new(endless(60));
    bench.start(NodeId::ROOT);
    for _ in 0..60 {
        bench.tick();
    }
    let beam = Policy::named("beam").unwrap();
    let turn = bench.driver.switch(&bench.grower.tree, Policy { enough: None, ..beam });
    bench.take(turn);
    bench.run();
    let names = bench.grower.log.iter().filter_map(|operation| match &operation.body {
        Body::SearchStarted { policy, .. } => Some(policy.as_str()),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["swe-search", "beam"]);
    assert_eq!(bench.stopped(), Some("the budget of 60 nodes is spent"));
}
