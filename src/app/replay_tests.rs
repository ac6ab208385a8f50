//! Tests of the replay: the place, the pace, and what is asked for.

use super::*;
use crate::app::{Key, Msg, parse_keys, update};
use crate::tree::Tree;
use crate::tree::sample::random_session;

/// The program in a replay, with the log that it is of.
struct Stage {
    model: Model,
    log: Vec<Operation>,
    now: u64,
}

impl Stage {
    fn new(steps: usize) -> Self {
        let (_, mut log) = random_session(11, steps);
        for (operation, time) in log.iter_mut().zip((0..).step_by(100)) {
            operation.time = 1_795_490_518_000 + time;
        }
        let mut marks = Marks::default();
        for operation in &log {
            marks.take_in(operation);
        }
        let recorded = Recorded {
            path: "s.pleach".into(),
            seed: 7,
            length: log.len() as u64,
            marks: Some(marks),
            speed: None,
            moment: Box::default(),
        };
        let mut stage = Self { model: Model::new((100, 30), 0), log, now: 0 };
        if let Screen::Start(start) = &mut stage.model.screen {
            start.for_replay = true;
        }
        update(&mut stage.model, Msg::Replaying(recorded), 0);
        stage
    }

    fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let keys: Vec<Key> = parse_keys(keys).unwrap();
        keys.into_iter().flat_map(|key| update(&mut self.model, Msg::Key(key), self.now)).collect()
    }

    /// Answers effects as the runtime does, until nothing follows or so much time has passed.
    fn run(&mut self, effects: Vec<Effect>, until: u64) {
        let mut waiting = VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            let message = match effect {
                Effect::Seek { sequence } => {
                    let end = usize::try_from(sequence).unwrap();
                    let moment = Box::new(Moment::fold(&self.log[..end]).unwrap());
                    Msg::Sought(Sought { sequence, moment })
                }
                Effect::Fetch { after, up_to } => {
                    let operations = self.log.iter().filter(|operation| {
                        operation.sequence > after && operation.sequence <= up_to
                    });
                    Msg::Fetched(operations.cloned().collect())
                }
                Effect::Wake { milliseconds } => {
                    if self.now + milliseconds > until {
                        return;
                    }
                    self.now += milliseconds;
                    Msg::Woken
                }
                other => panic!("{other:?}"),
            };
            waiting.extend(update(&mut self.model, message, self.now));
        }
    }

    fn at(&self) -> u64 {
        self.model.workbench().unwrap().tree.sequence()
    }

    fn check(&self) {
        let tree = &self.model.workbench().unwrap().tree;
        let end = usize::try_from(tree.sequence()).unwrap();
        assert_eq!(*tree, Tree::fold(&self.log[..end]).unwrap());
    }
}

#[test]
fn it_plays_to_the_end_at_full_speed_and_ends_in_the_same_tree() {
    let mut stage = Stage::new(3000);
    let effects = stage.keys(":speed full<enter>s");
    stage.run(effects, u64::MAX);
    assert_eq!(stage.at(), stage.log.len() as u64);
    stage.check();
    let replay = stage.model.workbench().unwrap().replay.as_ref().unwrap();
    assert!(!replay.playing && replay.is_settled());
}

#[test]
fn it_keeps_the_pace_and_a_speed_multiplies_it() {
    // One operation happened every 100 ms.
    for (speed, expected) in [("1", 10), ("4", 40), ("0.25", 2)] {
        let mut stage = Stage::new(400);
        let effects = stage.keys(&format!(":speed {speed}<enter>s"));
        stage.run(effects, 1000);
        let played = stage.at();
        assert!(played.abs_diff(expected) <= 2, "{played} operations at {speed}");
        stage.check();
    }
}

#[test]
fn a_long_pause_of_the_recording_is_cut_short() {
    let mut stage = Stage::new(50);
    for operation in &mut stage.log[5..] {
        operation.time += 86_400_000;
    }
    let effects = stage.keys("s");
    stage.run(effects, 3500);
    assert!(stage.at() > 10, "{}", stage.at());
}

