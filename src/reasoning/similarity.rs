//! How alike two texts are.

use std::collections::BTreeSet;

/// Returns the share of words that two texts have in common, of all their words; 1 for two texts
/// without words.
#[must_use]
pub fn similarity(one: &str, other: &str) -> f64 {
    let words = |text: &'_ str| text.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    let (one, other) = (words(one), words(other));
    let all = one.union(&other).count();
    if all == 0 { 1.0 } else { one.intersection(&other).count() as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_count_once() {
        assert_eq!(similarity("a b b c", "b c d"), 0.5);
        assert_eq!((similarity("", " \n"), similarity("a", "")), (1.0, 0.0));
    }
}
