//! A pattern that is looked for in many texts at once.
//!
//! Most steps are short, so that beginning a search costs more than the search: the texts are
//! laid into one, with a byte between them that no text has and no pattern matches.

use regex::{Regex, RegexBuilder, bytes};

/// The most bytes that a pattern may take once it is compiled.
const LARGEST: usize = 1 << 20;

/// Stands between texts: a byte that UTF-8 never has.
const SEPARATOR: u8 = 0xff;

/// What looks beyond the characters that it matches, where other texts would be seen.
const EDGES: [&str; 6] = ["^", "$", r"\A", r"\z", r"\b", r"\B"];

/// A pattern, upper and lower case alike.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    single: Regex,
    /// The same for many texts at once, unless it looks at what stands around a match.
    joined: Option<bytes::Regex>,
}

impl Pattern {
    pub(super) fn new(pattern: &str) -> Result<Self, regex::Error> {
        let mut single = RegexBuilder::new(pattern);
        let single = single.case_insensitive(true).size_limit(LARGEST).build()?;
        let looks_around = EDGES.iter().any(|edge| pattern.contains(edge));
        let mut joined = bytes::RegexBuilder::new(pattern);
        joined.case_insensitive(true).size_limit(LARGEST);
        Ok(Self { single, joined: (!looks_around).then(|| joined.build()).transpose()? })
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.single.is_match(text)
    }

    /// Returns for each of some texts whether the pattern is in it.
    pub(super) fn is_in_each(&self, texts: &[&str]) -> Vec<bool> {
        let Some(joined) = &self.joined else {
            return texts.iter().map(|text| self.is_in(text)).collect();
        };
        let mut bytes = Vec::with_capacity(texts.iter().map(|text| text.len() + 1).sum());
        let mut ends = Vec::with_capacity(texts.len());
        for text in texts {
            bytes.extend_from_slice(text.as_bytes());
            ends.push(bytes.len());
            bytes.push(SEPARATOR);
        }
        let mut answers = vec![false; texts.len()];
        let (mut at, mut from) = (0, 0);
        while let Some(found) = joined.find_at(&bytes, from)
            && let Some(ahead) = ends[at..].iter().position(|end| found.start() <= *end)
        {
            at += ahead;
            answers[at] = true;
            from = ends[at] + 1;
            at += 1;
        }
        answers
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn many_texts_together_answer_as_each_alone(
            pattern in prop_oneof![
                "[ab]{0,2}", Just("a*".to_owned()), Just(r"\s".to_owned()), Just("[^a]".to_owned()),
                Just(r"\bb".to_owned()), Just(r"b\b".to_owned()), Just(r"\B".to_owned()),
                Just("^b".to_owned()), Just("(?m)b$".to_owned()), Just("(?s)a.b".to_owned()),
                Just(r"\b{start}é".to_owned()), Just("(?-u:[a-b])".to_owned()), Just(String::new()),
            ],
            texts in prop::collection::vec("[abé \n]{0,5}", 0..8),
        ) {
            let pattern = Pattern::new(&pattern).unwrap();
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            let alone: Vec<_> = texts.iter().map(|text| pattern.is_in(text)).collect();
            prop_assert_eq!(pattern.is_in_each(&texts), alone);
        }
    }
}
