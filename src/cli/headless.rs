//! A growth: a search over one session without a screen.
//!
//! Responsible for the loop between the driver, the engine, the session's file and verifier
//! commands, as the workbench does it. Not responsible for the order of problems, nor for
//! what is printed.
//!
//! Invariant: every operation that is applied to the tree is handed to the writer, in order.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use super::exit::{Exit, Failure};
use super::growing::{Growing, Outside};
use super::loading::{Reasoner, gone};
use super::stop::Stop;
use crate::curate::splice;
use crate::curate::{Marks, together};
use crate::engine::protocol::RequestId;
use crate::engine::{Event, Request};
use crate::evaluate::{Verdict, verify};
use crate::search::{Driver, Policy, Turn, Verification};
use crate::session::{self, Ack, Writer};
use crate::tree::{Actor, Body, NodeId, Operation, Problem, Splice, Tree};

/// How long the engine may take to stop what it is doing, after Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(5);
/// Events that are handled before their operations are handed to the writer.
const EVENTS: usize = 1024;

/// How a growth ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The search came to its end.
    Ended,
    /// The engine could not do what was asked; a sentence with the mend.
    Failed(String),
    /// The program was asked to stop.
    Stopped,
}

/// What became of continuations after revision signals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many verify.
    pub right: usize,
    /// How many do not, and are pruned; those with a beginning of their own in common count once.
    pub wrong: usize,
}

/// What a growth tells while it runs.
#[derive(Debug)]
pub enum Notice<'growth> {
    /// The tree changed.
    Grown(&'growth Tree),
    /// Something that a person should know; a sentence.
    Told(String),
}

/// A search over one session.
pub struct Growth {
    growing: Growing,
    writer: Writer,
    acknowledged: UnboundedReceiver<Ack>,
    unsaved: Vec<Operation>,
    checks: Checks,
    clock: Clock,
    first_request: RequestId,
    failure: Option<String>,
}

impl Growth {
    /// Opens a session to grow. A new one is given its problem.
    ///
    /// # Errors
    /// Returns why the session cannot be opened.
    pub fn open(
        path: &Path,
        problem: &Problem,
        policy: Policy,
        first_request: RequestId,
    ) -> Result<Self, Failure> {
        let (acknowledge, acknowledged) = unbounded_channel();
        // Without a receiver the growth is over, and `close` tells what could not be saved.
        let acknowledge = Box::new(move |ack| drop(acknowledge.send(ack)));
        let (log, writer) = session::open(path, acknowledge)?;
        let tree = Tree::fold(&log.operations).map_err(|error| {
            let message = format!("{} is damaged: {error}; go back to a backup", path.display());
            Failure::new(Exit::Session, message)
        })?;
        let driver = Driver::new(policy, log.header.seed(), first_request);
        let mut growth = Self {
            growing: Growing { tree, driver },
            writer,
            acknowledged,
            unsaved: Vec::new(),
            checks: JoinSet::new(),
            clock: Clock::start(),
            first_request,
            failure: None,
        };
        if growth.growing.tree.sequence() == 0 {
            let stated = (Actor::Person, Body::ProblemSet { problem: problem.clone() });
            growth.take(Turn { operations: vec![stated], ..Turn::default() }, None)?;
        }
        Ok(growth)
    }

