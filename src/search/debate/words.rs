//! A debate in words: what a voice of a general model is asked, and how its reply is read. The
//! reply follows a grammar, so it can be read unless it was cut off.

use std::fmt::Write;

use serde_json::{Value, json};

use super::value;
use crate::assets::prompts;
use crate::engine::protocol::Prompt;
use crate::tree::{Debate, Manner, NodeId, Tree, Voice};

/// The most characters of a solution that are shown; of a longer one the end.
const SOLUTION: usize = 4000;

/// Returns what a voice is asked, in a conversation of its own.
#[must_use]
pub fn prompt(tree: &Tree, debate: &Debate, values: &str, voice: Voice) -> Prompt {
    let candidates: Vec<Value> = (1..)
        .zip(&debate.candidates)
        .map(|(number, node)| {
            let value = value(tree, *node, values).map(|value| format!("{value:.2}"));
            json!({ "number": number, "text": solution(tree, *node), "value": value })
        })
        .collect();
    let said = |agent: u32| {
        let stance = debate.stance(agent)?;
        let choice = debate.candidates.iter().position(|one| Some(*one) == stance.choice)? + 1;
        Some(json!({ "agent": agent, "choice": choice, "words": stance.words }))
    };
    let (own, listens) = match voice {
        // In the first round everybody speaks for himself.
        Voice::Agent { agent, round } => (Some(agent), round > 1),
        Voice::Conclusion => (None, true),
    };
    let heard = (1..=debate.agents).filter(|agent| listens && Some(*agent) != own);
    let others: Vec<Value> = heard.filter_map(said).collect();
    let problem = tree.problem().map_or("", |problem| problem.text.as_str());
    let own = own.and_then(said);
    let template = match voice {
        _ if debate.manner == Manner::Agreement => &prompts::AGREE,
        Voice::Agent { .. } => &prompts::DEBATE,
        Voice::Conclusion => &prompts::CONCLUDE,
    };
    let question = template.fill(&json!({
        "problem": problem,
        "candidates": candidates,
        "own": own,
        "others": others,
    }));
    Prompt::continuing(&question, Vec::new())
}

/// The text of a trajectory, or its end.
fn solution(tree: &Tree, node: NodeId) -> String {
    let text = tree.path_text(node);
    let text = text.trim();
    match text.char_indices().rev().nth(SOLUTION) {
        Some((at, _)) => format!("…{}", &text[at..]),
        None => text.to_owned(),
    }
}

/// Returns the grammar of a reply to a debate between so many solutions.
#[must_use]
pub fn grammar(candidates: usize) -> String {
    let mut choices = String::new();
    for number in 1..=candidates {
        let bar = if number > 1 { " | " } else { "" };
        let _ = write!(choices, "{bar}\"{number}\"");
    }
    format!(
        "root ::= \"Reason: \" line \"\\nChoice: \" choice\nline ::= [^\\n]{{1,600}}\nchoice ::= {choices}"
    )
}

/// Reads a reply: the words and the choice, as far as it has one.
#[must_use]
pub fn read(debate: &Debate, reply: &str) -> (String, Option<NodeId>) {
    let (words, choice) = match reply.rsplit_once("Choice:") {
        Some((words, number)) => {
            let number: Option<usize> = number.trim().parse().ok();
            let at = number.and_then(|number| number.checked_sub(1));
            (words, at.and_then(|at| debate.candidates.get(at)).copied())
        }
        None => (reply, None),
    };
    let words = words.trim();
    (words.strip_prefix("Reason:").unwrap_or(words).trim().to_owned(), choice)
}

#[cfg(test)]
mod tests {
    use super::super::tests::answer;
    use super::*;
    use crate::engine::protocol::Content;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Statement};

    fn asked(grower: &Grower, voice: Voice) -> String {
        let prompt = prompt(&grower.tree, &grower.tree.debates()[0], "rating", voice);
        assert_eq!(prompt.turns.len(), 2);
        let Content::Text(text) = &prompt.turns[0].content else { panic!() };
        text.clone()
    }

    #[test]
    fn an_agent_sees_the_solutions_and_what_others_said_before() {
        let mut grower = Grower::new("the problem {{ 7 }}");
        let one = answer(&mut grower, NodeId::ROOT, "It is 12.", 0.5);
        let other = answer(&mut grower, NodeId::ROOT, &"long ".repeat(2000), 0.4);
        let candidates = vec![one, other];
        grower.act(
            Actor::Search,
            Body::DebateOpened { manner: Manner::Debate, candidates, agents: 2, rounds: 2 },
        );
        let first = asked(&grower, Voice::Agent { agent: 1, round: 1 });
        assert!(
            first.contains("the problem {{ 7 }}")
                && first.contains("Solution 1 (valued 0.50 of 1):\nIt is 12.")
        );
        assert!(first.contains("Solution 2 (valued 0.40 of 1):\n…") && first.len() < 6000);
        assert!(!first.contains("chose solution"), "{first}");
        let mut seen = Vec::new();
        for (agent, choice, words) in [(1, one, "sums are right"), (2, other, "it is longer")] {
            let voice = Voice::Agent { agent, round: 1 };
            seen.push(asked(&grower, voice).contains("chose solution"));
            let (choice, words) = (Some(choice), words.to_owned());
            let statement = Statement { voice, choice, words, calls: 1, tokens: 9 };
            grower.act(Actor::Model, Body::DebateStated { statement });
        }
        assert_eq!(seen, [false, false]);
        let second = asked(&grower, Voice::Agent { agent: 1, round: 2 });
        assert!(second.contains("You chose solution 1 before: sums are right"), "{second}");
        assert!(second.contains("Agent 2 chose solution 2: it is longer"), "{second}");
        assert!(!second.contains("Agent 1 chose"));
        let last = asked(&grower, Voice::Conclusion);
        assert!(last.contains("Agent 1 chose solution 1") && last.contains("Agent 2 chose"));
    }

    #[test]
    fn a_reply_is_read_or_has_no_choice() {
        let candidates = vec![NodeId(4), NodeId(9)];
        let debate = Debate {
            opened: 1,
            manner: Manner::Debate,
            candidates,
            agents: 1,
            rounds: 1,
            statements: Vec::new(),
        };
        let read = |text| read(&debate, text);
        assert_eq!(
            read("Reason: 8 * 3 is 24.\nChoice: 2"),
            ("8 * 3 is 24.".into(), Some(NodeId(9)))
        );
        assert_eq!(read("Reason: both\nChoice: 3").1, None);
        assert_eq!(read("Reason: both\nChoice: 0").1, None);
        assert_eq!(read("Reason: cut o"), ("cut o".into(), None));
        assert!(grammar(3).ends_with(r#"choice ::= "1" | "2" | "3""#));
    }
}
