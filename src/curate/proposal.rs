//! Proposed labels: what the model's own rating, or a verifier, says of a step.

use crate::evaluate::{Arithmetic, Rating, verify};
use crate::tree::{Label, NodeId, State, Tree};

/// Values below this are proposed as bad.
const BAD: f64 = 0.4;
/// Values from here on are proposed as good.
const GOOD: f64 = 0.6;

/// Returns the label that is proposed for a step: bad if it states a false equation, the verifier's
/// verdict on an answer, else what the model's rating comes to. A step that nobody judged has no
/// proposal.
#[must_use]
pub fn proposal(tree: &Tree, id: NodeId) -> Option<Label> {
    if tree.evaluation(id, Arithmetic::NAME).is_some_and(|sums| sums.value <= 0.0) {
        return Some(Label::Bad);
    }
    let verdict = tree.evaluation(id, verify::NAME);
    let value = verdict.or_else(|| tree.evaluation(id, Rating::NAME))?.value;
    Some(match value {
        value if value < BAD => Label::Bad,
        value if value < GOOD => Label::Neutral,
        _ => Label::Good,
    })
}

/// Returns whether a trajectory is right, where that is known: what the verifier said, or no where
/// the problem asks for an answer and it ends without one.
#[must_use]
pub fn outcome(tree: &Tree, trajectory: NodeId) -> Option<bool> {
    if let Some(verdict) = tree.evaluation(trajectory, verify::NAME) {
        return Some(verdict.value > 0.5);
    }
    let is_asked = tree.problem().is_some_and(|problem| verify::of(problem).is_some());
    (is_asked && tree.node(trajectory).answer().is_none()).then_some(false)
}

/// Whether a step is whole and is not a mere repetition.
pub(super) fn may_be_labelled(tree: &Tree, id: NodeId) -> bool {
    id != NodeId::ROOT && matches!(tree.node(id).state(), State::Open | State::Answered)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish};

    /// Adds a rated step.
    pub fn step(grower: &mut Grower, parent: NodeId, text: &str, rating: f64) -> NodeId {
        let node = grower.add(parent, text);
        grower.judge(node, Rating::NAME, rating);
        node
    }

    /// Adds a rated and verified answer.
    pub fn answer(
        grower: &mut Grower,
        parent: NodeId,
        text: &str,
        rating: f64,
        right: bool,
    ) -> NodeId {
        let node = grower.sprout(parent, text);
        let answer = Some(text.to_owned());
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        grower.judge(node, Rating::NAME, rating);
        grower.judge(node, verify::NAME, f64::from(u8::from(right)));
        node
    }

    #[test]
    fn a_verdict_outweighs_the_rating_and_nothing_has_no_proposal() {
        let mut grower = Grower::new("p");
        let low = step(&mut grower, NodeId::ROOT, "a\n", 0.39);
        let middle = step(&mut grower, NodeId::ROOT, "b\n", 0.4);
        let high = step(&mut grower, NodeId::ROOT, "c\n", 0.6);
        let wrong = answer(&mut grower, high, "25", 1.0, false);
        let bare = grower.add(NodeId::ROOT, "d\n");
        let false_sum = step(&mut grower, NodeId::ROOT, "1 + 1 = 3\n", 0.9);
        grower.judge(false_sum, Arithmetic::NAME, 0.0);
        let found = |id| proposal(&grower.tree, id);
        assert_eq!(found(false_sum), Some(Label::Bad));
        assert_eq!(found(low), Some(Label::Bad));
        assert_eq!(found(middle), Some(Label::Neutral));
        assert_eq!(found(high), Some(Label::Good));
        assert_eq!(found(wrong), Some(Label::Bad));
        assert_eq!(found(bare), None);
    }
}
