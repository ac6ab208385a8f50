//! Growing: nodes are added, the engine is asked for their text, and what it sends is taken in.

use std::sync::Arc;

use super::{Driver, Fresh, Growth, Held, Judgement, Pending, Turn, Wanted};
use crate::engine::protocol::{Generate, Request, RequestId, StopReason};
use crate::reasoning::{self, Segmentation};
use crate::search::proposer::{Occasion, Offer, Proposer};
use crate::search::proposers::Sample;
use crate::search::seed::child_seed;
use crate::tree::{Actor, Body, Finish, NodeId, Origin, State, Tree};

impl Driver {
    /// Adds children to a node and asks the engine for their text. A roll-out goes on below each
    /// to an answer.
    pub(super) fn grow(
        &mut self,
        tree: &Tree,
        parent: NodeId,
        count: u32,
        roll_out: bool,
        turn: &mut Turn,
    ) {
        let proposer = Arc::clone(&self.policy.proposer);
        let wanted = Wanted { parent, of: None, count, roll_out };
        self.grow_by(tree, &proposer, wanted, turn);
    }

    /// As [`Driver::grow`], by a proposer. One that needs a judgement of the parent waits for it.
    pub(super) fn grow_by(
        &mut self,
        tree: &Tree,
        proposer: &Arc<dyn Proposer>,
        wanted: Wanted,
        turn: &mut Turn,
    ) {
        let parent = wanted.parent;
        if let Some(judge) = proposer.needs().filter(|_| parent != NodeId::ROOT)
            && tree.evaluation(parent, judge.name()).is_none()
        {
            let under_way = |judgement: &Judgement| {
                judgement.node == parent && judgement.evaluator.name() == judge.name()
            };
            if !self.judgements.values().any(under_way) {
                self.ask(tree, parent, &judge, turn);
            }
            let proposer = Arc::clone(proposer);
            self.held.push(Held { wanted, proposer, judge: judge.name() });
            return;
        }
        self.grow_now(tree, proposer, wanted, turn);
    }

    /// Lets a roll-out go on from a step, unless the step is valued too low for it. If the policy
    /// asks for the value, it is waited for.
    pub(super) fn go_on(&mut self, tree: &Tree, node: NodeId, turn: &mut Turn) {
        let values = self.policy.values;
        let judged =
            |judgement: &Judgement| judgement.node == node && judgement.evaluator.name() == values;
        if self.policy.floor.is_some()
            && tree.evaluation(node, values).is_none()
            && self.judgements.values().any(judged)
        {
            let wanted = Wanted { parent: node, of: None, count: 1, roll_out: true };
            let proposer = Arc::clone(&self.policy.proposer);
            self.held.push(Held { wanted, proposer, judge: values });
        } else if !self.is_too_low(tree, node) {
            self.grow(tree, node, 1, true, turn);
        }
    }

    fn is_too_low(&self, tree: &Tree, node: NodeId) -> bool {
        let value = tree.evaluation(node, self.policy.values).map(|own| own.value);
        value.zip(self.policy.floor).is_some_and(|(value, floor)| value < floor)
    }

    /// Lets grow what has waited for a judgement that came, or will not come.
    pub(super) fn look_at_held(&mut self, tree: &Tree, turn: &mut Turn) {
        for held in std::mem::take(&mut self.held) {
            let waits = |judgement: &Judgement| judgement.node == held.wanted.parent;
            let judged = tree.evaluation(held.wanted.parent, held.judge).is_some();
            if !judged && self.judgements.values().any(waits) {
                self.held.push(held);
            } else if self.may_grow(tree, held.wanted.parent).is_ok()
                && !(held.wanted.roll_out && self.is_too_low(tree, held.wanted.parent))
            {
                self.grow_now(tree, &held.proposer, held.wanted, turn);
            }
        }
    }

    fn grow_now(
        &mut self,
        tree: &Tree,
        proposer: &Arc<dyn Proposer>,
        wanted: Wanted,
        turn: &mut Turn,
    ) {
        let Wanted { mut parent, of, count, roll_out } = wanted;
        let Some(model) = &self.model else { return };
        let used = model.identity();
        let known = |body: &Body| matches!(body, Body::ModelSet { .. });
        if tree.model() != Some(&used) && !turn.operations.iter().any(|(_, body)| known(body)) {
            turn.operations.push((Actor::Search, Body::ModelSet { model: used }));
        }
        let (values, sampling) = (self.policy.values, self.policy.sampling);
        let occasion = Occasion { tree, node: parent, of, values, model: &model.info };
        let Offer { name, prompt, inserted, is_whole } = proposer.propose(&occasion);
        let segmentation = if is_whole { Segmentation::Whole } else { model.segmentation.clone() };
        let mut elder = tree.node(parent).child_count() + added_below(parent, turn);
        if let Some(text) = inserted {
            (parent, elder) = self.insert(tree, parent, name, text, turn);
        }
        let first = next_node(tree, turn);
        let seeds: Vec<_> =
            (0..count).map(|index| child_seed(self.session_seed, parent, elder + index)).collect();
        let nodes: Vec<_> = (0..count).map(|index| NodeId(first + index)).collect();
        let name = if roll_out && name == Sample::NAME { "roll-out" } else { name };
        for (node, seed) in nodes.iter().zip(&seeds) {
            let origin = Origin { proposer: name.into(), seed: *seed, sampling };
            let added = Body::NodeAdded { node: *node, parent, origin };
            turn.operations.push((Actor::Search, added));
        }
        let id = self.request();
        turn.requests.push(Request::Generate(Generate {
            id,
            prompt,
            seeds,
            sampling,
            segmentation,
            max_tokens: self.policy.step_tokens,
            ..Generate::default()
        }));
        let resamples = self.policy.resamples;
        let growth = Growth { parent, nodes, roll_out, is_whole, resamples, cancelled: false };
        self.pending.insert(id, Pending::Growth(growth));
    }

