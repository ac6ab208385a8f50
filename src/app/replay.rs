//! Replay: a session's past on the workbench, played, stepped through and branched from.
//!
//! Responsible for the place in the recording and for the pace. The past is drawn by the same code as
//! the present: each operation that is played passes through the workbench as a new one does. Reading
//! the recording is the runtime's work; a jump asks it for the tree of that moment.
//!
//! Invariant: while nothing is asked for, the tree is the fold of the operations up to `position`.

use std::collections::VecDeque;

use super::Effect;
use super::argument::Arguments;
use super::message::{Recorded, Sought};
use super::model::{Model, Screen};
use super::querying::{self, Aim};
use super::speed::Speed;
use super::start::Start;
use super::walking::walk;
use super::workbench::Workbench;
use crate::aggregate::Tally;
use crate::evaluate::Rating;
use crate::monitor::Side;
use crate::search::Driver;
use crate::session::{MarkKind, Marks, Moment};
use crate::tree::{Finish, NodeId, Operation, Outline};

/// How many operations are fetched at a time, and when there are fewer left than this.
const FETCH: u64 = 4000;
const LOW: usize = 2000;
/// The most operations between two frames.
const FRAME_OPERATIONS: usize = 4000;
/// Why the past cannot be changed.
const READ_ONLY: &str = "this is a replay; b begins a session of its own from here.";
/// The time between two frames while it plays, in milliseconds; longer where nothing happened, so that
/// a faster speed is soon felt.
const FRAME: u64 = 16;
const LONGEST_WAIT: u64 = 200;

/// A place in a recording.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // each is on its own
pub struct Replay {
    /// How many operations the recording has.
    pub length: u64,
    /// The moments that one jumps to.
    pub marks: Marks,
    /// Whether all of them are known.
    pub is_read: bool,
    /// Whether it plays.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// The moment that is to be compared with another one.
    pub(super) kept: Option<Side>,
    /// The session that is open, if the replay began from one.
    back: Option<Box<Workbench>>,
    /// Whether the program was started for this replay.
    alone: bool,
    /// Operations that come next.
    ahead: VecDeque<Operation>,
    /// Whether operations are on their way.
    fetching: bool,
    /// The moment that is on its way.
    seeking: Option<u64>,
    /// Whether the cursor goes to what happens at that moment.
    follows: bool,
    /// Whether a wake-up is on its way.
    waking: bool,
    /// The time of the operation that was played last.
    time: Option<u64>,
    /// When the play last went on, and how much of the recording's time is owed since.
    last: u64,
    owed: f64,
}

impl Workbench {
    /// Shows another moment of the same session. What is folded stays so, and the cursor goes to
    /// the nearest node that there is.
    fn show(&mut self, moment: Moment) {
        let Moment { tree, pulse, .. } = moment;
        let there = self.tree.ancestors(self.cursor).find(|id| tree.contains(*id));
        let was_pruned = |id| self.tree.contains(id) && self.tree.node(id).is_pruned();
        // What is pruned is folded; whether a person folded it too is not known.
        let outline = Outline::folded(&tree, self.outline.joins_chains(), |id| {
            tree.node(id).is_pruned() || (self.outline.is_folded(id) && !was_pruned(id))
        });
        self.tally = Tally::new(&tree, Rating::NAME);
        (self.tree, self.outline, self.pulse) = (tree, outline, pulse);
        self.rank();
        self.recent_tokens.clear();
        self.search_log.clear();
        self.visited.retain(|_, child| self.tree.contains(*child));
        self.cursor = there.unwrap_or(NodeId::ROOT);
        self.outline.reveal(&self.tree, self.cursor);
        if self.outline.is_hidden(self.cursor) {
            self.cursor = self.tree.node(self.cursor).parent().unwrap_or(NodeId::ROOT);
        }
        self.line = self.line.min(self.outline.position(&self.tree, self.cursor));
        self.saved.sequence = self.tree.sequence();
        self.stopped = None;
        self.sight.top = self.sight.top.filter(|top| self.tree.contains(*top));
        self.sight.order = "";
        // What was selected and asked was so in another tree.
        (self.selection, self.asked) = (None, None);
    }
}

