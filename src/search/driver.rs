//! The driver: a search that can be started, paused, stepped and resumed at any node while a
//! person edits the tree.
//!
//! Responsible for what happens next: it answers every event of the engine, and every look
//! at the tree, with operations to apply and requests to send. Not responsible for applying
//! or sending them. It keeps no copy of the tree, so an edit between two calls is simply seen.
//!
//! Invariant: a node that is growing or being judged has exactly one entry in `pending`.

use std::collections::{BTreeMap, VecDeque};

use super::frontier::Frontier;
use super::policy::Policy;
use super::seed::child_seed;
use crate::engine::protocol::{
    Content, Event, Generate, ModelInfo, Part, Prompt, Request, RequestId, StopReason,
};
use crate::evaluate::{Rating, verify};
use crate::reasoning::{self, Segmentation};
use crate::tree::{
    Actor, Body, Budget, Evaluation, EvaluatorKind, Finish, Model, NodeId, Origin, State, Tree,
};

/// What the driver is doing of its own accord. Work that a person asked for goes on in any mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing; it waits to be started.
    Paused,
    /// It selects and expands until its budget is spent.
    Running,
    /// It selects and expands once.
    Stepping,
}

/// What the driver wants done: the operations first, in order, then the requests.
#[derive(Debug, Default)]
pub struct Turn {
    /// Operations to apply and record.
    pub operations: Vec<(Actor, Body)>,
    /// Requests to send to the engine.
    pub requests: Vec<Request>,
    /// Answers to verify by a command, whose verdicts come back by [`Driver::verified`].
    pub verifications: Vec<Verification>,
}

/// An answer that a verifier outside the program must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The trajectory.
    pub node: NodeId,
    /// Its answer.
    pub answer: String,
}

/// Drives a search.
#[derive(Debug)]
pub struct Driver {
    policy: Policy,
    session_seed: u64,
    mode: Mode,
    top: NodeId,
    model: Option<Loaded>,
    pending: BTreeMap<RequestId, Pending>,
    /// Finished nodes that wait for an engine to judge them.
    unjudged: VecDeque<NodeId>,
    next_request: RequestId,
    run: Run,
    /// New trajectories of the run that were rated high enough to stop, oldest first.
    convincing: Vec<NodeId>,
    frontier: Frontier,
}

/// A model, and what follows from it.
#[derive(Debug)]
struct Loaded {
    info: ModelInfo,
    rating: Rating,
    segmentation: Segmentation,
}

impl Loaded {
    fn identity(&self) -> Model {
        Model {
            name: self.info.name.clone(),
            fingerprint: self.info.fingerprint.clone(),
            template: self.info.template.clone(),
        }
    }
}

#[derive(Debug)]
enum Pending {
    Growth { parent: NodeId, nodes: Vec<NodeId>, roll_out: bool, cancelled: bool },
    Judgement { node: NodeId },
}

/// What a run may spend and has spent: from one start to the next.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    budget: Budget,
    nodes_before: u64,
    tokens_before: u64,
    milliseconds: u64,
    /// When it was last looked at, if it was running then.
    seen: Option<u64>,
}

