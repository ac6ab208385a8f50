//! Debating: the voices of a debate are asked one after another, and what they say is recorded.

use super::{Driver, Pending, Turn};
use crate::assets;
use crate::engine::protocol::{Generate, Prompt, Request, RequestId};
use crate::reasoning::Segmentation;
use crate::search::debate::{self, Mind, Readings, Rules, Thought};
use crate::search::seed::choice_seed;
use crate::tree::{Actor, Body, Manner, NodeId, Sampling, Statement, Tree};

/// The most tokens of what a voice says.
const TOKENS: u32 = 300;

/// A debate while it goes on.
#[derive(Debug, Default)]
pub(super) struct Debating {
    /// The voice that makes up its mind in pairs, if one does.
    mind: Option<Mind>,
    /// Pairs that were read.
    readings: Readings,
    /// Why the run stops when it is over, if it is to stop.
    stop: Option<String>,
}

/// What a voice was asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    /// To speak.
    Words,
    /// Which of two is better.
    Pair(NodeId, NodeId),
}

impl Driver {
    /// Lets agents debate the answers now, whatever the mode.
    ///
    /// # Errors
    /// Returns a sentence if there is nothing to debate, a debate goes on, or no model is loaded.
    pub fn debate(&mut self, tree: &Tree, rules: Rules) -> Result<Turn, String> {
        if self.model.is_none() {
            return Err("No model is loaded yet.".to_owned());
        }
        if self.debating.is_some() {
            return Err("A debate goes on already.".to_owned());
        }
        let mut turn = Turn::default();
        if self.open_debate(tree, rules, None, &mut turn) {
            return Ok(turn);
        }
        Err("There is nothing to debate: a debate needs two different answers.".to_owned())
    }

    /// Returns whether a debate goes on.
    #[must_use]
    pub fn is_debating(&self) -> bool {
        self.debating.is_some()
    }

    /// Opens a debate, if there is anything to debate.
    pub(super) fn open_debate(
        &mut self,
        tree: &Tree,
        rules: Rules,
        stop: Option<String>,
        turn: &mut Turn,
    ) -> bool {
        let Rules { manner, agents, rounds } = rules;
        let candidates = debate::candidates(tree, &self.policy, manner);
        if candidates.len() < 2 {
            return false;
        }
        self.debating = Some(Debating { stop, ..Debating::default() });
        let opened = Body::DebateOpened { manner, candidates, agents, rounds };
        turn.operations.push((Actor::Search, opened));
        true
    }

    /// Asks the voice whose turn it is, unless one was asked. Returns whether a debate goes on.
    pub(super) fn argue(&mut self, tree: &Tree, turn: &mut Turn) -> bool {
        let Some(debating) = &mut self.debating else { return false };
        let asked = self.pending.values().any(|pending| matches!(pending, Pending::Voice { .. }));
        // What was just opened or said must be in the tree first.
        if asked || !turn.operations.is_empty() {
            return true;
        }
        let (Some(model), Some(debate)) = (&self.model, tree.debates().last()) else {
            self.debating = None;
            return false;
        };
        let Some(voice) = debate.next() else {
            let over = self.debating.take();
            if let Some(reason) = over.and_then(|debating| debating.stop) {
                self.stop(&reason, Actor::Search, turn);
            }
            return false;
        };
        let seed = choice_seed(self.session_seed, tree.age());
        if !assets::is_embedded(&model.info.name) {
            let prompt = debate::prompt(tree, debate, self.policy.values, voice);
            let grammar = Some(debate::grammar(debate.candidates.len()));
            let temperature = debate::temperature(debate.manner, voice);
            self.ask_voice(
                Asked::Words,
                |id| {
                    Request::Generate(Generate {
                        id,
                        prompt,
                        seeds: vec![seed],
                        sampling: Sampling { temperature, ..Sampling::default() },
                        segmentation: Segmentation::Whole,
                        max_tokens: TOKENS,
                        grammar,
                        ..Generate::default()
                    })
                },
                turn,
            );
            return true;
        }
        if debate.manner == Manner::Agreement {
            let statement = debate::count(tree, debate);
            self.said(statement, turn);
            return true;
        }
        let mind = debating.mind.get_or_insert_with(|| Mind::new(debate, voice, seed));
        match mind.think(tree, debate, self.policy.values, &debating.readings) {
            Thought::Ask { first, second, prompt } => {
                self.ask_voice(Asked::Pair(first, second), |id| labels(id, prompt), turn);
            }
            Thought::Said(statement) => self.said(statement, turn),
        }
        true
    }

    fn ask_voice(
        &mut self,
        asked: Asked,
        request: impl FnOnce(RequestId) -> Request,
        turn: &mut Turn,
    ) {
        let id = self.request();
        turn.requests.push(request(id));
        self.pending.insert(id, Pending::Voice { asked, written: Vec::new() });
    }

    fn said(&mut self, statement: Statement, turn: &mut Turn) {
        if let Some(debating) = &mut self.debating {
            debating.mind = None;
        }
        turn.operations.push((Actor::Model, Body::DebateStated { statement }));
    }

    /// Takes in the end of what a voice wrote.
    pub(super) fn spoken(&mut self, tree: &Tree, id: RequestId, turn: &mut Turn) {
        if !matches!(self.pending.get(&id), Some(Pending::Voice { .. })) {
            return;
        }
        let Some(Pending::Voice { written, .. }) = self.pending.remove(&id) else { return };
        let Some(debate) = tree.debates().last().filter(|_| self.debating.is_some()) else {
            return;
        };
        let Some(voice) = debate.next() else { return };
        let bytes: Vec<_> = written.iter().flat_map(|token| token.bytes.iter().copied()).collect();
        let (words, choice) = debate::read(debate, &String::from_utf8_lossy(&bytes));
        let tokens = u32::try_from(written.len()).unwrap_or(u32::MAX);
        self.said(Statement { voice, choice, words, calls: 1, tokens }, turn);
    }

    /// Takes in how a voice likes a pair.
    pub(super) fn compared(&mut self, id: RequestId, masses: &[f64], tokens: u32) {
        let Some(Pending::Voice { asked: Asked::Pair(first, second), .. }) = self.pending.get(&id)
        else {
            return;
        };
        let pair = (*first, *second);
        self.pending.remove(&id);
        let Some(debating) = &mut self.debating else { return };
        let mass: f64 = masses.iter().sum();
        let likes = masses.first().map_or(0.5, |first| first / mass);
        debating.readings.insert(pair, if likes.is_finite() { likes } else { 0.5 });
        if let Some(mind) = &mut debating.mind {
            mind.spent(tokens);
        }
    }
}

fn labels(id: RequestId, prompt: Prompt) -> Request {
    let labels = debate::LABELS.map(str::to_owned).to_vec();
    Request::ScoreLabels { id, prompt, labels }
}
