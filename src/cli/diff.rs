//! `pleach diff`: two moments of a session, or two sessions of one problem, side by side.

use std::path::Path;

use serde::Serialize;

use super::arguments::DiffArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::monitor::{Likeness, Side, TreeDiff};
use crate::session::{self, Recording};
use crate::tree::{NodeId, Pair};

/// Columns where the output is no terminal.
const COLUMNS: usize = 120;

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'a> {
    left: Named<'a>,
    right: Named<'a>,
    steps: Vec<Step<'a>>,
}

/// One side.
#[derive(Serialize)]
struct Named<'a> {
    title: &'a str,
    operation: u64,
    nodes: usize,
    tokens: u64,
}

impl<'a> Named<'a> {
    fn of(Side { title, tree }: &'a Side) -> Self {
        let (operation, nodes, tokens) = (tree.sequence(), tree.len() - 1, tree.tokens());
        Self { title, operation, nodes, tokens }
    }
}

/// A step of one side or of both.
#[derive(Serialize)]
struct Step<'a> {
    left: Option<NodeId>,
    right: Option<NodeId>,
    likeness: Likeness,
    text: &'a str,
}

/// Prints the difference.
///
/// # Errors
/// Returns which session cannot be read, or that they are of two problems.
pub fn diff(arguments: &DiffArguments, output: &mut Output) -> Result<Exit, Failure> {
    let DiffArguments { left, right, at, with, differences, json } = arguments;
    if right.is_none() && at == with {
        let message = "name a second session, or a moment with --at".to_owned();
        return Err(Failure::new(Exit::Usage, message));
    }
    let (left, one) = side(left, *at)?;
    let (right, other) = side(right.as_ref().unwrap_or(&arguments.left), *with)?;
    let found = TreeDiff::of_one_problem(left, right, one == other);
    let found = found.map_err(|message| Failure::new(Exit::Input, message))?;
    if *json {
        output.json(&printed(&found, *differences))?;
        return Ok(Exit::Fine);
    }
    for row in found.rows(output.columns().unwrap_or(COLUMNS), *differences) {
        output.row(&row)?;
    }
    Ok(Exit::Fine)
}

/// A session's tree at a moment, and which session it is.
fn side(path: &Path, at: Option<u64>) -> Result<(Side, String), session::Error> {
    let mut recording = Recording::open(path)?;
    let tree = recording.tree_at(at.unwrap_or(u64::MAX))?;
    let title = Side::name(path, tree.sequence());
    Ok((Side { title, tree }, recording.header().session.clone()))
}

fn printed(found: &TreeDiff, only_differences: bool) -> Printed<'_> {
    let step = |pair: &Pair| {
        let text = match (pair.left, pair.right) {
            (Some(left), _) => found.left.tree.node(left).text(),
            (None, Some(right)) => found.right.tree.node(right).text(),
            (None, None) => "",
        };
        Step { left: pair.left, right: pair.right, likeness: found.likeness(*pair), text }
    };
    let steps = found.pairs.iter().skip(1).map(step);
    let wanted = |step: &Step| !only_differences || step.likeness != Likeness::Same;
    let steps = steps.filter(wanted).collect();
    Printed { left: Named::of(&found.left), right: Named::of(&found.right), steps }
}
