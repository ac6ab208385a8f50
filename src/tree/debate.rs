//! Debates: agents choose between trajectories, round by round, and one voice concludes
//! (SWE-Search's discriminator).
//!
//! Responsible for what a debate is and whose turn it is. Not responsible for what the voices are
//! asked (`search`), nor for what follows for the answers (`aggregate`).

use serde::{Deserialize, Serialize};

use super::arena::Tree;
use super::node::{NodeId, State};

/// The most statements of a debate, so that a log from elsewhere cannot ask for more.
const MOST_STATEMENTS: u32 = 10_000;

/// A debate with what was said in it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debate {
    /// The operation that opened it.
    pub opened: u64,
    /// How it is decided.
    pub manner: Manner,
    /// The trajectories that are chosen between, the most valued first; for an agreement those of
    /// the commonest answer.
    pub candidates: Vec<NodeId>,
    /// How many agents speak in each round.
    pub agents: u32,
    /// How many rounds there are before the conclusion.
    pub rounds: u32,
    /// What was said, in order.
    pub statements: Vec<Statement>,
}

/// How it is decided which answer is right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Agents speak in rounds, and one voice concludes.
    #[default]
    Debate,
    /// One voice reads all solutions and says which answer most of them agree on (self-agreement).
    Agreement,
}

/// What one voice said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Who said it.
    pub voice: Voice,
    /// The trajectory that it chose; none if its choice could not be read.
    pub choice: Option<NodeId>,
    /// Why, in its words.
    pub words: String,
    /// Model calls spent.
    pub calls: u32,
    /// Tokens decoded for it.
    pub tokens: u32,
}

/// Who speaks in a debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// An agent in a round; both count from 1.
    Agent {
        /// The agent.
        agent: u32,
        /// The round.
        round: u32,
    },
    /// The voice that concludes.
    Conclusion,
}

impl Debate {
    /// Returns whose turn it is; nobody's once it is concluded.
    #[must_use]
    pub fn next(&self) -> Option<Voice> {
        let said = u32::try_from(self.statements.len()).unwrap_or(u32::MAX);
        let all = self.agents * self.rounds;
        match said {
            said if said < all => {
                Some(Voice::Agent { agent: said % self.agents + 1, round: said / self.agents + 1 })
            }
            said if said == all => Some(Voice::Conclusion),
            _ => None,
        }
    }

    /// Returns whether it is concluded.
    #[must_use]
    pub fn is_concluded(&self) -> bool {
        self.next().is_none()
    }

    /// Returns the newest statement of an agent that chose something.
    #[must_use]
    pub fn stance(&self, agent: u32) -> Option<&Statement> {
        self.statements.iter().rev().find(|statement| {
            let own = matches!(statement.voice, Voice::Agent { agent: one, .. } if one == agent);
            own && statement.choice.is_some()
        })
    }

    /// Returns how many agents chose a candidate last.
    #[must_use]
    pub fn votes(&self, candidate: NodeId) -> u32 {
        let chose =
            |agent: &u32| self.stance(*agent).and_then(|stance| stance.choice) == Some(candidate);
        u32::try_from((1..=self.agents).filter(chose).count()).unwrap_or(u32::MAX)
    }

    /// Returns what the concluded debate chose: what the conclusion says, or where that cannot be
    /// read, what most agents chose; of equals, the more valued.
    #[must_use]
    pub fn winner(&self) -> Option<NodeId> {
        let last = self.statements.last().filter(|last| last.voice == Voice::Conclusion)?;
        let most = || self.candidates.iter().rev().max_by_key(|one| self.votes(**one)).copied();
        last.choice.or_else(most)
    }
}

impl Tree {
    /// Returns the debates, oldest first.
    #[must_use]
    pub fn debates(&self) -> &[Debate] {
        &self.debates
    }

    /// Returns the debate that says which answer to believe: the last one, if it is concluded and
    /// no trajectory came, was valued again, or was pruned since.
    #[must_use]
    pub fn verdict(&self) -> Option<&Debate> {
        let debate = self.debates.last().filter(|debate| debate.is_concluded())?;
        let answered = self.ids().filter(|id| self.node(*id).state() == State::Answered);
        answered
            .map(|id| self.node(id))
            .all(|node| node.changed() <= debate.opened)
            .then_some(debate)
    }

    /// Opens a debate.
    pub(super) fn open_debate(
        &mut self,
        manner: Manner,
        candidates: &[NodeId],
        agents: u32,
        rounds: u32,
    ) -> Result<(), String> {
        if let Some(missing) = candidates.iter().find(|id| !self.contains(**id)) {
            return Err(format!("{missing} does not exist"));
        }
        if let Some(open) = candidates.iter().find(|id| self.node(**id).state() != State::Answered)
        {
            return Err(format!("{open} is no trajectory"));
        }
        let unique: std::collections::BTreeSet<_> = candidates.iter().collect();
        if unique.len() < candidates.len() || unique.len() < 2 {
            return Err("a debate needs two different trajectories at least".to_owned());
        }
        let fits = match manner {
            Manner::Debate => 1..=MOST_STATEMENTS,
            Manner::Agreement => 0..=0,
        };
        if !fits.contains(&agents.saturating_mul(rounds)) {
            return Err(format!("{agents} agents cannot speak in {rounds} rounds"));
        }
        let (opened, candidates) = (self.sequence + 1, candidates.to_vec());
        let statements = Vec::new();
        self.debates.push(Debate { opened, manner, candidates, agents, rounds, statements });
        Ok(())
    }

