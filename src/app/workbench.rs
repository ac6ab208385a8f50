//! The workbench: a tree, a search over it, and a person's place in it.
//!
//! Responsible for the commands that let the tree grow and for turning what the driver wants into
//! applied operations and effects; those that only move are in `walking.rs`. Every change of the tree passes through `Workbench::act`.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use super::Effect;
use super::judge::Judging;
use super::message::Opened;
use super::model::Model;
use super::querying::Aim;
use super::replay::Replay;
use super::selecting::Selected;
use super::shading::Known;
use super::sight::Sight;
use crate::aggregate::{Answer, Tally};
use crate::evaluate::{Rating, verify};
use crate::monitor::Pulse;
use crate::search::{Alternatives, Driver, Mode, Policy, Turn};
use crate::session::Moment;
use crate::tree::{Actor, Body, Finish, NodeId, Operation, Outline, Row, Tree};

/// A session on the workbench.
#[derive(Debug)]
pub struct Workbench {
    /// The tree.
    pub tree: Tree,
    /// Which rows of it show.
    pub outline: Outline,
    /// The search.
    pub driver: Driver,
    /// The chosen node.
    pub cursor: NodeId,
    /// The line of the tree pane that the cursor is on, from 0: it stays there while the tree
    /// grows around it.
    pub line: usize,
    /// How the tree is looked at.
    pub sight: Sight,
    /// How far the person is with judging.
    pub judging: Judging,
    /// The steps that the next operation is about, if several are selected.
    pub selection: Option<Selected>,
    /// The revision signals after which continuations grow, of which those that verify are kept.
    pub(super) continuing: Vec<NodeId>,
    /// The text whose answer is still to come, and what it is for.
    pub(super) asked: Option<(String, Aim)>,
    /// How many rows the path is scrolled up from its end.
    pub path_scroll: usize,
    /// The session's file.
    pub path: PathBuf,
    /// What is on disk.
    pub saved: Saved,
    /// Why the search last stopped, while it rests.
    pub stopped: Option<String>,
    /// The answers, the most believed first.
    pub answers: Vec<Answer>,
    /// The aggregator that ranks the answers on the screen, if the person chose one.
    pub aggregator: Option<String>,
    /// The figures that the charts show.
    pub pulse: Pulse,
    /// What a step could have said, as it was last asked.
    pub(super) alternatives: Option<Alternatives>,
    /// The entropies that are known.
    pub(super) entropies: Known,
    pub(super) tally: Tally,
    pub(super) search_log: VecDeque<String>,
    pub(super) visited: BTreeMap<NodeId, NodeId>,
    pub(super) recent_tokens: VecDeque<(u64, u64)>,
    unsaved: Vec<Operation>,
    /// Whether the problem was given here and now, so that a command that it names may run. A
    /// session that was opened may be a stranger's.
    runs_commands: bool,
    broken: Option<String>,
    ended: Option<String>,
    /// Whether its past, or another session, was asked for and is on its way.
    pub(super) awaits: bool,
    /// The place in the recording, while this shows the past.
    pub replay: Option<Replay>,
}

/// What is known of the session on disk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// The last operation that is safe on disk.
    pub sequence: u64,
    /// Why nothing can be saved at present, if so.
    pub failure: Option<String>,
    /// Why the session may not be changed, if so.
    pub read_only: Option<String>,
}

/// The time over which tokens per second are counted, in milliseconds.
const RATE_WINDOW: u64 = 2000;
/// Tokens that come within so many milliseconds are counted together.
const RATE_STEP: u64 = 20;

/// The most lines of the search's log that are kept.
const SEARCH_LOG: usize = 2000;

const COMMAND_NOT_RUN: &str =
    "This session names a command as its verifier; a session that was opened never runs one.";

impl Workbench {
    /// Makes the workbench of a session.
    ///
    /// # Errors
    /// Returns a sentence if the operations do not make a tree.
    pub(super) fn open(opened: Opened, policy: Policy, first_request: u64) -> Result<Self, String> {
        let moment = Moment::fold(&opened.operations)
            .map_err(|error| format!("{} is damaged: {error}.", opened.path.display()))?;
        let driver = Driver::new(policy, opened.seed, first_request);
        let mut bench = Self::of(moment, opened.path, opened.read_only, driver);
        bench.runs_commands = opened.problem.is_some();
        Ok(bench)
    }

