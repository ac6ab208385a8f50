//! A debate in pairs: how a voice of the embedded model makes up its mind.
//!
//! The embedded model has learnt one question that compares: which of two next steps is better, A
//! or B. So a voice compares two trajectories where they part, in both orders, and draws the winner
//! by the mean of the two probabilities. As SWE-Search shows its agents the rewards, the odds are
//! multiplied by those of the values that the answers have. An agent begins with all candidates in
//! an order of its own; in later rounds what it chose is challenged by what the others chose, and
//! the odds are multiplied by the votes that each side has. The conclusion does the same with what
//! was chosen last, at its low temperature. A pair that was read once in a debate is not asked about
//! again.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

use super::super::random::Random;
use super::{fork, temperature, value};
use crate::assets;
use crate::engine::protocol::Prompt;
use crate::evaluate::path_prompt;
use crate::tree::{Debate, Manner, NodeId, Statement, Tree, Voice};

/// The labels between which the embedded model chooses.
pub const LABELS: [&str; 2] = ["A", "B"];

/// The probability that the first of two trajectories is the better one, as read in that order.
pub type Readings = BTreeMap<(NodeId, NodeId), f64>;

/// A voice that makes up its mind.
#[derive(Debug)]
pub struct Mind {
    voice: Voice,
    champion: NodeId,
    challengers: VecDeque<NodeId>,
    random: Random,
    words: String,
    calls: u32,
    tokens: u32,
}

/// What a mind does next.
#[derive(Debug, PartialEq)]
pub enum Thought {
    /// It asks about a pair, in this order.
    Ask {
        /// The one that is called A.
        first: NodeId,
        /// The one that is called B.
        second: NodeId,
        /// The question.
        prompt: Prompt,
    },
    /// It has made up its mind.
    Said(Statement),
}

impl Mind {
    /// Begins with what the voice has to compare.
    #[must_use]
    pub fn new(debate: &Debate, voice: Voice, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let stance = |agent| debate.stance(agent).and_then(|stance| stance.choice);
        let own = match voice {
            Voice::Agent { agent, .. } => stance(agent),
            Voice::Conclusion => None,
        };
        let mut rest: Vec<_> = debate.candidates.clone();
        let chosen = |one: &NodeId| debate.votes(*one) > 0;
        if own.is_some() || voice == Voice::Conclusion {
            // What nobody stands by is not talked about any more.
            rest.retain(chosen);
            rest.sort_by_key(|one| std::cmp::Reverse(debate.votes(*one)));
        } else {
            for at in (1..rest.len()).rev() {
                rest.swap(at, random.below(at + 1));
            }
        }
        let champion = own.or(rest.first().copied()).or(debate.candidates.first().copied());
        let champion = champion.unwrap_or(NodeId::ROOT);
        let challengers = rest.into_iter().filter(|one| *one != champion).collect();
        let words = String::new();
        Self { voice, champion, challengers, random, words, calls: 0, tokens: 0 }
    }

    /// Takes in what a pair cost.
    pub fn spent(&mut self, tokens: u32) {
        self.calls += 1;
        self.tokens += tokens;
    }

    /// Goes on until a pair must be read or the mind is made up.
    #[must_use]
    pub fn think(
        &mut self,
        tree: &Tree,
        debate: &Debate,
        values: &str,
        readings: &Readings,
    ) -> Thought {
        while let Some(challenger) = self.challengers.front().copied() {
            let champion = self.champion;
            let (mut forth, mut back) = (0.5, 0.5);
            // Trajectories that say the same do not part.
            if fork(tree, champion, challenger).is_some() {
                for (first, second, read) in
                    [(champion, challenger, &mut forth), (challenger, champion, &mut back)]
                {
                    match readings.get(&(first, second)) {
                        Some(reading) => *read = *reading,
                        None => {
                            if let Some(prompt) = question(tree, first, second) {
                                return Thought::Ask { first, second, prompt };
                            }
                        }
                    }
                }
            }
            self.challengers.pop_front();
            let odds = |node: NodeId| odds(value(tree, node, values).unwrap_or(0.5));
            let worth = odds(champion) / odds(challenger);
            self.decide(debate, challenger, (forth, back), worth);
        }
        if self.words.is_empty() {
            self.words.push_str("nobody chose another");
        }
        Thought::Said(Statement {
            voice: self.voice,
            choice: Some(self.champion),
            words: std::mem::take(&mut self.words),
            calls: self.calls,
            tokens: self.tokens,
        })
    }