    /// Takes in a statement of the last debate.
    pub(super) fn state(&mut self, statement: &Statement) -> Result<(), String> {
        let Some(debate) = self.debates.last_mut() else {
            return Err("no debate was opened".to_owned());
        };
        if debate.next() != Some(statement.voice) {
            return Err("it is another voice's turn".to_owned());
        }
        if let Some(choice) = statement.choice.filter(|choice| !debate.candidates.contains(choice))
        {
            return Err(format!("{choice} is not debated"));
        }
        debate.statements.push(statement.clone());
        self.tokens_judging += u64::from(statement.tokens);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish, Operation};

    fn answered() -> (Grower, Vec<NodeId>) {
        let mut grower = Grower::new("p");
        let nodes = ["7", "8", "9"].map(|text| {
            let node = grower.sprout(NodeId::ROOT, text);
            let answer = Some(text.to_owned());
            let finish = Finish::EndOfTurn;
            grower.act(Actor::Model, Body::NodeFinished { node, finish, answer });
            node
        });
        (grower, nodes.to_vec())
    }

    fn opened(candidates: &[NodeId]) -> Body {
        let manner = Manner::Debate;
        Body::DebateOpened { manner, candidates: candidates.to_vec(), agents: 2, rounds: 2 }
    }

    fn said(voice: Voice, choice: Option<NodeId>) -> Body {
        let statement = Statement { voice, choice, words: "so".to_owned(), calls: 1, tokens: 5 };
        Body::DebateStated { statement }
    }

    fn agent(agent: u32, round: u32) -> Voice {
        Voice::Agent { agent, round }
    }

    #[test]
    fn voices_speak_in_turn_and_what_they_cost_is_counted() {
        let (mut grower, nodes) = answered();
        let before = grower.tree.tokens();
        grower.act(Actor::Search, opened(&nodes[..2]));
        // Not his turn, not debated.
        for wrong in [said(agent(2, 1), None), said(agent(1, 1), Some(nodes[2]))] {
            assert!(grower.try_act(Actor::Model, wrong).is_err());
        }
        grower.act(Actor::Model, said(agent(1, 1), Some(nodes[0])));
        grower.act(Actor::Model, said(agent(2, 1), Some(nodes[1])));
        grower.act(Actor::Model, said(agent(1, 2), Some(nodes[1])));
        grower.act(Actor::Model, said(agent(2, 2), None));
        let debate = &grower.tree.debates()[0];
        // Who says nothing that can be read stands by what he said before.
        assert_eq!((debate.votes(nodes[0]), debate.votes(nodes[1])), (0, 2));
        assert_eq!((debate.next(), debate.winner()), (Some(Voice::Conclusion), None));
        assert!(grower.tree.verdict().is_none());
        grower.act(Actor::Model, said(Voice::Conclusion, None));
        let debate = grower.tree.verdict().unwrap();
        assert_eq!(debate.winner(), Some(nodes[1]));
        assert!(debate.is_concluded());
        assert_eq!(grower.tree.tokens(), before + 25);
        assert!(grower.try_act(Actor::Model, said(Voice::Conclusion, None)).is_err());
        let replayed = Tree::fold(&grower.log).unwrap();
        assert_eq!(replayed, grower.tree);
        let json = serde_json::to_string(&grower.log).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Operation>>(&json).unwrap(), grower.log);
    }

    #[test]
    fn a_verdict_holds_until_the_answers_change() {
        let (mut grower, nodes) = answered();
        let (manner, candidates) = (Manner::Debate, nodes.clone());
        let body = Body::DebateOpened { manner, candidates, agents: 1, rounds: 1 };
        grower.act(Actor::Search, body);
        grower.act(Actor::Model, said(agent(1, 1), Some(nodes[0])));
        grower.act(Actor::Model, said(Voice::Conclusion, Some(nodes[2])));
        assert_eq!(grower.tree.verdict().and_then(Debate::winner), Some(nodes[2]));
        grower.act(Actor::Person, Body::Pruned { node: nodes[2] });
        assert!(grower.tree.verdict().is_none());
    }

    #[test]
    fn an_agreement_is_said_by_one_voice() {
        let (mut grower, nodes) = answered();
        let (manner, candidates) = (Manner::Agreement, nodes.clone());
        grower.act(Actor::Search, Body::DebateOpened { manner, candidates, agents: 0, rounds: 0 });
        assert_eq!(grower.tree.debates()[0].next(), Some(Voice::Conclusion));
        // What cannot be read falls back on the commonest answer.
        grower.act(Actor::Model, said(Voice::Conclusion, None));
        assert_eq!(grower.tree.verdict().and_then(Debate::winner), Some(nodes[0]));
    }

    #[test]
    fn what_is_no_debate_is_refused_and_changes_nothing() {
        let (mut grower, nodes) = answered();
        let open = grower.add(NodeId::ROOT, "a step");
        let before = grower.tree.clone();
        let none = NodeId(99);
        for candidates in
            [vec![nodes[0]], vec![nodes[0], nodes[0]], vec![nodes[0], open], vec![nodes[0], none]]
        {
            assert!(grower.try_act(Actor::Search, opened(&candidates)).is_err(), "{candidates:?}");
        }
        for (agents, rounds) in [(0, 3), (3, 0), (u32::MAX, u32::MAX)] {
            let (manner, candidates) = (Manner::Debate, nodes.clone());
            let body = Body::DebateOpened { manner, candidates, agents, rounds };
            assert!(grower.try_act(Actor::Search, body).is_err());
        }
        let (manner, candidates) = (Manner::Agreement, nodes.clone());
        let body = Body::DebateOpened { manner, candidates, agents: 1, rounds: 1 };
        assert!(grower.try_act(Actor::Search, body).is_err());
        assert!(grower.try_act(Actor::Model, said(agent(1, 1), None)).is_err());
        assert_eq!(grower.tree, before);
    }
}
