//! What revisions change (`SCoRe`, Kumar et al. 2024): wrong to right, and right to wrong.
//!
//! A revision is a step that a person or a splice put beside another: a rewrite beside its
//! original, or a revision signal beside what was there. Its first attempt are the verified
//! trajectories without it, its second those through it.

use serde::Serialize;

use super::attempts::verdict;
use crate::tree::{NodeId, Source, Tree};

/// What became of first attempts when they were revised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Revisions {
    /// How many revisions have both attempts verified.
    pub count: u32,
    /// Mean share of right first attempts.
    pub first: f64,
    /// Mean share of right second attempts.
    pub second: f64,
    /// The chance that a first attempt was wrong and the second right.
    pub mended: f64,
    /// The chance that a first attempt was right and the second wrong.
    pub spoilt: f64,
}

impl Revisions {
    /// Measures the shares of right first and second attempts of each revision; nothing without
    /// any.
    #[must_use]
    pub fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        if pairs.is_empty() {
            return None;
        }
        let mean =
            |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
        Some(Self {
            count: u32::try_from(pairs.len()).unwrap_or(u32::MAX),
            first: mean(|(first, _)| *first),
            second: mean(|(_, second)| *second),
            mended: mean(|(first, second)| (1.0 - first) * second),
            spoilt: mean(|(first, second)| first * (1.0 - second)),
        })
    }
}

/// Returns for each revision of a tree the shares of right attempts without and with it.
pub(super) fn pairs(tree: &Tree) -> Vec<(f64, f64)> {
    let live = tree.ids().skip(1).filter(|id| tree.is_live(*id));
    live.filter_map(|id| {
        let node = tree.node(id);
        let first = match node.source() {
            Source::Signal => {
                let cut = node.parent()?;
                let signal = |at: NodeId| tree.node(at).source() == Source::Signal;
                let own = verdict(tree, cut).map(|right| f64::from(u8::from(right)));
                own.or_else(|| share(tree, cut, |at| below(tree, at, cut, signal)))
            }
            Source::Written => share(tree, node.of()?, |_| false),
            Source::Sampled | Source::Spliced => None,
        };
        Some((first?, share(tree, id, |_| false)?))
    })
    .collect()
}

/// The share of right ones among the verified live trajectories at or below a node.
fn share(tree: &Tree, top: NodeId, except: impl Fn(NodeId) -> bool) -> Option<f64> {
    let (mut right, mut all) = (0.0, 0.0);
    for id in tree.subtree(top).filter(|id| tree.is_live(*id) && !except(*id)) {
        if let Some(is_right) = verdict(tree, id) {
            right += f64::from(u8::from(is_right));
            all += 1.0;
        }
    }
    (all > 0.0).then(|| right / all)
}

/// Whether something holds of a node on the way from `top` to a node.
fn below(tree: &Tree, id: NodeId, top: NodeId, holds: impl Fn(NodeId) -> bool) -> bool {
    tree.ancestors(id).take_while(|at| *at != top).any(holds)
}
