//! What a query can ask of a node itself, and the words for it.

use super::lexer::Comparison;
use super::pattern::Pattern;
use crate::tree::{Label, NodeId, Source, State, Tree};

/// The evaluator whose statistics are the `value` and the `visits` of a node, where it is known.
const PRINCIPAL: &str = "rating";

/// The evaluator whose verdicts are `right` and `wrong`.
const VERIFIER: &str = "verifier";

/// A tree, and the evaluator whose statistics count as the node's value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'tree> {
    pub tree: &'tree Tree,
    principal: &'tree str,
}

impl<'tree> Context<'tree> {
    pub(super) fn of(tree: &'tree Tree) -> Self {
        let known = tree.evaluators();
        let first = known.first().map_or(PRINCIPAL, String::as_str);
        let rated = known.iter().any(|name| name == PRINCIPAL);
        Self { tree, principal: if rated { PRINCIPAL } else { first } }
    }
}

/// A question about one node that is answered by looking at it.
#[derive(Debug, Clone)]
pub(super) enum Predicate {
    /// A figure compares so with a number; a figure that is absent never does.
    Compares(Figure, Comparison, f64),
    /// A figure is absent.
    Absent(Figure),
    /// A text contains or matches something.
    Like(Words, Pattern),
    /// A text equals something.
    Reads(Words, String),
    /// The node has such a property.
    Has(Property),
    /// It is this very node.
    Is(NodeId),
}

/// A figure of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Figure {
    Value,
    Visits,
    Depth,
    Tokens,
    Children,
    Logprob,
    /// The newest value of an evaluator.
    Evaluator(String),
}

/// A text of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Text,
    Answer,
    Note,
    Tag,
}

/// A property that a node has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Labelled(Option<Label>),
    AnyLabel,
    State(State),
    Source(Source),
    Verdict(bool),
    Flagged,
    FirstError,
    Tagged,
    Noted,
}

impl Figure {
    /// The figures that have a name of their own.
    pub(super) const NAMED: [(&'static str, Self); 6] = [
        ("value", Self::Value),
        ("visits", Self::Visits),
        ("depth", Self::Depth),
        ("tokens", Self::Tokens),
        ("children", Self::Children),
        ("logprob", Self::Logprob),
    ];

    fn of(&self, context: Context<'_>, id: NodeId) -> Option<f64> {
        let tree = context.tree;
        let node = tree.node(id);
        match self {
            Self::Value => {
                let record = tree.statistics(id, context.principal);
                (record.visits > 0).then_some(record.mean)
            }
            Self::Visits => Some(tree.statistics(id, context.principal).visits as f64),
            Self::Depth => Some(f64::from(node.depth())),
            Self::Tokens => Some(node.token_ids().len() as f64),
            Self::Children => Some(f64::from(node.child_count())),
            Self::Logprob => {
                let logprobs = node.logprobs();
                let count = logprobs.len();
                (count > 0).then(|| logprobs.map(f64::from).sum::<f64>() / count as f64)
            }
            Self::Evaluator(name) => tree.evaluation(id, name).map(|judged| judged.value),
        }
    }
}

impl Words {
    /// The texts and their names.
    pub(super) const NAMED: [(&'static str, Self); 4] =
        [("text", Self::Text), ("answer", Self::Answer), ("note", Self::Note), ("tag", Self::Tag)];

    fn any(self, tree: &Tree, id: NodeId, fits: impl Fn(&str) -> bool) -> bool {
        let node = tree.node(id);
        match self {
            Self::Text => fits(node.text()),
            Self::Answer => node.answer().is_some_and(fits),
            Self::Note => !node.note().is_empty() && fits(node.note()),
            Self::Tag => node.tags().iter().any(|tag| fits(tag)),
        }
    }
}

impl Property {
    /// The properties that are asked for by a word alone.
    pub(super) const NAMED: [(&'static str, Self); 21] = [
        ("good", Self::Labelled(Some(Label::Good))),
        ("neutral", Self::Labelled(Some(Label::Neutral))),
        ("bad", Self::Labelled(Some(Label::Bad))),
        ("unlabelled", Self::Labelled(None)),
        ("labelled", Self::AnyLabel),
        ("growing", Self::State(State::Growing)),
        ("open", Self::State(State::Open)),
        ("answered", Self::State(State::Answered)),
        ("duplicate", Self::State(State::Duplicate)),
        ("interrupted", Self::State(State::Interrupted)),
        ("sampled", Self::Source(Source::Sampled)),
        ("written", Self::Source(Source::Written)),
        ("signal", Self::Source(Source::Signal)),
        ("spliced", Self::Source(Source::Spliced)),
        ("right", Self::Verdict(true)),
        ("verified", Self::Verdict(true)),
        ("wrong", Self::Verdict(false)),
        ("flagged", Self::Flagged),
        ("first-error", Self::FirstError),
        ("tagged", Self::Tagged),
        ("noted", Self::Noted),
    ];

    fn holds(self, tree: &Tree, id: NodeId) -> bool {
        let node = tree.node(id);
        match self {
            Self::Labelled(label) => node.label() == label,
            Self::AnyLabel => node.label().is_some(),
            Self::State(state) => node.state() == state,
            Self::Source(source) => node.source() == source,
            Self::Verdict(right) => {
                tree.evaluation(id, VERIFIER).is_some_and(|verdict| (verdict.value > 0.5) == right)
            }
            Self::Flagged => node.is_flagged(),
            Self::FirstError => node.is_first_error(),
            Self::Tagged => !node.tags().is_empty(),
            Self::Noted => !node.note().is_empty(),
        }
    }
}

impl Predicate {
    /// Returns those of some nodes for which it holds, in the same order.
    pub(super) fn keep(&self, mut nodes: Vec<NodeId>, context: Context<'_>) -> Vec<NodeId> {
        let tree = context.tree;
        let holds: Vec<bool> = match self {
            Self::Compares(figure, comparison, number) => {
                let figures: Vec<_> = nodes.iter().map(|id| figure.of(context, *id)).collect();
                let holds = |found: f64| comparison.holds(found, *number);
                figures.into_iter().map(|found| found.is_some_and(holds)).collect()
            }
            Self::Absent(figure) => {
                nodes.iter().map(|id| figure.of(context, *id).is_none()).collect()
            }
            Self::Like(Words::Text, pattern) => {
                let texts: Vec<_> = nodes.iter().map(|id| tree.node(*id).text()).collect();
                pattern.is_in_each(&texts)
            }
            Self::Like(words, pattern) => {
                nodes.iter().map(|id| words.any(tree, *id, |text| pattern.is_in(text))).collect()
            }
            Self::Reads(words, wanted) => {
                nodes.iter().map(|id| words.any(tree, *id, |text| text.trim() == wanted)).collect()
            }
            Self::Has(property) => nodes.iter().map(|id| property.holds(tree, *id)).collect(),
            Self::Is(node) => nodes.iter().map(|id| id == node).collect(),
        };
        let mut holds = holds.into_iter();
        nodes.retain(|_| holds.next() == Some(true));
        nodes
    }
}
