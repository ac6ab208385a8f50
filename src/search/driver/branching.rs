//! Branching inside a step: which tokens the model could have taken, and a new sibling that takes
//! one of them.

use super::{Driver, Growth, Pending, Turn};
use crate::engine::protocol::{Content, Generate, Part, Prompt, Request, RequestId};
use crate::evaluate::path_prompt;
use crate::search::seed::child_seed;
use crate::tree::{Actor, Body, NodeId, Origin, State, Token, Tree};

/// The proposer's name of steps that take another token.
pub const ALTERNATIVE: &str = "alternative";

/// How many tokens are told at each place.
const SHOWN: u32 = 8;

/// What a model could have said at each place of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternatives {
    /// The step.
    pub node: NodeId,
    /// For each of its tokens the most probable ones at its place, the likeliest first.
    pub tokens: Vec<Vec<Token>>,
}

impl Driver {
    /// Asks which tokens a step could have had; [`Driver::take_alternatives`] has the reply.
    ///
    /// # Errors
    /// Returns a sentence if the step was not sampled, or no model is loaded.
    pub fn ask_alternatives(&mut self, tree: &Tree, node: NodeId) -> Result<Turn, String> {
        let (_, prompt) = self.prompt_above(tree, node)?;
        if tree.node(node).state() == State::Growing {
            return Err(format!("{node} is still growing."));
        }
        let continuation = Content::Tokens(tree.node(node).token_ids().collect());
        let id = self.request();
        self.pending.insert(id, Pending::Alternatives { node });
        let request = Request::ScoreText { id, prompt, continuation, alternatives: SHOWN };
        Ok(Turn { requests: vec![request], ..Turn::default() })
    }

    pub(super) fn heard_alternatives(&mut self, id: RequestId, found: &[Vec<Token>]) {
        if let Some(Pending::Alternatives { node }) = self.pending.get(&id) {
            self.alternatives = Some(Alternatives { node: *node, tokens: found.to_vec() });
            self.pending.remove(&id);
        }
    }

    /// Returns the reply to [`Driver::ask_alternatives`], once.
    pub fn take_alternatives(&mut self) -> Option<Alternatives> {
        self.alternatives.take()
    }

    /// Grows a sibling of a step that begins as the step does, takes another token at a place
    /// counted from 0, and goes on from there.
    ///
    /// # Errors
    /// Returns a sentence if it cannot be.
    pub fn branch(
        &mut self,
        tree: &Tree,
        node: NodeId,
        place: usize,
        token: Token,
    ) -> Result<Turn, String> {
        let (parent, mut prompt) = self.prompt_above(tree, node)?;
        let mut tokens = tokens(tree, node);
        tokens.truncate(place);
        tokens.push(token);
        let text: Vec<u8> = tokens.iter().flat_map(|token| token.bytes.clone()).collect();
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err("A step cannot begin with its end; choose another token.".to_owned());
        }
        go_on(&mut prompt, tokens.iter().map(|token| token.id).collect());
        let Some(model) = &self.model else { return Err("No model is loaded yet.".to_owned()) };
        let segmentation = model.segmentation.clone();
        let seed = child_seed(self.session_seed, parent, tree.node(parent).child_count());
        let sampling = self.policy.sampling;
        let child = NodeId(u32::try_from(tree.len()).unwrap_or(u32::MAX));
        let origin = Origin { proposer: ALTERNATIVE.into(), seed, sampling };
        let id = self.request();
        let nodes = vec![child];
        let (roll_out, is_whole, cancelled) = (false, false, false);
        let growth = Growth { parent, nodes, roll_out, is_whole, resamples: 0, cancelled };
        self.pending.insert(id, Pending::Growth(growth));
        let request = Request::Generate(Generate {
            id,
            prompt,
            seeds: vec![seed],
            sampling,
            segmentation,
            max_tokens: self.policy.step_tokens,
            ..Generate::default()
        });
        Ok(Turn {
            operations: vec![
                (Actor::Person, Body::NodeAdded { node: child, parent, origin }),
                (Actor::Person, Body::TokensAppended { node: child, tokens }),
            ],
            requests: vec![request],
            ..Turn::default()
        })
    }

    /// The parent of a sampled step and the prompt that was asked there.
    fn prompt_above(&self, tree: &Tree, node: NodeId) -> Result<(NodeId, Prompt), String> {
        if self.model.is_none() {
            return Err("No model is loaded yet.".to_owned());
        }
        let step = tree.node(node);
        let Some(parent) = step.parent().filter(|_| step.token_ids().len() > 0) else {
            return Err(format!("{node} was not sampled, so it has no other tokens."));
        };
        if !tree.is_live(parent) {
            return Err(format!("{node} is pruned; restore it with x."));
        }
        Ok((parent, path_prompt(tree, parent)))
    }
}

/// The tokens of a step with their bytes. Of a character that several tokens share the last one
/// has all the bytes.
fn tokens(tree: &Tree, node: NodeId) -> Vec<Token> {
    let step = tree.node(node);
    let mut start = 0;
    let tokens = step.token_ids().zip(step.logprobs()).zip(step.token_ends());
    tokens
        .map(|((id, logprob), end)| {
            let bytes = step.text().as_bytes().get(start..end).unwrap_or_default().to_vec();
            start = end;
            Token { id, logprob, bytes }
        })
        .collect()
}

/// Lets a prompt's last turn go on with tokens.
fn go_on(prompt: &mut Prompt, more: Vec<i32>) {
    let Some(turn) = prompt.turns.last_mut() else { return };
    match &mut turn.content {
        Content::Tokens(tokens) => tokens.extend(more),
        Content::Parts(parts) => parts.push(Part::Tokens(more)),
        Content::Text(text) => {
            let text = std::mem::take(text);
            turn.content = Content::Parts(vec![Part::Text(text), Part::Tokens(more)]);
        }
    }
}
