//! Proposers: one file each, and a line here.

mod correct;
mod feedback;
mod hint;
mod plan;
mod rewrite;
mod sample;

use std::sync::Arc;

pub use correct::Correct;
pub use feedback::Feedback;
pub use hint::{Hint, KINDS};
pub use plan::Plan;
pub use rewrite::Rewrite;
pub use sample::Sample;

use super::proposer::Proposer;

/// Returns all proposers.
#[must_use]
pub fn all() -> Vec<Arc<dyn Proposer>> {
    let mut all: Vec<Arc<dyn Proposer>> = vec![
        Arc::new(Sample),
        Arc::new(Feedback::Worst),
        Arc::new(Feedback::All),
        Arc::new(Correct),
        Arc::new(Plan),
        Arc::new(Rewrite::Improve),
        Arc::new(Rewrite::Detail),
        Arc::new(Hint::InTurn),
    ];
    all.extend((0..KINDS.len()).map(|kind| Arc::new(Hint::Kind(kind)) as Arc<dyn Proposer>));
    all
}

/// Returns the proposer of a name.
///
/// # Errors
/// Returns a sentence with the names that exist.
pub fn named(name: &str) -> Result<Arc<dyn Proposer>, String> {
    let all = all();
    let names: Vec<_> = all.iter().map(|proposer| proposer.name()).collect();
    all.into_iter().find(|proposer| proposer.name() == name).ok_or_else(|| {
        format!("there is no proposer named {name}; the proposers are: {}", names.join(", "))
    })
}

/// The origins of steps that were asked for by more than the path: sampled again from the path
/// alone, they would be others.
const TOLD: [&str; 4] = ["after feedback", "plan", "improve", "detail"];

/// Returns whether a step of an origin was asked for by its path alone.
#[must_use]
pub fn is_of_path_alone(origin: &str) -> bool {
    !TOLD.contains(&origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ModelInfo;
    use crate::engine::protocol::{Content, Part};
    use crate::evaluate::path_prompt;
    use crate::search::proposer::{Occasion, Offer};
    use crate::tree::NodeId;
    use crate::tree::sample::Grower;

    /// What a proposer offers a model for a child of a node.
    pub fn offer(
        proposer: &dyn Proposer,
        grower: &Grower,
        node: NodeId,
        of: Option<NodeId>,
        model: &str,
    ) -> Offer {
        let model = ModelInfo { name: model.into(), ..ModelInfo::default() };
        let tree = &grower.tree;
        proposer.propose(&Occasion { tree, node, of, values: "rating", model: &model })
    }

    /// The question of an offer.
    pub fn question(offer: &Offer) -> &str {
        let Content::Text(text) = &offer.prompt.turns[0].content else { panic!("it is text") };
        text
    }

    /// The text at the end of what the model has said so far.
    pub fn last_words(offer: &Offer) -> Option<&str> {
        match &offer.prompt.turns.last()?.content {
            Content::Text(text) => Some(text),
            Content::Parts(parts) => match parts.last()? {
                Part::Text(text) => Some(text),
                Part::Tokens(_) => None,
            },
            Content::Tokens(_) => None,
        }
    }

    #[test]
    fn names_are_unique_and_found() {
        let names: std::collections::BTreeSet<_> = all().iter().map(|one| one.name()).collect();
        assert_eq!(names.len(), all().len());
        assert!(names.iter().all(|name| named(name).is_ok_and(|one| one.name() == *name)));
        assert!(named("nonsense").unwrap_err().contains("hint-reflect"));
    }

    #[test]
    fn the_embedded_model_is_told_nothing_that_it_has_not_learnt() {
        let mut grower = Grower::new("Use 4, 7, 8 and 8 to make 24.");
        let step = grower.add(NodeId::ROOT, "8 - 4 = 4 (left: 7 8 4)\n");
        for proposer in all() {
            for node in [NodeId::ROOT, step] {
                let plain = offer(proposer.as_ref(), &grower, node, None, "pleach-reasoner");
                assert_eq!(plain.prompt, path_prompt(&grower.tree, node), "{}", proposer.name());
                assert_eq!((plain.name, plain.inserted), ("sample", None));
                let told = offer(proposer.as_ref(), &grower, node, Some(step), "any");
                let asked = question(&told) != "Use 4, 7, 8 and 8 to make 24.";
                assert_eq!(is_of_path_alone(told.name), !asked, "{}", told.name);
            }
        }
    }
}
