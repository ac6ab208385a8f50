//! Saving what can be saved of a damaged session, into a new one.
//!
//! Responsible for keeping every operation whose checksum still holds and that still fits, and for
//! telling exactly what was lost. The damaged file itself is never changed.
//!
//! Numbers and nodes keep their names: in the place of a lost operation stands one that says so,
//! and in the place of a lost node an empty one below the root, so that what rested on it is kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::copy::{copy, size};
use super::create::{Fresh, create, new_identity};
use super::database::{Access, connect};
use super::error::Error;
use super::format::Header;
use super::open::open;
use super::recognise::recognise;
use super::row::{Row, Tail};
use super::rows;
use crate::tree::{Actor, Body, NodeId, Operation, Origin, Problem, Sampling, Tree};

/// How many operations are handed to the writer at a time.
const GROUP: usize = 256;

/// The fewest bytes of an operation in a file: its hash.
const SMALLEST_ROW: u64 = 32;

/// What was saved of a damaged session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// The new session.
    pub path: PathBuf,
    /// How many operations were kept.
    pub kept: u64,
    /// What was lost, in order.
    pub lost: Vec<Lost>,
}

/// Operations that were lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// Why, in words.
    pub why: String,
}

/// Saves what can be saved of the session `from` into a new session `into`.
///
/// # Errors
/// Returns what `from` is instead of a session, or why nothing of it can be read, or why `into`
/// cannot be made.
pub fn salvage(from: &Path, into: &Path) -> Result<Salvage, Error> {
    recognise(from)?;
    let copy = copy(from)?;
    let connection = connect(&copy.path, Access::ReadWrite)?;
    let header = Header::read(&connection, from).ok();
    let mut sound = sound(rows::readable(&connection, from)?, header.as_ref());
    // What is missing is made up for, so a stranger's file must not claim that the world is.
    let most = size(&copy.path) / SMALLEST_ROW;
    sound.retain(|sequence, _| *sequence <= most);
    let (operations, lost) = mend(&sound);

    let mut facts = header.map(|header| header.facts).unwrap_or_default();
    let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
    facts.insert("salvaged".to_owned(), name);
    let created = operations.first().map_or(0, |operation| operation.time);
    create(into, &Fresh { identity: new_identity()?, created, facts })?;
    let (_, mut writer) = open(into, Box::new(|_| {}))?;
    for group in operations.chunks(GROUP) {
        writer.append(group)?;
    }
    writer.close()?;
    let missing: u64 = lost.iter().map(|lost| lost.last - lost.first + 1).sum();
    Ok(Salvage { path: into.to_owned(), kept: operations.len() as u64 - missing, lost })
}

/// Returns the operations whose checksums hold.
///
/// A row is also sound where its own checksum is damaged, but the next row's rests on it.
fn sound(rows: Vec<(Row, Vec<u8>)>, header: Option<&Header>) -> BTreeMap<u64, Operation> {
    let mut sound = BTreeMap::new();
    // Where the header is lost, the first row cannot be checked.
    let mut before = header.map(|header| Tail::of_empty_log(header.seal()));
    let mut rows = rows.into_iter().peekable();
    while let Some((row, hash)) = rows.next() {
        let stored = <[u8; 32]>::try_from(hash).ok().map(blake3::Hash::from_bytes);
        let stored = stored.map(|hash| Tail { sequence: row.sequence, hash });
        let expected = before
            .filter(|before| before.sequence + 1 == row.sequence)
            .map(|before| before.after(&row.view()));
        let mut next_rests_on_it = || {
            rows.peek().is_some_and(|(next, hash)| {
                expected.is_some_and(|expected| {
                    next.sequence == row.sequence + 1
                        && expected.after(&next.view()).hash.as_bytes() == hash.as_slice()
                })
            })
        };
        let holds = expected.is_some() && (expected == stored || next_rests_on_it());
        before = if holds { expected } else { stored };
        if holds && let Ok(operation) = row.view().decode() {
            sound.insert(operation.sequence, operation);
        }
    }
    sound
}

/// Makes a whole log of sound operations, and tells what is missing in it.
fn mend(sound: &BTreeMap<u64, Operation>) -> (Vec<Operation>, Vec<Lost>) {
    let mut tree = Tree::default();
    let mut log: Vec<Operation> = Vec::new();
    let mut lost: Vec<Lost> = Vec::new();
    let end = sound.keys().next_back().copied().unwrap_or(0);
    for sequence in 1..=end {
        let why = match sound.get(&sequence) {
            Some(operation) => match tree.apply(operation) {
                Ok(()) => {
                    log.push(operation.clone());
                    continue;
                }
                Err(error) => error.to_string(),
            },
            None => "it is damaged".to_owned(),
        };
        match lost.last_mut() {
            Some(lost) if lost.last + 1 == sequence && lost.why == why => lost.last = sequence,
            _ => lost.push(Lost { first: sequence, last: sequence, why }),
        }
        let time = log.last().map_or(0, |operation| operation.time);
        let body = stand_in(&tree, sound, sequence);
        let stand_in = Operation { sequence, time, actor: Actor::Search, body };
        if tree.apply(&stand_in).is_err() {
            break;
        }
        log.push(stand_in);
    }
    (log, lost)
}

/// Returns what stands in the place of a lost operation.
fn stand_in(tree: &Tree, sound: &BTreeMap<u64, Operation>, sequence: u64) -> Body {
    if tree.problem().is_none() && sequence == 1 {
        let text = "The problem was lost with a damaged file.".to_owned();
        return Body::ProblemSet { problem: Problem { text, ..Problem::default() } };
    }
    let node = NodeId(u32::try_from(tree.len()).unwrap_or(u32::MAX));
    let later = sound.range(sequence..).map(|(_, operation)| &operation.body);
    if names_a_lost_node(later, node) {
        let origin = Origin { proposer: "lost".into(), seed: 0, sampling: Sampling::default() };
        return Body::NodeAdded { node, parent: NodeId::ROOT, origin };
    }
    Body::SearchStopped { reason: format!("operation {sequence} was lost with a damaged file") }
}

/// Whether later operations speak of a node that none of them makes.
fn names_a_lost_node<'log>(later: impl Iterator<Item = &'log Body>, node: NodeId) -> bool {
    for body in later {
        match body {
            Body::NodeAdded { node: made, .. }
            | Body::Edited { node: made, .. }
            | Body::Spliced { node: made, .. } => return *made > node,
            Body::TokensAppended { node: named, .. } | Body::NodeFinished { node: named, .. }
                if *named >= node =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
#[path = "salvage_tests.rs"]
mod tests;
