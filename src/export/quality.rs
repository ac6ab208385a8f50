//! What speaks against an example: loops, noise, odd lengths, loneliness, low ratings, odd words.
//!
//! Responsible for flags that a person sees before anything is written. They are relative to
//! the other examples (SELF-GUIDE: two standard deviations of length; Middo: of quality, loss
//! and nearness to the two nearest neighbours), except for loops (Self-Lengthen: the same 13
//! words twice, or an ending that repeats) and noise (SELF-GUIDE: a list of phrases).

use std::collections::BTreeSet;

use super::example::Example;
use super::options::Flag;
use super::trajectory::Trajectory;
use crate::tree::Tree;

/// How many words in a row may not come twice.
const GRAM: usize = 13;
/// Standard deviations from the mean beyond which an example is flagged.
const DEVIATIONS: f64 = 2.0;
/// Fewer examples than this have no mean worth the name.
const FEWEST: usize = 8;
/// Dimensions of the bag of words by which examples are compared.
const DIMENSIONS: usize = 32;

/// What no answer should hold, in small letters: marks of chat templates, and refusals.
const NOISE: &[&str] = &[
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "[inst]",
    "[/inst]",
    "<<sys>>",
    "### instruction",
    "### response",
    "as an ai language model",
    "as an ai assistant",
    "i'm sorry, but",
    "i cannot help with",
    "i can't help with",
];

/// What is known of an example's text, in a few bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Traits {
    words: f64,
    loops: bool,
    noise: bool,
    rating: Option<f64>,
    /// The mean of the negated log-probabilities of what is learnt.
    loss: Option<f64>,
    /// Counts of hashed words, of length one.
    bag: [f32; DIMENSIONS],
}

impl Traits {
    /// Measures what a trainer would learn from an example.
    #[must_use]
    pub fn of(tree: &Tree, example: &Example) -> Option<Self> {
        let path = example.learnt()?;
        let (_, text) = path.parts();
        let words: Vec<_> = text.split_whitespace().collect();
        Some(Self {
            words: words.len() as f64,
            loops: repeats(&words) || ends_in_circles(&text),
            noise: is_noisy(&text),
            rating: path.rating(),
            loss: loss(tree, path),
            bag: bag(&words),
        })
    }
}

/// Whether the same [`GRAM`] words come twice.
fn repeats(words: &[&str]) -> bool {
    let mut seen = BTreeSet::new();
    words.windows(GRAM).any(|gram| !seen.insert(gram))
}

/// Whether the end of a text is the same few characters at least four times.
fn ends_in_circles(text: &str) -> bool {
    let end: Vec<_> = text.trim_end().chars().rev().take(240).collect();
    (2..=end.len() / 4).any(|period| {
        let times = end.chunks_exact(period).take_while(|part| *part == &end[..period]).count();
        // A rule of dashes is no loop.
        times >= 4
            && end[..period].iter().any(|character| character.is_alphanumeric())
            && times * period >= 24
    })
}

/// Whether a text holds any of [`NOISE`].
fn is_noisy(text: &str) -> bool {
    let text = text.to_lowercase();
    NOISE.iter().any(|phrase| text.contains(phrase))
}

