//! Sampling: the model goes on with the path.

use crate::search::proposer::{Occasion, Offer, Proposer};

/// Lets the model go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample;

impl Sample {
    /// The proposer's name.
    pub const NAME: &'static str = "sample";
}

impl Proposer for Sample {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "the model goes on with the path"
    }

    fn propose(&self, occasion: &Occasion<'_>) -> Offer {
        occasion.plain()
    }
}
