//! Judging: the policy's evaluators are asked about what was grown, and verifiers about answers.

use std::sync::Arc;

use super::{Driver, Expecting, Fresh, Heard, Judgement, Pending, Turn, Verification};
use crate::engine::protocol::{Generate, Request, RequestId};
use crate::evaluate::{Ask, Case, Evaluator, Question, verify};
use crate::reasoning::Segmentation;
use crate::search::seed::child_seed;
use crate::tree::{Actor, Body, Evaluation, EvaluatorKind, NodeId, Sampling, State, Tree};

impl Driver {
    /// Looks at what stopped growing since the last time: lets it be judged and verified, and
    /// lets roll-outs go on.
    pub(super) fn look_at_fresh(&mut self, tree: &Tree, turn: &mut Turn) {
        while let Some((node, evaluator)) = self.owed.pop_front() {
            self.ask(tree, node, &evaluator, turn);
        }
        while let Some(Fresh { node, verify, goes_on }) = self.fresh.pop_front() {
            if !tree.contains(node) {
                // What was to be put in was refused.
                continue;
            }
            let vetoed = self.judge(tree, node, turn);
            if verify {
                verify_answer(tree, node, turn);
            }
            let deep = tree.node(node).depth() >= self.policy.depth;
            if goes_on && !vetoed && !deep && tree.is_live(node) {
                self.go_on(tree, node, turn);
            }
        }
    }

    /// Lets the policy's judges look at a node that they have not judged yet, until one of them
    /// rejects it. Returns whether one did, now or earlier.
    fn judge(&mut self, tree: &Tree, node: NodeId, turn: &mut Turn) -> bool {
        if self.policy.is_vetoed(tree, node) {
            return true;
        }
        for judge in self.policy.judges.clone() {
            let name = judge.evaluator.name();
            if tree.evaluation(node, name).is_some() || !self.policy.judges(&judge, tree, node) {
                continue;
            }
            if let Some(value) = self.ask(tree, node, &judge.evaluator, turn)
                && value <= 0.0
                && self.policy.vetoes.contains(&name)
            {
                return true;
            }
        }
        false
    }

    /// Asks an evaluator about a node. Returns the value if the evaluator needs no engine.
    pub(super) fn ask(
        &mut self,
        tree: &Tree,
        node: NodeId,
        evaluator: &Arc<dyn Evaluator>,
        turn: &mut Turn,
    ) -> Option<f64> {
        self.ask_again(tree, node, evaluator, false, turn)
    }

    fn ask_again(
        &mut self,
        tree: &Tree,
        node: NodeId,
        evaluator: &Arc<dyn Evaluator>,
        rolled_out: bool,
        turn: &mut Turn,
    ) -> Option<f64> {
        let model = self.model.as_ref()?;
        match evaluator.ask(&Case { tree, node, model: &model.info, rolled_out }) {
            Ask::Nothing => {}
            Ask::Judged(evaluation) => {
                let value = evaluation.value;
                record(node, evaluation, turn);
                return Some(value);
            }
            Ask::Questions(questions) => self.put(node, evaluator, questions, turn),
            Ask::RollOuts { count, grader } => {
                self.grow(tree, node, count, true, turn);
                let evaluator = Arc::clone(evaluator);
                self.expecting.push(Expecting { node, evaluator, grader, began: tree.sequence() });
            }
        }
        None
    }

    /// Puts an evaluator's questions to the engine, all at once.
    fn put(
        &mut self,
        node: NodeId,
        evaluator: &Arc<dyn Evaluator>,
        questions: Vec<Question>,
        turn: &mut Turn,
    ) {
        let judgement = self.next_request;
        let left = questions.len();
        for (at, question) in questions.into_iter().enumerate() {
            let id = self.request();
            let request = match question {
                Question::Labels { prompt, labels } => Request::ScoreLabels { id, prompt, labels },
                // A judge's words are drawn from a seed of their own, cooler than steps are.
                Question::Text { prompt, grammar, max_tokens } => Request::Generate(Generate {
                    id,
                    prompt,
                    seeds: vec![child_seed(self.session_seed, node, u32::MAX)],
                    sampling: Sampling { temperature: 0.2, ..Sampling::default() },
                    segmentation: Segmentation::Whole,
                    max_tokens,
                    grammar,
                    ..Generate::default()
                }),
            };
            turn.requests.push(request);
            self.pending.insert(id, Pending::Judgement { judgement, at, written: Vec::new() });
        }
        let (evaluator, heard) = (Arc::clone(evaluator), vec![Heard::default(); left]);
        self.judgements.insert(judgement, Judgement { node, evaluator, heard, left });
    }

    /// Takes in the end of what a judge wrote.
    pub(super) fn written(&mut self, tree: &Tree, id: RequestId, turn: &mut Turn) {
        let Some(Pending::Judgement { written, .. }) = self.pending.get(&id) else { return };
        let bytes: Vec<_> = written.iter().flat_map(|token| token.bytes.iter().copied()).collect();
        let tokens = u32::try_from(written.len()).unwrap_or(u32::MAX);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.judged(tree, id, Heard { text, tokens, ..Heard::default() }, turn);
    }

