//! Growing: nodes are added, the engine is asked for their text, and what it sends is taken in.

use super::{Driver, Fresh, Pending, Turn};
use crate::engine::protocol::{Generate, Request, RequestId, StopReason};
use crate::reasoning;
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
        let Some(model) = &self.model else { return };
        let used = model.identity();
        let known = |body: &Body| matches!(body, Body::ModelSet { .. });
        if tree.model() != Some(&used) && !turn.operations.iter().any(|(_, body)| known(body)) {
            turn.operations.push((Actor::Search, Body::ModelSet { model: used }));
        }
        let added =
            turn.operations.iter().filter(|(_, body)| matches!(body, Body::NodeAdded { .. }));
        let first = u32::try_from(tree.len() + added.count()).unwrap_or(u32::MAX);
        let elder = tree.node(parent).child_count();
        let sampling = self.policy.sampling;
        let seeds: Vec<_> =
            (0..count).map(|index| child_seed(self.session_seed, parent, elder + index)).collect();
        let nodes: Vec<_> = (0..count).map(|index| NodeId(first + index)).collect();
        let Some(model) = &self.model else { return };
        let (prompt, proposer) = self.policy.proposer.propose(tree, parent, &model.info);
        let proposer = if roll_out { "roll-out" } else { proposer };
        for (node, seed) in nodes.iter().zip(&seeds) {
            let origin = Origin { proposer: proposer.to_owned(), seed: *seed, sampling };
            let added = Body::NodeAdded { node: *node, parent, origin };
            turn.operations.push((Actor::Search, added));
        }
        let id = self.request();
        let Some(model) = &self.model else { return };
        turn.requests.push(Request::Generate(Generate {
            id,
            prompt,
            seeds,
            sampling,
            segmentation: model.segmentation.clone(),
            max_tokens: self.policy.step_tokens,
            ..Generate::default()
        }));
        self.pending.insert(id, Pending::Growth { parent, nodes, roll_out, cancelled: false });
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
        let Some(Pending::Growth { nodes, roll_out, cancelled, .. }) = self.pending.get(&id) else {
            return;
        };
        let Some(node) = nodes.get(branch as usize).copied() else { return };
        let (roll_out, cancelled) = (*roll_out, *cancelled);
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
        turn.operations.push((Actor::Model, Body::NodeFinished { node, finish, answer }));
    }
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
