//! The driver: a search that can be started, paused, stepped and resumed at any node while a
//! person edits the tree.
//!
//! Responsible for what happens next: it answers every event of the engine, and every look
//! at the tree, with operations to apply and requests to send. Not responsible for applying
//! or sending them. It keeps no copy of the tree, so an edit between two calls is simply seen.
//!
//! Invariant: a node that is growing or being judged has exactly one entry in `pending`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::choice::Action;
use super::debate;
use super::frontier::Frontier;
use super::policy::{Limits, Policy};
use super::proposer::Proposer;
use super::seed::choice_seed;
use super::view::{Busy, View};
use crate::engine::protocol::{ModelInfo, Request, RequestId};
use crate::evaluate::Evaluator;
use crate::reasoning::Segmentation;
use crate::tree::{Actor, Body, Budget, Model, NodeId, Source, State, Tree};

mod branching;
mod debating;
mod growth;
mod hearing;
mod judging;
mod work;

use work::{Expecting, Fresh, Growth, Heard, Held, Judgement, Pending, Wanted};

pub use branching::{ALTERNATIVE, Alternatives};

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

/// What the engine was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Steps, among others.
    Growing,
    /// Judgements, but no steps.
    Judging,
    /// What a step could have said.
    Alternatives,
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
    /// Whether it is to be asked again soon, and not only after something happened: a large tree
    /// is looked at in pieces.
    pub goes_on: bool,
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
    /// Judgements under way, by their first request.
    judgements: BTreeMap<RequestId, Judgement>,
    expecting: Vec<Expecting>,
    held: Vec<Held>,
    /// Parents that get another child in place of a repeat, and how often yet.
    again: Vec<(NodeId, u32)>,
    /// Nodes that stopped growing, or were judged, and were not looked at since.
    fresh: VecDeque<Fresh>,
    /// How many nodes were looked at: those after them may be a person's.
    seen: usize,
    /// Judgements that the engine still owes.
    owed: VecDeque<(NodeId, Arc<dyn Evaluator>)>,
    next_request: RequestId,
    run: Run,
    /// New trajectories of the run that may be convincing, oldest first.
    answered: Vec<NodeId>,
    frontier: Frontier,
    /// The debate that goes on.
    debating: Option<debating::Debating>,
    alternatives: Option<Alternatives>,
}

/// A model, and what follows from it.
#[derive(Debug)]
struct Loaded {
    info: ModelInfo,
    segmentation: Segmentation,
}

impl Loaded {
    fn identity(&self) -> Model {
        Model {
            name: self.info.name.clone(),
            fingerprint: self.info.fingerprint.clone(),
            template: self.info.template.clone(),
            quantisation: self.info.quantisation.clone(),
        }
    }
}