    /// Lets the champion stand or fall. `forth` is the probability of the first of the pair in the
    /// order champion and challenger, `back` in the other order; `worth` are the odds of the
    /// champion by what both are valued.
    fn decide(
        &mut self,
        debate: &Debate,
        challenger: NodeId,
        (forth, back): (f64, f64),
        worth: f64,
    ) {
        let likes = odds((forth + 1.0 - back) / 2.0) * worth;
        let likes = likes / (1.0 + likes);
        // In the first round everybody speaks for himself.
        let alone = matches!(self.voice, Voice::Agent { round: 1, .. });
        let voices = |one: NodeId| if alone { 1.0 } else { f64::from(1 + debate.votes(one)) };
        let odds = odds(likes) * voices(self.champion) / voices(challenger);
        let odds = odds.powf(1.0 / f64::from(temperature(Manner::Debate, self.voice)));
        // Large odds are a certainty, not a number over itself.
        let stands = self.random.uniform() < 1.0 - 1.0 / (1.0 + odds);
        let (better, worse, share) = if stands {
            (self.champion, challenger, likes)
        } else {
            (challenger, self.champion, 1.0 - likes)
        };
        let comma = if self.words.is_empty() { "" } else { "; " };
        let unsure =
            if (forth > 0.5) == (back > 0.5) { ", not the same in both orders" } else { "" };
        let _ =
            write!(self.words, "{comma}{better} over {worse} at {:.0} %{unsure}", share * 100.0);
        self.champion = better;
    }
}

/// The odds of a probability; none is certain.
fn odds(share: f64) -> f64 {
    let share = share.clamp(0.01, 0.99);
    share / (1.0 - share)
}

/// The question which of two trajectories goes on better where they part.
fn question(tree: &Tree, first: NodeId, second: NodeId) -> Option<Prompt> {
    let (shared, a, b) = fork(tree, first, second)?;
    let question = assets::embedded_choice(tree.node(a).text().trim(), tree.node(b).text().trim());
    Some(path_prompt(tree, shared).then_ask(&question))
}

#[cfg(test)]
mod tests {
    use super::super::tests::answer;
    use super::*;
    use crate::engine::protocol::Content;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body};

    fn bench() -> (Grower, [NodeId; 3]) {
        let mut grower = Grower::new("p");
        let nodes = ["1", "2", "3"].map(|text| answer(&mut grower, NodeId::ROOT, text, 0.5));
        let candidates = nodes.to_vec();
        grower.act(
            Actor::Search,
            Body::DebateOpened { manner: Manner::Debate, candidates, agents: 2, rounds: 2 },
        );
        (grower, nodes)
    }

    /// Lets a voice speak; the model likes lower numbers better with the probability given.
    fn speak(grower: &mut Grower, sure: f64, seed: u64) -> Statement {
        let tree = &grower.tree;
        let debate = &tree.debates()[0];
        let mut mind = Mind::new(debate, debate.next().unwrap(), seed);
        let mut readings = Readings::new();
        let statement = loop {
            match mind.think(tree, debate, "rating", &readings) {
                Thought::Ask { first, second, prompt } => {
                    let Content::Text(text) = &prompt.turns[2].content else { panic!() };
                    let said = |node: NodeId| tree.node(node).text();
                    let lines: Vec<_> = text.lines().skip(1).collect();
                    assert_eq!(
                        lines,
                        [format!("A: {}", said(first)), format!("B: {}", said(second))]
                    );
                    let reading = if first < second { sure } else { 1.0 - sure };
                    assert!(readings.insert((first, second), reading).is_none(), "asked twice");
                    mind.spent(7);
                }
                Thought::Said(statement) => break statement,
            }
        };
        grower.act(Actor::Model, Body::DebateStated { statement: statement.clone() });
        statement
    }

    #[test]
    fn a_sure_model_chooses_the_same_in_every_round_and_pays_for_each_order() {
        let (mut grower, nodes) = bench();
        let first = speak(&mut grower, 1.0, 3);
        assert_eq!((first.choice, first.calls, first.tokens), (Some(nodes[0]), 4, 28));
        assert!(first.words.contains("#1 over #"), "{}", first.words);
        for seed in 4..8 {
            assert_eq!(speak(&mut grower, 1.0, seed).choice, Some(nodes[0]));
        }
        let debate = &grower.tree.debates()[0];
        assert_eq!(debate.winner(), Some(nodes[0]));
        assert_eq!(debate.statements[2].words, "nobody chose another");
    }

    #[test]
    fn what_is_valued_more_is_chosen_more_often() {
        let (mut grower, nodes) = bench();
        grower.judge(nodes[1], "rating", 0.98);
        for seed in 0..8 {
            let mut fresh = Grower::from(grower.tree.clone());
            assert_eq!(speak(&mut fresh, 0.5, seed).choice, Some(nodes[1]), "{seed}");
        }
    }

    #[test]
    fn an_unsure_model_is_drawn_and_votes_weigh_in() {
        let (mut grower, _) = bench();
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..20 {
            let mut fresh = Grower::from(grower.tree.clone());
            seen.insert(speak(&mut fresh, 0.5, seed).choice);
        }
        assert_eq!(seen.len(), 3, "every candidate is drawn now and then");
        let first = speak(&mut grower, 0.5, 1);
        assert!(first.words.contains("at 50 %"), "{}", first.words);
    }
}
