//! Debates through the driver: in words, in pairs, before a run ends, and cut off.

use super::*;
use crate::tree::{Debate, Voice};

/// Two trajectories with different answers.
fn answered(mut bench: Bench) -> Bench {
    for text in ["7", "8"] {
        let node = bench.grower.sprout(NodeId::ROOT, text);
        let (finish, answer) = (Finish::EndOfTurn, Some(text.to_owned()));
        bench.grower.act(Actor::Model, Body::NodeFinished { node, finish, answer });
    }
    bench
}

fn hold(bench: &mut Bench) -> Result<(), String> {
    let turn = bench.driver.debate(&bench.grower.tree, Rules::SWE_SEARCH)?;
    bench.take(turn);
    Ok(())
}

fn last(bench: &Bench) -> &Debate {
    bench.tree().debates().last().unwrap()
}

#[test]
fn agents_speak_in_words_under_a_grammar_and_hear_each_other() {
    let mut bench = answered(Bench::new(endless(1)));
    hold(&mut bench).unwrap();
    assert!(hold(&mut bench).unwrap_err().contains("goes on already"));
    bench.run();
    let debate = last(&bench);
    assert!(debate.is_concluded() && bench.driver.is_idle() && !bench.driver.is_debating());
    assert_eq!(debate.statements.len(), 16);
    assert!(debate.winner().is_some_and(|winner| debate.candidates.contains(&winner)));
    assert!(debate.statements.iter().all(|said| said.choice.is_some() && said.tokens > 0));
    let asked: Vec<_> = bench
        .sent
        .iter()
        .filter_map(|request| match request {
            Request::Generate(generate) => Some((generate.sampling.temperature, generate)),
            _ => None,
        })
        .collect();
    let (cool, conclusion) = asked.last().unwrap();
    assert!(conclusion.grammar.as_ref().unwrap().contains(r#""1" | "2""#));
    assert_eq!((asked.len(), *cool), (16, 0.2));
    assert!(asked[..15].iter().all(|(temperature, _)| *temperature == 1.0));
    let text = |at: usize| format!("{:?}", asked[at].1.prompt);
    // Nobody is heard in the first round; in the others all that spoke before are.
    assert!(!text(4).contains("chose solution"));
    assert_eq!(text(5).matches("chose solution").count(), 5);
    assert_eq!(text(15).matches("chose solution").count(), 5);
    let seeds: std::collections::BTreeSet<_> = asked.iter().map(|(_, one)| &one.seeds).collect();
    assert_eq!(seeds.len(), 16);
}

#[test]
fn the_embedded_model_compares_pairs_and_pays_for_each_once() {
    let mut bench = answered(Bench::new(endless(1)));
    let Some(Event::Loaded(info)) =
        bench.script.answer(&Request::Load(ModelOptions::default())).pop()
    else {
        panic!("the last event of loading is the model");
    };
    let embedded = Event::Loaded(ModelInfo { name: "pleach-reasoner".into(), ..info });
    bench.driver.handle(&bench.grower.tree, &embedded);
    let before = bench.tree().tokens();
    hold(&mut bench).unwrap();
    bench.run();
    let debate = last(&bench);
    assert!(debate.is_concluded());
    // One pair in two orders, whoever asks.
    assert_eq!(bench.sent.len(), 2);
    assert_eq!(debate.statements.iter().map(|said| said.calls).sum::<u32>(), 2);
    assert_eq!(bench.tree().tokens(), before + 16);
    assert!(debate.statements[0].words.contains(" over "), "{}", debate.statements[0].words);
}

#[test]
fn a_policy_that_debates_does_so_before_its_run_ends_and_only_once() {
    let policy =
        Policy { debate: Some(Rules { agents: 2, rounds: 1, ..Rules::SWE_SEARCH }), ..endless(30) };
    let mut bench = Bench::new(policy);
    bench.start(NodeId::ROOT);
    bench.run();
    let answers: std::collections::BTreeSet<_> =
        bench.tree().trajectories().filter_map(|node| bench.tree().node(node).answer()).collect();
    assert!(answers.len() > 1, "the test needs two answers: {answers:?}");
    assert_eq!(bench.tree().debates().len(), 1);
    assert!(last(&bench).is_concluded() && bench.tree().verdict().is_some());
    let end = bench.grower.log.last().map(|operation| &operation.body);
    assert!(matches!(end, Some(Body::SearchStopped { reason }) if reason.contains("30 nodes")));
}

#[test]
fn an_agreement_is_one_greedy_call_over_all_solutions() {
    let mut bench = answered(answered(Bench::new(endless(1))));
    let turn = bench.driver.debate(&bench.grower.tree, Rules::AGREEMENT).unwrap();
    bench.take(turn);
    bench.run();
    let debate = last(&bench);
    assert!(debate.is_concluded() && debate.candidates.len() == 4);
    let [Request::Generate(asked)] = bench.sent.as_slice() else { panic!("one call") };
    assert_eq!(asked.sampling.temperature, 0.0);
    assert!(format!("{:?}", asked.prompt).contains("most solutions have"));
}

#[test]
fn what_has_one_answer_is_not_debated() {
    let mut bench = Bench::new(endless(1));
    assert!(hold(&mut bench).unwrap_err().contains("two different answers"));
}

#[test]
fn a_debate_goes_on_after_the_engine_was_lost_and_ends_when_it_is_stopped() {
    let mut bench = answered(Bench::new(endless(1)));
    hold(&mut bench).unwrap();
    for _ in 0..40 {
        bench.tick();
    }
    let said = last(&bench).statements.len();
    assert!(said > 0 && said < 16, "{said}");
    bench.events.clear();
    bench.events.push_back(Event::Lost { why: "signal: 9".into(), restarting: true });
    bench.run();
    assert_eq!(last(&bench).statements.len(), said);
    bench.events.extend(bench.script.answer(&Request::Load(ModelOptions::default())));
    bench.run();
    assert_eq!(last(&bench).statements.len(), 16);
    hold(&mut bench).unwrap();
    bench.tick();
    let turn = bench.driver.cancel();
    assert!(turn.requests.iter().any(|request| matches!(request, Request::Cancel { .. })));
    bench.take(turn);
    bench.run();
    assert!(bench.driver.is_idle());
    let debate = last(&bench);
    assert_eq!(debate.next(), Some(Voice::Agent { agent: 1, round: 1 }));
    assert_eq!(debate.winner(), None);
}
