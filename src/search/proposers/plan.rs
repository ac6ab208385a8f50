//! Root plans (Auto-Evolve): before the first step the model writes a plan, each child of the
//! problem another one, and the path goes on from it.

use serde_json::json;

use crate::assets::{self, prompts};
use crate::search::proposer::{Occasion, Offer, Proposer};
use crate::tree::NodeId;

/// Asks for a plan at the root; elsewhere the model goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan;

/// The most plans that are told so that a new one differs.
const TOLD: usize = 4;

impl Proposer for Plan {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn about(&self) -> &'static str {
        "a plan first, another for each child of the problem"
    }

    fn propose(&self, occasion: &Occasion<'_>) -> Offer {
        if occasion.node != NodeId::ROOT || assets::is_embedded(&occasion.model.name) {
            return occasion.plain();
        }
        let tree = occasion.tree;
        let plans = tree.children(NodeId::ROOT).filter(|child| {
            let planned = tree.node(*child).origin().is_some_and(|own| own.proposer == self.name());
            planned && !tree.node(*child).is_pruned()
        });
        let plans: Vec<_> = plans.map(|child| tree.node(child).text().trim()).collect();
        let plans = plans.get(plans.len().saturating_sub(TOLD)..).unwrap_or_default();
        let words = prompts::PLAN.fill(&json!({ "plans": plans }));
        Offer { is_whole: true, ..occasion.told(self.name(), &words) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{offer, question};
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish, Origin, Sampling};

    #[test]
    fn the_problem_is_planned_and_later_plans_know_the_earlier_ones() {
        let mut grower = Grower::new("the problem");
        let first = offer(&Plan, &grower, NodeId::ROOT, None, "any");
        assert!(first.is_whole && question(&first).starts_with("the problem\n\n"));
        assert!(!question(&first).contains("1. Pair"), "{}", question(&first));
        let node = NodeId(1);
        let origin = Origin { proposer: "plan".into(), seed: 1, sampling: Sampling::default() };
        grower.act(Actor::Search, Body::NodeAdded { node, parent: NodeId::ROOT, origin });
        let text = "1. Pair the eights.\n".to_owned();
        grower.act(Actor::Model, Body::TextAppended { node, text });
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::Step, answer: None });
        let second = offer(&Plan, &grower, NodeId::ROOT, None, "any");
        assert!(question(&second).contains("1. Pair the eights."), "{}", question(&second));
        let below = offer(&Plan, &grower, node, None, "any");
        assert_eq!((below.name, below.is_whole), ("sample", false));
    }
}
