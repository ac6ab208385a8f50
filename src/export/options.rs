//! What a person asks of an export.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::tree::{NodeId, Query, Tree};

/// What a person asks of an export.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which steps a record must have one of; all records are taken without it.
    pub query: Option<Query>,
    /// Whether to take in what only a vote speaks for.
    pub pseudo_labels: bool,
    /// Steps that the model rates at least this are good, and the others bad, where no person
    /// labelled them; without it they are left out.
    pub threshold: Option<f64>,
    /// The most examples of one problem.
    pub per_problem: Option<usize>,
    /// The most bad examples for each good one, and the other way round.
    pub balance: Option<f64>,
    /// The share of the problems that goes to the test split, in `[0, 1)`.
    pub test_share: f64,
    /// Quality flags whose examples are dropped.
    pub drop: Vec<Flag>,
    /// How records are written.
    pub encoding: Encoding,
    /// The licence of the data, by its identifier.
    pub license: Option<String>,
}

impl Options {
    /// Returns the steps of a tree of which a record must have one, if there is a query.
    #[must_use]
    pub fn meant(&self, tree: &Tree) -> Option<BTreeSet<NodeId>> {
        self.query.as_ref().map(|query| query.select(tree).into_iter().collect())
    }
}

/// How records are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Parquet, compressed with Snappy.
    Parquet,
}

impl Encoding {
    /// Returns the ending of such a file.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
        }
    }
}

/// What speaks against an example. It is counted before anything is written, and dropped only
/// if asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Flag {
    /// It says the same again and again.
    Loop,
    /// It holds what no answer should: marks of a chat template, or a refusal.
    Noise,
    /// It is much longer than the others.
    Long,
    /// It is much shorter than the others.
    Short,
    /// Nothing of the same problem is like it.
    Sparse,
    /// The model rates it much lower than the others.
    Low,
    /// The model finds its words much less probable than those of the others.
    Odd,
}

impl Flag {
    /// All flags.
    pub const ALL: [Self; 7] =
        [Self::Loop, Self::Noise, Self::Long, Self::Short, Self::Sparse, Self::Low, Self::Odd];

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Noise => "noise",
            Self::Long => "long",
            Self::Short => "short",
            Self::Sparse => "sparse",
            Self::Low => "low",
            Self::Odd => "odd",
        }
    }

    /// Returns the flag of a name.
    ///
    /// # Errors
    /// Returns a sentence with the names that exist.
    pub fn named(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|flag| flag.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no quality flag named {name}; the flags are: {names}")
        })
    }
}
