//! The seam of evaluators: a node to a question, the reply to an evaluation.
//!
//! An evaluator asks nothing itself. It says what it wants to know, whoever drives it gets the
//! reply, and the evaluator reads it.

use std::sync::Arc;

use crate::engine::ModelInfo;
use crate::engine::protocol::{Content, Part, Prompt};
use crate::tree::{Evaluation, NodeId, Tree};

/// A node that is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Case<'tree> {
    /// The tree.
    pub tree: &'tree Tree,
    /// The node; its path is what is judged.
    pub node: NodeId,
    /// The model that is loaded.
    pub model: &'tree ModelInfo,
    /// Whether the roll-outs that the evaluator asked for have ended.
    pub rolled_out: bool,
}

impl Case<'_> {
    /// Returns the prompt in which the model goes on with the node's path.
    #[must_use]
    pub fn prompt(&self) -> Prompt {
        path_prompt(self.tree, self.node)
    }
}

/// Returns the prompt in which the model goes on with a path: steps that were sampled by their
/// tokens, others by their text.
#[must_use]
pub fn path_prompt(tree: &Tree, node: NodeId) -> Prompt {
    let mut parts: Vec<Part> = Vec::new();
    for step in tree.path(node).into_iter().skip(1) {
        let step = tree.node(step);
        let ids = step.token_ids();
        match parts.last_mut() {
            Some(Part::Tokens(tokens)) if ids.len() > 0 => tokens.extend(ids),
            _ if ids.len() > 0 => parts.push(Part::Tokens(ids.collect())),
            _ => {}
        }
        // What has no tokens of its own; one text, so that it is tokenised as a whole.
        let sampled = step.token_ends().last().unwrap_or(0);
        let written = step.text().get(sampled..).unwrap_or_default();
        // The rest of a character that was cut off stands in the tokens.
        if !written.trim_matches(char::REPLACEMENT_CHARACTER).is_empty() {
            match parts.last_mut() {
                Some(Part::Text(text)) => text.push_str(written),
                _ => parts.push(Part::Text(written.to_owned())),
            }
        }
    }
    let question = tree.problem().map_or("", |problem| problem.text.as_str());
    let content = match parts.as_mut_slice() {
        [] => Content::Tokens(Vec::new()),
        [Part::Tokens(tokens)] => Content::Tokens(std::mem::take(tokens)),
        _ => Content::Parts(parts),
    };
    Prompt::continuing(question, content)
}

impl Ask {
    /// Asks for the probabilities of labels.
    #[must_use]
    pub fn labels(prompt: Prompt, labels: &[&str]) -> Self {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Self::Questions(vec![Question::Labels { prompt, labels }])
    }

    /// Asks for a text.
    #[must_use]
    pub fn text(prompt: Prompt, grammar: Option<&str>, max_tokens: u32) -> Self {
        let grammar = grammar.map(str::to_owned);
        Self::Questions(vec![Question::Text { prompt, grammar, max_tokens }])
    }
}

/// What an evaluator wants to know.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Nothing: the node is none of its business.
    Nothing,
    /// Nothing more: it has judged by itself.
    Judged(Evaluation),
    /// The replies to some questions, which are put all at once.
    Questions(Vec<Question>),
    /// Where so many more roll-outs from the node lead. It is asked again when they have ended.
    RollOuts {
        /// How many.
        count: u32,
        /// Who grades their answers, if somebody must be asked to.
        grader: Option<Arc<dyn Evaluator>>,
    },
}

/// A question to the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// How probable each label is after a prompt.
    Labels {
        /// The prompt.
        prompt: Prompt,
        /// The labels, single tokens each.
        labels: Vec<String>,
    },
    /// What the model writes after a prompt.
    Text {
        /// The prompt.
        prompt: Prompt,
        /// A GBNF grammar that the text follows.
        grammar: Option<String>,
        /// The most tokens of it.
        max_tokens: u32,
    },
}

/// A reply to what was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reply<'reply> {
    /// The probability of each label, in the order asked; empty if none were asked for.
    pub masses: &'reply [f64],
    /// What the model wrote; empty if it was not to write.
    pub text: &'reply str,
    /// Tokens that it cost.
    pub tokens: u32,
}

/// Judges nodes.
pub trait Evaluator: std::fmt::Debug + Send + Sync {
    /// Returns the evaluator's name in operations and on the screen.
    fn name(&self) -> &'static str;

    /// Returns what its value says, in a few words.
    fn about(&self) -> &'static str;

    /// Returns what it wants to know to judge a node.
    fn ask(&self, case: &Case<'_>) -> Ask;

    /// Reads the replies, in the order of the questions; `None` if nothing can be read from them.
    /// Who asks nothing is told nothing.
    fn judge(&self, _: &[Reply<'_>]) -> Option<Evaluation> {
        None
    }
}
