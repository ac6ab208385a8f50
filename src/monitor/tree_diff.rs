//! Two trees of one problem side by side: two moments of a session, or two sessions.
//!
//! Responsible for the figures of both, for the pairs of their steps and for what makes a pair
//! different. Not responsible for where the trees come from, nor for drawing.

use std::path::Path;

use serde::Serialize;

use crate::aggregate::{Answer, answers};
use crate::evaluate::{Rating, verify};
use crate::text::{SafeText, pad, truncate, width};
use crate::tree::{Label, NodeId, Pair, State, Tree, pairs};

/// Columns of a value and of the visits behind a step, with the spaces before them.
const FIGURES: usize = 11;
/// Columns of one level, and the deepest that is still indented further.
const INDENT: usize = 2;
const DEEPEST: u32 = 12;

/// One of two trees.
#[derive(Debug, Clone)]
pub struct Side {
    /// What it is, in a few words.
    pub title: String,
    /// The tree.
    pub tree: Tree,
}

impl Side {
    /// Returns how a moment of a session is called.
    #[must_use]
    pub fn name(session: &Path, sequence: u64) -> String {
        let name = session.file_stem().unwrap_or_default().to_string_lossy();
        format!("operation {sequence} of {name}")
    }
}

/// Two trees side by side.
#[derive(Debug, Clone)]
pub struct TreeDiff {
    /// The left one.
    pub left: Side,
    /// The right one.
    pub right: Side,
    /// Their steps, the root first.
    pub pairs: Vec<Pair>,
}

/// How the two halves of a pair are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The step stands the same in both, but for its figures.
    Same,
    /// It is in both, but its state, text, answer, verdict or label is another.
    Changed,
    /// It is in the left tree only.
    Left,
    /// It is in the right tree only.
    Right,
}

impl Likeness {
    /// Returns the sign between the halves.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Same => "│",
            Self::Changed => "≠",
            Self::Left => "<",
            Self::Right => ">",
        }
    }
}

impl TreeDiff {
    /// Puts two trees side by side; moments `of_one_session` are paired by their nodes.
    #[must_use]
    pub fn new(left: Side, right: Side, of_one_session: bool) -> Self {
        let pairs = pairs(&left.tree, &right.tree, of_one_session);
        Self { left, right, pairs }
    }

    /// Puts two trees side by side that must be of one problem.
    ///
    /// # Errors
    /// Returns a sentence if they are not.
    pub fn of_one_problem(left: Side, right: Side, of_one_session: bool) -> Result<Self, String> {
        let problem =
            |side: &Side| side.tree.problem().map(|problem| problem.text.trim().to_owned());
        let (one, other) = (problem(&left), problem(&right));
        // Before its first operation a session has no problem yet.
        if !of_one_session && one != other {
            let shown = |problem: Option<String>| {
                problem.map_or("none".to_owned(), |text| format!("{text:?}"))
            };
            return Err(format!(
                "They are of two problems, {} and {}; give two sessions of one.",
                shown(one),
                shown(other)
            ));
        }
        Ok(Self::new(left, right, of_one_session))
    }

    /// Returns how the halves of a pair are to each other.
    #[must_use]
    pub fn likeness(&self, pair: Pair) -> Likeness {
        match (pair.left, pair.right) {
            (Some(left), Some(right)) => {
                let same = standing(&self.left.tree, left) == standing(&self.right.tree, right);
                if same { Likeness::Same } else { Likeness::Changed }
            }
            (Some(_), None) => Likeness::Left,
            (None, _) => Likeness::Right,
        }
    }

    /// Returns the figures of both trees: what it is, left and right.
    #[must_use]
    pub fn figures(&self) -> Vec<(&'static str, String, String)> {
        let (left, right) = (figures(&self.left.tree), figures(&self.right.tree));
        let both = left.into_iter().zip(right);
        both.map(|((name, left), (_, right))| (name, left, right)).collect()
    }

    /// Returns the left and the right half of a pair on so many columns each; empty where the step
    /// is not there.
    #[must_use]
    pub fn halves(&self, pair: Pair, columns: usize) -> (String, String) {
        let half = |side: &Side, id: Option<NodeId>| {
            id.map_or_else(String::new, |id| half(&side.tree, id, columns))
        };
        (half(&self.left, pair.left), half(&self.right, pair.right))
    }

    /// Returns the difference as rows of text, of all steps or only of those that differ.
    #[must_use]
    pub fn rows(&self, columns: usize, only_differences: bool) -> Vec<String> {
        let half = half_of(columns);
        let row = |left: &str, sign: &str, right: &str| {
            let left = truncate(left, half).0.into_owned();
            format!("{} {sign} {}", pad(&left, half), truncate(right, half).0).trim_end().to_owned()
        };
        let title = |side: &Side| SafeText::line(&side.title).into_string();
        let mut rows = vec![row(&title(&self.left), "│", &title(&self.right))];
        for (name, left, right) in self.figures() {
            rows.push(row(&figure(name, &left), "│", &figure(name, &right)));
        }
        rows.push(String::new());
        for pair in self.pairs.iter().skip(1) {
            let likeness = self.likeness(*pair);
            if !(only_differences && likeness == Likeness::Same) {
                let (left, right) = self.halves(*pair, half);
                rows.push(row(&left, likeness.sign(), &right));
            }
        }
        rows
    }
}

/// Columns of one half, of so many in all.
#[must_use]
pub fn half_of(columns: usize) -> usize {
    columns.saturating_sub(3) / 2
}

