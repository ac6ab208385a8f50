//! The query language: which nodes of a tree a person means.
//!
//! Responsible for reading a query such as `value<0.2 & visits>3 & !pruned`, for pointing at
//! the spot where one cannot be read, and for answering it. Filter, prune, triage, export and
//! `pleach show --query` all use it. Not responsible for what is done with the nodes;
//! `docs/queries.md` has the whole language.
//!
//! Nodes are asked a block at a time and each condition keeps some of them: what a condition looks
//! at is fetched for many nodes at once, so that the wait for memory is paid once for all of them.
//! The blocks of a large tree are asked on all cores.

mod lexer;
mod lineage;
mod parser;
mod pattern;
mod predicate;

use std::fmt;
use std::ops::Range;

use super::arena::Tree;
use super::node::NodeId;
use lineage::Lineage;
use predicate::{Context, Predicate};
use rayon::prelude::*;

/// A question about nodes, ready to be answered.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    expression: Expression,
    lineages: Vec<Lineage>,
    named: Vec<(Range<usize>, Named)>,
}

/// Why a query cannot be read or does not fit a tree: a sentence, and the bytes that it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The bytes of the query that are wrong; empty where something is missing.
    pub span: Range<usize>,
    /// What is wrong there, and the mend.
    pub message: String,
}

/// A query as a formula.
#[derive(Debug, Clone)]
enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Predicate(Predicate),
    /// Index into the query's lineages.
    Lineage(usize),
}

/// Something that a query names and a tree may lack.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Evaluator(String),
    Node(NodeId),
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Returns the spot that cannot be read, and why.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parser::parse(text)
    }

    /// Returns the query as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks that the tree has the evaluators and nodes that the query names; without them it
    /// would match nothing and not say why.
    ///
    /// # Errors
    /// Returns the spot that names what the tree lacks.
    pub fn check(&self, tree: &Tree) -> Result<(), QueryError> {
        for (span, named) in &self.named {
            let message = match named {
                Named::Node(node) if tree.contains(*node) => continue,
                Named::Node(node) => {
                    format!("there is no {node} in this tree; its last node is #{}", tree.len() - 1)
                }
                Named::Evaluator(name) if has_evaluator(tree, name) => continue,
                Named::Evaluator(name) => {
                    format!("nothing in this tree was judged by `{name}`; {}", judges(tree))
                }
            };
            return Err(QueryError { span: span.clone(), message });
        }
        Ok(())
    }

    /// Returns all nodes that are meant, in order of creation: never the root, which stands for the
    /// problem, nor what was withdrawn.
    #[must_use]
    pub fn select(&self, tree: &Tree) -> Vec<NodeId> {
        let asked = Asked {
            context: Context::of(tree),
            columns: self.lineages.iter().map(|lineage| lineage.column(tree)).collect(),
        };
        let withdrawn = tree.has_withdrawn().then(|| Lineage::Withdrawn.column(tree));
        let stays = |id: &NodeId| !withdrawn.as_ref().is_some_and(|gone| gone[id.index()]);
        let nodes: Vec<_> = tree.ids().skip(1).filter(stays).collect();
        let keep = |block: &[NodeId]| self.expression.keep(block.to_vec(), &asked);
        if nodes.len() < LARGE {
            nodes.chunks(BLOCK).flat_map(keep).collect()
        } else {
            nodes.par_chunks(BLOCK).flat_map_iter(keep).collect()
        }
    }
}

/// How many nodes are asked together.
const BLOCK: usize = 1024;
/// From so many nodes on, it pays to wake other cores.
const LARGE: usize = 16 * BLOCK;

/// What a query is asked of.
struct Asked<'tree> {
    context: Context<'tree>,
    /// For each of the query's lineages, whether it holds for each node.
    columns: Vec<Vec<bool>>,
}

impl Expression {
    /// Returns those of some nodes for which it holds; nodes go in and come out in order of creation.
    fn keep(&self, mut nodes: Vec<NodeId>, asked: &Asked<'_>) -> Vec<NodeId> {
        match self {
            Self::All(parts) => parts.iter().fold(nodes, |kept, part| part.keep(kept, asked)),
            Self::Any(parts) => {
                let mut kept = Vec::new();
                for part in parts {
                    let found = part.keep(nodes.clone(), asked);
                    remove(&mut nodes, &found);
                    kept.extend(found);
                }
                kept.sort_unstable();
                kept
            }
            Self::Not(inner) => {
                let found = inner.keep(nodes.clone(), asked);
                remove(&mut nodes, &found);
                nodes
            }
            Self::Predicate(predicate) => predicate.keep(nodes, asked.context),
            Self::Lineage(index) => {
                nodes.retain(|id| asked.columns[*index][id.index()]);
                nodes
            }
        }
    }
}

/// Takes some nodes out of others; both are in order of creation.
fn remove(nodes: &mut Vec<NodeId>, taken: &[NodeId]) {
    let mut taken = taken.iter().peekable();
    nodes.retain(|id| taken.next_if_eq(&id).is_none());
}

fn has_evaluator(tree: &Tree, name: &str) -> bool {
    tree.evaluators().iter().any(|known| known == name)
        || tree.ids().any(|id| tree.evaluation(id, name).is_some())
}

/// A clause that says which evaluators a tree has.
fn judges(tree: &Tree) -> String {
    let mut names: Vec<&str> = Vec::new();
    for evaluation in tree.ids().flat_map(|id| tree.node(id).evaluations()) {
        if !names.contains(&evaluation.evaluator.as_str()) {
            names.push(&evaluation.evaluator);
        }
    }
    match names.as_slice() {
        [] => "no step of it was judged yet".to_owned(),
        names => format!("its evaluators are {}", names.join(", ")),
    }
}

impl QueryError {
    /// Returns the words of the query that are wrong, for a sentence.
    #[must_use]
    pub fn spot(&self, query: &str) -> String {
        match query.get(self.span.clone()) {
            None | Some("") => "its end".to_owned(),
            Some(words) => format!("{words:?}"),
        }
    }

    /// Returns one sentence that names the spot, for a line on the screen.
    #[must_use]
    pub fn sentence(&self, query: &str) -> String {
        let end = if self.message.ends_with('?') { "" } else { "." };
        format!("The query cannot be read at {}: {self}{end}", self.spot(query))
    }

    /// Returns two lines that show a person the spot: the query, and marks below it.
    #[must_use]
    pub fn pointing_at(&self, query: &str) -> String {
        let columns = |text: &str| text.chars().count();
        let before = query.get(..self.span.start).map_or(0, columns);
        let marked = query.get(self.span.clone()).map_or(1, columns).max(1);
        format!("{query}\n{}{}", " ".repeat(before), "^".repeat(marked))
    }
}

impl fmt::Display for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
#[path = "query/tests.rs"]
mod tests;