impl Replay {
    /// Returns whether nothing is on its way.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.is_read && !self.playing && !self.fetching && self.seeking.is_none()
    }

    /// Returns the open session that the replay began from.
    pub(super) fn live(&mut self) -> Option<&mut Workbench> {
        self.back.as_deref_mut()
    }

    fn owes(&self, operation: &Operation) -> u64 {
        self.time.map_or(0, |time| self.speed.pause(operation.time.saturating_sub(time)))
    }

    /// Forgets what was fetched, and what is on its way, for another place.
    fn turn(&mut self) {
        self.ahead.clear();
        self.fetching = false;
        self.time = None;
        self.owed = 0.0;
    }
}

/// `r` and `:replay [OPERATION]`: opens the session's past, at the cursor's beginning or at an
/// operation; in a replay, plays or pauses, or goes there.
pub(super) fn replay(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let place = match arguments.word(0).map(str::parse::<u64>) {
        None => None,
        Some(Ok(place)) => Some(place),
        Some(Err(_)) => {
            model.complain("Name an operation by its number, as in :replay 120.");
            return Vec::new();
        }
    };
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if bench.replay.is_some() {
        return place.map_or_else(Vec::new, |place| go_to(model, place));
    }
    bench.awaits = true;
    let born = place.is_none().then_some(bench.cursor).filter(|cursor| *cursor != NodeId::ROOT);
    vec![Effect::Replay {
        path: bench.path.clone(),
        born,
        sequence: place.unwrap_or(0),
        speed: None,
    }]
}

/// Puts a recording on the workbench; the open session waits behind it.
pub(super) fn open(model: &mut Model, recorded: Recorded, now: u64) -> Vec<Effect> {
    let Recorded { path, seed, length, marks, speed, moment } = recorded;
    let driver = Driver::new(model.policy.clone(), seed, 0);
    let mut bench = Workbench::of(*moment, path, Some(READ_ONLY.to_owned()), driver);
    bench.replay = Some(Replay {
        length,
        is_read: marks.is_some(),
        marks: marks.unwrap_or_default(),
        playing: false,
        speed: speed.unwrap_or_default(),
        kept: None,
        back: None,
        alone: true,
        ahead: VecDeque::new(),
        fetching: false,
        seeking: None,
        follows: false,
        waking: false,
        time: None,
        last: now,
        owed: 0.0,
    });
    let before = std::mem::replace(&mut model.screen, Screen::Workbench(Box::new(bench)));
    if let Some(bench) = model.workbench_mut() {
        let (mut back, mut alone) = (None, true);
        match before {
            Screen::Start(start) => alone = start.for_replay,
            Screen::Workbench(mut live) => {
                live.awaits = false;
                let there = bench.tree.contains(live.cursor);
                bench.cursor = if there { live.cursor } else { NodeId::ROOT };
                bench.outline.reveal(&bench.tree, bench.cursor);
                back = Some(live);
            }
        }
        if let Some(replay) = &mut bench.replay {
            (replay.back, replay.alone) = (back, alone);
        }
    }
    model.keys.clear();
    model.overlays.clear();
    if speed.is_some() { play(model, now) } else { Vec::new() }
}

/// The replay and the workbench that shows it.
fn with<T>(model: &mut Model, to: impl FnOnce(&mut Workbench, &mut Replay) -> T) -> Option<T> {
    let bench = model.workbench_mut()?;
    let mut replay = bench.replay.take()?;
    let done = to(bench, &mut replay);
    bench.replay = Some(replay);
    Some(done)
}

/// Plays or pauses.
pub(super) fn play(model: &mut Model, now: u64) -> Vec<Effect> {
    let effects = with(model, |bench, replay| {
        replay.playing = !replay.playing;
        if !replay.playing {
            return Vec::new();
        }
        replay.last = now;
        replay.owed = 0.0;
        if bench.tree.sequence() >= replay.length {
            // From the end it plays again from the beginning.
            return seek(replay, 0, false);
        }
        advance(bench, replay, now)
    });
    effects.unwrap_or_default()
}

