//! Hearing: what the engine says, and what becomes of requests that it will never answer: those
//! that failed, those of an engine that was lost, those of a session that was closed.

use super::work::{Fresh, Growth, Heard, Pending};
use super::{Driver, Loaded, Turn};
use crate::engine::protocol::Event;
use crate::reasoning::Segmentation;
use crate::tree::{Actor, Body, Finish, NodeId, Source, State, Tree};

impl Driver {
    /// Answers an event of the engine. The tree has everything applied that came before.
    pub fn handle(&mut self, tree: &Tree, event: &Event) -> Turn {
        let mut turn = Turn::default();
        match event {
            Event::Loaded(info) => {
                self.model = Some(Loaded {
                    segmentation: Segmentation::preset(&info.name),
                    info: info.clone(),
                });
            }
            Event::LoadFailed { message } => {
                self.model = None;
                self.stop(message, Actor::Search, &mut turn);
            }
            Event::Tokens { id, branch, tokens } => {
                if let Some(Pending::Judgement { written, .. } | Pending::Voice { written, .. }) =
                    self.pending.get_mut(id)
                {
                    written.extend_from_slice(tokens);
                } else if let Some(Pending::Growth(Growth { nodes, .. })) = self.pending.get(id)
                    && let Some(node) = nodes.get(*branch as usize)
                    && tree.node(*node).state() == State::Growing
                {
                    let appended = Body::TokensAppended { node: *node, tokens: tokens.clone() };
                    turn.operations.push((Actor::Model, appended));
                }
            }
            Event::BranchDone { id, branch, stop } => {
                self.written(tree, *id, &mut turn);
                self.spoken(tree, *id, &mut turn);
                self.branch_done(tree, *id, *branch, *stop, &mut turn);
            }
            Event::Labels { id, masses, tokens } => {
                self.compared(*id, masses, *tokens);
                let (masses, tokens) = (masses.clone(), *tokens);
                self.judged(tree, *id, Heard { masses, tokens, ..Heard::default() }, &mut turn);
            }
            Event::Scored { id, alternatives, .. } => self.heard_alternatives(*id, alternatives),
            Event::Failed { id, message } => {
                if let Some(pending) = self.pending.remove(id) {
                    match &pending {
                        Pending::Voice { .. } => self.debating = None,
                        Pending::Judgement { judgement, .. } => {
                            if let Some(given_up) = self.judgements.remove(judgement) {
                                self.frontier.forget(tree, given_up.node);
                            }
                        }
                        Pending::Growth(_) => {}
                        Pending::Alternatives { .. } => return turn,
                    }
                    Self::give_up(tree, pending, message, &mut turn);
                    self.stop(message, Actor::Search, &mut turn);
                }
            }
            Event::Lost { why, restarting } => {
                self.model = None;
                for pending in std::mem::take(&mut self.pending).into_values() {
                    Self::give_up(tree, pending, why, &mut turn);
                }
                let owed = std::mem::take(&mut self.judgements).into_values();
                self.owed.extend(owed.map(|judgement| (judgement.node, judgement.evaluator)));
                if !restarting {
                    self.stop("the engine was lost", Actor::Search, &mut turn);
                }
            }
            // The driver asks for nothing else, and progress is for the screen.
            _ => {}
        }
        turn
    }

    /// Marks what a request was growing as interrupted.
    fn give_up(tree: &Tree, pending: Pending, why: &str, turn: &mut Turn) {
        if let Pending::Growth(Growth { nodes, .. }) = pending {
            turn.operations.extend(interrupted(tree, nodes, why));
        }
    }

    /// Takes over a session that was opened: what it left growing is marked as interrupted,
    /// and what it left without a judgement will be judged. What another program grew is left as it is.
    pub fn take_over(&mut self, tree: &Tree) -> Turn {
        // A session that was killed before its problem was written has a root without an end.
        let steps = tree.ids().skip(1);
        let growing = steps.filter(|id| tree.node(*id).state() == State::Growing).collect();
        self.seen = tree.len();
        let own = |id: &NodeId| {
            let node = tree.node(*id);
            node.token_ids().len() > 0 || node.source() != Source::Sampled
        };
        let left = self.unjudged(tree).into_iter().filter(own);
        self.fresh = left.map(Fresh::judge).collect();
        let operations = interrupted(tree, growing, "pleach was closed while it grew").collect();
        Turn { operations, ..Turn::default() }
    }
}

/// Operations that mark those of the nodes as interrupted that are still growing.
fn interrupted<'a>(
    tree: &'a Tree,
    nodes: Vec<NodeId>,
    why: &'a str,
) -> impl Iterator<Item = (Actor, Body)> + 'a {
    nodes.into_iter().filter(|node| tree.node(*node).state() == State::Growing).map(|node| {
        let finish = Finish::Interrupted { why: why.to_owned() };
        (Actor::Search, Body::NodeFinished { node, finish, answer: None })
    })
}
