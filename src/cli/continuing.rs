//! What curating asks of a model without a screen: `pleach splice --continue K` (it goes on after each
//! revision signal, K times, and what verifies is kept) and `pleach first-error --judge`.
//!
//! Responsible for the order of sessions and for what is printed. What is spliced and kept is worked
//! out by the `curate` room, the growing is `headless.rs`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::ModelArguments;
use super::curation::planned;
use super::curation_arguments::SpliceArguments;
use super::exit::{Exit, Failure};
use super::headless::{Growth, Kept, Outcome};
use super::loading::{self, Reasoner};
use super::output::Output;
use super::report::Grown;
use super::stop::Stop;
use crate::search::Policy;
use crate::text::SafeText;
use crate::tree::Meaning;

/// What was made of a session.
#[derive(Debug, Serialize)]
struct Printed {
    session: String,
    splices: usize,
    /// Continuations that verify.
    right: usize,
    /// Continuations that do not, and are pruned.
    wrong: usize,
}

/// Splices every session's bad trajectories with what the model makes of them.
///
/// # Errors
/// Returns which session could not be read or written; those before it are done.
pub fn continue_all(
    model: &ModelArguments,
    arguments: &SpliceArguments,
    count: usize,
    output: &mut Output,
) -> Result<Exit, Failure> {
    loading::with_reasoner(model, async |reasoner, stop| {
        for path in &arguments.files {
            let (splices, kept) = one(path, arguments, count, reasoner, stop).await?;
            let Kept { right, wrong } = kept;
            let session = path.display().to_string();
            if arguments.json {
                output.json(&Printed { session, splices, right, wrong })?;
            } else {
                let session = SafeText::line(&session);
                output.row(&format!(
                    "{session}: {splices} splices, {right} continuations verify, {wrong} do not and are pruned"
                ))?;
            }
        }
        Ok(Exit::Fine)
    })
}

/// Lets the model judge what was not judged when it grew.
///
/// # Errors
/// Returns which session could not be read or written; those before it are done.
pub fn judge_all(model: &ModelArguments, files: &[PathBuf]) -> Result<Exit, Failure> {
    loading::with_reasoner(model, async |reasoner, stop| {
        for path in files {
            let mut growth = open(path, reasoner)?;
            let outcome = growth.judge(reasoner, stop).await;
            let closed = growth.close();
            ended(outcome?)?;
            closed?;
        }
        Ok(Exit::Fine)
    })
}

/// Opens a session so that nothing grows but what is asked for.
fn open(path: &Path, reasoner: &mut Reasoner) -> Result<Growth, Failure> {
    let policy = Policy::named("manual").map_err(|why| Failure::new(Exit::Failed, why))?;
    let problem = Grown::read(path)?.tree.problem().cloned().unwrap_or_default();
    Growth::open(path, &problem, policy, reasoner.request_range())
}

fn ended(outcome: Outcome) -> Result<(), Failure> {
    match outcome {
        Outcome::Ended => Ok(()),
        Outcome::Failed(why) => Err(Failure::new(Exit::Failed, why)),
        Outcome::Stopped => Err(Failure::new(Exit::Stopped, "stopped; what was grown is saved")),
    }
}

async fn one(
    path: &Path,
    arguments: &SpliceArguments,
    count: usize,
    reasoner: &mut Reasoner,
    stop: &mut Stop,
) -> Result<(usize, Kept), Failure> {
    let tree = Grown::read(path)?.tree;
    let planned = planned(&tree, arguments, Meaning::Continue)?;
    let splices: Vec<_> = planned.into_iter().map(|(_, splice)| splice).collect();
    if splices.is_empty() {
        return Ok((0, Kept::default()));
    }
    let mut growth = open(path, reasoner)?;
    let made = splices.len();
    let outcome = growth.continue_after(splices, count, reasoner, stop).await;
    let closed = growth.close();
    let (outcome, kept) = outcome?;
    closed?;
    ended(outcome)?;
    Ok((made, kept))
}
