//! Examples: what one record is made of, whatever the format.
//!
//! Responsible for finding in a session everything that a kind of format wants: good
//! trajectories, judged ones, pairs, labelled steps, or the session as a whole. Not responsible
//! for what is left out for the sake of the data set as a whole (`plan.rs`).

use std::collections::BTreeSet;

use super::material::Material;
use super::options::Options;
use super::pairs::{self, Pair};
use super::standing::{Basis, Standing, Vote};
use super::steps::{self, Steps};
use super::trajectory::{Trajectory, trajectories};
use crate::tree::{NodeId, Tree};

/// What a format makes records of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wants {
    /// Good trajectories and splices: what a model should learn to say.
    Good,
    /// Splices alone.
    Splices,
    /// Trajectories that are good or bad.
    Judged,
    /// Trajectories, whether anybody judged them or not.
    Any,
    /// Pairs of a good and a bad trajectory.
    Pairs,
    /// Paths whose steps are labelled.
    Steps,
    /// The whole session.
    Session,
}

impl Wants {
    /// Returns whether some of the records are of bad examples, so that there is something to
    /// balance.
    #[must_use]
    pub fn takes_bad(self) -> bool {
        matches!(self, Self::Judged | Self::Any | Self::Steps)
    }
}

/// What one record is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Example {
    /// A trajectory.
    Path(Trajectory),
    /// A good and a bad one.
    Pair(Pair),
    /// A path whose steps are labelled.
    Steps(Steps),
    /// The whole session.
    Session,
}

/// Why something is not in the data set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// The query means none of its steps.
    NotMeant,
    /// Nobody said whether it is good or bad.
    Unjudged,
    /// It ends without an answer, so nothing but a person can judge it.
    NoAnswer,
    /// Only a vote speaks for it.
    PseudoLabel,
    /// It is bad, and the format has no use for bad ones.
    Bad,
    /// It is flagged for another look.
    Flagged,
    /// It is a splice, and the format cannot mask its wrong part.
    NeedsMask,
    /// The same text is in the data set already.
    Repeat,
    /// Its problem has as many as it may have.
    OverCap,
    /// There are too many of its kind for the balance that was asked for.
    Unbalanced,
    /// It is in the other split already.
    Leak,
    /// A quality flag that was to be dropped.
    Quality(&'static str),
    /// The format cannot hold it.
    Unfit(String),
}

impl std::fmt::Display for Left {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::NotMeant => "not meant by the query",
            Self::Unjudged => {
                "neither labelled nor verified; label them, or give the problem a verifier"
            }
            Self::NoAnswer => "ending without an answer; label them to use them",
            Self::PseudoLabel => "judged by a vote only; --pseudo-labels takes them in",
            Self::Bad => "bad, which this format has no use for",
            Self::Flagged => "flagged for another look; take the flag off to export them",
            Self::NeedsMask => {
                "splices, whose wrong part this format cannot mask; take trl-prompt-completion, axolotl-chat or agent-r for them"
            }
            Self::Repeat => "repeats of a text that is in already",
            Self::OverCap => "over the cap for their problem",
            Self::Unbalanced => "over the balance that was asked for",
            Self::Leak => "in the other split already",
            Self::Quality(flag) => return write!(formatter, "flagged as {flag}"),
            Self::Unfit(why) => return formatter.write_str(why),
        };
        formatter.write_str(text)
    }
}

impl Example {
    /// Returns the nodes that it is made of.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        match self {
            Self::Path(path) => path.nodes(),
            Self::Pair(pair) => {
                let mut nodes = pair.chosen.nodes();
                nodes.extend(pair.rejected.nodes().into_iter().skip(pair.shared));
                nodes
            }
            Self::Steps(steps) => steps.segments.iter().map(|segment| segment.node).collect(),
            Self::Session => Vec::new(),
        }
    }

    /// Returns whether any of the meant steps is part of it; a session has all of its steps.
    #[must_use]
    pub fn has_one_of(&self, meant: &BTreeSet<NodeId>) -> bool {
        match self {
            Self::Session => !meant.is_empty(),
            _ => self.nodes().iter().any(|node| meant.contains(node)),
        }
    }

    /// Returns who judged it.
    #[must_use]
    pub fn basis(&self) -> Option<Basis> {
        match self {
            Self::Path(path) => path.standing.map(|standing| standing.basis),
            Self::Pair(pair) => Some(pair.basis),
            Self::Steps(steps) => Some(steps.basis),
            Self::Session => None,
        }
    }

    /// Returns whether it counts as a bad one in the balance.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        match self {
            Self::Path(path) => path.standing.is_some_and(|standing| !standing.good),
            Self::Steps(steps) => steps.has_error(),
            _ => false,
        }
    }

    /// Returns the trajectory that a trainer would learn from it.
    #[must_use]
    pub fn learnt(&self) -> Option<&Trajectory> {
        match self {
            Self::Path(path) => Some(path),
            Self::Pair(pair) => Some(&pair.chosen),
            _ => None,
        }
    }
}

/// Finds the examples of a session, and what is left out and why, in the order of the tree.
#[must_use]
pub fn examples(
    material: &Material,
    wants: Wants,
    options: &Options,
) -> Vec<Result<Example, Left>> {
    match wants {
        Wants::Session => vec![Ok(Example::Session)],
        Wants::Steps => {
            let found = steps::labelled(material, options).into_iter();
            found.map(|steps| steps.map(Example::Steps)).collect()
        }
        Wants::Pairs => {
            let judged = judged(material, options);
            pairs::pairs(material, judged).into_iter().map(|pair| pair.map(Example::Pair)).collect()
        }
        Wants::Any => {
            let tree = &material.tree;
            let all = trajectories(tree).into_iter();
            all.map(|path| let_in(tree, path).map(Example::Path)).collect()
        }
        Wants::Good | Wants::Splices | Wants::Judged => {
            let fit = |path: Trajectory| match wants {
                Wants::Splices if !path.is_spliced() => None,
                Wants::Judged if path.is_spliced() => Some(Err(Left::NeedsMask)),
                Wants::Good | Wants::Splices if !is_good(path.standing) => Some(Err(Left::Bad)),
                _ => Some(Ok(Example::Path(path))),
            };
            let judged = judged(material, options).into_iter();
            judged.filter_map(|path| path.map_or_else(|left| Some(Err(left)), fit)).collect()
        }
    }
}

fn is_good(standing: Option<Standing>) -> bool {
    standing.is_some_and(|standing| standing.good)
}

/// Returns the trajectories that somebody judged and that the options let in.
fn judged(material: &Material, options: &Options) -> Vec<Result<Trajectory, Left>> {
    let tree = &material.tree;
    let vote = Vote::of(tree);
    let choose = |path: Trajectory| {
        let mut path = let_in(tree, path)?;
        if path.standing.is_none() {
            let voted = vote.on(path.answer.as_deref());
            match voted {
                Some(_) if options.pseudo_labels => path.standing = voted,
                Some(_) => return Err(Left::PseudoLabel),
                None if path.answer.is_none() => return Err(Left::NoAnswer),
                None => return Err(Left::Unjudged),
            }
        }
        Ok(path)
    };
    trajectories(tree).into_iter().map(choose).collect()
}

/// Returns a trajectory unless a flag keeps it out.
fn let_in(tree: &Tree, path: Trajectory) -> Result<Trajectory, Left> {
    if path.segments.iter().any(|segment| tree.node(segment.node).is_flagged()) {
        return Err(Left::Flagged);
    }
    Ok(path)
}
