//! What a choice records, blind and not.

use super::super::judge::tests::{opened, press};
use super::super::model::Model;
use super::super::overlay::Overlay;
use super::*;
use crate::tree::sample::Grower;

/// Three siblings that differ.
fn session() -> Model {
    let mut grower = Grower::new("p");
    for text in ["one way\n", "another way\n", "a third way\n"] {
        grower.add(NodeId::ROOT, text);
    }
    opened(grower)
}

fn choices(model: &Model) -> Vec<(u32, u32, bool)> {
    let all = model.workbench().unwrap().tree.preferences().iter();
    all.map(|choice| (choice.winner.0, choice.loser.0, choice.blind)).collect()
}

fn shown(model: &Model) -> &Comparing {
    match model.overlays.last() {
        Some(Overlay::Comparing(comparing)) => comparing,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_choice_is_a_preference_and_the_next_pair_follows() {
    let mut model = session();
    press(&mut model, "jc");
    assert_eq!(shown(&model).pairs, [[1, 2].map(NodeId), [1, 3].map(NodeId)]);
    press(&mut model, "12");
    assert_eq!(choices(&model), [(1, 2, false), (3, 1, false)]);
    press(&mut model, "uu");
    assert_eq!(choices(&model), []);
    press(&mut model, "q:compare #3 2<enter>1q");
    assert_eq!(choices(&model), [(3, 2, false)]);
    let bench = model.workbench().unwrap();
    assert_eq!(choice(&bench.tree, [2, 3].map(NodeId)).unwrap().winner, NodeId(3));
}

#[test]
fn a_blind_choice_hides_who_is_who_until_it_is_made() {
    let mut model = session();
    press(&mut model, "jcb");
    let pair = shown(&model).pair().unwrap();
    assert!(shown(&model).is_hidden(&model.workbench().unwrap().tree));
    press(&mut model, "2");
    assert_eq!(choices(&model), [(pair[1].0, pair[0].0, true)]);
    assert_eq!(shown(&model).at, 0, "it stays, to be seen");
    assert!(!shown(&model).is_hidden(&model.workbench().unwrap().tree));
    // Who changes their mind knows by now.
    press(&mut model, "1");
    assert_eq!(choices(&model)[1], (pair[0].0, pair[1].0, false));
}

#[test]
fn chance_decides_the_sides_of_blind_pairs() {
    let sides = |seed| {
        let pairs = vec![[1, 2].map(NodeId); 40];
        let mut comparing = Comparing { pairs, at: 0, blind: true, scrolled: 0 };
        shuffle(&mut comparing, seed);
        comparing.pairs.iter().filter(|pair| pair[0] == NodeId(1)).count()
    };
    assert!((5..35).contains(&sides(1)) && (5..35).contains(&sides(2)));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let mut model = session();
    for (keys, words) in [
        ("ggc", "Nothing stands beside #0"),
        (":compare 9 1<enter>", "There is no step 9"),
        (":compare 1 1<enter>", "say the same"),
    ] {
        press(&mut model, keys);
        let told = model.notice.clone().unwrap();
        assert!(told.is_error && told.text.contains(words), "{keys}: {}", told.text);
        assert!(model.overlays.is_empty());
    }
}
