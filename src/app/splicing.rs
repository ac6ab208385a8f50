//! The splice screen: proposals, each with its cut, its revision signal and its meaning, shown as
//! the text that it makes before it is made.

use super::Effect;
use super::argument::Arguments;
use super::model::Model;
use super::overlay::Overlay;
use super::workbench::{Workbench, change, walk};
use crate::curate::splice::{self, Limits, Pair, Passage};
use crate::search::Turn;
use crate::tree::{Actor, Body, Meaning, NodeId, Splice, Tree};

/// How many continuations are grown after a signal that continues from the error.
const CONTINUATIONS: usize = 4;

/// The splice screen.
#[derive(Debug, Clone)]
pub struct Splicing {
    /// Which pairs are proposed.
    pub limits: Limits,
    /// The proposals.
    pub proposals: Vec<Proposal>,
    /// The one that is shown.
    pub at: usize,
    /// How many rows the text is scrolled down.
    pub scrolled: usize,
}

/// A splice that can be made.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The trajectories.
    pub pair: Pair,
    /// The last step that is kept of the bad one.
    pub cut: NodeId,
    /// Which signal of the library, counted on without end.
    pub signal: usize,
    /// What goes on after it.
    pub meaning: Meaning,
}

impl Proposal {
    /// Returns the splice.
    ///
    /// # Errors
    /// Returns a sentence if it cannot be made.
    pub fn plan(&self, tree: &Tree) -> Result<Splice, String> {
        let signals = splice::signals(tree.node(self.cut).depth());
        let signal = signals.get(self.signal % signals.len().max(1)).map_or("", String::as_str);
        splice::plan(tree, self.pair, self.cut, signal, self.meaning)
    }

    /// Returns the text that the splice makes, and what of it is trained on.
    #[must_use]
    pub fn passages(&self, tree: &Tree) -> Vec<Passage> {
        self.plan(tree).map(|splice| splice::preview(tree, &splice)).unwrap_or_default()
    }
}

/// Opens the splice screen on all proposals of the tree, those of the chosen path first. The floor
/// and the gap may be given.
pub(super) fn open(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let number = |at, otherwise: f64| match arguments.word(at) {
        None => Ok(otherwise),
        Some(word) => word.parse::<f64>().map_err(|_| {
            format!("{word} is no number; write the floor and the gap, such as 0.5 0.2.")
        }),
    };
    let known = Limits::default();
    let limits =
        number(0, known.alpha).and_then(|alpha| Ok(Limits { alpha, beta: number(1, known.beta)? }));
    let limits = match limits {
        Ok(limits) => limits,
        Err(message) => {
            model.complain(message);
            return Vec::new();
        }
    };
    let planned = splice::propose(&bench.tree, limits, Meaning::Reset);
    let mut proposals: Vec<_> = planned
        .into_iter()
        .enumerate()
        .map(|(signal, (pair, splice))| Proposal {
            pair,
            cut: splice.cut,
            signal,
            meaning: Meaning::Reset,
        })
        .collect();
    let elsewhere = |proposal: &Proposal| !bench.tree.is_within(proposal.pair.bad, bench.cursor);
    proposals.sort_by_key(elsewhere);
    if proposals.is_empty() {
        let Limits { alpha, beta } = limits;
        model.tell(format!(
            "No splice is left: it needs a trajectory valued above {alpha} and {beta} above another; :splice 0.4 0.1 asks for less."
        ));
        return Vec::new();
    }
    model.overlays.push(Overlay::Splicing(Splicing { limits, proposals, at: 0, scrolled: 0 }));
    Vec::new()
}

fn splicing(model: &mut Model) -> Option<&mut Splicing> {
    match model.overlays.last_mut() {
        Some(Overlay::Splicing(splicing)) => Some(splicing),
        _ => None,
    }
}

