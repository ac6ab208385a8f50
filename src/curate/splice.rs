//! Splices: a bad prefix up to its first error, a revision signal, and a good continuation, planned
//! and shown before they are made (Agent-R, Yuan et al. 2025).
//!
//! Pairs are chosen by a floor on the good trajectory's value (`alpha`) and a gap between both
//! (`beta`). The cut is the person's first error, else the model's, else the end of the bad path.

use super::{first_error, outcome};
use crate::assets;
use crate::evaluate::{Rating, verify};
use crate::tree::{Finish, Meaning, NodeId, Source, Splice, SplicedStep, State, Tree};

/// Which pairs of trajectories are worth a splice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The good one's value is above this.
    pub alpha: f64,
    /// It is above the bad one's by more than this.
    pub beta: f64,
}

impl Default for Limits {
    /// Returns Agent-R's gap, and the floor of its first round.
    fn default() -> Self {
        Self { alpha: 0.5, beta: 0.2 }
    }
}

/// A bad trajectory and a good one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The end of the bad one.
    pub bad: NodeId,
    /// The end of the good one.
    pub good: NodeId,
    /// The bad one's value.
    pub bad_value: f64,
    /// The good one's value.
    pub good_value: f64,
}

/// Returns the value of a trajectory: its outcome where that is known, else the model's rating.
#[must_use]
pub fn value(tree: &Tree, trajectory: NodeId) -> Option<f64> {
    let outcome = outcome(tree, trajectory).map(|right| f64::from(u8::from(right)));
    outcome.or_else(|| Some(tree.evaluation(trajectory, Rating::NAME)?.value))
}

/// Returns for each bad trajectory the best good one beside it: the most valued, of equals the one
/// that shares the longest way. What is spliced already is left out.
#[must_use]
pub fn pairs(tree: &Tree, limits: Limits) -> Vec<Pair> {
    let spliced =
        |id: NodeId| tree.ancestors(id).any(|at| tree.node(at).source() == Source::Signal);
    let valued: Vec<_> = tree
        .trajectories()
        .filter(|id| !spliced(*id))
        .filter_map(|id| Some((id, value(tree, id)?)))
        .collect();
    let best = |(bad, bad_value): &(NodeId, f64)| {
        let path = tree.path(*bad);
        let good = valued
            .iter()
            .filter(|(_, good)| *good > limits.alpha && good - bad_value > limits.beta);
        let (good, good_value) = good.max_by(|(a, one), (b, other)| {
            let way = |id: NodeId| shared(tree, &path, &tree.path(id));
            one.total_cmp(other).then_with(|| way(*a).cmp(&way(*b))).then(b.cmp(a))
        })?;
        Some(Pair { bad: *bad, good: *good, bad_value: *bad_value, good_value: *good_value })
    };
    valued.iter().filter_map(best).collect()
}

/// How many steps two paths have in common, the root included. Steps of the same text are the same.
fn shared(tree: &Tree, one: &[NodeId], other: &[NodeId]) -> usize {
    let same = |(a, b): &(&NodeId, &NodeId)| {
        a == b || tree.node(**a).text().trim() == tree.node(**b).text().trim()
    };
    one.iter().zip(other).take_while(same).count()
}

/// Returns the revision signals of the library, with a step's number filled in.
#[must_use]
pub fn signals(step: u32) -> Vec<String> {
    let number = step.to_string();
    assets::SIGNALS.lines().map(|signal| signal.replace("{step}", &number)).collect()
}

/// Returns where the bad trajectory of a pair is cut.
///
/// # Errors
/// Returns a sentence if the first error that a person set lies on both paths.
pub fn cut(tree: &Tree, bad: NodeId, good: NodeId) -> Result<NodeId, String> {
    let path = tree.path(bad);
    let leaves = shared(tree, &path, &tree.path(good));
    match first_error::set_on(tree, &path) {
        Some(set) if tree.node(set).depth() as usize >= leaves => Ok(set),
        Some(set) => Err(format!(
            "The first error {set} lies on the good path too; choose another pair, or move it with F."
        )),
        None => Ok(first_error::propose(tree, &path, leaves).unwrap_or(bad)),
    }
}

/// Returns the splice of a pair at a cut with a revision signal.
///
/// # Errors
/// Returns a sentence if the cut is no step of the bad path, or the signal is empty.
pub fn plan(
    tree: &Tree,
    pair: Pair,
    cut: NodeId,
    signal: &str,
    meaning: Meaning,
) -> Result<Splice, String> {
    let Pair { bad, good, .. } = pair;
    let (bad_path, good_path) = (tree.path(bad), tree.path(good));
    if cut == NodeId::ROOT || !bad_path.contains(&cut) {
        return Err(format!("{cut} is no step of the path to {bad}; choose one of its steps."));
    }
    if signal.trim().is_empty() {
        return Err("The revision signal is empty; choose one, or write it.".to_owned());
    }
    let leaves = shared(tree, &bad_path, &good_path);
    let step = |id: &NodeId| SplicedStep { text: tree.node(*id).text().to_owned(), of: Some(*id) };
    let reset = meaning == Meaning::Reset;
    let steps: Vec<_> = good_path.iter().skip(leaves).filter(|_| reset).map(step).collect();
    let ends = reset && !steps.is_empty() && tree.node(good).state() == State::Answered;
    Ok(Splice {
        bad,
        good: Some(good),
        cut,
        signal: as_step(tree, &bad_path, cut, signal),
        meaning,
        answer: tree.node(good).answer().filter(|_| ends).map(str::to_owned),
        finish: if ends { Finish::EndOfTurn } else { Finish::Step },
        steps,
    })
}

