//! Curates sessions by a rule in place of a person, so that `make oracles` has something to
//! export: where a tree has a right answer and a path that ends in a wrong one or in none, the
//! first step in which they differ is the first error, the right path is labelled good, and
//! both are spliced.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use pleach::evaluate::verify;
use pleach::session;
use pleach::tree::{
    Actor, Body, Finish, Label, Meaning, NodeId, Operation, Splice, SplicedStep, Tree,
};

/// Splices of a tree, at most.
const MOST: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let splices = curate(Path::new(&path))?;
        println!("{path}: {splices} splices");
    }
    Ok(())
}

fn curate(path: &Path) -> Result<usize, Box<dyn Error>> {
    let (log, mut writer) = session::open(path, Box::new(|_| {}))?;
    let mut tree = Tree::fold(&log.operations)?;
    let time = log.operations.last().map_or(0, |last| last.time);
    let mut made = Vec::new();
    let mut act = |tree: &mut Tree, body: Body| -> Result<(), Box<dyn Error>> {
        let sequence = tree.sequence() + 1;
        let operation = Operation { sequence, time, actor: Actor::Person, body };
        tree.apply(&operation)?;
        made.push(operation);
        Ok(())
    };
    let (right, wrong): (Vec<_>, Vec<_>) = tree.trajectories().partition(|leaf| {
        tree.evaluation(*leaf, verify::NAME).is_some_and(|verdict| verdict.value > 0.5)
    });
    let mut splices = 0;
    for bad in wrong.into_iter().take(MOST) {
        let nearest = right.iter().max_by_key(|good| shared(&tree, **good, bad));
        let Some(good) = nearest else { break };
        let (good_path, bad_path) = (tree.path(*good), tree.path(bad));
        let parting = shared(&tree, *good, bad);
        let (Some(cut), false) = (bad_path.get(parting).copied(), parting >= good_path.len())
        else {
            continue;
        };
        for step in &good_path[1..] {
            if tree.node(*step).label().is_none() {
                act(&mut tree, Body::Labelled { node: *step, label: Some(Label::Good) })?;
            }
        }
        if cut == bad || tree.node(cut).is_first_error() {
            continue;
        }
        act(&mut tree, Body::FirstErrorSet { node: cut, error: true })?;
        act(&mut tree, Body::Preferred { winner: *good, loser: bad, blind: false })?;
        let splice = splice(&tree, bad, *good, cut, &good_path[parting..]);
        let node = NodeId(u32::try_from(tree.len())?);
        act(&mut tree, Body::Spliced { node, splice })?;
        splices += 1;
    }
    writer.append(made)?;
    writer.close()?;
    Ok(splices)
}

fn splice(tree: &Tree, bad: NodeId, good: NodeId, cut: NodeId, rest: &[NodeId]) -> Splice {
    let step = |id: &NodeId| SplicedStep { text: tree.node(*id).text().to_owned(), of: Some(*id) };
    Splice {
        bad,
        good: Some(good),
        cut,
        signal: "Wait, that step is wrong: it leads to no answer.\n".to_owned(),
        meaning: Meaning::Reset,
        steps: rest.iter().map(step).collect(),
        finish: Finish::EndOfTurn,
        answer: tree.node(good).answer().map(str::to_owned),
    }
}

/// How many nodes two paths share from the root on.
fn shared(tree: &Tree, a: NodeId, b: NodeId) -> usize {
    tree.path(a).iter().zip(tree.path(b)).take_while(|(a, b)| **a == *b).count()
}
