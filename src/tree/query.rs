//! The query language: which nodes of a tree a person means.
//!
//! Responsible for reading a query such as `value<0.2 & visits>3 & !pruned`, for pointing at
//! the spot where one cannot be read, and for answering it for one node or for all. Filter,
//! prune, triage, export and `pleach show --query` all use it. Not responsible for what is done
//! with the nodes; `docs/queries.md` has the whole language.
//!
//! Invariants: [`Query::select`] returns exactly the nodes that [`Query::matches`] accepts, in
//! order of creation. The root, which stands for the problem, is never among them, and neither are
//! nodes that were withdrawn.

mod lexer;
mod lineage;
mod parser;
mod predicate;

use std::fmt;
use std::ops::Range;

use super::arena::Tree;
use super::node::NodeId;
use lineage::Lineage;
use predicate::{Context, Predicate};

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

    /// Returns whether a node is meant.
    #[must_use]
    pub fn matches(&self, tree: &Tree, id: NodeId) -> bool {
        let context = Context::of(tree);
        id != NodeId::ROOT
            && !Lineage::Withdrawn.holds(tree, id)
            && holds(&self.expression, context, id, &|index| self.lineages[index].holds(tree, id))
    }

    /// Returns all nodes that are meant, in order of creation.
    #[must_use]
    pub fn select(&self, tree: &Tree) -> Vec<NodeId> {
        let context = Context::of(tree);
        let columns: Vec<_> = self.lineages.iter().map(|lineage| lineage.column(tree)).collect();
        let withdrawn = Lineage::Withdrawn.column(tree);
        let meant = |id: &NodeId| {
            !withdrawn[id.index()]
                && holds(&self.expression, context, *id, &|index| columns[index][id.index()])
        };
        tree.ids().skip(1).filter(meant).collect()
    }
}

fn holds(
    expression: &Expression,
    context: Context<'_>,
    id: NodeId,
    lineage: &dyn Fn(usize) -> bool,
) -> bool {
    match expression {
        Expression::All(parts) => parts.iter().all(|part| holds(part, context, id, lineage)),
        Expression::Any(parts) => parts.iter().any(|part| holds(part, context, id, lineage)),
        Expression::Not(inner) => !holds(inner, context, id, lineage),
        Expression::Predicate(predicate) => predicate.holds(context, id),
        Expression::Lineage(index) => lineage(*index),
    }
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