    /// Makes the workbench of a session at a moment.
    pub(super) fn of(
        moment: Moment,
        path: PathBuf,
        read_only: Option<String>,
        driver: Driver,
    ) -> Self {
        let Moment { tree, pulse, .. } = moment;
        let tally = Tally::new(&tree, Rating::NAME);
        let mut bench = Self {
            outline: Outline::folded(&tree, true, |id| tree.node(id).is_pruned()),
            driver,
            cursor: NodeId::ROOT,
            line: 0,
            sight: Sight::default(),
            judging: Judging::default(),
            selection: None,
            asked: None,
            continuing: Vec::new(),
            path_scroll: 0,
            path,
            saved: Saved { sequence: tree.sequence(), failure: None, read_only },
            stopped: None,
            answers: tally.answers(),
            aggregator: None,
            pulse,
            alternatives: None,
            entropies: Known::default(),
            tally,
            search_log: VecDeque::new(),
            visited: BTreeMap::new(),
            recent_tokens: VecDeque::new(),
            unsaved: Vec::new(),
            runs_commands: false,
            broken: None,
            ended: None,
            awaits: false,
            replay: None,
            tree,
        };
        bench.rank();
        bench
    }

    /// Returns whether nothing is under way.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        if self.awaits {
            return false;
        }
        if let Some(replay) = &self.replay {
            return replay.is_settled();
        }
        let resting = self.driver.is_idle() && self.driver.mode() == Mode::Paused;
        resting
            && self.asked.is_none()
            && (self.saved.sequence == self.tree.sequence() || self.saved.failure.is_some())
    }

    /// Returns how many operations are still to be saved, as long as saving goes on.
    #[must_use]
    pub fn unsaved_count(&self) -> u64 {
        let saves = self.saved.failure.is_none() && self.saved.read_only.is_none();
        let saves = saves && self.replay.is_none();
        if saves { self.tree.sequence().saturating_sub(self.saved.sequence) } else { 0 }
    }

    /// Returns tokens per second over the last two seconds.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn tokens_per_second(&self, now: u64) -> f64 {
        let recent =
            self.recent_tokens.iter().filter(|(time, _)| now.saturating_sub(*time) <= RATE_WINDOW);
        let Some((first, _)) = recent.clone().next() else { return 0.0 };
        let tokens: u64 = recent.map(|(_, count)| count).sum();
        tokens as f64 * 1000.0 / now.saturating_sub(*first).clamp(250, RATE_WINDOW) as f64
    }

    /// Returns the answer that the tree believes most.
    #[must_use]
    pub fn best(&self) -> Option<&Answer> {
        self.answers.first()
    }

    /// Returns why the search chose the nodes that it expanded, oldest first.
    pub fn search_log(&self) -> impl Iterator<Item = &str> {
        self.search_log.iter().map(String::as_str)
    }

    /// Applies an operation and keeps it to be saved.
    pub(super) fn act(&mut self, actor: Actor, body: Body, now: u64) {
        let operation = Operation { sequence: self.tree.sequence() + 1, time: now, actor, body };
        if self.take_in(&operation) {
            self.unsaved.push(operation);
        }
    }

    /// Applies an operation, new or of the past, to all that shows the tree. Returns false if it
    /// does not fit.
    pub(super) fn take_in(&mut self, operation: &Operation) -> bool {
        let now = operation.time;
        let tokens = self.tree.tokens();
        let steps = self.judging.leave(&self.tree, &operation.body);
        let applied = self.tree.apply(operation);
        self.judging.join(&self.tree, &steps);
        if let Err(error) = applied {
            // A mistake of this program, not of the person: nothing was changed.
            self.broken = Some(format!("An operation was refused: {error}."));
            return false;
        }
        self.outline.sync(&self.tree);
        if self.tree.tokens() > tokens {
            let came = self.tree.tokens() - tokens;
            match self.recent_tokens.back_mut() {
                Some((time, count)) if now.saturating_sub(*time) < RATE_STEP => *count += came,
                _ => self.recent_tokens.push_back((now, came)),
            }
            while self
                .recent_tokens
                .front()
                .is_some_and(|(time, _)| now.saturating_sub(*time) > RATE_WINDOW)
            {
                self.recent_tokens.pop_front();
            }
        }
        match &operation.body {
            Body::Pruned { node } | Body::Restored { node } => self.show_pruned(*node),
            Body::Together { .. } => self.show_concerned(operation.sequence),
            Body::Undone { operation } | Body::Redone { operation } => {
                self.show_concerned(*operation);
            }
            Body::NodeFinished { node, finish: Finish::Duplicate { of }, .. } => {
                self.outline.refresh(&self.tree, *node);
                if self.cursor == *node {
                    self.cursor = *of;
                }
            }
            Body::SearchStarted { .. } => self.stopped = None,
            Body::SearchStopped { reason } => {
                self.stopped = Some(reason.clone());
                self.ended = Some(reason.clone());
            }
            Body::SearchStepped { node, reason } => {
                self.search_log.push_back(format!("{node}  {reason}"));
                if self.search_log.len() > SEARCH_LOG {
                    self.search_log.pop_front();
                }
            }
            _ => {}
        }
        self.pulse.take_in(&self.tree, &operation.body, now);
        let stated = matches!(operation.body, Body::DebateStated { .. });
        if self.tally.take_in(&self.tree, &operation.body) || stated {
            self.rank();
        }
        true
    }

    /// Folds a node that was pruned, unfolds one that was restored, and takes the row of one
    /// that was withdrawn.
    fn show_pruned(&mut self, node: NodeId) {
        self.outline.refresh(&self.tree, node);
        self.outline.set_folded(&self.tree, node, self.tree.node(node).is_pruned());
        let mut above = self.tree.ancestors(self.cursor);
        let shown = above.find(|at| self.outline.row_of(&self.tree, *at).is_some());
        self.cursor = shown.filter(|at| !self.outline.is_hidden(*at)).unwrap_or(NodeId::ROOT);
    }

    fn show_concerned(&mut self, operation: u64) {
        for node in self.tree.concerned(operation) {
            self.show_pruned(node);
        }
    }

    /// Applies what the driver wants, and what it wants next, until it waits for the engine.
    pub(super) fn take(&mut self, turn: Turn, now: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut next = turn;
        loop {
            let idle = next.operations.is_empty() && next.requests.is_empty();
            for (actor, body) in next.operations {
                self.act(actor, body, now);
            }
            effects.extend(next.requests.into_iter().map(Effect::Ask));
            for asked in next.verifications {
                if !self.runs_commands {
                    self.broken = Some(COMMAND_NOT_RUN.to_owned());
                    continue;
                }
                let Some(problem) = self.tree.problem().cloned() else { continue };
                let path = self.tree.path_text(asked.node);
                effects.push(Effect::Verify {
                    node: asked.node,
                    path,
                    answer: asked.answer,
                    problem,
                });
            }
            next = self.driver.advance(&self.tree, now);
            if next.goes_on {
                effects.push(Effect::GoOn);
                break;
            }
            if idle && next.operations.is_empty() && next.requests.is_empty() {
                break;
            }
        }
        self.judging.count(&self.tree);
        effects.extend(self.save());
        effects
    }

    /// Returns whether a command of the problem verifies answers here, which takes its time.
    pub(super) fn waits_for_verdicts(&self) -> bool {
        let verifier = self.tree.problem().and_then(verify::of);
        self.runs_commands && verifier.is_some_and(|it| it.is_ok_and(|it| !it.is_pure()))
    }

    /// Returns the effect that saves what is not saved yet.
    pub(super) fn save(&mut self) -> Option<Effect> {
        let unsaved = std::mem::take(&mut self.unsaved);
        (!unsaved.is_empty()).then_some(Effect::Save(unsaved))
    }

    /// Returns why the search has ended, once.
    pub(super) fn take_ended(&mut self) -> Option<String> {
        self.ended.take()
    }

    /// Returns what went wrong inside, once.
    pub(super) fn take_broken(&mut self) -> Option<String> {
        self.broken.take()
    }

    /// Moves the cursor; the row stays on its line of the screen as far as it can.
    pub(super) fn go_to(&mut self, node: NodeId, rows: usize) {
        if self.outline.is_filtered(node) {
            // Where somebody goes, they want to be; what they filtered by gives way.
            self.sight.filter.clear();
            self.outline.set_filter(&self.tree, None);
        }
        let before = self.outline.position(&self.tree, self.cursor);
        self.outline.reveal(&self.tree, node);
        let after = self.outline.position(&self.tree, node);
        if let Some(parent) = self.tree.node(node).parent() {
            self.visited.insert(parent, node);
        }
        if node != self.cursor {
            self.path_scroll = 0;
        }
        self.cursor = node;
        let margin = (rows / 5).min(3);
        let line = (self.line + after).saturating_sub(before);
        let last = rows.saturating_sub(1 + margin).max(margin);
        self.line = line.clamp(margin, last).min(after);
    }

    /// Returns the positions of the first row that a tree pane of so many rows shows, and of the
    /// row after the last that there is.
    #[must_use]
    pub fn window(&self, height: usize) -> (usize, usize) {
        let top = self.top_node();
        let first = if top == NodeId::ROOT { 0 } else { self.outline.position(&self.tree, top) };
        let end = first + self.outline.rows_within(top);
        let position = self.outline.position(&self.tree, self.cursor);
        let last_top = end.saturating_sub(height);
        let line = self.line.min(height.saturating_sub(1));
        let lowest = last_top.max((position + 1).saturating_sub(height));
        (position.saturating_sub(line).min(lowest).max(first), end)
    }

    /// The nearest sibling in a direction that has a row, or has one when its bucket is shown.
    pub(super) fn sibling(&self, forwards: bool) -> Option<NodeId> {
        self.outline.sibling(&self.tree, self.cursor, forwards)
    }

    /// The path through the chosen node, and on to its end along the children visited last.
    pub(super) fn way(&self) -> Vec<NodeId> {
        let mut way = self.tree.path(self.cursor);
        let mut at = self.cursor;
        while let Some(child) = self.child_of(at) {
            way.push(child);
            at = child;
        }
        way
    }

    /// The child of a node that was visited last, or its first.
    pub(super) fn child_of(&self, id: NodeId) -> Option<NodeId> {
        let visited = self.visited.get(&id).copied();
        let visited = visited.filter(|child| !self.outline.is_left_out(&self.tree, *child));
        let mut shown = self.outline.children(&self.tree, id);
        visited.or_else(|| shown.find(|child| !self.outline.is_hidden(*child)))
    }

    pub(super) fn row(&self) -> Row {
        let head = self.outline.head(&self.tree, self.cursor);
        self.outline.row_of(&self.tree, self.cursor).unwrap_or(Row { head, tail: head })
    }
}