fn loss(tree: &Tree, path: &Trajectory) -> Option<f64> {
    let trained = path.segments.iter().filter(|segment| segment.trained);
    let all: Vec<_> = trained
        .flat_map(|segment| tree.node(segment.node).logprobs())
        .map(|logprob| -f64::from(logprob))
        .collect();
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

fn bag(words: &[&str]) -> [f32; DIMENSIONS] {
    let mut bag = [0.0; DIMENSIONS];
    for word in words {
        let hash = blake3::hash(word.as_bytes());
        bag[usize::from(hash.as_bytes()[0]) % DIMENSIONS] += 1.0;
    }
    let length = bag.iter().map(|count| count * count).sum::<f32>().sqrt();
    if length > 0.0 {
        for count in &mut bag {
            *count /= length;
        }
    }
    bag
}

/// Returns the flags of each example; `problems` says which examples belong together.
#[must_use]
pub fn flags(all: &[(usize, &Traits)]) -> Vec<Vec<Flag>> {
    let mut flags: Vec<Vec<_>> = all
        .iter()
        .map(|(_, traits)| {
            let found = [(traits.loops, Flag::Loop), (traits.noise, Flag::Noise)];
            found.into_iter().filter(|(holds, _)| *holds).map(|(_, flag)| flag).collect()
        })
        .collect();
    let near = nearness(all);
    let figures: [(Flag, bool, Vec<Option<f64>>); 5] = [
        (Flag::Long, true, all.iter().map(|(_, traits)| Some(traits.words)).collect()),
        (Flag::Short, false, all.iter().map(|(_, traits)| Some(traits.words)).collect()),
        (Flag::Low, false, all.iter().map(|(_, traits)| traits.rating).collect()),
        (Flag::Odd, true, all.iter().map(|(_, traits)| traits.loss).collect()),
        (Flag::Sparse, false, near),
    ];
    for (flag, above, figures) in figures {
        let known: Vec<_> = figures.iter().flatten().copied().collect();
        if known.len() < FEWEST {
            continue;
        }
        let (mean, deviation) = spread(&known);
        let cut = mean + if above { DEVIATIONS } else { -DEVIATIONS } * deviation;
        for (flags, figure) in flags.iter_mut().zip(figures) {
            if figure.is_some_and(|figure| if above { figure > cut } else { figure < cut }) {
                flags.push(flag);
            }
        }
    }
    flags
}

/// Of each example, the mean likeness of the two of the same problem that are most like it.
fn nearness(all: &[(usize, &Traits)]) -> Vec<Option<f64>> {
    let mut by_problem = std::collections::BTreeMap::<_, Vec<_>>::new();
    for (index, (problem, _)) in all.iter().enumerate() {
        by_problem.entry(*problem).or_default().push(index);
    }
    let mut near = vec![None; all.len()];
    for group in by_problem.values().filter(|group| group.len() > 2) {
        for index in group {
            let mut best = [f32::MIN; 2];
            for other in group.iter().filter(|other| *other != index) {
                let pairs = all[*index].1.bag.iter().zip(&all[*other].1.bag);
                let likeness = pairs.map(|(a, b)| a * b).sum::<f32>();
                if likeness > best[0] {
                    best = [likeness, best[0]];
                } else if likeness > best[1] {
                    best[1] = likeness;
                }
            }
            near[*index] = Some(f64::from(best[0] + best[1]) / 2.0);
        }
    }
    near
}

/// Mean and standard deviation, of the whole population.
fn spread(figures: &[f64]) -> (f64, f64) {
    let count = figures.len() as f64;
    let mean = figures.iter().sum::<f64>() / count;
    let variance = figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_middos() {
        // Middo's rule with one deviation on its example: only the last is above the cut.
        let (mean, deviation) = spread(&[1.0, 1.2, 0.9, 1.1, 3.0]);
        assert!((mean + deviation - 2.226_384_13).abs() < 1e-8);
    }

    #[test]
    fn loops_are_found_and_rules_are_not() {
        let many = "the sum of the two is four and so the answer must be four then ";
        let words: Vec<_> = many.split(' ').chain(many.split(' ')).collect();
        assert!(repeats(&words));
        assert!(!repeats(&many.split(' ').collect::<Vec<_>>()));
        assert!(ends_in_circles("so 3 + 4 wait no wait no wait no wait no wait no wait no"));
        assert!(!ends_in_circles("a heading\n----------------------------------------"));
        assert!(!ends_in_circles("1 + 2 = 3 (left: 4 5)\n3 + 4 = 7 (left: 5)\nAnswer: 7"));
    }

    #[test]
    fn marks_of_a_template_and_refusals_are_noise() {
        assert!(is_noisy("4 + 3 = 7\n<|im_start|>user"));
        assert!(is_noisy("I'm sorry, but I need more numbers."));
        assert!(!is_noisy("4 < 7 and 7 > 3, so [1, 2] it is"));
    }

    #[test]
    fn what_stands_out_is_flagged_among_enough_others() {
        let traits = |words: f64, rating: f64| Traits {
            words,
            loops: false,
            noise: false,
            rating: Some(rating),
            loss: None,
            bag: bag(&["a", "b"]),
        };
        let mut all: Vec<_> = (0..20).map(|_| traits(10.0, 0.8)).collect();
        all.push(traits(90.0, 0.1));
        let numbered: Vec<_> = all.iter().map(|traits| (0, traits)).collect();
        let found = flags(&numbered);
        assert_eq!(found[20], [Flag::Long, Flag::Low]);
        assert!(found[..20].iter().all(Vec::is_empty));
        assert!(flags(&numbered[18..]).iter().all(Vec::is_empty));
    }
}