    /// Takes in the reply to a question of a judge. When all are there, the judge speaks.
    pub(super) fn judged(&mut self, tree: &Tree, id: RequestId, reply: Heard, turn: &mut Turn) {
        let Some(Pending::Judgement { judgement, at, .. }) = self.pending.get(&id) else { return };
        let (judgement, at) = (*judgement, *at);
        self.pending.remove(&id);
        let Some(open) = self.judgements.get_mut(&judgement) else { return };
        if let Some(place) = open.heard.get_mut(at) {
            *place = reply;
        }
        open.left -= 1;
        if open.left > 0 {
            return;
        }
        let Some(Judgement { node, evaluator, heard, .. }) = self.judgements.remove(&judgement)
        else {
            return;
        };
        let replies: Vec<_> = heard.iter().map(Heard::as_reply).collect();
        if let Some(evaluation) = evaluator.judge(&replies) {
            record(node, evaluation, turn);
            // It may have been refused before.
            if self.is_answer_of_run(tree, node) && !self.answered.contains(&node) {
                self.answered.push(node);
            }
            // A second judge may be due now.
            self.fresh.push_back(Fresh::judge(node));
        } else {
            // Nothing else tells the frontier that the node waits no more.
            self.frontier.forget(tree, node);
        }
    }

    /// Asks evaluators again whose roll-outs have ended.
    pub(super) fn look_at_roll_outs(&mut self, tree: &Tree, turn: &mut Turn) {
        // What was just asked for must be in the tree first.
        let under_way = self.fresh.iter().map(|fresh| fresh.node);
        let judged = self.judgements.values().map(|judgement| judgement.node);
        let under_way: Vec<_> = under_way.chain(judged).collect();
        for expecting in std::mem::take(&mut self.expecting) {
            let top = expecting.node;
            let grows = |id: NodeId| tree.node(id).state() == State::Growing;
            let busy = tree.sequence() <= expecting.began
                || tree.subtree(top).any(grows)
                || under_way.iter().any(|node| tree.is_within(*node, top));
            if busy || !turn.operations.is_empty() {
                self.expecting.push(expecting);
                continue;
            }
            let ungraded = expecting.grader.as_ref().and_then(|grader| {
                let lacks = |id: &NodeId| tree.evaluation(*id, grader.name()).is_none();
                let answered = |id: &NodeId| tree.node(*id).state() == State::Answered;
                let nodes: Vec<_> = tree.subtree(top).filter(answered).filter(lacks).collect();
                (!nodes.is_empty()).then(|| (Arc::clone(grader), nodes))
            });
            if let Some((grader, nodes)) = ungraded {
                for node in nodes {
                    self.ask(tree, node, &grader, turn);
                }
                // A grader that says nothing is not asked twice.
                self.expecting.push(Expecting { grader: None, ..expecting });
            } else {
                self.ask_again(tree, top, &expecting.evaluator, true, turn);
            }
        }
    }

    /// Lets an evaluator judge a node now, whatever the policy and the mode.
    ///
    /// # Errors
    /// Returns a sentence if no model is loaded, or the evaluator has nothing to say about the
    /// node.
    pub fn evaluate(
        &mut self,
        tree: &Tree,
        node: NodeId,
        evaluator: &Arc<dyn Evaluator>,
    ) -> Result<Turn, String> {
        if self.model.is_none() {
            return Err("No model is loaded yet.".to_owned());
        }
        let mut turn = Turn::default();
        let whole = matches!(tree.node(node).state(), State::Open | State::Answered);
        if whole {
            self.ask(tree, node, evaluator, &mut turn);
        }
        if turn.operations.is_empty() && turn.requests.is_empty() {
            return Err(format!("{} has nothing to say about {node}.", evaluator.name()));
        }
        Ok(turn)
    }

    /// Nodes that a judge of the policy has still to look at.
    pub(super) fn unjudged(&self, tree: &Tree) -> Vec<NodeId> {
        let whole = |id: &NodeId| matches!(tree.node(*id).state(), State::Open | State::Answered);
        let lacks = |id: &NodeId| {
            self.policy.judges.iter().any(|judge| {
                let name = judge.evaluator.name();
                self.policy.judges(judge, tree, *id) && tree.evaluation(*id, name).is_none()
            })
        };
        let admitted = |id: &NodeId| !self.policy.is_vetoed(tree, *id);
        tree.ids().skip(1).filter(whole).filter(admitted).filter(lacks).collect()
    }

    /// Takes in the verdict of a verifier on a trajectory's answer.
    #[must_use]
    pub fn verified(node: NodeId, verdict: &verify::Verdict) -> (Actor, Body) {
        let value = f64::from(u8::from(verdict.correct));
        let evaluation = Evaluation {
            evaluator: verify::NAME.into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: None,
            explanation: verdict.explanation.clone(),
            kind: EvaluatorKind::Code,
            calls: 1,
            tokens: 0,
        };
        (Actor::Search, Body::Evaluated { node, evaluation })
    }
}

/// Records an evaluation and backs its value up.
fn record(node: NodeId, evaluation: Evaluation, turn: &mut Turn) {
    let (value, evaluator) = (evaluation.value, evaluation.evaluator.clone());
    let actor = if evaluation.kind == EvaluatorKind::Code { Actor::Search } else { Actor::Model };
    turn.operations.push((actor, Body::Evaluated { node, evaluation }));
    turn.operations.push((Actor::Search, Body::BackedUp { node, evaluator, value }));
}

/// Verifies a trajectory's answer if the problem says how: at once by a built-in, else by a
/// command.
fn verify_answer(tree: &Tree, node: NodeId, turn: &mut Turn) {
    let (Some(answer), Some(problem)) = (tree.node(node).answer(), tree.problem()) else { return };
    let Some(Ok(verifier)) = verify::of(problem) else { return };
    if !verifier.is_pure() {
        turn.verifications.push(Verification { node, answer: answer.to_owned() });
        return;
    }
    let path = tree.path_text(node);
    if let Ok(verdict) = verifier.check(&verify::case(problem, &path, answer)) {
        turn.operations.push(Driver::verified(node, &verdict));
    }
}
