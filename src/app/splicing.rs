//! The splice screen: proposals, each with its cut, its revision signal and its meaning, shown as
//! the text that it makes before it is made.

use super::Effect;
use super::argument::Arguments;
use super::comparing::inside;
use super::model::Model;
use super::overlay::Overlay;
use super::rows::{Row, wrapped};
use super::signal::Writing;
use super::walking::walk;
use super::workbench::{Workbench, change};
use crate::curate::splice::{self, Limits, Pair, Passage};
use crate::curate::{Marks, together};
use crate::search::Turn;
use crate::tree::{Actor, Body, Meaning, NodeId, Splice, Tree};

/// How many continuations are grown after a signal that continues from the error, unless the
/// person says otherwise.
const CONTINUATIONS: usize = 4;
/// The most of them.
const MOST: usize = 64;

/// The splice screen.
#[derive(Debug, Clone)]
pub struct Splicing {
    /// Which pairs are proposed.
    pub limits: Limits,
    /// The proposals.
    pub proposals: Vec<Proposal>,
    /// The one that is shown.
    pub at: usize,
    /// How many continuations are grown after a signal that continues from the error.
    pub continuations: usize,
    /// The signal that the model writes at present, if it does.
    pub(super) writing: Option<Writing>,
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
    /// A signal that was written for it, in place of the library's.
    pub written: Option<String>,
    /// What goes on after it.
    pub meaning: Meaning,
}

impl Splicing {
    /// Returns whether the model writes nothing.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.writing.is_none()
    }
}

impl Proposal {
    /// Returns the splice.
    ///
    /// # Errors
    /// Returns a sentence if it cannot be made.
    pub fn plan(&self, tree: &Tree) -> Result<Splice, String> {
        splice::plan(tree, self.pair, self.cut, &self.words(tree), self.meaning)
    }

    /// Returns the revision signal: the person's own, or the library's.
    #[must_use]
    pub fn words(&self, tree: &Tree) -> String {
        let library = || {
            let signals = splice::signals(tree.node(self.cut).depth());
            signals.get(self.signal % signals.len().max(1)).cloned().unwrap_or_default()
        };
        self.written.clone().unwrap_or_else(library)
    }

    /// Returns the text that the splice makes in rows of so many columns, and what of it is trained on.
    #[must_use]
    pub fn rows(&self, tree: &Tree, columns: usize) -> Vec<Row> {
        let passages = self.plan(tree).map(|splice| splice::preview(tree, &splice));
        let lay = |passage: Passage| {
            let (leads, scope) = if passage.trained {
                ([("train│ ", "accent"), ("     │ ", "accent")], "text")
            } else {
                ([("mask   ", "muted"), ("       ", "muted")], "muted")
            };
            wrapped(&[(passage.text.trim(), scope)], leads, columns)
        };
        passages.unwrap_or_default().into_iter().flat_map(lay).collect()
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
            written: None,
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
    let continuations = CONTINUATIONS;
    let splicing = Splicing { limits, proposals, at: 0, continuations, writing: None, scrolled: 0 };
    model.overlays.push(Overlay::Splicing(splicing));
    Vec::new()
}

pub(super) fn splicing(model: &mut Model) -> Option<&mut Splicing> {
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

/// Scrolls the text, no further than there is some.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    let (Some(bench), Some(Overlay::Splicing(splicing))) =
        (model.workbench(), model.overlays.last())
    else {
        return Vec::new();
    };
    let (columns, height) = inside(model.size);
    let height = usize::from(height.saturating_sub(HEAD));
    let shown = splicing.proposals.get(splicing.at);
    let rows = shown.map_or(0, |it| it.rows(&bench.tree, usize::from(columns)).len());
    let scrolled = splicing.scrolled.saturating_add_signed(by).min(rows.saturating_sub(height));
    if let Some(splicing) = self::splicing(model) {
        splicing.scrolled = scrolled;
    }
    Vec::new()
}

/// Rows above the text that tell what is spliced.
pub const HEAD: u16 = 3;

pub(super) fn adjust(model: &mut Model, to: impl FnOnce(&mut Proposal)) -> Vec<Effect> {
    if let Some(splicing) = splicing(model)
        && let Some(proposal) = splicing.proposals.get_mut(splicing.at)
    {
        to(proposal);
    }
    Vec::new()
}

/// Takes the next revision signal of the library.
pub(super) fn signal(model: &mut Model) -> Vec<Effect> {
    adjust(model, |proposal| {
        // From one's own words back to the library's.
        if proposal.written.take().is_none() {
            proposal.signal += 1;
        }
    })
}

/// Grows more continuations after a signal, or fewer.
pub(super) fn continuations(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(splicing) = splicing(model) {
        splicing.continuations = splicing.continuations.saturating_add_signed(by).clamp(1, MOST);
    }
    Vec::new()
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
    let continuations = splicing.continuations;
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
        for _ in 0..continuations {
            effects.extend(change(model, now, |bench: &mut Workbench| {
                let turn = bench.driver.roll_out(&bench.tree, node)?;
                if !bench.continuing.contains(&node) {
                    bench.continuing.push(node);
                }
                Ok(turn)
            }));
        }
    }
    let left = splicing_without_the_shown(model);
    walk(model, |bench| Some(last).filter(|last| bench.tree.contains(*last)));
    // What went wrong with a continuation is said already.
    if !model.notice.as_ref().is_some_and(|notice| notice.is_error) {
        let ends = match proposal.meaning {
            Meaning::Reset => format!("{last} ends it"),
            Meaning::Continue => format!("{continuations} continuations grow after {last}"),
        };
        let cut = proposal.cut;
        model.tell(format!("Spliced after {cut}: {ends}, u takes it back; {left} left."));
    }
    effects
}

/// Prunes the continuations of a splice that were verified as wrong, once all have ended.
pub(super) fn settle(model: &mut Model, now: u64) -> Vec<Effect> {
    let Some(bench) = model.live_mut() else { return Vec::new() };
    if bench.continuing.is_empty() || bench.saved.read_only.is_some() {
        return Vec::new();
    }
    let waits = bench.waits_for_verdicts();
    let (ended, open): (Vec<_>, Vec<_>) = std::mem::take(&mut bench.continuing)
        .into_iter()
        .partition(|signal| splice::has_ended(&bench.tree, *signal, waits));
    bench.continuing = open;
    let (mut effects, mut told) = (Vec::new(), Vec::new());
    // What was undone meanwhile is nobody's business any more.
    let ended: Vec<_> = ended.into_iter().filter(|id| bench.tree.is_live(*id)).collect();
    for signal in ended {
        let (right, wrong) = splice::continuations(&bench.tree, signal);
        let body = together(Marks::Prune(true).on(&bench.tree, &wrong));
        let operations = body.into_iter().map(|body| (Actor::Person, body)).collect();
        effects.extend(bench.take(Turn { operations, ..Turn::default() }, now));
        let (right, wrong) = (right.len(), wrong.len());
        told.push(match (right, wrong) {
            (0, 0) => format!("No continuation of {signal} came to an answer that can be verified."),
            _ => format!("{right} continuations of {signal} verify; {wrong} do not and are pruned, u takes that back."),
        });
    }
    for words in told {
        model.tell(words);
    }
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
