//! What a curator's keys do, and how many of them a path takes.

use super::super::message::Opened;
use super::super::{Model, Msg, parse_keys, update};
use crate::tree::sample::Grower;
use crate::tree::{Actor, Body, Finish, Label, NodeId};

/// A session with one path of so many rated steps; the ratings alternate between good and bad
/// where asked.
fn session(steps: usize, bad: Option<usize>) -> Model {
    let mut grower = Grower::new("p");
    let mut parent = NodeId::ROOT;
    for step in 1..=steps {
        let node = grower.sprout(parent, &format!("step {step}\n"));
        let finish = if step == steps { Finish::EndOfTurn } else { Finish::Step };
        grower.act(Actor::Model, Body::NodeFinished { node, finish, answer: None });
        let value = if bad == Some(step) { 0.1 } else { 0.9 };
        grower.judge(node, "rating", value);
        parent = node;
    }
    opened(grower)
}

/// A program with a session open.
pub fn opened(grower: Grower) -> Model {
    let mut model = Model::new((100, 30), 0);
    let opened = Opened {
        path: "s.pleach".into(),
        operations: grower.log,
        seed: 1,
        read_only: None,
        problem: None,
    };
    update(&mut model, Msg::Opened(opened), 1);
    model
}

/// Presses keys and returns how many they were.
pub fn press(model: &mut Model, keys: &str) -> usize {
    let keys = parse_keys(keys).unwrap();
    let count = keys.len();
    for (at, key) in keys.into_iter().enumerate() {
        update(model, Msg::Key(key), 1000 * (at as u64 + 2));
    }
    count
}

fn labels(model: &Model) -> Vec<Option<Label>> {
    let tree = &model.workbench().unwrap().tree;
    tree.ids().skip(1).map(|id| tree.node(id).label()).collect()
}

#[test]
fn a_path_of_ten_steps_takes_at_most_ten_keys() {
    let mut model = session(10, None);
    press(&mut model, "jgj");
    let keys = press(&mut model, "<enter>".repeat(10).as_str());
    assert!(keys <= 10);
    assert_eq!(labels(&model), [Some(Label::Good); 10]);

    let mut model = session(10, None);
    assert_eq!(press(&mut model, "A"), 1);
    assert_eq!(labels(&model), [Some(Label::Good); 10]);
    press(&mut model, "u");
    assert_eq!(labels(&model), [None; 10], "one undo takes all back");
}

#[test]
fn a_path_with_one_error_takes_at_most_thirteen() {
    let mut model = session(10, None);
    press(&mut model, "j");
    // Judging is turned on, four steps are accepted, the fifth is the first error.
    let keys = press(&mut model, "gj<enter><enter><enter><enter>F");
    let tree = &model.workbench().unwrap().tree;
    assert!(keys <= 13 && tree.node(NodeId(5)).is_first_error(), "{keys}");
    assert_eq!(labels(&model)[..5], [3, 3, 3, 3, 1].map(|key| Some(by_key(key))));
    assert_eq!(labels(&model)[5..], [None; 5], "what follows is downstream");

    let mut model = session(10, None);
    press(&mut model, "j");
    let keys =
        press(&mut model, "gj<enter><enter><enter><enter>1<enter><enter><enter><enter><enter>");
    assert!(keys <= 13, "{keys}");
    let mut wanted = [Some(Label::Good); 10];
    wanted[4] = Some(Label::Bad);
    assert_eq!(labels(&model), wanted);
}

fn by_key(key: u8) -> Label {
    [Label::Bad, Label::Neutral, Label::Good][usize::from(key) - 1]
}

#[test]
fn marks_are_made_and_taken_back_by_their_keys() {
    let mut model = session(3, None);
    press(&mut model, "j!:tag hard<enter>:note look here<enter>");
    let node = |model: &Model| model.workbench().unwrap().tree.node(NodeId(1)).clone();
    assert!(node(&model).is_flagged());
    assert_eq!((node(&model).tags(), node(&model).note()), (&["hard".to_owned()][..], "look here"));
    press(&mut model, ":note -<enter>:tag hard<enter>!");
    assert!(!node(&model).is_flagged() && node(&model).tags().is_empty());
    assert_eq!(node(&model).note(), "");
    press(&mut model, "uuuuuu");
    assert_eq!(model.workbench().unwrap().tree.next_undo(), None);
}

#[test]
fn a_rewrite_is_a_sibling_with_the_same_line_end() {
    let mut model = session(3, None);
    press(&mut model, "je, better<enter>");
    let bench = model.workbench().unwrap();
    let node = bench.tree.node(bench.cursor);
    assert_eq!((node.text(), node.of()), ("step 1, better\n", Some(NodeId(1))));
    assert_eq!(node.parent(), Some(NodeId::ROOT));
}

#[test]
fn triage_goes_to_what_has_a_reason_first() {
    let mut model = session(4, Some(3));
    press(&mut model, "jA");
    press(&mut model, "gg]");
    let told = model.notice.clone().unwrap().text;
    assert_eq!(told, "No step needs you: 4 labelled, 0 proposed, 0 flagged, 0 left.");
    press(&mut model, "j3");
    let mut model = session(4, Some(3));
    press(&mut model, "jlll1hhh");
    press(&mut model, "]");
    let told = model.notice.clone().unwrap().text;
    assert!(told.starts_with("#4: you say bad, the model good."), "{told}");
}

#[test]
fn a_query_is_shown_before_it_prunes() {
    let mut model = session(5, Some(3));
    press(&mut model, ":prune rating<lt>0.2<enter>");
    let pruned = |model: &Model| model.workbench().unwrap().tree.node(NodeId(3)).is_pruned();
    let told = model.notice.clone().unwrap().text;
    assert!(
        !pruned(&model) && told.starts_with("1 step would be pruned, 3 with all below"),
        "{told}"
    );
    press(&mut model, ":prune rating<lt>0.2<enter>");
    assert!(pruned(&model));
    press(&mut model, "u");
    assert!(!pruned(&model));
    press(&mut model, ":prune vlaue<lt>0.2<enter>");
    let told = model.notice.clone().unwrap().text;
    assert!(told.starts_with("The query cannot be read at \"vlaue\""), "{told}");
}