/// A signal as a step of its own, parted from its neighbours as the other steps are.
fn as_step(tree: &Tree, path: &[NodeId], cut: NodeId, signal: &str) -> String {
    let end = |id: &NodeId| {
        let text = tree.node(*id).text();
        let end = &text[text.trim_end().len()..];
        (!end.is_empty()).then_some(end)
    };
    let gap = path.iter().find_map(end).unwrap_or("\n");
    let lead = if end(&cut).is_some() { "" } else { gap };
    format!("{lead}{}{gap}", signal.trim())
}

/// Returns a splice for every bad trajectory that has a good one beside it and is not spliced at
/// its cut; the signals take turns.
#[must_use]
pub fn propose(tree: &Tree, limits: Limits, meaning: Meaning) -> Vec<(Pair, Splice)> {
    let signalled = |cut: NodeId| {
        tree.children(cut)
            .any(|child| tree.node(child).source() == Source::Signal && tree.is_live(child))
    };
    let mut planned: Vec<(Pair, Splice)> = Vec::new();
    for pair in pairs(tree, limits) {
        let Ok(cut) = cut(tree, pair.bad, pair.good) else { continue };
        // Two bad endings of one error are one lesson.
        if signalled(cut) || planned.iter().any(|(_, known)| known.cut == cut) {
            continue;
        }
        let signals = signals(tree.node(cut).depth());
        let Some(signal) = signals.get(planned.len() % signals.len().max(1)) else { continue };
        if let Ok(splice) = plan(tree, pair, cut, signal, meaning) {
            planned.push((pair, splice));
        }
    }
    planned
}

/// A text of a spliced trajectory, and whether it is trained on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Passage {
    /// The text.
    pub text: String,
    /// Whether a loss is taken on it: on the signal and what follows, and on nothing before.
    pub trained: bool,
}

/// Returns the trajectory that a splice makes, passage by passage, the problem first.
#[must_use]
pub fn preview(tree: &Tree, splice: &Splice) -> Vec<Passage> {
    let problem = tree.problem().map_or("", |problem| problem.text.as_str());
    let kept = tree.path(splice.cut).into_iter().skip(1).map(|id| tree.node(id).text());
    let masked = std::iter::once(problem).chain(kept).map(|text| (text, false));
    let steps = splice.steps.iter().map(|step| step.text.as_str());
    let trained = std::iter::once(splice.signal.as_str()).chain(steps).map(|text| (text, true));
    masked
        .chain(trained)
        .map(|(text, trained)| Passage { text: text.to_owned(), trained })
        .collect()
}

/// Returns the continuations of a revision signal that are right, and the tops of those that are
/// wrong: of each, the highest step that leads to nothing else. A dead end is wrong.
#[must_use]
pub fn continuations(tree: &Tree, signal: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
    let all: Vec<_> = answers_below(tree, signal).collect();
    let those =
        |right: bool| all.iter().copied().filter(move |id| outcome(tree, *id) == Some(right));
    let (right, wrong): (Vec<_>, Vec<_>) = (those(true).collect(), those(false).collect());
    let kept = |top: NodeId| all.iter().any(|id| !wrong.contains(id) && tree.is_within(*id, top));
    let top = |id: &NodeId| {
        let above = tree.ancestors(*id).take_while(|at| *at != signal && !kept(*at));
        above.last().unwrap_or(*id)
    };
    let mut tops: Vec<_> = wrong.iter().map(top).collect();
    tops.sort_unstable();
    tops.dedup();
    (right, tops)
}

/// Returns whether nothing grows any more after a revision signal and, where verdicts are to be
/// waited for, every answer has one.
#[must_use]
pub fn has_ended(tree: &Tree, signal: NodeId, waits: bool) -> bool {
    let grows = tree.subtree(signal).any(|id| tree.node(id).state() == State::Growing);
    let unknown = |id: NodeId| outcome(tree, id).is_none();
    let is_judged = !waits || !answers_below(tree, signal).any(unknown);
    !grows && is_judged
}

fn answers_below(tree: &Tree, top: NodeId) -> impl Iterator<Item = NodeId> {
    let ends = |id: &NodeId| tree.node(*id).state() == State::Answered && tree.is_live(*id);
    tree.subtree(top).filter(ends)
}

/// Returns whether the trajectory that a splice makes ends in an answer that was verified right.
#[must_use]
pub fn is_verified(tree: &Tree, splice: &Splice) -> bool {
    let right = |good| tree.evaluation(good, verify::NAME).is_some_and(|said| said.value > 0.5);
    splice.finish == Finish::EndOfTurn && splice.good.is_some_and(right)
}

#[cfg(test)]
#[path = "splice_tests.rs"]
mod tests;