/// A wake-up came: plays on.
pub(super) fn wake(model: &mut Model, now: u64) -> Vec<Effect> {
    let effects = with(model, |bench, replay| {
        replay.waking = false;
        advance(bench, replay, now)
    });
    effects.unwrap_or_default()
}

/// Plays what is due, and asks for what it needs to go on.
fn advance(bench: &mut Workbench, replay: &mut Replay, now: u64) -> Vec<Effect> {
    if !replay.playing || replay.seeking.is_some() {
        return Vec::new();
    }
    let due = replay.speed.due(now.saturating_sub(replay.last));
    replay.last = now;
    replay.owed = (replay.owed + due).min(f64::MAX);
    let mut played = 0;
    while played < FRAME_OPERATIONS
        && let Some(next) = replay.ahead.front()
    {
        let owes = replay.owes(next) as f64;
        if owes > replay.owed {
            break;
        }
        replay.owed -= owes;
        let Some(next) = replay.ahead.pop_front() else { break };
        replay.time = Some(next.time);
        bench.take_in(&next);
        played += 1;
    }
    if bench.tree.sequence() >= replay.length {
        replay.playing = false;
        return Vec::new();
    }
    let mut effects: Vec<Effect> = fetch(bench, replay).into_iter().collect();
    if let Some(next) = replay.ahead.front().filter(|_| !replay.waking) {
        let milliseconds = replay.speed.wait(replay.owes(next) as f64 - replay.owed);
        effects.push(Effect::Wake { milliseconds: milliseconds.clamp(FRAME, LONGEST_WAIT) });
        replay.waking = true;
    }
    effects
}

/// Asks for the operations that come next, where few are left.
fn fetch(bench: &Workbench, replay: &mut Replay) -> Option<Effect> {
    let after = bench.tree.sequence() + replay.ahead.len() as u64;
    if replay.fetching || replay.ahead.len() >= LOW || after >= replay.length {
        return None;
    }
    replay.fetching = true;
    Some(Effect::Fetch { after, up_to: after + FETCH })
}

/// Operations came.
pub(super) fn fetched(model: &mut Model, operations: Vec<Operation>, now: u64) -> Vec<Effect> {
    let effects = with(model, |bench, replay| {
        replay.fetching = false;
        let due = bench.tree.sequence() + replay.ahead.len() as u64 + 1;
        // What was asked for before a jump is of another place.
        if operations.first().is_some_and(|first| first.sequence == due) {
            replay.ahead.extend(operations);
        }
        advance(bench, replay, now)
    });
    effects.unwrap_or_default()
}

/// Asks for a moment; the cursor stays, or follows to what happens then.
fn seek(replay: &mut Replay, sequence: u64, follows: bool) -> Vec<Effect> {
    let sequence = sequence.min(replay.length);
    replay.turn();
    (replay.seeking, replay.follows) = (Some(sequence), follows);
    vec![Effect::Seek { sequence }]
}

/// A moment came that was asked for. While keys are pressed faster than moments come, those in between
/// are shown too.
pub(super) fn sought(model: &mut Model, sought: Sought, now: u64) -> Vec<Effect> {
    let mut to = None;
    let effects = with(model, |bench, replay| {
        let Some(sequence) = replay.seeking else { return Vec::new() };
        replay.seeking = (sequence != sought.sequence).then_some(sequence);
        to = sought.moment.node.filter(|_| replay.follows);
        bench.show(*sought.moment);
        replay.last = now;
        advance(bench, replay, now)
    });
    let mut effects = effects.unwrap_or_default();
    walk(model, |bench| match bench.tree.node(to?).finish() {
        // One that repeats a sibling has no row of its own.
        Some(Finish::Duplicate { of }) => Some(*of),
        _ => to,
    });
    let filter = model.workbench().map(|bench| bench.sight.filter.clone()).unwrap_or_default();
    if !filter.is_empty() {
        // What is filtered by is asked of this moment's tree.
        effects.extend(querying::ask(model, &filter, Aim::Filter, now));
    }
    effects
}

/// Goes to the moment after an operation.
pub(super) fn go_to(model: &mut Model, sequence: u64) -> Vec<Effect> {
    with(model, |_, replay| seek(replay, sequence, false)).unwrap_or_default()
}