/// A figure as a half shows it.
#[must_use]
pub fn figure(name: &str, text: &str) -> String {
    format!("{name:<9} {}", SafeText::line(text))
}

/// What a step is, apart from its figures.
fn standing(
    tree: &Tree,
    id: NodeId,
) -> (&'static str, &str, Option<&str>, Option<&'static str>, bool) {
    let node = tree.node(id);
    let label = node.label().map(Label::name);
    (state_sign(tree, id), node.text().trim(), node.answer(), label, node.is_first_error())
}

/// Returns the sign of a step's state.
#[must_use]
pub fn state_sign(tree: &Tree, id: NodeId) -> &'static str {
    if tree.node(id).is_pruned() {
        return "×";
    }
    let verdict = tree.evaluation(id, verify::NAME).map(|verdict| verdict.value > 0.5);
    match (tree.node(id).state(), verdict) {
        (State::Answered, Some(true)) => "✓",
        (State::Answered, Some(false)) => "✗",
        (State::Answered, None) => "●",
        (State::Growing, _) => "◌",
        (State::Duplicate, _) => "=",
        (State::Interrupted, _) => "!",
        (State::Open, _) => "·",
    }
}

fn half(tree: &Tree, id: NodeId, columns: usize) -> String {
    let statistics = tree.statistics(id, values(tree));
    let value = match statistics.visits {
        0 => "-".to_owned(),
        _ => format!("{:.2}", statistics.mean),
    };
    let node = tree.node(id);
    let level = node.depth().clamp(1, DEEPEST) as usize - 1;
    let text = node.text().trim().lines().next().unwrap_or("");
    let step =
        format!("{}{} {}", " ".repeat(level * INDENT), state_sign(tree, id), SafeText::line(text));
    let step = truncate(&step, columns.saturating_sub(FIGURES)).0.into_owned();
    let room = columns.saturating_sub(FIGURES).max(width(&step));
    format!("{}{value:>5}{:>6}", pad(&step, room), statistics.visits)
}

/// Whose values are shown: the rating's, or else those of the first evaluator whose values were
/// backed up.
fn values(tree: &Tree) -> &str {
    let all = tree.evaluators();
    let first = all.iter().find(|name| *name == Rating::NAME).or(all.first());
    first.map_or(Rating::NAME, String::as_str)
}

fn figures(tree: &Tree) -> Vec<(&'static str, String)> {
    let pruned = tree.ids().filter(|id| tree.node(*id).is_pruned()).count();
    let answers = answers(tree, values(tree));
    let count = |meant: fn(&Answer) -> bool| -> u32 {
        answers.iter().filter(|answer| meant(answer)).map(|answer| answer.count).sum()
    };
    let (all, right) = (count(|_| true), count(|answer| answer.correct == Some(true)));
    let believed = answers.first().map_or_else(
        || "no answer yet".to_owned(),
        |answer| format!("{} ({:.0} %)", answer.text, answer.confidence * 100.0),
    );
    vec![
        ("steps", format!("{}, {pruned} pruned", tree.len() - 1)),
        ("tokens", tree.tokens().to_string()),
        ("answers", format!("{all}, {right} right")),
        ("believed", believed),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Operation};

    fn side(title: &str, log: &[Operation]) -> Side {
        Side { title: title.to_owned(), tree: Tree::fold(log).unwrap() }
    }

    /// A session, and the moment before a person pruned, labelled and added.
    fn session() -> (Vec<Operation>, usize) {
        let mut grower = Grower::new("p");
        let one = grower.add(NodeId::ROOT, "one\n");
        let two = grower.add(NodeId::ROOT, "two\n");
        grower.add(one, "three\n");
        let then = grower.log.len();
        grower.act(Actor::Person, Body::Pruned { node: two });
        grower.act(Actor::Person, Body::Labelled { node: one, label: Some(Label::Good) });
        grower.add(one, "four\n");
        (grower.log, then)
    }

    #[test]
    fn what_changed_between_two_moments_is_told() {
        let (log, then) = session();
        let found = TreeDiff::new(side("then", &log[..then]), side("now", &log), true);
        let likeness: Vec<Likeness> =
            found.pairs.iter().map(|pair| found.likeness(*pair)).collect();
        let expected = [
            Likeness::Same,
            Likeness::Changed, // one: labelled
            Likeness::Same,    // three
            Likeness::Right,   // four
            Likeness::Changed, // two: pruned
        ];
        assert_eq!(likeness, expected);
    }

    #[test]
    fn rows_stand_side_by_side_and_fit() {
        let (log, then) = session();
        let found = TreeDiff::new(side("then", &log[..then]), side("now", &log), true);
        let rows = found.rows(63, false);
        assert!(rows.iter().all(|row| width(row) <= 63), "{rows:?}");
        let row = |of: &str| rows.iter().find(|row| row.contains(of)).unwrap().clone();
        assert!(row("steps").contains("3, 0 pruned") && row("steps").contains("4, 1 pruned"));
        assert_eq!(row("two").matches("two").count(), 2);
        assert!(row("two").contains(" ≠ × two"), "{}", row("two"));
        assert!(row("four").starts_with("    ") && row("four").contains(" >   · four"));
        let differences = found.rows(63, true);
        assert_eq!(rows.len() - differences.len(), 1, "{differences:?}");
        // Nothing panics where there is no room.
        for columns in 0..40 {
            assert!(found.rows(columns, false).len() > 5);
        }
    }
}
