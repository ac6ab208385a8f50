//! Proposers and evaluators through the driver: inserted steps, whole replies, judgements that are
//! waited for, repeats that are sampled again, roll-outs that are graded, several questions at once.

use super::*;
use crate::evaluate;
use crate::search::proposers;
use crate::tree::Evaluation;

fn by(bench: &mut Bench, node: NodeId, proposer: &str) {
    let proposer = proposers::named(proposer).unwrap();
    let turn = bench.driver.expand_by(&bench.grower.tree, node, &proposer).unwrap();
    bench.take(turn);
    bench.run();
}

fn proposer_of(bench: &Bench, node: NodeId) -> &str {
    &bench.tree().node(node).origin().unwrap().proposer
}

fn one_branch(nodes: u64) -> Policy {
    Policy { branches: 1, ..endless(nodes) }
}

#[test]
fn a_hint_is_a_step_of_its_own_and_the_path_goes_on_below_it() {
    let mut bench = Bench::new(one_branch(9));
    by(&mut bench, NodeId::ROOT, "hint-reflect");
    let tree = bench.tree();
    let (hint, below) = (NodeId(1), NodeId(2));
    assert!(tree.node(hint).text().contains("look back") && tree.node(hint).token_ids().len() == 0);
    assert_eq!((tree.node(hint).state(), tree.node(below).parent()), (State::Open, Some(hint)));
    assert_eq!(
        (proposer_of(&bench, hint), proposer_of(&bench, below)),
        ("hint-reflect", "hint-reflect")
    );
    // A hint that stands there already is gone on from.
    by(&mut bench, NodeId::ROOT, "hint-reflect");
    let tree = bench.tree();
    assert_eq!((tree.len(), tree.node(NodeId(3)).parent()), (4, Some(hint)));
    let seeds = [below, NodeId(3)].map(|id| tree.node(id).origin().unwrap().seed);
    assert_ne!(seeds[0], seeds[1]);
}

