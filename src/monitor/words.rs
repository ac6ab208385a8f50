//! What a judge said in words, and how often that turned out right.
//!
//! A scale may name its words with their worth, as Tree of Thoughts does: `sum of 3 votes: impossible
//! 0.001, likely 1, sure 20`. A judgement then counts under the strongest word that its raw value
//! holds, apart for each depth, since what is hard to tell early is plain later.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::tree::Evaluation;

/// How often a word was said of steps at a depth, and how often it was right of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    /// Steps from the root.
    pub depth: u32,
    /// The word.
    pub word: String,
    /// How many of them turned out right.
    pub right: u32,
    /// How many there are.
    pub of: u32,
}

/// Counts by depth and word, the strongest words last.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeMap<(u32, usize, String), (u32, u32)>);

impl Words {
    /// Counts a judgement, if its scale has words.
    pub(super) fn add(&mut self, depth: u32, judged: &Evaluation, right: bool) {
        let words = words(&judged.scale);
        let Some(at) = words.iter().rposition(|(_, worth)| *worth <= judged.raw) else { return };
        let (right_of, of) = self.0.entry((depth, at, words[at].0.to_owned())).or_default();
        *right_of += u32::from(right);
        *of += 1;
    }

    /// Returns the counts: by depth, the strongest word first.
    pub(super) fn counts(&self) -> Vec<Word> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|((depth, at, _), _)| (*depth, std::cmp::Reverse(*at)));
        let count = |((depth, _, word), (right, of)): (&(u32, usize, String), &(u32, u32))| Word {
            depth: *depth,
            word: word.clone(),
            right: *right,
            of: *of,
        };
        all.into_iter().map(count).collect()
    }
}

/// The words that a scale names, each with its worth; none if it names none.
fn words(scale: &str) -> Vec<(&str, f64)> {
    let Some((_, list)) = scale.split_once(": ") else { return Vec::new() };
    let parts = list.split(", ").map(|part| {
        let (word, worth) = part.rsplit_once(' ')?;
        Some((word, worth.parse().ok()?))
    });
    parts.collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_may_name_its_words() {
        let found = words("sum of 3 votes: impossible 0.001, likely 1, sure 20");
        assert_eq!(found, [("impossible", 0.001), ("likely", 1.0), ("sure", 20.0)]);
        assert_eq!(words("0..10"), []);
        assert_eq!(words("-1..1, as found in the file"), []);
        assert_eq!(words("of: something else"), []);
    }
}
