//! What may be pruned: what is suggested, what a prune takes out, and when it is too early for one.

use crate::aggregate::{Poll, improbable};
use crate::evaluate::{Rating, verify};
use crate::tree::{NodeId, State, Tree};

/// A step that was judged more often has shown what it is worth.
const FEW: u64 = 2;
/// Values below this are low.
const LOW: f64 = 0.5;

/// Returns the tops of the subtrees that consist of improbable trajectories alone, as RPC prunes
/// them. What may still grow, and what was verified as right, is left out.
#[must_use]
pub fn suggested(tree: &Tree) -> Vec<NodeId> {
    let right =
        |id: NodeId| tree.evaluation(id, verify::NAME).is_some_and(|verdict| verdict.value > 0.5);
    let poll = Poll::new(tree, Rating::NAME);
    // Children have the higher numbers, so that they are known before their parents.
    let mut doomed = vec![false; tree.len()];
    improbable(&poll).into_iter().filter(|id| !right(*id)).for_each(|id| doomed[id.index()] = true);
    for id in tree.ids().rev().filter(|id| *id != NodeId::ROOT) {
        let counts = |child: &NodeId| {
            let child = tree.node(*child);
            !child.is_pruned() && child.state() != State::Duplicate
        };
        let mut children = tree.children(id).filter(counts).peekable();
        if tree.node(id).state() != State::Answered {
            let some = children.peek().is_some();
            doomed[id.index()] = some && children.all(|child| doomed[child.index()]);
        }
    }
    let nodes: Vec<_> = tree.ids().skip(1).filter(|id| doomed[id.index()]).collect();
    tops(tree, &nodes)
}

/// Returns those of some nodes that are live and have none of them above.
#[must_use]
pub fn tops(tree: &Tree, nodes: &[NodeId]) -> Vec<NodeId> {
    let mut chosen = vec![false; tree.len()];
    for id in nodes {
        chosen[id.index()] = true;
    }
    let alone = |id: &NodeId| !tree.ancestors(*id).skip(1).any(|at| chosen[at.index()]);
    nodes.iter().copied().filter(|id| tree.is_live(*id)).filter(alone).collect()
}

/// Returns whether a step was judged low, but too seldom and too far from an answer to know: of
/// the first steps that Tree of Thoughts' model called impossible, one in eight could still be
/// solved (11 of 89), as many as of those it called likely.
#[must_use]
pub fn is_early(tree: &Tree, id: NodeId) -> bool {
    let statistics = tree.statistics(id, Rating::NAME);
    let open = tree.node(id).state() == State::Open;
    open && (1..=FEW).contains(&statistics.visits) && statistics.mean < LOW
}

#[cfg(test)]
mod tests {
    use super::super::proposal::tests::{answer, step};
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish, Token};

    /// Adds an answer whose one token has this probability.
    fn path(grower: &mut Grower, parent: NodeId, text: &str, probability: f32) -> NodeId {
        let node = NodeId(u32::try_from(grower.tree.len()).unwrap());
        let origin = crate::tree::Origin {
            proposer: "sample".into(),
            seed: 0,
            sampling: crate::tree::Sampling::default(),
        };
        grower.act(Actor::Search, Body::NodeAdded { node, parent, origin });
        let token = Token { id: 1, logprob: probability.ln(), bytes: text.as_bytes().to_vec() };
        grower.act(Actor::Model, Body::TokensAppended { node, tokens: vec![token] });
        let answer = Some(text.to_owned());
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        node
    }

    #[test]
    fn improbable_paths_are_suggested_by_their_tops_and_open_ones_are_not() {
        // The golden weights of `aggregate::rpc`: the last four are pruned.
        let mut grower = Grower::new("p");
        let fork = grower.add(NodeId::ROOT, "");
        let likely = [0.82, 0.79, 0.77, 0.74];
        let unlikely = [0.45, 0.40, 0.38, 0.33];
        let root = NodeId::ROOT;
        for (at, probability) in likely.iter().enumerate() {
            path(&mut grower, root, &format!("a{at}"), *probability);
        }
        let squares = |p: f32| p * p / 0.6065;
        let below: Vec<_> = unlikely[..2]
            .iter()
            .enumerate()
            .map(|(at, p)| path(&mut grower, fork, &format!("b{at}"), squares(*p)))
            .collect();
        let alone = path(&mut grower, root, "c", unlikely[2]);
        let other = path(&mut grower, root, "d", unlikely[3]);
        assert_eq!(suggested(&grower.tree), [fork, alone, other]);
        let open = grower.add(fork, "still open\n");
        assert_eq!(suggested(&grower.tree), [below[0], below[1], alone, other]);
        grower.act(Actor::Person, Body::Pruned { node: open });
        assert_eq!(suggested(&grower.tree), [fork, alone, other]);
    }

    #[test]
    fn few_low_values_of_an_open_step_are_early() {
        let mut grower = Grower::new("p");
        let low = step(&mut grower, NodeId::ROOT, "a\n", 0.2);
        let end = answer(&mut grower, low, "25", 0.1, false);
        let back_up = |grower: &mut Grower, node, value| {
            let evaluator = Rating::NAME.into();
            grower.act(Actor::Search, Body::BackedUp { node, evaluator, value });
        };
        assert!(!is_early(&grower.tree, low), "never judged");
        back_up(&mut grower, end, 0.1);
        assert!(is_early(&grower.tree, low) && !is_early(&grower.tree, end));
        back_up(&mut grower, low, 0.2);
        back_up(&mut grower, low, 0.2);
        assert!(!is_early(&grower.tree, low), "judged often enough");
    }
}