    /// Searches until the budget is spent, the engine cannot go on, or `stop` is asked.
    ///
    /// # Errors
    /// Returns that the engine was lost for good, or that nothing can be saved.
    pub async fn run(
        &mut self,
        reasoner: &mut Reasoner,
        stop: &mut Stop,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<Outcome, Failure> {
        self.begin(reasoner)?;
        self.wait(reasoner, stop, notice).await
    }

    /// Makes splices, lets the model go on after each so many times, and prunes what was verified as
    /// wrong.
    ///
    /// # Errors
    /// Returns that the engine was lost for good, or that nothing can be saved.
    pub async fn continue_after(
        &mut self,
        splices: Vec<Splice>,
        count: usize,
        reasoner: &mut Reasoner,
        stop: &mut Stop,
    ) -> Result<(Outcome, Kept), Failure> {
        self.load(reasoner);
        let mut signals = Vec::new();
        for splice in splices {
            let node = NodeId(u32::try_from(self.growing.tree.len()).unwrap_or(u32::MAX));
            let operations = vec![(Actor::Person, Body::Spliced { node, splice })];
            self.take(Turn { operations, ..Turn::default() }, Some(reasoner))?;
            signals.push(node);
            for _ in 0..count {
                let turn = self.growing.driver.roll_out(&self.growing.tree, node);
                let turn = turn.map_err(|why| Failure::new(Exit::Failed, why))?;
                self.take(turn, Some(reasoner))?;
            }
        }
        let outcome = self.wait(reasoner, stop, &mut |_| {}).await?;
        let mut kept = Kept::default();
        let mut bodies = Vec::new();
        for signal in signals {
            let (right, wrong) = splice::continuations(&self.growing.tree, signal);
            kept = Kept { right: kept.right + right.len(), wrong: kept.wrong + wrong.len() };
            bodies.extend(Marks::Prune(true).on(&self.growing.tree, &wrong));
        }
        let pruned = together(bodies).map(|body| (Actor::Person, body));
        let operations = pruned.into_iter().collect();
        self.take(Turn { operations, ..Turn::default() }, Some(reasoner))?;
        self.save()?;
        Ok((outcome, kept))
    }

    /// Lets the policy's judges look at what they have not judged yet.
    ///
    /// # Errors
    /// Returns that the engine was lost for good, or that nothing can be saved.
    pub async fn judge(
        &mut self,
        reasoner: &mut Reasoner,
        stop: &mut Stop,
    ) -> Result<Outcome, Failure> {
        self.load(reasoner);
        let left = self.growing.driver.take_over(&self.growing.tree);
        self.take(left, Some(reasoner))?;
        self.wait(reasoner, stop, &mut |_| {}).await
    }

    /// Waits until nothing is under way, or `stop` is asked.
    async fn wait(
        &mut self,
        reasoner: &mut Reasoner,
        stop: &mut Stop,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<Outcome, Failure> {
        let mut asked = stop.times();
        let mut until = None;
        while !self.is_settled(until.is_some()) {
            tokio::select! {
                () = stop.more_than(asked) => {
                    if until.is_some() {
                        break;
                    }
                    asked = stop.times();
                    until = Some(tokio::time::Instant::now() + PATIENCE);
                    let turn = self.growing.driver.cancel();
                    self.take(turn, Some(reasoner))?;
                }
                () = reached(until) => break,
                Some(ack) = self.acknowledged.recv() => saved(ack)?,
                Some(checked) = self.checks.join_next() => self.take_check(checked, reasoner, notice)?,
                event = reasoner.events.recv() => {
                    let mut next = Some(event.ok_or_else(gone)?);
                    for _ in 0..EVENTS {
                        let Some(event) = next else { break };
                        let lost = self.hear(&event, reasoner, notice);
                        if lost.is_err() {
                            self.save()?;
                            return lost.map(|()| Outcome::Ended);
                        }
                        next = reasoner.events.try_recv().ok();
                    }
                    // An event that was taken must not be lost with the last round.
                    if let Some(event) = next {
                        self.hear(&event, reasoner, notice)?;
                    }
                }
            }
            self.save()?;
            notice(Notice::Grown(&self.growing.tree));
        }
        self.save()?;
        if until.is_some() {
            return Ok(Outcome::Stopped);
        }
        Ok(self.failure.take().map_or(Outcome::Ended, Outcome::Failed))
    }

    /// Saves what is left and closes the session.
    ///
    /// # Errors
    /// Returns what could not be saved.
    pub fn close(mut self) -> Result<(), Failure> {
        match self.writer.close() {
            // All is saved; whoever reads the session now folds it or leaves it as it is.
            Ok(()) | Err(session::Error::NotFolded { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Starts the search, takes over what an earlier one left, and verifies what it did not.
    fn begin(&mut self, reasoner: &Reasoner) -> Result<(), Failure> {
        self.load(reasoner);
        // The start comes first, so that the time since the earlier search is not its own.
        let mut turn =
            self.growing.driver.start(&self.growing.tree, NodeId::ROOT, self.clock.now());
        let left = self.growing.driver.take_over(&self.growing.tree);
        turn.operations.extend(left.operations);
        turn.verifications.extend(self.growing.tree.ids().filter_map(|node| {
            let answer = self.growing.tree.node(node).answer()?.to_owned();
            let unverified = self.growing.tree.evaluation(node, verify::NAME).is_none();
            unverified.then_some(Verification { node, answer })
        }));
        self.take(turn, Some(reasoner))?;
        self.save()
    }

    /// Tells the driver of the model that is loaded.
    fn load(&mut self, reasoner: &Reasoner) {
        if let Some(model) = reasoner.model() {
            let _ = self.growing.driver.handle(&self.growing.tree, &Event::Loaded(model.clone()));
        }
    }

    /// Returns whether nothing is under way. Who wants to stop does not wait for verifiers:
    /// their answers are verified when the session is grown on.
    fn is_settled(&self, stopping: bool) -> bool {
        self.growing.is_at_rest() && (stopping || self.checks.is_empty())
    }

    /// Answers an event of the engine.
    fn hear(
        &mut self,
        event: &Event,
        reasoner: &mut Reasoner,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), Failure> {
        match event {
            Event::Lost { why, restarting: true } => notice(Notice::Told(format!(
                "the engine was lost ({why}) and is being started again; the tree is whole"
            ))),
            Event::Failed { id, message } if *id >= self.first_request => {
                self.failure = Some(message.clone());
            }
            _ => {}
        }
        let turn = self.growing.driver.handle(&self.growing.tree, event);
        self.take(turn, Some(reasoner))?;
        reasoner.notice(event)
    }

    fn take(&mut self, turn: Turn, reasoner: Option<&Reasoner>) -> Result<(), Failure> {
        let Self { growing, unsaved, checks, .. } = self;
        growing.take(turn, self.clock.now(), &mut Wiring { reasoner, unsaved, checks })
    }

    fn save(&mut self) -> Result<(), Failure> {
        let unsaved = std::mem::take(&mut self.unsaved);
        Ok(self.writer.append(unsaved)?)
    }

    fn take_check(
        &mut self,
        checked: Result<(NodeId, Result<Verdict, String>), tokio::task::JoinError>,
        reasoner: &Reasoner,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), Failure> {
        match checked {
            Ok((node, Ok(verdict))) => {
                let operations = vec![Driver::verified(node, &verdict)];
                self.take(Turn { operations, ..Turn::default() }, Some(reasoner))
            }
            Ok((node, Err(why))) => {
                notice(Notice::Told(format!("the answer of {node} is not verified: {why}")));
                Ok(())
            }
            Err(error) => Err(Failure::new(Exit::Failed, format!("a verifier crashed: {error}"))),
        }
    }
}

/// What a growth's tree asks of the outside.
struct Wiring<'growth> {
    reasoner: Option<&'growth Reasoner>,
    unsaved: &'growth mut Vec<Operation>,
    checks: &'growth mut Checks,
}

impl Outside for Wiring<'_> {
    fn applied(&mut self, operation: Operation) {
        self.unsaved.push(operation);
    }

    fn send(&mut self, request: Request) {
        if let Some(reasoner) = self.reasoner {
            reasoner.send(request);
        }
    }

    fn verify(&mut self, tree: &Tree, asked: Verification) {
        verify_aside(tree, asked, self.checks);
    }
}

/// Verifiers at work.
pub type Checks = JoinSet<(NodeId, Result<Verdict, String>)>;

/// Lets a verifier look at an answer, on a thread of its own.
pub fn verify_aside(tree: &Tree, asked: Verification, checks: &mut Checks) {
    let Some(problem) = tree.problem().cloned() else { return };
    let Some(verifier) = verify::of(&problem) else { return };
    let (path, Verification { node, answer }) = (tree.path_text(asked.node), asked);
    checks.spawn_blocking(move || {
        let verdict =
            verifier.and_then(|verifier| verifier.check(&verify::case(&problem, &path, &answer)));
        (node, verdict.map_err(|error| error.to_string()))
    });
}

/// Waits for a moment; for ever where there is none.
async fn reached(until: Option<tokio::time::Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Nothing more is grown that might be lost.
fn saved(ack: Ack) -> Result<(), Failure> {
    match ack {
        Ack::Failed { message } | Ack::DiskFull { message } => {
            Err(Failure::new(Exit::Session, message))
        }
        Ack::Saved { .. } | Ack::Copied { .. } | Ack::CopyFailed { .. } => Ok(()),
    }
}

/// The time, in milliseconds since 1970-01-01 UTC; it never runs backwards.
pub struct Clock {
    began: Instant,
    milliseconds: u64,
}

impl Clock {
    pub fn start() -> Self {
        Self { began: Instant::now(), milliseconds: crate::ui::now() }
    }

    pub fn now(&self) -> u64 {
        self.milliseconds + u64::try_from(self.began.elapsed().as_millis()).unwrap_or_default()
    }
}