#[test]
fn a_plan_is_a_step_though_the_turn_ends_with_it() {
    let mut bench = Bench::new(one_branch(9));
    // The script answers at once, and an answer ends the turn.
    bench.script.depth = 0;
    by(&mut bench, NodeId::ROOT, "plan");
    let plan = bench.tree().node(NodeId(1));
    assert_eq!((plan.state(), plan.answer()), (State::Open, None));
    assert!(plan.text().ends_with('\n'));
    let Some(Request::Generate(asked)) = bench.sent.first() else { panic!("a plan is asked for") };
    assert_eq!(asked.segmentation, Segmentation::Whole);
    assert!(format!("{:?}", asked.prompt).contains("short plan"));
    // What goes on from it knows its last line end, which no token has.
    bench.script.depth = 3;
    by(&mut bench, NodeId(1), "sample");
    let asked = bench.sent.iter().rev().find_map(|request| match request {
        Request::Generate(generate) => Some(format!("{:?}", generate.prompt)),
        _ => None,
    });
    assert!(asked.unwrap().contains(r#"Text("\n")"#));
}

#[test]
fn a_rewrite_stands_beside_the_step_that_was_chosen() {
    let mut bench = Bench::new(one_branch(9));
    by(&mut bench, NodeId::ROOT, "sample");
    by(&mut bench, NodeId(1), "sample");
    by(&mut bench, NodeId(2), "improve");
    assert_eq!(bench.tree().node(NodeId(3)).parent(), Some(NodeId(1)));
    assert_eq!(proposer_of(&bench, NodeId(3)), "improve");
}

/// An assessment of a step by the embedded model.
fn critique(node: NodeId, text: &str, value: f64) -> Body {
    let evaluation = Evaluation {
        evaluator: "assessment".into(),
        value,
        raw: value,
        scale: "0..1".into(),
        mass: None,
        explanation: text.into(),
        kind: crate::tree::EvaluatorKind::Llm,
        calls: 1,
        tokens: 1,
    };
    Body::Evaluated { node, evaluation }
}

#[test]
fn correcting_waits_for_the_critique_and_goes_on_even_without_one() {
    let mut bench = Bench::new(one_branch(9));
    by(&mut bench, NodeId::ROOT, "sample");
    let before = bench.sent.len();
    // The script's assessment cannot be read, so the path just goes on.
    by(&mut bench, NodeId(1), "correct");
    let asked: Vec<_> = bench.sent[before..].iter().collect();
    assert!(matches!(asked[0], Request::Generate(one) if one.grammar.is_some()));
    assert_eq!(bench.tree().node(NodeId(2)).parent(), Some(NodeId(1)));
    assert!(bench.driver.is_idle());
    bench.grower.act(Actor::Model, critique(NodeId(1), "8 * 7 is not 54.", 0.0));
    by(&mut bench, NodeId(1), "correct");
    let tree = bench.tree();
    assert!(tree.node(NodeId(3)).text().contains("8 * 7 is not 54."));
    assert_eq!(tree.node(NodeId(4)).parent(), Some(NodeId(3)));
}

#[test]
fn a_repeat_is_sampled_again_as_often_as_the_policy_says() {
    let repeats = |resamples: u32| {
        let policy = Policy { branches: 6, resamples, ..endless(9) };
        let mut bench = Bench::new(policy);
        let turn = bench.driver.expand(&bench.grower.tree, NodeId::ROOT).unwrap();
        bench.take(turn);
        // All branches say the same, whatever the seed.
        let id = match bench.sent.last() {
            Some(Request::Generate(generate)) => generate.id,
            other => panic!("{other:?}"),
        };
        bench.events.clear();
        for branch in 0..6 {
            let token = crate::tree::Token { id: 1, logprob: -0.5, bytes: b"same\n".to_vec() };
            let tokens = vec![token];
            bench.events.push_back(Event::Tokens { id, branch, tokens });
            let stop = crate::engine::protocol::StopReason::Step;
            bench.events.push_back(Event::BranchDone { id, branch, stop });
        }
        bench.run();
        assert!(bench.driver.is_idle());
        let tree = bench.tree();
        let seeds: std::collections::BTreeSet<_> =
            tree.children(NodeId::ROOT).map(|id| tree.node(id).origin().unwrap().seed).collect();
        assert_eq!(seeds.len(), tree.len() - 1, "every try has a seed of its own");
        tree.len() - 1
    };
    assert_eq!(repeats(0), 6);
    assert_eq!(repeats(1), 11);
    assert!(repeats(3) >= 11);
}

fn ask(bench: &mut Bench, node: NodeId, evaluator: &str) -> Result<(), String> {
    let evaluator = evaluate::named(evaluator).unwrap();
    let turn = bench.driver.evaluate(&bench.grower.tree, node, &evaluator)?;
    bench.take(turn);
    bench.run();
    Ok(())
}

#[test]
fn several_questions_are_one_judgement() {
    let mut bench = Bench::new(Policy { branches: 3, ..endless(9) });
    by(&mut bench, NodeId::ROOT, "sample");
    let node = bench.tree().children(NodeId::ROOT).next().unwrap();
    let open = |id: &NodeId| bench.tree().node(*id).state() != State::Duplicate;
    let siblings = bench.tree().children(NodeId::ROOT).filter(open).count() - 1;
    assert!(siblings > 0);
    ask(&mut bench, node, "pairwise").unwrap();
    let judged = bench.tree().evaluation(node, "pairwise").unwrap();
    assert_eq!(judged.calls as usize, 2 * siblings);
    assert_eq!(judged.tokens as usize, 8 * 2 * siblings);
    assert_eq!(bench.tree().statistics(NodeId::ROOT, "pairwise").visits, 1);
    assert!(ask(&mut bench, NodeId::ROOT, "pairwise").unwrap_err().contains("nothing to say"));
}

#[test]
fn roll_outs_grow_are_graded_and_then_counted() {
    let mut bench = Bench::new(one_branch(50));
    by(&mut bench, NodeId::ROOT, "sample");
    ask(&mut bench, NodeId(1), "roll-outs").unwrap();
    let tree = bench.tree();
    assert!(bench.driver.is_idle());
    let answers = tree.trajectories().filter(|id| tree.is_within(*id, NodeId(1))).count();
    assert!(answers >= 2, "{answers}");
    let graded = tree.trajectories().filter(|id| tree.evaluation(*id, "outcome").is_some()).count();
    assert_eq!(graded, answers);
    let judged = tree.evaluation(NodeId(1), "roll-outs").unwrap();
    assert!(judged.explanation.contains(&format!("of {answers} answers")), "{judged:?}");
}

#[test]
fn judgements_are_a_budget_too_and_agreement_ends_a_run() {
    let evaluations = Budget { evaluations: Some(7), ..Budget::default() };
    let mut bench = Bench::new(Policy { budget: evaluations, ..endless(0) });
    bench.start(NodeId::ROOT);
    bench.run();
    assert_eq!(bench.stopped(), Some("the budget of 7 evaluations is spent"));
    assert!((7..12).contains(&bench.tree().judgements()), "{}", bench.tree().judgements());
    let policy = Policy { confidence: Some(0.5), ..Policy::named("self-consistency").unwrap() };
    let mut bench = Bench::new(policy);
    bench.start(NodeId::ROOT);
    bench.run();
    let stopped = bench.stopped().unwrap();
    assert!(stopped.contains("% of the answers agree"), "{stopped}");
}

#[test]
fn a_roll_out_does_not_go_on_from_a_step_that_is_valued_too_low() {
    let steps = |floor: Option<f64>| {
        let mut bench = Bench::new(Policy { floor, ..one_branch(50) });
        let turn = bench.driver.roll_out(&bench.grower.tree, NodeId::ROOT).unwrap();
        bench.take(turn);
        bench.run();
        assert!(bench.driver.is_idle());
        bench.tree().len() - 1
    };
    assert_eq!((steps(None), steps(Some(0.0)), steps(Some(1.1))), (4, 4, 1));
}