impl Driver {
    /// Makes a driver at rest. The seed is the session's: all randomness follows from it.
    ///
    /// `first_request` begins the numbers of its requests; drivers that share an engine need
    /// ranges of their own.
    #[must_use]
    pub fn new(policy: Policy, session_seed: u64, first_request: RequestId) -> Self {
        Self {
            policy,
            session_seed,
            mode: Mode::Paused,
            top: NodeId::ROOT,
            model: None,
            pending: BTreeMap::new(),
            unjudged: VecDeque::new(),
            next_request: first_request,
            run: Run::default(),
            convincing: Vec::new(),
            frontier: Frontier::default(),
        }
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the mode.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the loaded model, if one is.
    #[must_use]
    pub fn model(&self) -> Option<&ModelInfo> {
        self.model.as_ref().map(|loaded| &loaded.info)
    }

    /// Returns whether nothing is being grown or judged.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// Returns the share of the budget that the run has spent, in `[0, 1]`: of the limit that
    /// is nearest.
    #[must_use]
    pub fn spent(&self, tree: &Tree) -> f64 {
        let shares = self.limits(tree).into_iter().flatten();
        #[allow(clippy::cast_precision_loss)]
        let share = |(used, limit): (u64, u64)| used as f64 / limit.max(1) as f64;
        shares.map(share).fold(0.0, f64::max).min(1.0)
    }

    /// Returns how long the run has grown, in milliseconds.
    #[must_use]
    pub fn elapsed(&self) -> u64 {
        self.run.milliseconds
    }

    /// Used and allowed: nodes, tokens, seconds.
    fn limits(&self, tree: &Tree) -> [Option<(u64, u64)>; 3] {
        let Run { budget, nodes_before, tokens_before, milliseconds, .. } = self.run;
        let nodes = (tree.len() as u64).saturating_sub(nodes_before);
        let tokens = tree.tokens().saturating_sub(tokens_before);
        [
            budget.nodes.map(|limit| (nodes, limit)),
            budget.tokens.map(|limit| (tokens, limit)),
            budget.seconds.map(|limit| (milliseconds / 1000, limit)),
        ]
    }

    /// Starts a run below a node, with the policy's whole budget.
    pub fn start(&mut self, tree: &Tree, top: NodeId, now: u64) -> Turn {
        self.begin(tree, top, now, Mode::Running)
    }

    /// Selects and expands once below a node.
    pub fn step(&mut self, tree: &Tree, top: NodeId, now: u64) -> Turn {
        self.begin(tree, top, now, Mode::Stepping)
    }

    fn begin(&mut self, tree: &Tree, top: NodeId, now: u64, mode: Mode) -> Turn {
        let budget = self.policy.budget;
        self.mode = mode;
        self.top = top;
        self.convincing.clear();
        self.run = Run {
            budget,
            nodes_before: tree.len() as u64,
            tokens_before: tree.tokens(),
            milliseconds: 0,
            seen: Some(now),
        };
        let policy = self.policy.name.to_owned();
        let started = Body::SearchStarted { policy, budget, node: top };
        Turn { operations: vec![(Actor::Person, started)], ..Turn::default() }
    }

    /// Pauses the run: what is growing goes on to its end, and nothing new begins.
    pub fn pause(&mut self, reason: &str) -> Turn {
        let mut turn = Turn::default();
        self.stop(reason, Actor::Person, &mut turn);
        turn
    }

    fn stop(&mut self, reason: &str, actor: Actor, turn: &mut Turn) {
        if self.mode != Mode::Paused {
            self.mode = Mode::Paused;
            self.run.seen = None;
            turn.operations.push((actor, Body::SearchStopped { reason: reason.to_owned() }));
        }
    }

    /// Pauses the run and stops whatever is growing.
    pub fn cancel(&mut self) -> Turn {
        let mut turn = self.pause("stopped by hand");
        for (id, pending) in &mut self.pending {
            if let Pending::Growth { cancelled, .. } = pending {
                *cancelled = true;
                turn.requests.push(Request::Cancel { id: *id });
            }
        }
        turn
    }

    /// Grows children of a node now, whatever the mode.
    ///
    /// # Errors
    /// Returns a sentence if the node cannot be continued or no model is loaded.
    pub fn expand(&mut self, tree: &Tree, node: NodeId) -> Result<Turn, String> {
        self.may_grow(tree, node)?;
        let mut turn = Turn::default();
        self.grow(tree, node, self.policy.branches, false, &mut turn);
        Ok(turn)
    }

    /// Continues a node step by step to an answer, whatever the mode.
    ///
    /// # Errors
    /// Returns a sentence if the node cannot be continued or no model is loaded.
    pub fn roll_out(&mut self, tree: &Tree, node: NodeId) -> Result<Turn, String> {
        self.may_grow(tree, node)?;
        let mut turn = Turn::default();
        self.grow(tree, node, 1, true, &mut turn);
        Ok(turn)
    }

    fn may_grow(&self, tree: &Tree, node: NodeId) -> Result<(), String> {
        if self.model.is_none() {
            return Err("No model is loaded yet.".to_owned());
        }
        let why = match tree.node(node).state() {
            State::Open if tree.is_live(node) => return Ok(()),
            State::Open => "is pruned; restore it with x",
            State::Growing => "is still growing",
            State::Answered => "ends in an answer",
            State::Duplicate => "repeats an earlier sibling",
            State::Interrupted => "was interrupted before its step was whole",
        };
        Err(format!("{node} cannot be grown: it {why}."))
    }

    /// Adds children to a node and asks the engine for their text.
    fn grow(&mut self, tree: &Tree, parent: NodeId, count: u32, roll_out: bool, turn: &mut Turn) {
        let Some(model) = &self.model else { return };
        let used = model.identity();
        if tree.model() != Some(&used) {
            turn.operations.push((Actor::Search, Body::ModelSet { model: used }));
        }
        let elder = tree.node(parent).child_count();
        let first = u32::try_from(tree.len()).unwrap_or(u32::MAX);
        let sampling = self.policy.sampling;
        let seeds: Vec<_> =
            (0..count).map(|index| child_seed(self.session_seed, parent, elder + index)).collect();
        let nodes: Vec<_> = (0..count).map(|index| NodeId(first + index)).collect();
        for (node, seed) in nodes.iter().zip(&seeds) {
            let origin = Origin { proposer: "sample".to_owned(), seed: *seed, sampling };
            let added = Body::NodeAdded { node: *node, parent, origin };
            turn.operations.push((Actor::Search, added));
        }
        let id = self.next_request;
        self.next_request += 1;
        turn.requests.push(Request::Generate(Generate {
            id,
            prompt: prompt(tree, parent),
            seeds,
            sampling,
            segmentation: model.segmentation.clone(),
            max_tokens: self.policy.step_tokens,
            ..Generate::default()
        }));
        self.pending.insert(id, Pending::Growth { parent, nodes, roll_out, cancelled: false });
    }

    /// Does what is next, if it is time: the caller applies a turn and calls again after every
    /// change. `now` is in milliseconds and never runs backwards.
    pub fn advance(&mut self, tree: &Tree, now: u64) -> Turn {
        let mut turn = Turn::default();
        self.spend_time(now);
        self.cancel_pruned(tree, &mut turn);
        if self.model.is_none() {
            return turn;
        }
        while let Some(node) = self.unjudged.pop_front() {
            self.ask_rating(tree, node, &mut turn);
        }
        if self.mode == Mode::Paused || !self.pending.is_empty() {
            return turn;
        }
        if let Some(reason) = self.reason_to_stop(tree) {
            self.stop(&reason, Actor::Search, &mut turn);
            return turn;
        }
        let left = self.limits(tree)[0].map_or(u64::MAX, |(used, limit)| limit - used);
        let count = self.policy.branches.min(u32::try_from(left).unwrap_or(u32::MAX));
        match self.frontier.select(tree, &self.policy, Rating::NAME, self.top) {
            Some(choice) => {
                let reason = choice.to_string();
                let stepped = Body::SearchStepped { node: choice.node, reason };
                turn.operations.push((Actor::Search, stepped));
                self.grow(tree, choice.node, count, false, &mut turn);
                if self.mode == Mode::Stepping {
                    self.stop("one step was asked for", Actor::Search, &mut turn);
                }
            }
            None => self.stop("nothing is left to expand", Actor::Search, &mut turn),
        }
        turn
    }

    fn spend_time(&mut self, now: u64) {
        if let Some(seen) = self.run.seen {
            self.run.milliseconds += now.saturating_sub(seen);
            self.run.seen = Some(now);
        }
    }

    fn reason_to_stop(&self, tree: &Tree) -> Option<String> {
        let [nodes, tokens, seconds] = self.limits(tree);
        for (limit, what) in [(nodes, "nodes"), (tokens, "tokens"), (seconds, "seconds")] {
            if let Some((used, limit)) = limit
                && used >= limit
            {
                return Some(format!("the budget of {limit} {what} is spent"));
            }
        }
        let node = self.convincing.iter().rev().find(|node| tree.is_live(**node))?;
        let evaluation = tree.evaluation(*node, Rating::NAME)?;
        let scale = evaluation.scale.rsplit('.').next().unwrap_or_default();
        Some(format!("the answer of {node} is rated {:.1} of {scale}", evaluation.raw))
    }

    /// Stops growth below what a person has pruned: nobody wants it.
    fn cancel_pruned(&mut self, tree: &Tree, turn: &mut Turn) {
        for (id, pending) in &mut self.pending {
            if let Pending::Growth { parent, cancelled: cancelled @ false, .. } = pending
                && !tree.is_live(*parent)
            {
                *cancelled = true;
                turn.requests.push(Request::Cancel { id: *id });
            }
        }
    }

    fn ask_rating(&mut self, tree: &Tree, node: NodeId, turn: &mut Turn) {
        let Some(model) = &self.model else {
            self.unjudged.push_back(node);
            return;
        };
        let id = self.next_request;
        self.next_request += 1;
        let prompt = model.rating.prompt(prompt(tree, node));
        turn.requests.push(Request::ScoreLabels { id, prompt, labels: model.rating.labels() });
        self.pending.insert(id, Pending::Judgement { node });
    }

    /// Answers an event of the engine. The tree has everything applied that came before.
    pub fn handle(&mut self, tree: &Tree, event: &Event) -> Turn {
        let mut turn = Turn::default();
        match event {
            Event::Loaded(info) => {
                self.model = Some(Loaded {
                    rating: Rating::of(info),
                    segmentation: Segmentation::preset(&info.name),
                    info: info.clone(),
                });
            }
            Event::LoadFailed { message } => {
                self.model = None;
                self.stop(message, Actor::Search, &mut turn);
            }
            Event::Tokens { id, branch, tokens } => {
                if let Some(Pending::Growth { nodes, .. }) = self.pending.get(id)
                    && let Some(node) = nodes.get(*branch as usize)
                    && tree.node(*node).state() == State::Growing
                {
                    let appended = Body::TokensAppended { node: *node, tokens: tokens.clone() };
                    turn.operations.push((Actor::Model, appended));
                }
            }
            Event::BranchDone { id, branch, stop } => {
                self.branch_done(tree, *id, *branch, *stop, &mut turn);
            }
            Event::Labels { id, masses, tokens } => {
                self.judged(tree, *id, masses, *tokens, &mut turn);
            }
            Event::Failed { id, message } => {
                if let Some(pending) = self.pending.remove(id) {
                    Self::give_up(tree, pending, message, &mut turn);
                    self.stop(message, Actor::Search, &mut turn);
                }
            }
            Event::Lost { why, restarting } => {
                self.model = None;
                for pending in std::mem::take(&mut self.pending).into_values() {
                    if let Pending::Judgement { node } = pending {
                        self.unjudged.push_back(node);
                    } else {
                        Self::give_up(tree, pending, why, &mut turn);
                    }
                }
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
        if let Pending::Growth { nodes, .. } = pending {
            turn.operations.extend(interrupted(tree, nodes, why));
        }
    }

    fn branch_done(
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
        let twin = twin(tree, node);
        let finish = match (stop, twin) {
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
        let judged = matches!(finish, Finish::Step | Finish::EndOfTurn | Finish::Length);
        let goes_on = roll_out && !cancelled && matches!(finish, Finish::Step);
        let finished = Body::NodeFinished { node, finish, answer: answer.clone() };
        turn.operations.push((Actor::Model, finished));
        if judged {
            self.ask_rating(tree, node, turn);
        }
        if let Some(answer) = answer {
            verify_answer(tree, node, answer, turn);
        }
        if goes_on && tree.node(node).depth() < self.policy.depth && tree.is_live(node) {
            self.grow(tree, node, 1, true, turn);
        }
    }

    fn judged(&mut self, tree: &Tree, id: RequestId, masses: &[f64], tokens: u32, turn: &mut Turn) {
        let Some(Pending::Judgement { node }) = self.pending.remove(&id) else { return };
        let evaluation = self.model.as_ref().and_then(|model| model.rating.judge(masses, tokens));
        if let Some(evaluation) = evaluation {
            let value = evaluation.value;
            let new = u64::from(node.0) >= self.run.nodes_before;
            let answered = tree.node(node).state() == State::Answered;
            if new && answered && self.policy.enough.is_some_and(|enough| value >= enough) {
                self.convincing.push(node);
            }
            let evaluator = evaluation.evaluator.clone();
            turn.operations.push((Actor::Model, Body::Evaluated { node, evaluation }));
            turn.operations.push((Actor::Search, Body::BackedUp { node, evaluator, value }));
        }
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

    /// Takes over a session that was opened: what it left growing is marked as interrupted,
    /// and what it left without a judgement will be judged.
    pub fn take_over(&mut self, tree: &Tree) -> Turn {
        let growing = tree.ids().filter(|id| tree.node(*id).state() == State::Growing).collect();
        self.unjudged = tree
            .ids()
            .skip(1)
            .filter(|id| matches!(tree.node(*id).state(), State::Open | State::Answered))
            .filter(|id| tree.evaluation(*id, Rating::NAME).is_none())
            .collect();
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

/// The prompt that continues a path: steps that were sampled by their tokens, others by their
/// text.
fn prompt(tree: &Tree, node: NodeId) -> Prompt {
    let mut parts: Vec<Part> = Vec::new();
    for step in tree.path(node).into_iter().skip(1) {
        let step = tree.node(step);
        let ids = step.token_ids();
        match parts.last_mut() {
            Some(Part::Tokens(tokens)) if ids.len() > 0 => tokens.extend(ids),
            _ if ids.len() > 0 => parts.push(Part::Tokens(ids.collect())),
            _ if step.text().is_empty() => {}
            // One text, so that it is tokenised as a whole.
            Some(Part::Text(text)) => text.push_str(step.text()),
            _ => parts.push(Part::Text(step.text().to_owned())),
        }
    }
    let question = tree.problem().map_or("", |problem| problem.text.as_str());
    let content = match parts.as_mut_slice() {
        [] => Content::Tokens(Vec::new()),
        [Part::Tokens(tokens)] => Content::Tokens(std::mem::take(tokens)),
        _ => Content::Parts(parts),
    };
    Prompt::continuing(question, content)
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

/// Verifies an answer if the problem says how: at once by a built-in, else by a command.
fn verify_answer(tree: &Tree, node: NodeId, answer: String, turn: &mut Turn) {
    let Some(problem) = tree.problem() else { return };
    let Some(Ok(verifier)) = verify::of(problem) else { return };
    if !verifier.is_pure() {
        turn.verifications.push(Verification { node, answer });
        return;
    }
    let path = tree.path_text(node);
    if let Ok(verdict) = verifier.check(&verify::case(problem, &path, &answer)) {
        turn.operations.push(Driver::verified(node, &verdict));
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