/// Shows the next proposal, or the one before.
pub(super) fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(splicing) = splicing(model) {
        let count = splicing.proposals.len().max(1);
        splicing.at = (splicing.at + count).saturating_add_signed(by) % count;
        splicing.scrolled = 0;
    }
    Vec::new()
}

/// Scrolls the text.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(splicing) = splicing(model) {
        splicing.scrolled = splicing.scrolled.saturating_add_signed(by).min(1000);
    }
    Vec::new()
}

fn adjust(model: &mut Model, to: impl FnOnce(&mut Proposal)) -> Vec<Effect> {
    if let Some(splicing) = splicing(model)
        && let Some(proposal) = splicing.proposals.get_mut(splicing.at)
    {
        to(proposal);
    }
    Vec::new()
}

/// Takes the next revision signal of the library.
pub(super) fn signal(model: &mut Model) -> Vec<Effect> {
    adjust(model, |proposal| proposal.signal += 1)
}

/// Changes between going back to where the paths part and continuing from the error.
pub(super) fn meaning(model: &mut Model) -> Vec<Effect> {
    adjust(model, |proposal| {
        proposal.meaning = match proposal.meaning {
            Meaning::Reset => Meaning::Continue,
            Meaning::Continue => Meaning::Reset,
        };
    })
}

/// Cuts the bad path a step later, or earlier.
pub(super) fn cut(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let Some(Overlay::Splicing(splicing)) = model.overlays.last() else { return Vec::new() };
    let Some(proposal) = splicing.proposals.get(splicing.at) else { return Vec::new() };
    let path = bench.tree.path(proposal.pair.bad);
    let at = path.iter().position(|id| *id == proposal.cut).unwrap_or(0);
    let moved = path.get(at.saturating_add_signed(by)).copied();
    let Some(moved) = moved.filter(|id| *id != NodeId::ROOT) else { return Vec::new() };
    adjust(model, |proposal| proposal.cut = moved)
}

/// Makes the splice that is shown and goes to the next proposal.
pub(super) fn apply(model: &mut Model, now: u64) -> Vec<Effect> {
    let Some(Overlay::Splicing(splicing)) = model.overlays.last() else { return Vec::new() };
    let Some(proposal) = splicing.proposals.get(splicing.at).cloned() else { return Vec::new() };
    let mut made = None;
    let mut effects = change(model, now, |bench| {
        let splice = proposal.plan(&bench.tree)?;
        let node = NodeId(u32::try_from(bench.tree.len()).unwrap_or(u32::MAX));
        made = Some((node, NodeId(node.0 + u32::try_from(splice.steps.len()).unwrap_or(0))));
        let operations = vec![(Actor::Person, Body::Spliced { node, splice })];
        Ok(Turn { operations, ..Turn::default() })
    });
    let Some((node, last)) = made else { return effects };
    if proposal.meaning == Meaning::Continue {
        for _ in 0..CONTINUATIONS {
            effects.extend(change(model, now, |bench: &mut Workbench| {
                bench.driver.roll_out(&bench.tree, node)
            }));
        }
    }
    let left = splicing_without_the_shown(model);
    walk(model, |bench| Some(last).filter(|last| bench.tree.contains(*last)));
    model.tell(format!(
        "Spliced after {}: {last} ends it, u takes it back; {left} left.",
        proposal.cut
    ));
    effects
}

/// Takes the proposal away that was made; closes the screen after the last. Returns how many are
/// left.
fn splicing_without_the_shown(model: &mut Model) -> usize {
    let Some(splicing) = splicing(model) else { return 0 };
    splicing.proposals.remove(splicing.at);
    let left = splicing.proposals.len();
    splicing.at = splicing.at.min(left.saturating_sub(1));
    splicing.scrolled = 0;
    if left == 0 {
        model.overlays.pop();
    }
    left
}

/// Passes a proposal over.
pub(super) fn dismiss(model: &mut Model) -> Vec<Effect> {
    let left = splicing_without_the_shown(model);
    model.tell(format!("Passed over; {left} left."));
    Vec::new()
}
