//! `pleach verify`: is a session sound, and does the model sample it again?
//!
//! Responsible for folding the log anew with its hash chain checked, and, where it is asked for, for
//! sampling every grown step again from its stored seed, beside the siblings that it was grown with,
//! and for saying where the tokens differ. The session is only read.
//!
//! Tokens may differ although all is well: other branches in the same batch change the rounding, and
//! so does another machine, another build of llama.cpp or another number of threads.

use std::collections::BTreeMap;

use serde::Serialize;

use super::arguments::{ModelArguments, VerifyArguments};
use super::exit::{Exit, Failure};
use super::loading::{self, Reasoner, gone};
use super::output::Output;
use crate::engine::protocol::{Generate, Request, RequestId};
use crate::engine::{Event, ModelInfo};
use crate::evaluate::path_prompt;
use crate::reasoning::Segmentation;
use crate::search::proposers::is_of_path_alone;
use crate::search::{ALTERNATIVE, Policy};
use crate::session::{Header, Recording};
use crate::tree::{NodeId, Sampling, Tree};

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Found {
    session: String,
    operations: u64,
    nodes: usize,
    /// The hash chain holds and the log folds; a session of which this is false is refused.
    sound: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    regenerated: Option<Regenerated>,
}

/// What came of sampling again.
#[derive(Debug, Default, Serialize)]
struct Regenerated {
    /// Steps that were sampled again.
    steps: usize,
    tokens: usize,
    /// Steps that were asked for by more than their path, and were not sampled again.
    told: usize,
    /// Steps whose tokens came out the same.
    equal: usize,
    /// Whether the model is the one that grew the session, as far as its fingerprint tells.
    same_model: bool,
    differences: Vec<Difference>,
}

/// A step that came out otherwise.
#[derive(Debug, Serialize)]
struct Difference {
    node: NodeId,
    /// The first token that differs, from 0.
    token: usize,
    stored: String,
    sampled: String,
}

/// Children that were grown together.
struct Group {
    parent: NodeId,
    nodes: Vec<NodeId>,
    seeds: Vec<u64>,
    sampling: Sampling,
}

/// Verifies a session.
///
/// # Errors
/// Returns what is damaged, or why the model cannot sample.
pub fn verify(
    model: &ModelArguments,
    arguments: &VerifyArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut recording = Recording::open(&arguments.file)?;
    let tree = recording.tree_at(recording.length())?;
    let mut found = Found {
        session: recording.header().session.clone(),
        operations: recording.length(),
        nodes: tree.len() - 1,
        sound: true,
        regenerated: None,
    };
    if arguments.regenerate {
        found.regenerated = Some(regenerate(model, &tree, output)?);
    }
    let differs = found.regenerated.as_ref().is_some_and(|again| !again.differences.is_empty());
    if arguments.json {
        output.json(&found)?;
    } else {
        print(&found, recording.header(), output)?;
    }
    Ok(if differs { Exit::Failed } else { Exit::Fine })
}

fn print(found: &Found, header: &Header, output: &mut Output) -> Result<(), Failure> {
    output.row(&format!(
        "Sound: {} operations in an unbroken chain, which fold to {} nodes (format {}).",
        found.operations, found.nodes, header.version
    ))?;
    let Some(again) = &found.regenerated else { return Ok(()) };
    output.row(&format!(
        "Sampled again: {} of {} steps have the same tokens ({} tokens).",
        again.equal, again.steps, again.tokens
    ))?;
    if again.told > 0 {
        let row = format!("  {} more were asked for in other words and passed over.", again.told);
        output.row(&row)?;
    }
    for difference in &again.differences {
        let Difference { node, token, stored, sampled } = difference;
        output
            .row(&format!("  {node} differs from token {token} on: {stored:?}, now {sampled:?}"))?;
    }
    if !again.differences.is_empty() {
        output.row(if again.same_model {
            "The model is the same. Other company in a batch, other threads or another machine \
             change the rounding, and with it, now and then, a token."
        } else {
            "The model is another than the one that grew the session, so its tokens are others."
        })?;
    }
    Ok(())
}

