//! What an import kept and what it dropped.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Something that was counted, in words.
type What = Cow<'static, str>;

/// What an import kept and what it dropped, in counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The format that was recognised.
    pub format: What,
    /// Trees.
    pub trees: usize,
    /// Nodes, roots not counted.
    pub nodes: usize,
    /// Evaluations.
    pub evaluations: usize,
    /// What else was kept, and how often.
    pub kept: BTreeMap<What, usize>,
    /// What was dropped, and how often.
    pub dropped: BTreeMap<What, usize>,
}

impl Report {
    pub(super) fn new(format: &'static str) -> Self {
        let (kept, dropped) = (BTreeMap::new(), BTreeMap::new());
        Self { format: format.into(), trees: 0, nodes: 0, evaluations: 0, kept, dropped }
    }

    pub(super) fn keep(&mut self, what: &'static str, count: usize) {
        *self.kept.entry(what.into()).or_default() += count;
    }

    pub(super) fn drop(&mut self, what: &'static str, count: usize) {
        *self.dropped.entry(what.into()).or_default() += count;
    }

    /// Returns the report as lines of text.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let plural = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {one}s"),
        };
        let mut lines = vec![format!(
            "{}: {}, {}, {}",
            self.format,
            plural(self.trees, "tree"),
            plural(self.nodes, "node"),
            plural(self.evaluations, "evaluation")
        )];
        for (verb, counts) in [("kept", &self.kept), ("dropped", &self.dropped)] {
            lines.extend(counts.iter().map(|(what, count)| format!("{verb} {count} {what}")));
        }
        lines
    }
}
