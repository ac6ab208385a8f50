//! Many trials at once through one engine, so that its batches are full.
//!
//! Responsible for how many trees grow at a time and for handing each its events. Not
//! responsible for what becomes of the outcomes (`eval.rs`).

use std::collections::{HashMap, VecDeque};

use super::exit::Failure;
use super::headless::Clock;
use super::loading::{Reasoner, gone};
use super::stop::Stop;
use super::trial::{Outcome, Trial};
use crate::engine::Event;
use crate::engine::protocol::RequestId;
use crate::evaluate::Verdict;
use crate::search::{Driver, Turn};
use crate::tree::NodeId;

/// Trees that grow at the same time.
const LANES: usize = 24;

/// How the trials ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All are over.
    Over,
    /// The program was asked to stop; those at work are lost.
    Stopped,
}

/// A trial that is still to be made, given its range of request numbers.
pub type Prepare<'trial> = Box<dyn FnOnce(RequestId) -> Trial + 'trial>;

/// Makes all trials; `done` is told each outcome.
///
/// # Errors
/// Returns that the engine was lost for good, that it cannot do what was asked, or what `done`
/// returns.
pub async fn run(
    mut waiting: VecDeque<Prepare<'_>>,
    reasoner: &mut Reasoner,
    stop: &mut Stop,
    done: &mut dyn FnMut(Outcome) -> Result<(), Failure>,
    told: &mut dyn FnMut(String),
) -> Result<End, Failure> {
    let clock = Clock::start();
    let asked = stop.times();
    let mut lanes: HashMap<u64, Trial> = HashMap::new();
    loop {
        while lanes.len() < LANES
            && let Some(prepare) = waiting.pop_front()
        {
            let first = reasoner.request_range();
            let mut trial = prepare(first);
            if let Some(model) = reasoner.model() {
                let _ = trial.handle(&Event::Loaded(model.clone()));
            }
            let turn = trial.start(clock.now());
            trial.take(turn, clock.now(), &|request| reasoner.send(request))?;
            lanes.insert(Reasoner::lane(first), trial);
        }
        let over: Vec<_> =
            lanes.iter().filter(|(_, trial)| trial.is_over()).map(|(lane, _)| *lane).collect();
        for trial in over.iter().filter_map(|lane| lanes.remove(lane)) {
            done(trial.outcome(clock.now()))?;
        }
        if !over.is_empty() {
            continue;
        }
        if lanes.is_empty() {
            return Ok(End::Over);
        }
        tokio::select! {
            () = stop.more_than(asked) => return Ok(End::Stopped),
            (lane, checked) = next_check(&mut lanes) => {
                let Some(trial) = lanes.get_mut(&lane) else { continue };
                match checked {
                    Ok((node, verdict)) => {
                        let turn = Turn { operations: vec![Driver::verified(node, &verdict)], ..Turn::default() };
                        trial.take(turn, clock.now(), &|request| reasoner.send(request))?;
                    }
                    Err(why) => told(format!("an answer to {} is not verified: {why}", trial.key.id)),
                }
            }
            event = reasoner.events.recv() => {
                let mut next = Some(event.ok_or_else(gone)?);
                while let Some(event) = next {
                    hear(&event, &mut lanes, reasoner, clock.now(), told)?;
                    next = reasoner.events.try_recv().ok();
                }
            }
        }
    }
}

/// Hands an event to the trial that asked, or to all if it is about the engine.
fn hear(
    event: &Event,
    lanes: &mut HashMap<u64, Trial>,
    reasoner: &mut Reasoner,
    now: u64,
    told: &mut dyn FnMut(String),
) -> Result<(), Failure> {
    match event {
        Event::Tokens { id, .. }
        | Event::BranchDone { id, .. }
        | Event::Labels { id, .. }
        | Event::Failed { id, .. } => {
            let Some(trial) = lanes.get_mut(&Reasoner::lane(*id)) else { return Ok(()) };
            if let Event::Failed { message, .. } = event {
                told(format!("problem {}: {message}", trial.key.id));
            }
            let turn = trial.handle(event);
            trial.take(turn, now, &|request| reasoner.send(request))?;
        }
        Event::Loaded(_) | Event::LoadFailed { .. } | Event::Lost { .. } => {
            for trial in lanes.values_mut() {
                let turn = trial.handle(event);
                trial.take(turn, now, &|request| reasoner.send(request))?;
            }
        }
        _ => {}
    }
    reasoner.notice(event)
}

/// The next verdict of a verifier command; waits for ever where none is at work.
async fn next_check(lanes: &mut HashMap<u64, Trial>) -> (u64, Result<(NodeId, Verdict), String>) {
    let at_work = lanes.iter_mut().find(|(_, trial)| !trial.checks.is_empty());
    let Some((lane, trial)) = at_work else { return std::future::pending().await };
    let checked = match trial.checks.join_next().await {
        Some(Ok((node, verdict))) => verdict.map(|verdict| (node, verdict)),
        Some(Err(error)) => Err(format!("the verifier crashed ({error})")),
        None => Err("the verifier is gone".to_owned()),
    };
    (*lane, checked)
}