    /// Puts a step in below a node, or finds it there. Returns it with the number of its children.
    fn insert(
        &mut self,
        tree: &Tree,
        parent: NodeId,
        name: &str,
        text: String,
        turn: &mut Turn,
    ) -> (NodeId, u32) {
        let same = |child: &NodeId| {
            let node = tree.node(*child);
            node.state() == State::Open && !node.is_pruned() && node.text() == text
        };
        if let Some(child) = tree.children(parent).find(same) {
            return (child, tree.node(child).child_count() + added_below(child, turn));
        }
        let node = NodeId(next_node(tree, turn));
        let seed = child_seed(self.session_seed, parent, tree.node(parent).child_count());
        let origin = Origin { proposer: name.into(), seed, sampling: self.policy.sampling };
        let finish = Finish::Step;
        turn.operations.extend([
            (Actor::Search, Body::NodeAdded { node, parent, origin }),
            (Actor::Search, Body::TextAppended { node, text }),
            (Actor::Search, Body::NodeFinished { node, finish, answer: None }),
        ]);
        self.fresh.push_back(Fresh::judge(node));
        (node, 0)
    }

    /// The number of the next request.
    pub(super) fn request(&mut self) -> RequestId {
        self.next_request += 1;
        self.next_request - 1
    }

    /// Takes in the end of a branch.
    pub(super) fn branch_done(
        &mut self,
        tree: &Tree,
        id: RequestId,
        branch: u32,
        stop: StopReason,
        turn: &mut Turn,
    ) {
        let Some(Pending::Growth(growth)) = self.pending.get(&id) else { return };
        let Growth { nodes, roll_out, is_whole, cancelled, resamples, parent } = growth;
        let Some(node) = nodes.get(branch as usize).copied() else { return };
        let (roll_out, is_whole, cancelled) = (*roll_out, *is_whole, *cancelled);
        let (resamples, parent) = (*resamples, *parent);
        let last =
            nodes.iter().filter(|other| tree.node(**other).state() == State::Growing).eq([&node]);
        if last {
            self.pending.remove(&id);
        }
        if tree.node(node).state() != State::Growing {
            return;
        }
        let finish = match (stop, twin(tree, node)) {
            (StopReason::Cancelled, _) => Finish::Cancelled,
            // A roll-out goes on even where another went before.
            (_, Some(of)) if !roll_out => Finish::Duplicate { of },
            (StopReason::Step, _) => Finish::Step,
            (StopReason::EndOfTurn, _) if is_whole => Finish::Step,
            (StopReason::EndOfTurn, _) => Finish::EndOfTurn,
            (StopReason::Length, _) => Finish::Length,
        };
        let answer = match finish {
            Finish::EndOfTurn => reasoning::extract(&tree.path_text(node)),
            _ => None,
        };
        if matches!(finish, Finish::Step | Finish::EndOfTurn | Finish::Length) {
            let goes_on = roll_out && !cancelled && matches!(finish, Finish::Step);
            self.fresh.push_back(Fresh { node, verify: true, goes_on });
        }
        if answer.is_some() {
            self.answered.push(node);
        }
        if is_whole && finish == Finish::Step && !tree.node(node).text().ends_with('\n') {
            // The path goes on behind it.
            turn.operations
                .push((Actor::Search, Body::TextAppended { node, text: "\n".to_owned() }));
        }
        if matches!(finish, Finish::Duplicate { .. }) && resamples > 0 && !cancelled {
            self.again.push((parent, resamples - 1));
        }
        turn.operations.push((Actor::Model, Body::NodeFinished { node, finish, answer }));
    }

    /// Samples again in place of what repeated a sibling.
    pub(super) fn look_at_repeats(&mut self, tree: &Tree, turn: &mut Turn) {
        for (parent, resamples) in std::mem::take(&mut self.again) {
            if self.may_grow(tree, parent).is_err() {
                continue;
            }
            let before = self.next_request;
            self.grow(tree, parent, 1, false, turn);
            if let Some(Pending::Growth(growth)) = self.pending.get_mut(&before) {
                growth.resamples = resamples;
            }
        }
    }
}

/// How many children of a node a turn adds.
fn added_below(node: NodeId, turn: &Turn) -> u32 {
    let added = turn
        .operations
        .iter()
        .filter(|(_, body)| matches!(body, Body::NodeAdded { parent, .. } if *parent == node));
    u32::try_from(added.count()).unwrap_or(u32::MAX)
}

/// The number of the next node, after those that a turn adds.
fn next_node(tree: &Tree, turn: &Turn) -> u32 {
    let added = turn.operations.iter().filter(|(_, body)| matches!(body, Body::NodeAdded { .. }));
    u32::try_from(tree.len() + added.count()).unwrap_or(u32::MAX)
}

/// An earlier sibling with the same text.
fn twin(tree: &Tree, node: NodeId) -> Option<NodeId> {
    let text = tree.node(node).text().trim();
    let parent = tree.node(node).parent()?;
    tree.children(parent).find(|sibling| {
        let other = tree.node(*sibling);
        *sibling != node
            && matches!(other.state(), State::Open | State::Answered)
            && other.text().trim() == text
    })
}