/// Runs a change of the session, unless it is read-only.
pub(super) fn change(
    model: &mut Model,
    now: u64,
    to: impl FnOnce(&mut Workbench) -> Result<Turn, String>,
) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if let Some(why) = &bench.saved.read_only {
        let text = format!("This session is read-only: {why}");
        model.complain(text);
        return Vec::new();
    }
    match to(bench) {
        Ok(turn) => bench.take(turn, now),
        Err(message) => {
            model.complain(message);
            Vec::new()
        }
    }
}

pub(super) fn toggle_search(model: &mut Model, now: u64) -> Vec<Effect> {
    change(model, now, |bench| {
        Ok(if bench.driver.mode() == Mode::Paused {
            bench.driver.start(&bench.tree, NodeId::ROOT, now)
        } else {
            bench.driver.pause("paused by hand")
        })
    })
}

pub(super) fn search_here(model: &mut Model, now: u64) -> Vec<Effect> {
    change(model, now, |bench| Ok(bench.driver.start(&bench.tree, bench.cursor, now)))
}

pub(super) fn step(model: &mut Model, now: u64) -> Vec<Effect> {
    change(model, now, |bench| Ok(bench.driver.step(&bench.tree, NodeId::ROOT, now)))
}

pub(super) fn expand(model: &mut Model, now: u64) -> Vec<Effect> {
    on_each(model, now, |bench, node| bench.driver.expand(&bench.tree, node))
}

pub(super) fn roll_out(model: &mut Model, now: u64) -> Vec<Effect> {
    on_each(model, now, |bench, node| bench.driver.roll_out(&bench.tree, node))
}

/// Lets every selected step grow, or the chosen one.
fn on_each(
    model: &mut Model,
    now: u64,
    to: impl Fn(&mut Workbench, NodeId) -> Result<Turn, String>,
) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let nodes = bench.selected().unwrap_or_else(|| vec![bench.cursor]);
    bench.selection = None;
    nodes.into_iter().flat_map(|node| change(model, now, |bench| to(bench, node))).collect()
}

pub(super) fn copy_step(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let text = match (bench.cursor, bench.tree.problem()) {
        (NodeId::ROOT, Some(problem)) => problem.text.clone(),
        (node, _) => bench.tree.node(node).text().trim_end().to_owned(),
    };
    vec![Effect::Copy(text)]
}

pub(super) fn copy_path(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let problem = bench.tree.problem().map_or("", |problem| problem.text.as_str());
    vec![Effect::Copy(format!("{problem}\n\n{}", bench.tree.path_text(bench.cursor)))]
}
