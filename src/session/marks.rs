//! Marks: the moments of a recording that one jumps to.
//!
//! Responsible for which operations are such moments and for finding the next one of a kind, in a log
//! of any length. Invariant: the moments of a kind are in order.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::tree::{Body, Finish, Operation};

/// The moments that one jumps to, by kind, as the sequence numbers of their operations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks(BTreeMap<MarkKind, Vec<u64>>);

/// What happened at a moment that one jumps to; the rarer, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MarkKind {
    /// The search chose a node.
    Step,
    /// A node was judged.
    Evaluation,
    /// A trajectory came to its answer.
    Answer,
    /// A voice of a debate spoke.
    Debate,
    /// Something was pruned or restored.
    Prune,
    /// A trajectory was spliced, or a step rewritten.
    Splice,
}

impl MarkKind {
    /// Returns the kind of an operation that is jumped to; none of others.
    #[must_use]
    pub fn of(body: &Body) -> Option<Self> {
        match body {
            Body::SearchStepped { .. } => Some(Self::Step),
            Body::Evaluated { .. } => Some(Self::Evaluation),
            Body::NodeFinished { finish: Finish::EndOfTurn, .. } => Some(Self::Answer),
            Body::DebateStated { .. } => Some(Self::Debate),
            Body::Pruned { .. } | Body::Restored { .. } => Some(Self::Prune),
            Body::Spliced { .. } | Body::Edited { .. } => Some(Self::Splice),
            Body::Together { bodies } => bodies.iter().find_map(Self::of),
            _ => None,
        }
    }
}

impl Marks {
    /// Takes in the operation that follows those taken in before.
    pub fn take_in(&mut self, operation: &Operation) {
        if let Some(kind) = MarkKind::of(&operation.body) {
            self.0.entry(kind).or_default().push(operation.sequence);
        }
    }

    /// Returns the first moment of a kind after an operation.
    #[must_use]
    pub fn after(&self, kind: MarkKind, sequence: u64) -> Option<u64> {
        let moments = self.of(kind);
        moments.get(moments.partition_point(|at| *at <= sequence)).copied()
    }

    /// Returns the last moment of a kind before an operation.
    #[must_use]
    pub fn before(&self, kind: MarkKind, sequence: u64) -> Option<u64> {
        let moments = self.of(kind);
        moments[..moments.partition_point(|at| *at < sequence)].last().copied()
    }

    /// Returns the rarest kind among some operations.
    #[must_use]
    pub fn rarest(&self, operations: &Range<u64>) -> Option<MarkKind> {
        let is_there = |moments: &[u64]| {
            let next = moments.partition_point(|at| *at < operations.start);
            moments.get(next).is_some_and(|at| *at < operations.end)
        };
        self.0.iter().rev().find(|(_, moments)| is_there(moments)).map(|(kind, _)| *kind)
    }

    fn of(&self, kind: MarkKind) -> &[u64] {
        self.0.get(&kind).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::random_session;

    #[test]
    fn they_are_found_as_in_a_walk_over_the_log() {
        let (_, log) = random_session(4, 500);
        let mut marks = Marks::default();
        for operation in &log {
            marks.take_in(operation);
        }
        let all: Vec<_> = log
            .iter()
            .filter_map(|operation| Some((operation.sequence, MarkKind::of(&operation.body)?)))
            .collect();
        assert!(!all.is_empty());
        for at in 0..=log.len() as u64 + 1 {
            for kind in [MarkKind::Step, MarkKind::Evaluation, MarkKind::Answer, MarkKind::Prune] {
                let mut own = all.iter().filter(|(_, own)| *own == kind).map(|(at, _)| *at);
                assert_eq!(marks.before(kind, at), own.clone().rfind(|own| *own < at));
                assert_eq!(marks.after(kind, at), own.find(|own| *own > at));
            }
            let near = at..at + 4;
            let own = all.iter().filter(|(own, _)| near.contains(own)).map(|(_, kind)| *kind);
            assert_eq!(marks.rarest(&near), own.max());
        }
    }
}
