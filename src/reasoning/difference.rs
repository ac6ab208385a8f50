//! Where two texts differ, word by word.
//!
//! Responsible for the longest words in common of two texts. Not responsible for what is drawn of
//! it. Texts that are too unlike and too long to be compared word by word differ as a whole, so
//! that no pair of texts takes long.

use unicode_segmentation::UnicodeSegmentation;

/// The most pairs of words that are looked at, beyond what both texts begin and end with.
const PAIRS: usize = 1 << 20;

/// A piece of a text, and whether the other text has it too.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Part {
    /// The piece.
    pub text: String,
    /// Whether the other text lacks it.
    pub differs: bool,
}

/// Returns the pieces of two texts; together, the pieces of each are the text.
#[must_use]
pub fn difference(one: &str, other: &str) -> [Vec<Part>; 2] {
    let words = [one, other].map(|text| text.split_word_bounds().collect::<Vec<_>>());
    let (left, right): (Vec<_>, Vec<_>) = common(&words[0], &words[1]).into_iter().unzip();
    [parts(&words[0], &left), parts(&words[1], &right)]
}

/// The positions of the words that two texts have in common, in order.
fn common(one: &[&str], other: &[&str]) -> Vec<(usize, usize)> {
    let begin = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (left, right) = (&one[begin..], &other[begin..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    let mut pairs: Vec<_> = (0..begin).map(|at| (at, at)).collect();
    pairs.extend(longest(left, right).into_iter().map(|(a, b)| (begin + a, begin + b)));
    pairs.extend((1..=end).rev().map(|back| (one.len() - back, other.len() - back)));
    pairs
}

/// The longest common subsequence; none if it would take long to find.
fn longest(one: &[&str], other: &[&str]) -> Vec<(usize, usize)> {
    let columns = other.len() + 1;
    if (one.len() + 1).saturating_mul(columns) > PAIRS {
        return Vec::new();
    }
    // How much the texts have in common from a pair of words on.
    let mut lengths = vec![0u32; (one.len() + 1) * columns];
    for (a, left) in one.iter().enumerate().rev() {
        for (b, right) in other.iter().enumerate().rev() {
            let next = |a: usize, b: usize| lengths[a * columns + b];
            lengths[a * columns + b] = if left == right {
                next(a + 1, b + 1) + 1
            } else {
                next(a + 1, b).max(next(a, b + 1))
            };
        }
    }
    let (mut a, mut b, mut pairs) = (0, 0, Vec::new());
    while a < one.len() && b < other.len() {
        if one[a] == other[b] {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if lengths[(a + 1) * columns + b] >= lengths[a * columns + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

/// The pieces of a text, given the positions of its words that the other has too. A mere space
/// between two words that differ is not told apart from them.
fn parts(words: &[&str], common: &[usize]) -> Vec<Part> {
    let mut differs = vec![true; words.len()];
    for at in common {
        differs[*at] = false;
    }
    for at in 1..words.len().saturating_sub(1) {
        differs[at] |= differs[at - 1] && differs[at + 1] && words[at].chars().all(|c| c == ' ');
    }
    let mut parts: Vec<Part> = Vec::new();
    for (word, differs) in words.iter().zip(differs) {
        match parts.last_mut().filter(|part| part.differs == differs) {
            Some(part) => part.text.push_str(word),
            None => parts.push(Part { text: (*word).to_owned(), differs }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A side with brackets around what differs.
    fn shown(parts: &[Part]) -> String {
        let bracketed = |part: &Part| {
            if part.differs { format!("[{}]", part.text) } else { part.text.clone() }
        };
        parts.iter().map(bracketed).collect()
    }

    #[test]
    fn only_the_words_that_differ_do() {
        let sides = difference("8 - 4 = 4 (left: 7 8 4)", "8 - 7 = 1 (left: 4 8 1)");
        assert_eq!(shown(&sides[0]), "8 - [4] = [4] (left: [7] 8 [4])");
        assert_eq!(shown(&sides[1]), "8 - [7] = [1] (left: [4] 8 [1])");
        let sides = difference("so it is", "so it is not");
        assert_eq!(
            (shown(&sides[0]), shown(&sides[1])),
            ("so it is".into(), "so it is[ not]".into())
        );
        assert_eq!(difference("", ""), [vec![], vec![]]);
    }

    #[test]
    fn texts_that_are_too_long_and_unlike_differ_as_a_whole() {
        let (one, other) = ("a ".repeat(2000), "b ".repeat(2000));
        let sides = difference(&format!("x {one}y"), &format!("x {other}y"));
        assert_eq!(sides[0].iter().filter(|part| part.differs).count(), 1);
        assert!(!sides[0][0].differs && sides[0][0].text == "x ");
    }

    proptest! {
        #[test]
        fn the_parts_are_the_texts_and_what_is_common_is_the_same(
            one in "[ab \n]{0,40}", other in "[ab \n]{0,40}"
        ) {
            let sides = difference(&one, &other);
            for (side, text) in sides.iter().zip([&one, &other]) {
                let whole: String = side.iter().map(|part| part.text.as_str()).collect();
                prop_assert_eq!(&whole, text);
            }
            let common = |side: &[Part]| -> String {
                let same = side.iter().filter(|part| !part.differs);
                same.flat_map(|part| part.text.chars()).filter(|c| *c != ' ').collect()
            };
            prop_assert_eq!(common(&sides[0]), common(&sides[1]));
            if one == other {
                prop_assert!(sides[0].iter().all(|part| !part.differs));
            }
        }
    }
}
