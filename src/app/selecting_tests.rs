//! What is selected, and that one operation on it is undone at once.

use super::super::judge::tests::{opened, press};
use super::super::model::Model;
use crate::tree::sample::Grower;
use crate::tree::{Label, NodeId};

/// Three siblings #1 #2 #3 with a child each: #4 #5 #6.
fn session() -> Model {
    let mut grower = Grower::new("p");
    let tops = ["a\n", "b\n", "c\n"].map(|text| grower.add(NodeId::ROOT, text));
    for top in tops {
        grower.add(top, "below\n");
        grower.add(top, "beside\n");
    }
    opened(grower)
}

fn selected(model: &Model) -> Vec<u32> {
    let nodes = model.workbench().unwrap().selected().unwrap_or_default();
    nodes.into_iter().map(|id| id.0).collect()
}

fn labelled(model: &Model, label: Label) -> Vec<u32> {
    let tree = &model.workbench().unwrap().tree;
    tree.ids().filter(|id| tree.node(*id).label() == Some(label)).map(|id| id.0).collect()
}

#[test]
fn siblings_are_selected_while_the_cursor_stays_among_them_else_rows() {
    let mut model = session();
    press(&mut model, "jv");
    assert_eq!(selected(&model), [1]);
    press(&mut model, "jj");
    assert_eq!(selected(&model), [1, 2, 3]);
    press(&mut model, "kl");
    assert_eq!(selected(&model), [1, 4, 5, 2, 6], "rows from #1 to #6");
    let bench = model.workbench().unwrap();
    let shown: Vec<_> = bench.tree.ids().filter(|id| bench.is_selected(*id)).collect();
    assert_eq!(shown.iter().map(|id| id.0).collect::<Vec<_>>(), [1, 2, 4, 5, 6]);
    press(&mut model, "<esc>");
    assert_eq!(selected(&model), [0; 0]);
}

#[test]
fn one_operation_on_all_is_one_undo() {
    let mut model = session();
    press(&mut model, "jvjj1");
    assert_eq!(labelled(&model, Label::Bad), [1, 2, 3]);
    assert!(model.workbench().unwrap().selection.is_none(), "it is used up");
    press(&mut model, "u");
    assert_eq!(labelled(&model, Label::Bad), [0; 0]);
    press(&mut model, "ggjV3");
    assert_eq!(labelled(&model, Label::Good), [1, 4, 5]);
    press(&mut model, "u:select-where text ~ below<enter>!");
    let tree = &model.workbench().unwrap().tree;
    let flagged: Vec<_> = tree.ids().filter(|id| tree.node(*id).is_flagged()).collect();
    assert_eq!(flagged, [4, 6, 8].map(NodeId));
    press(&mut model, "u");
    let tree = &model.workbench().unwrap().tree;
    assert!(!tree.ids().any(|id| tree.node(id).is_flagged()));
}

#[test]
fn a_selection_is_pruned_by_its_tops_and_restored() {
    let mut model = session();
    let pruned = |model: &Model| -> Vec<u32> {
        let tree = &model.workbench().unwrap().tree;
        tree.ids().filter(|id| tree.node(*id).is_pruned()).map(|id| id.0).collect()
    };
    press(&mut model, "jVx");
    assert_eq!(pruned(&model), [1], "what is below it goes with it");
    press(&mut model, "ggjvjx");
    assert_eq!(pruned(&model), [1, 2]);
    press(&mut model, "ggjvjx");
    assert_eq!(pruned(&model), [0; 0], "all of it was pruned");
    press(&mut model, "uu");
    assert_eq!(pruned(&model), [1]);
}

#[test]
fn what_is_for_one_step_says_so() {
    let mut model = session();
    for keys in ["F", "e", "E"] {
        press(&mut model, &format!("ggjvj{keys}"));
        let told = model.notice.clone().unwrap();
        assert!(told.is_error && told.text.contains("one step"), "{keys}: {}", told.text);
        press(&mut model, "<esc>");
    }
}
