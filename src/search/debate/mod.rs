//! SWE-Search's discriminator: agents debate which answer is right, round by round, and one more
//! voice concludes (`methods.md` 20: 5 agents, 3 rounds; agents later in a round hear the earlier
//! ones; a cool concluding call over a summary).
//!
//! Responsible for what is debated and for what each voice is asked. A general model argues in
//! words (`words`); the embedded model, which has learnt to choose between two next steps, in pairs
//! (`duels`). Not responsible for sending the questions (the driver), nor for the record (`tree`).

mod duels;
mod words;

use std::collections::BTreeMap;

pub(super) use duels::{LABELS, Mind, Readings, Thought};
pub(super) use words::{grammar, prompt, read};

use super::policy::Policy;
use crate::reasoning::{AnswerClass, classify};
use crate::tree::{Debate, Manner, NodeId, Statement, Tree, Voice};

/// The shape of a debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How it is decided.
    pub manner: Manner,
    /// Agents that speak in each round.
    pub agents: u32,
    /// Rounds before the conclusion.
    pub rounds: u32,
}

impl Rules {
    /// Those of SWE-Search's refactored program.
    pub const SWE_SEARCH: Self = Self { manner: Manner::Debate, agents: 5, rounds: 3 };
    /// One voice over all solutions (Lin et al. 2023; `methods.md` 33).
    pub const AGREEMENT: Self = Self { manner: Manner::Agreement, agents: 0, rounds: 0 };
}

/// The most answers that are debated: the most valued.
const MOST: usize = 6;
/// The most solutions that an agreement is sought over (`methods.md` 33).
const MOST_SOLUTIONS: usize = 20;

/// The temperature of a voice: agents speak their mind, the conclusion is cool (`methods.md` 20),
/// an agreement is read greedily.
pub(super) fn temperature(manner: Manner, voice: Voice) -> f32 {
    match voice {
        _ if manner == Manner::Agreement => 0.0,
        Voice::Agent { .. } => 1.0,
        Voice::Conclusion => 0.2,
    }
}

/// What a trajectory is valued by an evaluator, if it is.
fn value(tree: &Tree, node: NodeId, values: &str) -> Option<f64> {
    tree.evaluation(node, values).map(|own| own.value)
}

/// Returns the trajectories by answer, those that a check of the policy speaks against left out.
pub(super) fn by_answer(tree: &Tree, policy: &Policy) -> BTreeMap<AnswerClass, Vec<NodeId>> {
    let mut classes: BTreeMap<AnswerClass, Vec<NodeId>> = BTreeMap::new();
    for node in tree.trajectories() {
        let Some(answer) = tree.node(node).answer() else { continue };
        if !tree.ancestors(node).any(|at| policy.is_vetoed(tree, at)) {
            classes.entry(classify(answer)).or_default().push(node);
        }
    }
    classes
}

/// Returns what would be decided about, if there are two different answers: in a debate the most
/// valued trajectory of each answer, the most valued first; in an agreement all trajectories, those
/// of the commonest answer first. What a check of the policy speaks against is left out.
#[must_use]
pub fn candidates(tree: &Tree, policy: &Policy, manner: Manner) -> Vec<NodeId> {
    let value = |node: NodeId| value(tree, node, policy.values).unwrap_or(0.0);
    let mut classes: Vec<_> = by_answer(tree, policy).into_values().collect();
    if classes.len() < 2 {
        return Vec::new();
    }
    for nodes in &mut classes {
        nodes.sort_by(|a, b| value(*b).total_cmp(&value(*a)).then(a.cmp(b)));
    }
    match manner {
        Manner::Debate => {
            let mut nodes: Vec<_> = classes.iter().filter_map(|nodes| nodes.first()).collect();
            nodes.sort_by(|a, b| value(**b).total_cmp(&value(**a)).then(a.cmp(b)));
            nodes.into_iter().take(MOST).copied().collect()
        }
        Manner::Agreement => {
            classes.sort_by_key(|nodes| std::cmp::Reverse(nodes.len()));
            classes.into_iter().flatten().take(MOST_SOLUTIONS).collect()
        }
    }
}

/// Says which answer is the commonest, for a model that cannot read several solutions: one of it
/// stands first.
pub(super) fn count(tree: &Tree, debate: &Debate) -> Statement {
    let class = |node: NodeId| tree.node(node).answer().map(classify);
    let choice = debate.candidates.first().copied();
    let same = debate.candidates.iter().filter(|one| class(**one) == choice.and_then(class));
    let words = format!(
        "{} of {} solutions agree; counted by pleach, since this model cannot read them together",
        same.count(),
        debate.candidates.len()
    );
    Statement { voice: Voice::Conclusion, choice, words, calls: 0, tokens: 0 }
}

/// Returns whether the policy would hold a debate before it believes an answer: there are two
/// answers at least, and no verdict on them.
#[must_use]
pub fn is_due(tree: &Tree, policy: &Policy) -> bool {
    let due = |rules: Rules| candidates(tree, policy, rules.manner).len() > 1;
    policy.debate.is_some_and(due) && tree.verdict().is_none()
}

/// Where two trajectories part: the last step that they share, and the first of each that differs.
/// Two roll-outs may share the text of a step without sharing the node.
fn fork(tree: &Tree, one: NodeId, other: NodeId) -> Option<(NodeId, NodeId, NodeId)> {
    let text = |node: NodeId| tree.node(node).text().trim();
    let mut shared = NodeId::ROOT;
    for (a, b) in tree.path(one).into_iter().zip(tree.path(other)).skip(1) {
        if a != b && text(a) != text(b) {
            return Some((shared, a, b));
        }
        shared = a;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish};

    pub(super) fn answer(grower: &mut Grower, parent: NodeId, text: &str, value: f64) -> NodeId {
        let node = grower.sprout(parent, text);
        let answer = Some(text.to_owned());
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        grower.judge(node, "rating", value);
        node
    }

    #[test]
    fn each_answer_is_debated_by_its_best_trajectory() {
        let mut grower = Grower::new("p");
        let root = NodeId::ROOT;
        let policy = Policy { debate: Some(Rules::SWE_SEARCH), ..Policy::swe_search() };
        let low = answer(&mut grower, root, "1/2", 0.3);
        assert!(!is_due(&grower.tree, &policy));
        let high = answer(&mut grower, root, "0.5", 0.4);
        let other = answer(&mut grower, root, "7", 0.9);
        let candidates = |grower: &Grower, manner| candidates(&grower.tree, &policy, manner);
        assert_eq!(candidates(&grower, Manner::Debate), [other, high]);
        assert_eq!(candidates(&grower, Manner::Agreement), [high, low, other]);
        assert!(is_due(&grower.tree, &policy));
        assert!(!is_due(&grower.tree, &Policy::swe_search()));
        grower.act(Actor::Person, Body::Pruned { node: high });
        assert_eq!(candidates(&grower, Manner::Debate), [other, low]);
    }

    #[test]
    fn a_fork_is_where_texts_part() {
        let mut grower = Grower::new("p");
        let (a, twin) = (grower.add(NodeId::ROOT, "x\n"), grower.add(NodeId::ROOT, "x\n"));
        let one = answer(&mut grower, a, "1", 0.5);
        let other = answer(&mut grower, twin, "2", 0.5);
        let last = answer(&mut grower, NodeId::ROOT, "3", 0.5);
        assert_eq!(fork(&grower.tree, one, other), Some((a, one, other)));
        assert_eq!(fork(&grower.tree, one, last), Some((NodeId::ROOT, a, last)));
        assert_eq!(fork(&grower.tree, one, one), None);
    }
}
