//! A session, read for an export: its tree, and which operations made what of it.
//!
//! Responsible for everything that provenance needs and a tree does not keep. Reading changes
//! nothing, so a session may be open elsewhere.

use std::collections::BTreeMap;
use std::path::Path;

use super::Error;
use crate::session::{self, Log};
use crate::tree::{Actor, Body, EvaluatorKind, NodeId, Operation, Problem, Splice, Tree};

/// A session, read for an export.
#[derive(Debug)]
pub struct Material {
    /// The session's identity, the same for every copy of it.
    pub session: String,
    /// The name of its file.
    pub file: String,
    /// The seed of all its randomness.
    pub seed: u64,
    /// When it was created, in milliseconds since 1970-01-01 UTC.
    pub created: u64,
    /// Its tree.
    pub tree: Tree,
    /// Its problem.
    pub problem: Problem,
    /// The sequence number of its last operation.
    pub operations: u64,
    /// The names of the policies that searched it.
    pub policies: Vec<String>,
    /// The operations by which the search chose a node, and the node.
    pub search_steps: Vec<(u64, NodeId)>,
    /// The splices, by their first node.
    pub splices: BTreeMap<NodeId, Splice>,
    /// Of each node, the operation that made it, and those that judged it.
    history: Vec<(u64, Vec<u64>)>,
    /// When each operation that made a node happened, in milliseconds since 1970-01-01 UTC.
    made_at: Vec<u64>,
    /// Whether a person judged anything.
    pub has_human_labels: bool,
}

impl Material {
    /// Reads a session file.
    ///
    /// # Errors
    /// Returns why it cannot be read, or that it has no problem yet.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let log = session::read(path)?;
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::of(&log, file).map_err(|why| Error::Session { path: path.to_owned(), why })
    }

    /// Folds a log.
    ///
    /// # Errors
    /// Returns in words what is wrong with the log.
    pub fn of(log: &Log, file: String) -> Result<Self, String> {
        let Log { header, operations, .. } = log;
        let mut material = Self {
            session: header.session.clone(),
            file,
            seed: header.seed(),
            created: header.created,
            tree: Tree::default(),
            problem: Problem::default(),
            operations: operations.last().map_or(0, |last| last.sequence),
            policies: Vec::new(),
            search_steps: Vec::new(),
            splices: BTreeMap::new(),
            history: vec![(0, Vec::new())],
            made_at: vec![0],
            has_human_labels: false,
        };
        for operation in operations {
            material
                .tree
                .apply(operation)
                .map_err(|error| format!("it is damaged ({error}); go back to a backup"))?;
            material.note(operation, &operation.body);
            material.history.resize(material.tree.len().max(1), (operation.sequence, Vec::new()));
            material.made_at.resize(material.tree.len().max(1), operation.time);
        }
        let problem = material.tree.problem().cloned();
        material.problem = problem.ok_or("it has no problem yet; open it and state one")?;
        Ok(material)
    }

    fn note(&mut self, operation: &Operation, body: &Body) {
        let judged = match body {
            Body::SearchStarted { policy, .. } => {
                if !self.policies.contains(policy) {
                    self.policies.push(policy.clone());
                }
                return;
            }
            Body::SearchStepped { node, .. } => {
                self.search_steps.push((operation.sequence, *node));
                return;
            }
            Body::Spliced { node, splice } => {
                self.splices.insert(*node, splice.clone());
                return;
            }
            Body::Together { bodies } => {
                return bodies.iter().for_each(|body| self.note(operation, body));
            }
            Body::Evaluated { node, evaluation } => {
                self.has_human_labels |= evaluation.kind == EvaluatorKind::Human;
                *node
            }
            Body::Labelled { node, .. } | Body::FirstErrorSet { node, .. } => {
                self.has_human_labels |= operation.actor == Actor::Person;
                *node
            }
            Body::Preferred { winner, .. } => {
                self.has_human_labels |= operation.actor == Actor::Person;
                *winner
            }
            _ => return,
        };
        if let Some((_, judgements)) = self.history.get_mut(judged.index()) {
            judgements.push(operation.sequence);
        }
    }

    /// Returns the operations that made some nodes and judged them, in order.
    #[must_use]
    pub fn operations_of(&self, nodes: &[NodeId]) -> Vec<u64> {
        let known = nodes.iter().filter_map(|node| self.history.get(node.index()));
        let mut all: Vec<_> =
            known.flat_map(|(made, judged)| std::iter::once(*made).chain(judged.clone())).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Returns the sequence number of the operation that made a node.
    #[must_use]
    pub fn made_by(&self, node: NodeId) -> u64 {
        self.history.get(node.index()).map_or(0, |(made, _)| *made)
    }

    /// Returns when a node was made, in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn made_at(&self, node: NodeId) -> u64 {
        self.made_at.get(node.index()).copied().unwrap_or_default()
    }

    /// Returns what tells this problem from others: its numbers and target where it has them,
    /// in any order, else its text without regard to case and white space.
    #[must_use]
    pub fn problem_key(&self) -> String {
        let Problem { text, numbers, target, .. } = &self.problem;
        if let (false, Some(target)) = (numbers.is_empty(), target) {
            let mut numbers = numbers.clone();
            numbers.sort_unstable();
            return format!("{numbers:?} -> {target}");
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    }
}