/// What was asked for will not come.
pub(super) fn failed(model: &mut Model) {
    if let Some(bench) = model.workbench_mut() {
        bench.awaits = false;
    }
    with(model, |_, replay| {
        replay.turn();
        (replay.playing, replay.seeking) = (false, None);
    });
}

/// All moments that one jumps to came.
pub(super) fn marked(model: &mut Model, marks: Marks) -> Vec<Effect> {
    with(model, |_, replay| (replay.marks, replay.is_read) = (marks, true));
    Vec::new()
}

/// The moment that is shown, or will be.
fn position(bench: &Workbench, replay: &Replay) -> u64 {
    replay.seeking.unwrap_or_else(|| bench.tree.sequence())
}

/// Goes by so many operations, and to the steps that they are about.
pub(super) fn step(model: &mut Model, by: i64) -> Vec<Effect> {
    let effects = with(model, |bench, replay| {
        replay.playing = false;
        let to = position(bench, replay).saturating_add_signed(by);
        seek(replay, to, true)
    });
    effects.unwrap_or_default()
}

/// Goes to the next or the previous moment of a kind, and to the step that it is about.
pub(super) fn jump(model: &mut Model, kind: MarkKind, forwards: bool) -> Vec<Effect> {
    let found = with(model, |bench, replay| {
        replay.playing = false;
        let at = position(bench, replay);
        let marks = &replay.marks;
        let found = if forwards { marks.after(kind, at) } else { marks.before(kind, at) };
        (found, replay.is_read)
    });
    let (found, is_read) = found.unwrap_or((None, true));
    if let Some(sequence) = found {
        with(model, |_, replay| seek(replay, sequence, true)).unwrap_or_default()
    } else if !is_read {
        model.tell("The log is still being read; try again in a moment.");
        Vec::new()
    } else {
        let way = if forwards { "after" } else { "before" };
        model.tell(format!("There is no {} {way} this moment.", name(kind)));
        Vec::new()
    }
}

fn name(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Step => "step of the search",
        MarkKind::Evaluation => "evaluation",
        MarkKind::Answer => "answer",
        MarkKind::Debate => "statement of a debate",
        MarkKind::Prune => "prune",
        MarkKind::Splice => "splice",
    }
}

/// Plays faster or slower.
pub(super) fn change_speed(model: &mut Model, faster: bool) -> Vec<Effect> {
    let speed = with(model, |_, replay| {
        replay.speed = replay.speed.step(faster);
        replay.owed = 0.0;
        replay.speed
    });
    if let Some(speed) = speed {
        model.tell(format!("Plays at {speed}."));
    }
    Vec::new()
}

/// `:speed S`.
pub(super) fn set_speed(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some(speed) = Speed::read(arguments.text()) else {
        model.complain("A speed is a number from 0.25 to 64, or clock, or full.");
        return Vec::new();
    };
    with(model, |_, replay| (replay.speed, replay.owed) = (speed, 0.0));
    Vec::new()
}

/// Begins a new session from this moment.
pub(super) fn branch(model: &mut Model) -> Vec<Effect> {
    let effects = with(model, |bench, replay| {
        replay.playing = false;
        (bench.tree.sequence() > 0).then(|| Effect::Branch { sequence: bench.tree.sequence() })
    });
    if let Some(effect) = effects.flatten() {
        model.tell("From here on this is a session of its own, which says where it comes from.");
        vec![effect]
    } else {
        model.tell("Before the first operation there is nothing to branch from.");
        Vec::new()
    }
}

/// Leaves the replay: back to where it began from, or out of the program if that was started for it.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(replay) = model.workbench_mut().and_then(|bench| bench.replay.as_mut()) else {
        return Vec::new();
    };
    match (replay.back.take(), replay.alone) {
        (Some(live), _) => {
            model.screen = Screen::Workbench(live);
            vec![Effect::EndReplay]
        }
        (None, true) => vec![Effect::Quit],
        (None, false) => {
            model.screen = Screen::Start(Start::default());
            vec![Effect::EndReplay, Effect::List]
        }
    }
}

/// The speeds that can be filled in.
pub(super) fn speeds(_: &Model) -> Vec<String> {
    Speed::words()
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
