//! Other versions of a step that stands already, beside it: a better one (PIT), or the same in more
//! detail (Self-Lengthen).

use serde_json::json;

use crate::assets::{self, prompts};
use crate::search::proposer::{Occasion, Offer, Proposer};

/// Asks for another version of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// A better one.
    Improve,
    /// The same step as several smaller ones.
    Detail,
}

impl Proposer for Rewrite {
    fn name(&self) -> &'static str {
        match self {
            Self::Improve => "improve",
            Self::Detail => "detail",
        }
    }

    fn about(&self) -> &'static str {
        match self {
            Self::Improve => "a better version of a step, beside it",
            Self::Detail => "a step in several smaller ones, beside it",
        }
    }

    fn rewrites(&self) -> bool {
        true
    }

    fn propose(&self, occasion: &Occasion<'_>) -> Offer {
        let Some(step) = occasion.step().filter(|_| !assets::is_embedded(&occasion.model.name))
        else {
            return occasion.plain();
        };
        let step = occasion.tree.node(step).text().trim();
        let template = match self {
            Self::Improve => &prompts::IMPROVE,
            Self::Detail => &prompts::DETAIL,
        };
        let offer = occasion.told(self.name(), &template.fill(&json!({ "step": step })));
        // Smaller steps stand together in the place of one.
        Offer { is_whole: *self == Self::Detail, ..offer }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{offer, question};
    use super::*;
    use crate::tree::NodeId;
    use crate::tree::sample::Grower;

    #[test]
    fn the_best_child_is_rewritten_unless_a_person_chose_another() {
        let mut grower = Grower::new("p");
        let root = NodeId::ROOT;
        assert_eq!(offer(&Rewrite::Improve, &grower, root, None, "any").name, "sample");
        let nodes = ["weak step\n", "strong step\n"].map(|text| grower.add(root, text));
        grower.judge(nodes[0], "rating", 0.2);
        grower.judge(nodes[1], "rating", 0.8);
        let best = offer(&Rewrite::Improve, &grower, root, None, "any");
        assert!(question(&best).contains("strong step") && best.name == "improve");
        let chosen = offer(&Rewrite::Detail, &grower, root, Some(nodes[0]), "any");
        assert!(question(&chosen).contains("weak step") && chosen.is_whole);
    }
}