#[test]
fn steps_and_jumps_go_where_they_say() {
    let mut stage = Stage::new(300);
    let effects = stage.keys(":replay 120<enter>");
    stage.run(effects, 0);
    assert_eq!(stage.at(), 120);
    stage.check();
    for (keys, expected) in [(")", 121), ("(((", 118)] {
        let effects = stage.keys(keys);
        stage.run(effects, 0);
        assert_eq!(stage.at(), expected);
    }
    let prunes: Vec<u64> = stage
        .log
        .iter()
        .filter(|operation| MarkKind::of(&operation.body) == Some(MarkKind::Prune))
        .map(|operation| operation.sequence)
        .collect();
    let effects = stage.keys("x");
    stage.run(effects, 0);
    let next = prunes.iter().copied().find(|sequence| *sequence > 118).unwrap();
    assert_eq!(stage.at(), next);
    let effects = stage.keys("X");
    stage.run(effects, 0);
    assert_eq!(stage.at(), prunes.iter().copied().rfind(|sequence| *sequence < next).unwrap());
    // The cursor goes to what happened.
    let about = stage.log[usize::try_from(stage.at()).unwrap() - 1].body.node();
    assert!(about.is_some() && Some(stage.model.workbench().unwrap().cursor) == about);
    let effects = stage.keys("$");
    stage.run(effects, 0);
    assert_eq!(stage.at(), stage.log.len() as u64);
    assert_eq!(stage.keys("p"), []);
    assert!(stage.model.notice.as_ref().unwrap().text.contains("no splice"));
    stage.check();
}

#[test]
fn what_is_looked_for_and_filtered_by_stays_from_moment_to_moment() {
    let mut stage = Stage::new(300);
    let effects = stage.keys("$");
    stage.run(effects, 0);
    stage.keys("fgood<enter>/step<enter>");
    for at in [200, 20, 300] {
        let effects = stage.keys(&format!(":replay {at}<enter>"));
        stage.run(effects, 0);
        let bench = stage.model.workbench().unwrap();
        let good = |id: &NodeId| bench.tree.node(*id).label() == Some(crate::tree::Label::Good);
        for id in bench.tree.ids().skip(1).filter(|id| !bench.outline.is_hidden(*id)) {
            assert!(bench.tree.subtree(id).any(|below| good(&below)), "{id} at {at}");
        }
        assert_eq!(bench.sight.find.as_ref().unwrap().text(), "step");
        assert!(!bench.outline.is_hidden(bench.cursor));
    }
}

#[test]
fn what_was_asked_for_last_is_waited_for() {
    let mut stage = Stage::new(100);
    let effects = stage.keys(":replay 50<enter>");
    let moment = Box::new(Moment::fold(&stage.log[..20]).unwrap());
    let late = Sought { sequence: 20, moment };
    update(&mut stage.model, Msg::Sought(late.clone()), 0);
    assert_eq!(stage.at(), 20);
    assert!(!stage.model.workbench().unwrap().is_settled());
    stage.run(effects, 0);
    assert_eq!(stage.at(), 50);
    assert!(stage.model.workbench().unwrap().is_settled());
    update(&mut stage.model, Msg::Sought(late), 0);
    assert_eq!(stage.at(), 50, "nothing is asked for any more");
    let strays = Msg::Fetched(stage.log[70..80].to_vec());
    update(&mut stage.model, strays, 0);
    assert_eq!(stage.at(), 50);
}

#[test]
fn the_past_is_not_changed_and_can_be_branched_from() {
    let mut stage = Stage::new(100);
    let effects = stage.keys("$");
    stage.run(effects, 0);
    let at = stage.at();
    stage.keys("ju");
    assert!(stage.model.notice.as_ref().unwrap().text.contains("replay"));
    assert_eq!(stage.at(), at);
    assert_eq!(stage.keys("b"), [Effect::Branch { sequence: at }]);
    assert_eq!(stage.keys("q"), [Effect::Quit]);
    // One that began on the start screen goes back there.
    stage.model.workbench_mut().unwrap().replay.as_mut().unwrap().alone = false;
    assert_eq!(stage.keys("q"), [Effect::EndReplay, Effect::List]);
    assert!(stage.model.workbench().is_none());
}

#[test]
fn the_open_session_waits_behind_its_replay() {
    let mut stage = Stage::new(100);
    let effects = stage.keys("$");
    stage.run(effects, 0);
    // The session itself, and a replay of it.
    let tree = stage.model.workbench().unwrap().tree.clone();
    let driver = Driver::new(stage.model.policy.clone(), 7, 0);
    let moment = Moment { tree: tree.clone(), ..Moment::default() };
    let live = Workbench::of(moment, "s.pleach".into(), None, driver);
    stage.model.screen = Screen::Workbench(Box::new(live));
    let effects = stage.keys("Gr");
    let [Effect::Replay { born: Some(_), .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let recorded = Recorded {
        path: "s.pleach".into(),
        seed: 7,
        length: stage.log.len() as u64,
        marks: Some(Marks::default()),
        speed: None,
        moment: Box::default(),
    };
    update(&mut stage.model, Msg::Replaying(recorded), 0);
    assert_eq!(stage.at(), 0);
    update(&mut stage.model, Msg::Saved(5), 0);
    assert_eq!(stage.keys("q"), [Effect::EndReplay]);
    let bench = stage.model.workbench().unwrap();
    assert_eq!((&bench.tree, bench.saved.sequence), (&tree, 5));
}
