//! Judging: the policy's evaluators are asked about what was grown, and verifiers about answers.

use std::sync::Arc;

use super::{Driver, Fresh, Pending, Turn, Verification};
use crate::engine::protocol::{Generate, Request, RequestId};
use crate::evaluate::{Ask, Case, Evaluator, Reply, verify};
use crate::reasoning::Segmentation;
use crate::search::frontier::Frontier;
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
            let vetoed = self.judge(tree, node, turn);
            if verify {
                verify_answer(tree, node, turn);
            }
            let deep = tree.node(node).depth() >= self.policy.depth;
            if goes_on && !vetoed && !deep && tree.is_live(node) {
                self.grow(tree, node, 1, true, turn);
            }
        }
    }

    /// Lets the policy's judges look at a node that they have not judged yet, until one of them
    /// rejects it. Returns whether one did.
    fn judge(&mut self, tree: &Tree, node: NodeId, turn: &mut Turn) -> bool {
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
    fn ask(
        &mut self,
        tree: &Tree,
        node: NodeId,
        evaluator: &Arc<dyn Evaluator>,
        turn: &mut Turn,
    ) -> Option<f64> {
        let model = self.model.as_ref()?;
        match evaluator.ask(&Case { tree, node, model: &model.info }) {
            Ask::Nothing => None,
            Ask::Judged(evaluation) => {
                let value = evaluation.value;
                record(node, evaluation, turn);
                Some(value)
            }
            Ask::Labels { prompt, labels } => {
                let id = self.request();
                turn.requests.push(Request::ScoreLabels { id, prompt, labels });
                self.await_judgement(id, node, evaluator)
            }
            Ask::Text { prompt, grammar, max_tokens } => {
                let id = self.request();
                // A judge's words are drawn from a seed of their own, cooler than steps are.
                let seeds = vec![child_seed(self.session_seed, node, u32::MAX)];
                let sampling = Sampling { temperature: 0.2, ..Sampling::default() };
                let segmentation = Segmentation::Whole;
                turn.requests.push(Request::Generate(Generate {
                    id,
                    prompt,
                    seeds,
                    sampling,
                    segmentation,
                    max_tokens,
                    grammar,
                    ..Generate::default()
                }));
                self.await_judgement(id, node, evaluator)
            }
        }
    }

    fn await_judgement(
        &mut self,
        id: RequestId,
        node: NodeId,
        evaluator: &Arc<dyn Evaluator>,
    ) -> Option<f64> {
        let (evaluator, written) = (Arc::clone(evaluator), Vec::new());
        self.pending.insert(id, Pending::Judgement { node, evaluator, written });
        None
    }

    /// Takes in the end of what a judge wrote.
    pub(super) fn written(&mut self, id: RequestId, turn: &mut Turn) {
        let Some(Pending::Judgement { written, .. }) = self.pending.get(&id) else { return };
        let bytes: Vec<_> = written.iter().flat_map(|token| token.bytes.iter().copied()).collect();
        let tokens = u32::try_from(written.len()).unwrap_or(u32::MAX);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.judged(id, Reply { text: &text, tokens, ..Reply::default() }, turn);
    }

    /// Takes in the reply to a judge.
    pub(super) fn judged(&mut self, id: RequestId, reply: Reply<'_>, turn: &mut Turn) {
        if !matches!(self.pending.get(&id), Some(Pending::Judgement { .. })) {
            return;
        }
        let Some(Pending::Judgement { node, evaluator, .. }) = self.pending.remove(&id) else {
            return;
        };
        if let Some(evaluation) = evaluator.judge(reply) {
            record(node, evaluation, turn);
            // A second judge may be due now.
            self.fresh.push_back(Fresh::judge(node));
        } else {
            // Nothing tells the frontier that the node waits no more.
            self.frontier = Frontier::default();
        }
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
        tree.ids().skip(1).filter(whole).filter(lacks).collect()
    }

    /// Takes in the verdict of a verifier on a trajectory's answer.
    #[must_use]
    pub fn verified(node: NodeId, verdict: &verify::Verdict) -> (Actor, Body) {
        let value = f64::from(u8::from(verdict.correct));
        let evaluation = Evaluation {
            evaluator: verify::NAME.to_owned(),
            value,
            raw: value,
            scale: "0..1".to_owned(),
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
