//! Queries asked of the tree: of a small tree at once, of a large one on another thread, so that
//! keys do not wait.
//!
//! Responsible for reading what a person wrote and for handing on the answer. Not responsible for
//! what is done with it: a filter (`find.rs`), a prune (`prune.rs`), a selection (`selecting.rs`).

use serde::{Deserialize, Serialize};

use super::Effect;
use super::find::{self, Find};
use super::model::Model;
use super::{prune, selecting};
use crate::tree::{NodeId, Query, QueryError, Tree};

/// Trees with more nodes are asked on another thread.
const LARGE: usize = 20_000;

/// What an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aim {
    /// To show only these steps.
    Filter,
    /// To prune them.
    Prune,
    /// To select them.
    Select,
}

/// Reads a query and checks that it fits a tree.
pub(super) fn read(text: &str, tree: &Tree) -> Result<Query, QueryError> {
    Query::parse(text).and_then(|query| query.check(tree).map(|()| query))
}

/// Returns the steps that a query means, or that have a text if it is none; in order of creation.
#[must_use]
pub fn meant(text: &str, tree: &Tree) -> Vec<NodeId> {
    match (read(text, tree), Find::new(text)) {
        (Ok(query), _) => query.select(tree),
        (Err(_), Some(find)) => tree.ids().skip(1).filter(|id| find.is_in(tree, *id)).collect(),
        (Err(_), None) => Vec::new(),
    }
}

/// Asks for the steps that a text means.
pub(super) fn ask(model: &mut Model, text: &str, aim: Aim, now: u64) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let text = text.to_owned();
    if bench.tree.len() > LARGE {
        bench.asked = Some((text.clone(), aim));
        return vec![Effect::Select { text, aim, tree: Box::new(bench.tree.clone()) }];
    }
    bench.asked = None;
    let nodes = meant(&text, &bench.tree);
    use_answer(model, &text, aim, nodes, now)
}

/// Takes in the steps that a text means, unless something else was asked meanwhile.
pub(super) fn answered(
    model: &mut Model,
    text: &str,
    aim: Aim,
    nodes: Vec<NodeId>,
    now: u64,
) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if bench.asked.as_ref().is_none_or(|(asked, why)| (asked.as_str(), *why) != (text, aim)) {
        return Vec::new();
    }
    bench.asked = None;
    if nodes.last().is_some_and(|last| !bench.tree.contains(*last)) {
        return Vec::new();
    }
    use_answer(model, text, aim, nodes, now)
}

fn use_answer(
    model: &mut Model,
    text: &str,
    aim: Aim,
    nodes: Vec<NodeId>,
    now: u64,
) -> Vec<Effect> {
    match aim {
        Aim::Filter => find::kept(model, text, &nodes),
        Aim::Prune => return prune::meant(model, text, &nodes, now),
        Aim::Select => selecting::chosen(model, text, nodes),
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::super::judge::tests::{opened, press};
    use super::super::message::Msg;
    use super::super::update;
    use super::*;
    use crate::tree::sample::Grower;

    /// A program with a tree that is asked on another thread.
    fn session() -> Model {
        let mut grower = Grower::new("p");
        for at in 0..=LARGE {
            grower.add(NodeId::ROOT, if at % 10_000 == 7 { "seven\n" } else { "other\n" });
        }
        opened(grower)
    }

    /// Presses keys; the last of them asks.
    fn asked(model: &mut Model, keys: &str) -> (String, Aim, Vec<NodeId>) {
        let (last, keys) = (keys.rfind('<').unwrap(), keys);
        press(model, &keys[..last]);
        let enter = super::super::parse_keys(&keys[last..]).unwrap();
        let effects = update(model, Msg::Key(enter[0]), 99);
        match effects.as_slice() {
            [Effect::Select { text, aim, tree }] => (text.clone(), *aim, meant(text, tree)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_large_tree_is_asked_elsewhere_and_the_answer_is_used() {
        let mut model = session();
        let (text, aim, nodes) = asked(&mut model, "ftext ~ seven<enter>");
        assert!(!model.is_settled(), "the answer is still to come");
        assert_eq!((aim, nodes.len()), (Aim::Filter, 2));
        update(&mut model, Msg::Selected { text, aim, nodes }, 100);
        assert_eq!(model.workbench().unwrap().outline.len(), 3, "the root and what matches");
        let (text, aim, nodes) = asked(&mut model, ":select-where text ~ seven<enter>");
        update(&mut model, Msg::Selected { text, aim, nodes }, 101);
        assert_eq!(model.workbench().unwrap().selected().unwrap().len(), 2);
    }

    #[test]
    fn an_answer_that_came_too_late_is_dropped() {
        let mut model = session();
        let first = asked(&mut model, "fseven<enter>");
        let second = asked(&mut model, "fother<enter>");
        let rows = |model: &Model| model.workbench().unwrap().outline.len();
        let all = rows(&model);
        let (text, aim, nodes) = first;
        update(&mut model, Msg::Selected { text, aim, nodes }, 100);
        assert_eq!(rows(&model), all, "it was not the last question");
        let (text, aim, nodes) = second;
        update(&mut model, Msg::Selected { text, aim, nodes }, 101);
        // A filter shows all that it keeps, and not a bucket of it.
        let nodes = model.workbench().unwrap().tree.len();
        assert_eq!(rows(&model), nodes - 2);
    }
}
