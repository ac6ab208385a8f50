//! What a debate chose (SWE-Search's discriminator), and its transcript.
//!
//! Responsible for what follows for the answers, and for a debate as a person reads it. The debate
//! itself is held by the search and recorded in the session.

use super::poll::{Poll, Vote};
use super::{Aggregator, Answer, Majority, PathMean};
use crate::tree::{self, Manner, NodeId, Statement, Tree, Voice};

/// The answer that agents chose in a debate. As long as there is no verdict on the answers as they
/// are now, the best mean value along the path, as SWE-Search without a debate.
#[derive(Debug)]
pub struct Debate;

impl Debate {
    /// The aggregator's name.
    pub const NAME: &'static str = "debate";
}

impl Aggregator for Debate {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn about(&self) -> &'static str {
        "what agents chose in a debate"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        let Some(debate) = poll.tree.verdict() else { return PathMean.rank(poll) };
        // Every agent's last choice is a vote; the conclusion outweighs them all.
        let concluded = |node: NodeId| debate.winner() == Some(node);
        let decisive = f64::from(debate.agents + 1);
        let weight = |vote: &Vote| {
            let voices = f64::from(debate.votes(vote.node));
            voices + if concluded(vote.node) { decisive } else { 0.0 }
        };
        poll.rank(&poll.classes(), |_, votes| votes.iter().map(weight).sum())
    }
}

/// The answer that most solutions agree on, as the model read them all (self-agreement); as long as
/// it was not asked, the commonest.
#[derive(Debug)]
pub struct SelfAgreement;

impl Aggregator for SelfAgreement {
    fn name(&self) -> &'static str {
        "self-agreement"
    }

    fn about(&self) -> &'static str {
        "what the model says most solutions agree on"
    }

    fn rank(&self, poll: &Poll<'_>) -> Vec<Answer> {
        match poll.tree.verdict() {
            Some(debate) if debate.manner == Manner::Agreement => Debate.rank(poll),
            _ => Majority.rank(poll),
        }
    }
}

/// A passage of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// What a part is.
    Heading(String),
    /// What is said in it.
    Text(String),
}

/// Returns a debate as a person reads it: what was debated, who said what in which round, and what
/// was concluded.
#[must_use]
pub fn transcript(tree: &Tree, debate: &tree::Debate) -> Vec<Passage> {
    let mut passages = vec![Passage::Heading("What is debated".to_owned())];
    for node in &debate.candidates {
        let answer = tree.node(*node).answer().unwrap_or("");
        let pruned = if tree.is_live(*node) { "" } else { ", pruned since" };
        passages.push(Passage::Text(format!("{node}: {answer}{pruned}")));
    }
    let mut round = 0;
    for (at, statement) in debate.statements.iter().enumerate() {
        match statement.voice {
            Voice::Agent { agent, round: now } => {
                if now != round {
                    round = now;
                    let heading = format!("Round {now} of {}", debate.rounds);
                    passages.push(Passage::Heading(heading));
                }
                let before = stance_before(debate, at, agent);
                let text = format!("agent {agent} {}", said(statement, before));
                passages.push(Passage::Text(text));
            }
            Voice::Conclusion => {
                passages.push(Passage::Heading("Conclusion".to_owned()));
                passages.push(Passage::Text(said(statement, None)));
            }
        }
    }
    passages.push(Passage::Heading("Result".to_owned()));
    if debate.agents > 0 {
        let votes = debate
            .candidates
            .iter()
            .map(|node| format!("{node} has {} of {}", debate.votes(*node), debate.agents));
        let votes: Vec<_> = votes.collect();
        passages.push(Passage::Text(format!("votes at the end: {}", votes.join(", "))));
    }
    let result = match (debate.winner(), debate.next()) {
        (Some(winner), _) => {
            format!("chosen: {winner}, {}", tree.node(winner).answer().unwrap_or(""))
        }
        (None, Some(Voice::Agent { agent, round })) => {
            format!("not concluded; agent {agent} is due in round {round}")
        }
        (None, _) => "not concluded; only the conclusion is due".to_owned(),
    };
    passages.push(Passage::Text(result));
    let calls: u32 = debate.statements.iter().map(|statement| statement.calls).sum();
    let tokens: u32 = debate.statements.iter().map(|statement| statement.tokens).sum();
    passages.push(Passage::Text(format!("cost: {calls} calls, {tokens} tokens")));
    passages
}

