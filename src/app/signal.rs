//! Revision signals of one's own: typed by the person, or written by the model.
//!
//! Responsible for how a signal comes to a proposal of the splice screen. The library's signals are
//! the business of `curate::splice`.

use std::collections::BTreeMap;

use super::Effect;
use super::line::{self, Purpose};
use super::model::{EngineState, Model};
use super::overlay::Overlay;
use super::splicing::{Proposal, adjust, splicing};
use crate::assets::{self, prompts};
use crate::engine::protocol::{Content, Generate, Prompt, RequestId};
use crate::engine::{Event, Request};
use crate::reasoning::Segmentation;
use crate::tree::{NodeId, Sampling, Tree};

/// The most tokens of a signal.
const LONGEST: u32 = 80;

/// A signal while the model writes it.
#[derive(Debug, Clone)]
pub struct Writing {
    id: RequestId,
    /// The cut of the proposal that it is for.
    cut: NodeId,
    bytes: Vec<u8>,
}

/// The proposal that is shown.
fn shown(model: &Model) -> Option<(&Tree, &Proposal)> {
    let (Some(bench), Some(Overlay::Splicing(splicing))) =
        (model.workbench(), model.overlays.last())
    else {
        return None;
    };
    Some((&bench.tree, splicing.proposals.get(splicing.at)?))
}

/// Opens a line for a signal of one's own.
pub(super) fn write(model: &mut Model) -> Vec<Effect> {
    let Some((tree, proposal)) = shown(model) else { return Vec::new() };
    let words = proposal.words(tree);
    line::open_for(model, Purpose::Signal, words.trim())
}

/// Takes the signal that was typed; none takes the library's again.
pub(super) fn typed(model: &mut Model, words: &str) -> Vec<Effect> {
    let words = Some(words.to_owned()).filter(|words| !words.is_empty());
    adjust(model, |proposal| proposal.written = words)
}

/// Asks the model for a signal.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    let refusal = match &model.engine {
        EngineState::Ready(info) if assets::is_embedded(&info.name) => {
            "The embedded model only does sums; e lets you write the signal, s takes another."
        }
        EngineState::Ready(_) => "",
        _ => "No model is loaded; e lets you write the signal, s takes another.",
    };
    if !refusal.is_empty() {
        model.complain(refusal);
        return Vec::new();
    }
    let now = model.now;
    let Some((tree, proposal)) = shown(model) else { return Vec::new() };
    let cut = proposal.cut;
    let problem = tree.problem().map_or("", |problem| problem.text.as_str());
    let steps = tree.path_text(cut);
    let question = prompts::REVISION
        .fill(&BTreeMap::from([("problem", problem.trim()), ("steps", steps.trim())]));
    // Far from the numbers that drivers count up from.
    let id = RequestId::MAX - now % (1 << 32);
    let generate = Generate {
        id,
        prompt: Prompt::continuing(&question, Content::Text(String::new())),
        seeds: vec![now],
        sampling: Sampling { temperature: 0.7, ..Sampling::default() },
        segmentation: Segmentation::Whole,
        max_tokens: LONGEST,
        ..Generate::default()
    };
    if let Some(splicing) = splicing(model) {
        splicing.writing = Some(Writing { id, cut, bytes: Vec::new() });
    }
    model.tell("The model writes a revision signal.");
    vec![Effect::Ask(Request::Generate(generate))]
}

/// Takes in what the model writes.
pub(super) fn hear(model: &mut Model, event: &Event) {
    let Some(splicing) = splicing(model) else { return };
    let Some(writing) = &mut splicing.writing else { return };
    match event {
        Event::Tokens { id, tokens, .. } if *id == writing.id => {
            writing.bytes.extend(tokens.iter().flat_map(|token| &token.bytes));
        }
        Event::BranchDone { id, .. } if *id == writing.id => {
            let text = String::from_utf8_lossy(&writing.bytes).trim().to_owned();
            let cut = writing.cut;
            splicing.writing = None;
            let proposal = splicing.proposals.iter_mut().find(|proposal| proposal.cut == cut);
            match proposal.filter(|_| !text.is_empty()) {
                Some(proposal) => {
                    proposal.written = Some(text);
                    model.tell("The model wrote the signal; s takes the library's again.");
                }
                None => model.complain("The model wrote nothing; e lets you write the signal."),
            }
        }
        Event::Failed { id, .. } if *id == writing.id => splicing.writing = None,
        Event::Lost { .. } => splicing.writing = None,
        _ => {}
    }
}
