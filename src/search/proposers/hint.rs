//! Hints (START, Li et al. 2025; `methods.md` 29): a sentence is put into the model's mouth, and it
//! goes on from there. The six kinds are texts that a person can put others in place of.

use crate::assets;
use crate::assets::prompts::{self, Template};
use crate::search::proposer::{Occasion, Offer, Proposer};

/// Puts a hint into the model's mouth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// One kind after the other, as children come.
    InTurn,
    /// One of the kinds, by its place in [`KINDS`].
    Kind(usize),
}

/// A kind of hint: its proposer's name, what it is for, and its text.
pub type Kind = (&'static str, &'static str, &'static Template);

/// The six kinds of START.
pub static KINDS: [Kind; 6] = [
    ("hint-calculate", "a hint to calculate with care", &prompts::HINT_CALCULATE),
    ("hint-reflect", "a hint to look back", &prompts::HINT_REFLECT),
    ("hint-logic", "a hint to check the logic", &prompts::HINT_LOGIC),
    ("hint-alternative", "a hint to try another way", &prompts::HINT_ALTERNATIVE),
    ("hint-tool", "a hint to write it as a program", &prompts::HINT_TOOL),
    ("hint-deeper", "a hint to think more deeply", &prompts::HINT_DEEPER),
];

impl Proposer for Hint {
    fn name(&self) -> &'static str {
        match self {
            Self::InTurn => "hint",
            Self::Kind(kind) => KINDS.get(*kind).map_or("hint", |(name, ..)| *name),
        }
    }

    fn about(&self) -> &'static str {
        match self {
            Self::InTurn => "a hint put into the model's mouth, six kinds in turn",
            Self::Kind(kind) => KINDS.get(*kind).map_or("", |(_, about, _)| *about),
        }
    }

    fn propose(&self, occasion: &Occasion<'_>) -> Offer {
        if assets::is_embedded(&occasion.model.name) {
            return occasion.plain();
        }
        let kind = match self {
            Self::InTurn => occasion.tree.node(occasion.node).child_count() as usize % KINDS.len(),
            Self::Kind(kind) => *kind,
        };
        match KINDS.get(kind) {
            Some((name, _, template)) => occasion.after(name, &template.plain()),
            None => occasion.plain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{last_words, offer};
    use super::*;
    use crate::tree::NodeId;
    use crate::tree::sample::Grower;

    #[test]
    fn hints_come_in_turn_and_stand_at_the_end_of_what_was_said() {
        let mut grower = Grower::new("p");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..KINDS.len() {
            let offer = offer(&Hint::InTurn, &grower, NodeId::ROOT, None, "any");
            let words = offer.inserted.clone().unwrap();
            assert!(words.ends_with('\n') && words.len() > 20, "{words}");
            assert_eq!(last_words(&offer), Some(words.as_str()));
            seen.insert((offer.name, words));
            grower.add(NodeId::ROOT, "a step\n");
        }
        assert_eq!(seen.len(), 6);
        let step = NodeId(1);
        let one = offer(&Hint::Kind(1), &grower, step, None, "any");
        assert_eq!(one.name, "hint-reflect");
        assert_eq!(one.prompt.turns.len(), 2);
    }
}
