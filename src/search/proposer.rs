//! The seam of proposers: a path to what the model is asked for a new step. One file each in
//! `proposers`; the driver sends what they offer.

use std::sync::Arc;

use crate::engine::ModelInfo;
use crate::engine::protocol::{Content, Prompt};
use crate::evaluate::{Evaluator, path_prompt};
use crate::tree::{NodeId, Tree};

/// Asks for new steps.
pub trait Proposer: std::fmt::Debug + Send + Sync {
    /// Returns its name, which stands in the origin of what it proposes.
    fn name(&self) -> &'static str;

    /// Returns what it does, in a few words.
    fn about(&self) -> &'static str;

    /// Returns how a new child of a node is asked for. Where it has nothing of its own to say, and
    /// where the model would not understand it, the model just goes on with the path.
    fn propose(&self, occasion: &Occasion<'_>) -> Offer;

    /// Returns whether a proposal is another version of a step that stands already, beside it.
    fn rewrites(&self) -> bool {
        false
    }

    /// Returns the evaluator that must have judged a node before anything is proposed below it.
    fn needs(&self) -> Option<Arc<dyn Evaluator>> {
        None
    }
}

/// Where a step is to be proposed.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'tree> {
    /// The tree.
    pub tree: &'tree Tree,
    /// The node that is to get a child.
    pub node: NodeId,
    /// The child of which another version is wanted, if a person chose one.
    pub of: Option<NodeId>,
    /// The evaluator that says which child is best.
    pub values: &'tree str,
    /// The model that is loaded.
    pub model: &'tree ModelInfo,
}

/// How a step is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What the origin of the step says.
    pub name: &'static str,
    /// The prompt.
    pub prompt: Prompt,
    /// A step that is put in before, in the model's own voice; the prompt holds it already.
    pub inserted: Option<String>,
    /// Whether everything up to the end of the turn is one step, after which the path goes on.
    pub is_whole: bool,
}

impl Occasion<'_> {
    /// The model goes on with the path.
    #[must_use]
    pub fn plain(&self) -> Offer {
        let prompt = path_prompt(self.tree, self.node);
        Offer { name: super::proposers::Sample::NAME, prompt, inserted: None, is_whole: false }
    }

    /// The model goes on with the path, but is told something beside the problem.
    #[must_use]
    pub fn told(&self, name: &'static str, words: &str) -> Offer {
        let mut offer = self.plain();
        if let Some(Content::Text(question)) =
            offer.prompt.turns.first_mut().map(|turn| &mut turn.content)
        {
            question.push_str("\n\n");
            question.push_str(words);
            offer.name = name;
        }
        offer
    }

    /// The model goes on after a step that is put into its mouth.
    #[must_use]
    pub fn after(&self, name: &'static str, words: &str) -> Offer {
        let words = format!("{}\n", words.trim_end());
        let offer = self.plain();
        Offer { name, prompt: offer.prompt.saying(&words), inserted: Some(words), is_whole: false }
    }

    /// The step of which another version is wanted: the one that a person chose, else the most
    /// valued child.
    #[must_use]
    pub fn step(&self) -> Option<NodeId> {
        let value = |child: &NodeId| {
            let judged = self.tree.evaluation(*child, self.values);
            judged.map(|judged| (*child, judged.value))
        };
        let live =
            self.tree.children(self.node).filter(|child| !self.tree.node(*child).is_pruned());
        let judged = live.filter_map(|child| value(&child));
        let best = judged.reduce(|best, next| if next.1 > best.1 { next } else { best });
        self.of.or(best.map(|(child, _)| child))
    }
}