/// Samples all grown steps again.
fn regenerate(
    model: &ModelArguments,
    tree: &Tree,
    output: &mut Output,
) -> Result<Regenerated, Failure> {
    loading::with_reasoner(model, async |reasoner, _| {
        let info = reasoner.model().cloned().ok_or_else(gone)?;
        let grown_by = tree.model().map(|model| model.fingerprint.clone());
        let mut found = Regenerated {
            same_model: grown_by.as_deref() == Some(&info.fingerprint),
            ..Regenerated::default()
        };
        if !found.same_model {
            output.tell("the session was grown by another model than the one that is loaded");
        }
        let (groups, told) = groups(tree);
        found.told = told;
        for group in groups {
            let sampled = sample(reasoner, &info, tree, &group).await?;
            compare(tree, &group, &sampled, &mut found);
        }
        Ok(found)
    })
}

/// The steps that were sampled, with those that were asked for together: siblings of consecutive
/// numbers. Those that were asked for by more than their path are counted only.
fn groups(tree: &Tree) -> (Vec<Group>, usize) {
    let (mut groups, mut told): (Vec<Group>, usize) = (Vec::new(), 0);
    for node in tree.ids().skip(1) {
        let step = tree.node(node);
        let (Some(parent), Some(origin)) = (step.parent(), step.origin()) else { continue };
        // A step that took another token was not sampled from its beginning.
        if step.token_ids().len() == 0 || origin.proposer == ALTERNATIVE {
            continue;
        }
        if !is_of_path_alone(&origin.proposer) {
            told += 1;
            continue;
        }
        match groups.last_mut() {
            Some(group)
                if group.parent == parent
                    && group.sampling == origin.sampling
                    && group.nodes.last().is_some_and(|last| last.0 + 1 == node.0) =>
            {
                group.nodes.push(node);
                group.seeds.push(origin.seed);
            }
            _ => groups.push(Group {
                parent,
                nodes: vec![node],
                seeds: vec![origin.seed],
                sampling: origin.sampling,
            }),
        }
    }
    (groups, told)
}

/// Samples a group again; the tokens of each branch, as ids and text.
async fn sample(
    reasoner: &mut Reasoner,
    info: &ModelInfo,
    tree: &Tree,
    group: &Group,
) -> Result<BTreeMap<u32, Vec<(i32, Vec<u8>)>>, Failure> {
    let id: RequestId = reasoner.request_range();
    reasoner.send(Request::Generate(Generate {
        id,
        prompt: path_prompt(tree, group.parent),
        seeds: group.seeds.clone(),
        sampling: group.sampling,
        segmentation: Segmentation::preset(&info.name),
        max_tokens: Policy::swe_search().step_tokens,
        ..Generate::default()
    }));
    let mut sampled: BTreeMap<u32, Vec<(i32, Vec<u8>)>> = BTreeMap::new();
    let mut open = group.nodes.len();
    while open > 0 {
        let event = reasoner.events.recv().await.ok_or_else(gone)?;
        match &event {
            Event::Tokens { id: of, branch, tokens } if *of == id => {
                let tokens = tokens.iter().map(|token| (token.id, token.bytes.clone()));
                sampled.entry(*branch).or_default().extend(tokens);
            }
            Event::BranchDone { id: of, .. } if *of == id => open -= 1,
            Event::Failed { id: of, message } if *of == id => {
                return Err(Failure::new(Exit::Engine, message.clone()));
            }
            Event::Lost { why, .. } => {
                return Err(Failure::new(Exit::Engine, format!("the engine was lost ({why})")));
            }
            _ => {}
        }
        reasoner.notice(&event)?;
    }
    Ok(sampled)
}

fn compare(
    tree: &Tree,
    group: &Group,
    sampled: &BTreeMap<u32, Vec<(i32, Vec<u8>)>>,
    found: &mut Regenerated,
) {
    for (branch, node) in (0..).zip(&group.nodes) {
        let stored: Vec<i32> = tree.node(*node).token_ids().collect();
        let empty = Vec::new();
        let again = sampled.get(&branch).unwrap_or(&empty);
        // A step that was interrupted is compared as far as it came.
        let same = stored.iter().zip(again).take_while(|(id, (other, _))| **id == *other).count();
        found.steps += 1;
        found.tokens += stored.len();
        if same == stored.len() {
            found.equal += 1;
            continue;
        }
        let bytes: Vec<u8> = again.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        found.differences.push(Difference {
            node: *node,
            token: same,
            stored: tree.node(*node).text().to_owned(),
            sampled: String::from_utf8_lossy(&bytes).into_owned(),
        });
    }
}