/// What an agent stood by before a statement.
fn stance_before(debate: &tree::Debate, at: usize, agent: u32) -> Option<NodeId> {
    let own =
        |said: &&Statement| matches!(said.voice, Voice::Agent { agent: one, .. } if one == agent);
    debate.statements.iter().take(at).rev().filter(own).find_map(|said| said.choice)
}

fn said(statement: &Statement, before: Option<NodeId>) -> String {
    let words = if statement.words.is_empty() { "(no words)" } else { &statement.words };
    match (statement.choice, before) {
        (Some(choice), Some(before)) if choice != before => {
            format!("goes over from {before} to {choice}: {words}")
        }
        (Some(choice), Some(_)) => format!("stays with {choice}: {words}"),
        (Some(choice), None) => format!("chooses {choice}: {words}"),
        (None, _) => format!("makes no choice that can be read: {words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish};

    fn answer(grower: &mut Grower, text: &str) -> NodeId {
        let node = grower.sprout(NodeId::ROOT, text);
        let answer = Some(text.to_owned());
        grower.act(Actor::Model, Body::NodeFinished { node, finish: Finish::EndOfTurn, answer });
        node
    }

    fn state(grower: &mut Grower, choice: NodeId) {
        let voice = grower.tree.debates()[0].next().unwrap();
        let (choice, words) = (Some(choice), "so it is".to_owned());
        let statement = Statement { voice, choice, words, calls: 2, tokens: 10 };
        grower.act(Actor::Model, Body::DebateStated { statement });
    }

    #[test]
    fn the_conclusion_decides_and_votes_order_the_rest() {
        let mut grower = Grower::new("p");
        let nodes = ["7", "8", "9"].map(|text| answer(&mut grower, text));
        let candidates = nodes.to_vec();
        grower.act(
            Actor::Search,
            Body::DebateOpened { manner: Manner::Debate, candidates, agents: 3, rounds: 1 },
        );
        for choice in [nodes[1], nodes[1], nodes[2]] {
            state(&mut grower, choice);
        }
        let ranked = |grower: &Grower| -> Vec<(String, f64)> {
            let answers = Debate.rank(&Poll::new(&grower.tree, "rating"));
            answers.into_iter().map(|answer| (answer.text, answer.confidence)).collect()
        };
        // Nothing is decided yet.
        assert_eq!(ranked(&grower)[0].0, "7");
        state(&mut grower, nodes[2]);
        let believed = ranked(&grower);
        assert_eq!(believed[0].0, "9");
        // 1 vote and 4 of the conclusion, 2 votes, none: of 7.
        for ((_, share), expected) in believed.iter().zip([5.0 / 7.0, 2.0 / 7.0, 0.0]) {
            assert!((share - expected).abs() < 1e-12, "{believed:?}");
        }
        answer(&mut grower, "10");
        assert_eq!(ranked(&grower)[0].0, "7", "the verdict is of other answers");
    }

    #[test]
    fn a_transcript_tells_who_changed_his_mind() {
        let mut grower = Grower::new("p");
        let nodes = ["7", "8"].map(|text| answer(&mut grower, text));
        let candidates = nodes.to_vec();
        grower.act(
            Actor::Search,
            Body::DebateOpened { manner: Manner::Debate, candidates, agents: 2, rounds: 2 },
        );
        for choice in [0, 1, 1, 1, 1] {
            state(&mut grower, nodes[choice]);
        }
        let rows: Vec<_> = transcript(&grower.tree, &grower.tree.debates()[0])
            .into_iter()
            .map(|passage| match passage {
                Passage::Heading(text) => format!("# {text}"),
                Passage::Text(text) => text,
            })
            .collect();
        assert_eq!(
            rows,
            [
                "# What is debated",
                "#1: 7",
                "#2: 8",
                "# Round 1 of 2",
                "agent 1 chooses #1: so it is",
                "agent 2 chooses #2: so it is",
                "# Round 2 of 2",
                "agent 1 goes over from #1 to #2: so it is",
                "agent 2 stays with #2: so it is",
                "# Conclusion",
                "chooses #2: so it is",
                "# Result",
                "votes at the end: #1 has 0 of 2, #2 has 2 of 2",
                "chosen: #2, 8",
                "cost: 10 calls, 50 tokens",
            ]
        );
    }
}
