//! Policies: a selector, a proposer, an evaluator and limits, under a name.

use crate::tree::{Budget, Sampling};

/// How a search goes about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The policy's name.
    pub name: &'static str,
    /// Weights of the selector's terms.
    pub weights: Weights,
    /// Children sampled at a time.
    pub branches: u32,
    /// The most children that a node may have, duplicates not counted.
    pub width: u32,
    /// The deepest level that is expanded; the root is 0.
    pub depth: u32,
    /// The most tokens of a step.
    pub step_tokens: u32,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// What a run may spend.
    pub budget: Budget,
    /// The search stops once a new trajectory is valued at least this, in `[0, 1]`.
    pub enough: Option<f64>,
}

/// Weights of the terms by which a node is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Exploration: times `sqrt(ln N_parent / N)`.
    pub exploration: f64,
    /// Depth: minus this times `sqrt(depth)`.
    pub depth: f64,
    /// Added to a promising node that was never expanded.
    pub fresh: f64,
    /// A node is promising from this value on.
    pub promising: f64,
    /// Taken off for every child that repeats another, over the number of those that do not.
    pub repeats: f64,
}

impl Policy {
    /// Names that [`Policy::named`] knows.
    pub const NAMES: [&'static str; 1] = ["swe-search"];

    /// Returns SWE-Search in unit scale (Antoniades et al. 2024).
    ///
    /// The paper's constants are for values in -100 to 100, where its exploration weight of 1
    /// is next to nothing. Here values are in 0 to 1, so the bonuses are divided by 200 (the
    /// depth penalty of 0.8 becomes 0.004, the high-value leaf bonus of 50 becomes 0.25, its
    /// threshold of 50 becomes 0.75), while exploration is given a weight that is felt. The
    /// exploited value is the mean of the clade, so that bad children speak against a node. The
    /// penalty for repeats stands in for the paper's penalty for duplicate actions.
    #[must_use]
    pub fn swe_search() -> Self {
        Self {
            name: "swe-search",
            weights: Weights {
                exploration: 0.2,
                depth: 0.004,
                fresh: 0.25,
                promising: 0.75,
                repeats: 0.25,
            },
            branches: 4,
            width: 12,
            depth: 20,
            step_tokens: 256,
            sampling: Sampling { temperature: 0.8, ..Sampling::default() },
            budget: Budget { nodes: Some(60), ..Budget::default() },
            enough: Some(0.95),
        }
    }

    /// Returns the policy of a name.
    ///
    /// # Errors
    /// Returns a sentence with the names that exist.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "swe-search" => Ok(Self::swe_search()),
            other => Err(format!(
                "there is no policy named {other}; the policies are: {}",
                Self::NAMES.join(", ")
            )),
        }
    }
}