/// What a run may spend and has spent: from one start to the next.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    budget: Budget,
    nodes_before: u64,
    tokens_before: u64,
    judgements_before: u64,
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
            judgements: BTreeMap::new(),
            expecting: Vec::new(),
            held: Vec::new(),
            again: Vec::new(),
            fresh: VecDeque::new(),
            seen: 0,
            owed: VecDeque::new(),
            next_request: first_request,
            run: Run::default(),
            answered: Vec::new(),
            frontier: Frontier::default(),
            debating: None,
            alternatives: None,
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
        let waits = self.fresh.is_empty()
            && self.debating.is_none()
            && self.expecting.is_empty()
            && self.held.is_empty()
            && self.again.is_empty();
        self.pending.is_empty() && (self.model.is_none() || waits)
    }

    /// Returns what the engine was asked for, as long as the driver is not idle.
    #[must_use]
    pub fn work(&self) -> Work {
        let mut asked = self.pending.values();
        let is_alternatives = |it: &Pending| matches!(it, Pending::Alternatives { .. });
        if self.pending.is_empty() || asked.any(|it| matches!(it, Pending::Growth(_))) {
            Work::Growing
        } else if self.pending.values().all(is_alternatives) {
            Work::Alternatives
        } else {
            Work::Judging
        }
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

    /// Returns which share of the tree was looked at, while a run looks at it for the first time.
    #[must_use]
    pub fn looked_over(&self) -> Option<f64> {
        self.frontier.unfinished()
    }

    /// Returns how long the run has grown, in milliseconds.
    #[must_use]
    pub fn elapsed(&self) -> u64 {
        self.run.milliseconds
    }

    /// Used and allowed: nodes, tokens, evaluations, seconds.
    fn limits(&self, tree: &Tree) -> [Option<(u64, u64)>; 4] {
        let Run { budget, nodes_before, tokens_before, judgements_before, milliseconds, .. } =
            self.run;
        let nodes = (tree.len() as u64).saturating_sub(nodes_before);
        let tokens = tree.tokens().saturating_sub(tokens_before);
        let judgements = tree.judgements().saturating_sub(judgements_before);
        [
            budget.nodes.map(|limit| (nodes, limit)),
            budget.tokens.map(|limit| (tokens, limit)),
            budget.evaluations.map(|limit| (judgements, limit)),
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
        self.answered.clear();
        self.run = Run {
            budget,
            nodes_before: tree.len() as u64,
            tokens_before: tree.tokens(),
            judgements_before: tree.judgements(),
            milliseconds: 0,
            seen: Some(now),
        };
        let policy = self.policy.name.to_owned();
        let started = Body::SearchStarted { policy, budget, node: top };
        Turn { operations: vec![(Actor::Person, started)], ..Turn::default() }
    }

    /// Sets what a run may spend and when it stops, also of the run that goes on.
    pub fn limit(&mut self, limits: Limits) {
        self.policy.limit(limits);
        self.run.budget = limits.budget;
    }

    /// Proposes steps in another way from here on.
    pub fn propose_by(&mut self, proposer: Arc<dyn Proposer>) {
        self.policy.proposer = proposer;
    }

    /// Goes on under another policy, on the same tree and with what is left of the budget. What
    /// the new policy's judges have not seen yet they will judge.
    pub fn switch(&mut self, tree: &Tree, policy: Policy) -> Turn {
        let mut turn = Turn::default();
        let budget = self.run.budget;
        self.policy = Policy { budget: policy.budget, ..policy };
        self.frontier = Frontier::default();
        // Whom the old judges refused, the new ones may believe.
        self.answered = tree.ids().filter(|id| self.is_answer_of_run(tree, *id)).collect();
        self.fresh.extend(self.unjudged(tree).into_iter().map(Fresh::judge));
        if self.mode != Mode::Paused {
            let name = self.policy.name;
            let reason = format!("the policy is {name} from here on");
            turn.operations.push((Actor::Person, Body::SearchStopped { reason }));
            let started = Body::SearchStarted { policy: name.to_owned(), budget, node: self.top };
            turn.operations.push((Actor::Person, started));
        }
        turn
    }

    /// Whether a node is a trajectory that this run has grown.
    fn is_answer_of_run(&self, tree: &Tree, id: NodeId) -> bool {
        let node = tree.node(id);
        let is_grown = u64::from(id.0) >= self.run.nodes_before && node.source() == Source::Sampled;
        is_grown && node.answer().is_some()
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

    /// Pauses the run and stops whatever is growing, and a debate.
    pub fn cancel(&mut self) -> Turn {
        let mut turn = self.pause("stopped by hand");
        self.debating = None;
        self.expecting.clear();
        self.held.clear();
        self.again.clear();
        for (id, pending) in &mut self.pending {
            if let Pending::Voice { .. } = pending {
                turn.requests.push(Request::Cancel { id: *id });
            }
            if let Pending::Growth(Growth { cancelled, .. }) = pending {
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

    /// Grows children of a node by a proposer, whatever the mode; one that rewrites makes another
    /// version of the node, beside it.
    ///
    /// # Errors
    /// Returns a sentence if the node cannot be continued or no model is loaded.
    pub fn expand_by(
        &mut self,
        tree: &Tree,
        node: NodeId,
        proposer: &Arc<dyn Proposer>,
    ) -> Result<Turn, String> {
        let of = tree.node(node).parent().filter(|_| proposer.rewrites()).map(|_| node);
        let parent = tree.node(node).parent().filter(|_| of.is_some()).unwrap_or(node);
        self.may_grow(tree, parent)?;
        let mut turn = Turn::default();
        let wanted = Wanted { parent, of, count: self.policy.branches, roll_out: false };
        self.grow_by(tree, proposer, wanted, &mut turn);
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
            State::Answered => "is where its path ends",
            State::Duplicate => "repeats an earlier sibling",
            State::Interrupted => "was interrupted before its step was whole",
        };
        Err(format!("{node} cannot be grown: it {why}."))
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
        self.find_written(tree);
        self.look_at_fresh(tree, &mut turn);
        self.look_at_held(tree, &mut turn);
        self.look_at_repeats(tree, &mut turn);
        self.look_at_roll_outs(tree, &mut turn);
        if self.argue(tree, &mut turn) {
            return turn;
        }
        // What was just judged by a program must be in the tree before anything is chosen.
        if self.mode == Mode::Paused || !turn.operations.is_empty() || !self.has_room() {
            return turn;
        }
        if let Some(reason) = self.reason_to_stop(tree) {
            self.end(tree, reason, &mut turn);
            return turn;
        }
        self.choose(tree, &mut turn);
        turn
    }

    /// Finds what a person wrote since the last time: it is judged like what was sampled.
    fn find_written(&mut self, tree: &Tree) {
        for node in tree.ids().skip(self.seen.max(1)) {
            if tree.node(node).source() != Source::Sampled {
                self.fresh.push_back(Fresh { node, verify: true, goes_on: false });
            }
        }
        self.seen = tree.len();
    }

    /// Chooses a node, and grows or measures it.
    fn choose(&mut self, tree: &Tree, turn: &mut Turn) {
        let busy = self.busy(tree);
        let seed = choice_seed(self.session_seed, tree.age());
        let view = View { tree, policy: &self.policy, top: self.top, busy: &busy, seed };
        // A selector that always rolls out from the top may be started at a node that cannot grow.
        let choice = self.policy.selector.select(&view, &mut self.frontier).filter(|choice| {
            tree.node(choice.node).state() == State::Open && tree.is_live(choice.node)
        });
        let Some(choice) = choice else {
            turn.goes_on = self.frontier.unfinished().is_some();
            if !turn.goes_on && self.pending.is_empty() {
                self.end(tree, "nothing is left to expand".to_owned(), turn);
            }
            return;
        };
        let stepped = Body::SearchStepped { node: choice.node, reason: choice.to_string() };
        turn.operations.push((Actor::Search, stepped));
        let left =
            self.limits(tree)[0].map_or(u64::MAX, |(used, limit)| limit.saturating_sub(used));
        let left = u32::try_from(left).unwrap_or(u32::MAX).max(1);
        let (count, roll_out) = match choice.action {
            Action::Expand => (self.policy.branches, false),
            Action::RollOut(count) => (count, true),
        };
        self.grow(tree, choice.node, count.min(left), roll_out, turn);
        if self.mode == Mode::Stepping {
            self.stop("one step was asked for", Actor::Search, turn);
        }
    }

    /// Stops the run for a reason of its own; first the answers are debated, if the policy does so.
    fn end(&mut self, tree: &Tree, reason: String, turn: &mut Turn) {
        if let Some(rules) = self.policy.debate.filter(|_| debate::is_due(tree, &self.policy)) {
            self.open_debate(tree, rules, Some(reason), turn);
        } else {
            self.stop(&reason, Actor::Search, turn);
        }
    }

    /// Whether another choice may be under way beside those that are.
    fn has_room(&self) -> bool {
        let growing = |pending: &&Pending| matches!(pending, Pending::Growth(_));
        let parallel = self.policy.parallel.max(1) as usize;
        self.pending.is_empty()
            || (parallel > 1 && self.pending.values().filter(growing).count() < parallel)
    }

    /// What is under way, as selectors see it.
    fn busy(&self, tree: &Tree) -> Busy {
        let mut busy = Busy::default();
        for pending in self.pending.values() {
            if let Pending::Growth(Growth { parent, .. }) = pending {
                busy.add(tree, *parent);
            }
        }
        for judgement in self.judgements.values() {
            busy.judge(judgement.node);
        }
        busy
    }

    fn spend_time(&mut self, now: u64) {
        if let Some(seen) = self.run.seen {
            self.run.milliseconds += now.saturating_sub(seen);
            self.run.seen = Some(now);
        }
    }

    fn reason_to_stop(&mut self, tree: &Tree) -> Option<String> {
        let names = ["nodes", "tokens", "evaluations", "seconds"];
        for (limit, what) in self.limits(tree).into_iter().zip(names) {
            if let Some((used, limit)) = limit
                && used >= limit
            {
                return Some(format!("the budget of {limit} {what} is spent"));
            }
        }
        if let Some(least) = self.policy.confidence.filter(|_| self.policy.is_agreed(tree)) {
            let share = self.policy.agreement(tree).unwrap_or(least) * 100.0;
            return Some(format!("{share:.0} % of the answers agree"));
        }
        self.answered.retain(|node| !self.policy.is_refused(tree, *node));
        let convincing = |node: &&NodeId| self.policy.is_convincing(tree, **node);
        let node = self.answered.iter().rev().find(convincing)?;
        let evaluation = tree.evaluation(*node, self.policy.values)?;
        let scale = evaluation.scale.rsplit('.').next().unwrap_or_default();
        Some(format!("the answer of {node} is rated {:.1} of {scale}", evaluation.raw))
    }

    /// Stops growth below what a person has pruned: nobody wants it.
    fn cancel_pruned(&mut self, tree: &Tree, turn: &mut Turn) {
        for (id, pending) in &mut self.pending {
            if let Pending::Growth(Growth { parent, cancelled: cancelled @ false, .. }) = pending
                && !tree.is_live(*parent)
            {
                *cancelled = true;
                turn.requests.push(Request::Cancel { id: *id });
            }
        }
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
