//! The verbs that curate: `mark`, `first-error`, `splice` and `monitor`.
//!
//! Responsible for opening sessions, for appending what was decided as a person's operations,
//! and for printing. What is decided is worked out by the `curate` and `monitor` rooms.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::curation_arguments::{MarkArguments, ReadingArguments, SpliceArguments};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::report::Grown;
use crate::curate::splice::{self, Limits, Passage};
use crate::curate::{Marks, first_error, proposal, together};
use crate::evaluate::verify;
use crate::monitor::{Health, page};
use crate::search::Driver;
use crate::session;
use crate::text::SafeText;
use crate::tree::{Actor, Body, Meaning, NodeId, Operation, Query, QueryError, Splice, Tree};

/// Reads a query and checks it against a tree.
///
/// # Errors
/// Returns the spot that is wrong, and why.
pub fn query(text: &str, tree: &Tree) -> Result<Query, Failure> {
    let query = any_query(text)?;
    query.check(tree).map_err(|error| unreadable(text, &error))?;
    Ok(query)
}

/// Reads a query that is for no tree in particular.
///
/// # Errors
/// Returns the spot that cannot be read, pointed at.
pub fn any_query(text: &str) -> Result<Query, Failure> {
    Query::parse(text).map_err(|error| unreadable(text, &error))
}

fn unreadable(text: &str, error: &QueryError) -> Failure {
    let message = format!("the query cannot be read: {error}\n{}", error.pointing_at(text));
    Failure::new(Exit::Usage, message)
}

/// Marks the steps that a query means.
///
/// # Errors
/// Returns why nothing was marked.
pub fn mark(arguments: &MarkArguments, output: &mut Output) -> Result<Exit, Failure> {
    let tree = Grown::read(&arguments.file)?.tree;
    let nodes = query(&arguments.query, &tree)?.select(&tree);
    let mut bodies: Vec<Body> =
        marks(arguments).iter().flat_map(|mark| mark.on(&tree, &nodes)).collect();
    if arguments.accept {
        let open = nodes.iter().filter(|id| tree.node(**id).label().is_none());
        bodies.extend(open.filter_map(|id| {
            let label = Some(proposal(&tree, *id)?);
            Some(Body::Labelled { node: *id, label })
        }));
    }
    let changes = bodies.len();
    if !arguments.dry_run {
        append(&arguments.file, together(bodies).map(|body| (Actor::Person, body)).into_iter())?;
    }
    if arguments.json {
        #[derive(Serialize)]
        struct Printed {
            steps: usize,
            changes: usize,
        }
        output.json(&Printed { steps: nodes.len(), changes })?;
    } else {
        let done = if arguments.dry_run { "would be made" } else { "made" };
        output.row(&format!("{} steps match; {changes} changes {done}", nodes.len()))?;
    }
    Ok(Exit::Fine)
}

fn marks(arguments: &MarkArguments) -> Vec<Marks> {
    let MarkArguments { label, flag, unflag, tag, untag, note, prune, restore, .. } = arguments;
    let tagged = tag.iter().map(|tag| Marks::Tag(tag.clone(), true));
    let untagged = untag.iter().map(|tag| Marks::Tag(tag.clone(), false));
    let mut marks: Vec<_> = label.iter().map(|label| Marks::Label((*label).into())).collect();
    marks.extend(tagged.chain(untagged));
    marks.extend(note.iter().map(|note| Marks::Note(note.clone())));
    marks.extend([*flag, *unflag].iter().position(|asked| *asked).map(|at| Marks::Flag(at == 0)));
    marks
        .extend([*prune, *restore].iter().position(|asked| *asked).map(|at| Marks::Prune(at == 0)));
    marks
}

/// Says where the model sees the first error of each wrong trajectory, and how far that is from
/// what a person set.
///
/// # Errors
/// Returns which session cannot be read.
pub fn first_errors(arguments: &ReadingArguments, output: &mut Output) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Printed {
        session: String,
        proposed: Vec<first_error::Proposed>,
        differences: Vec<first_error::Difference>,
    }
    for path in &arguments.files {
        let tree = Grown::read(path)?.tree;
        let session = path.display().to_string();
        let proposed = first_error::proposals(&tree);
        let differences = first_error::differences(&tree);
        if arguments.json {
            output.json(&Printed { session, proposed, differences })?;
            continue;
        }
        output.row(&session)?;
        for first_error::Proposed { trajectory, step, .. } in proposed {
            let step = step.map_or("no step was judged bad".to_owned(), |id| {
                format!("{id}  {}", SafeText::line(tree.node(id).text().trim()))
            });
            output.row(&format!("  {trajectory}: {step}"))?;
        }
        for first_error::Difference { trajectory, person, model } in differences {
            let apart = person.abs_diff(model);
            output.row(&format!(
                "  {trajectory}: you say step {person}, the model {model}; {apart} apart"
            ))?;
        }
    }
    Ok(Exit::Fine)
}

/// Splices the bad trajectories of sessions with the good ones beside them.
///
/// # Errors
/// Returns which session could not be read or written; those before it are done.
pub fn splices(arguments: &SpliceArguments, output: &mut Output) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Printed {
        session: String,
        wrong: usize,
        right: usize,
        splices: Vec<Shown>,
    }
    #[derive(Serialize)]
    struct Shown {
        bad: NodeId,
        good: Option<NodeId>,
        cut: NodeId,
        verified: bool,
        passages: Vec<Passage>,
    }
    let limits = Limits { alpha: arguments.alpha, beta: arguments.beta };
    for path in &arguments.files {
        let tree = Grown::read(path)?.tree;
        let mut planned = splice::propose(&tree, limits, Meaning::Reset);
        planned.retain(|(_, splice)| !arguments.verified || splice::is_verified(&tree, splice));
        let splices: Vec<_> = planned.into_iter().map(|(_, splice)| splice).collect();
        let shown: Vec<_> = splices
            .iter()
            .map(|splice| Shown {
                bad: splice.bad,
                good: splice.good,
                cut: splice.cut,
                verified: splice::is_verified(&tree, splice),
                passages: splice::preview(&tree, splice),
            })
            .collect();
        if !arguments.dry_run {
            append(path, operations(&tree, splices).into_iter())?;
        }
        let session = path.display().to_string();
        if arguments.json {
            let verdicts = tree.trajectories().filter_map(|id| tree.evaluation(id, verify::NAME));
            let (right, wrong): (Vec<_>, Vec<_>) = verdicts.partition(|said| said.value > 0.5);
            let (wrong, right) = (wrong.len(), right.len());
            output.json(&Printed { session, wrong, right, splices: shown })?;
            continue;
        }
        let done = if arguments.dry_run { "would be made" } else { "made" };
        output.row(&format!("{session}: {} splices {done}", shown.len()))?;
        for Shown { bad, cut, passages, .. } in shown.iter().filter(|_| arguments.dry_run) {
            output.row(&format!("  {bad}, cut after {cut}"))?;
            for Passage { text, trained } in passages {
                let mark = if *trained { "train" } else { "     " };
                output.row(&format!("    {mark}  {}", SafeText::line(text.trim())))?;
            }
        }
    }
    Ok(Exit::Fine)
}

/// The operations that make splices, each with the verdict on its answer where a built-in verifier
/// can tell.
fn operations(tree: &Tree, splices: Vec<Splice>) -> Vec<(Actor, Body)> {
    let mut next = u32::try_from(tree.len()).unwrap_or(u32::MAX);
    let mut operations = Vec::new();
    for splice in splices {
        let node = NodeId(next);
        let last = NodeId(next + u32::try_from(splice.steps.len()).unwrap_or(0));
        next = last.0 + 1;
        let kept = tree.path_text(splice.cut);
        let steps = splice.steps.iter().map(|step| step.text.as_str());
        let text: String = [kept.as_str(), &splice.signal].into_iter().chain(steps).collect();
        let verdict = splice.answer.as_ref().and_then(|answer| {
            let problem = tree.problem()?;
            let verifier = verify::of(problem)?.ok().filter(verify::Verifier::is_pure)?;
            verifier.check(&verify::case(problem, &text, answer)).ok()
        });
        operations.push((Actor::Person, Body::Spliced { node, splice }));
        operations.extend(verdict.map(|verdict| Driver::verified(last, &verdict)));
    }
    operations
}

/// Appends operations to a session.
fn append(path: &Path, bodies: impl Iterator<Item = (Actor, Body)>) -> Result<(), Failure> {
    let mut bodies = bodies.peekable();
    if bodies.peek().is_none() {
        return Ok(());
    }
    let (log, mut writer) = session::open(path, Box::new(|_| {}))?;
    let mut tree = Tree::fold(&log.operations).map_err(|error| damaged(path, &error))?;
    let time = crate::ui::now();
    let mut operations = Vec::new();
    for (actor, body) in bodies {
        let operation = Operation { sequence: tree.sequence() + 1, time, actor, body };
        // Another program may have changed the session since it was looked at.
        tree.apply(&operation).map_err(|error| {
            let message = format!(
                "{} was changed meanwhile ({error}); run the command again",
                path.display()
            );
            Failure::new(Exit::Session, message)
        })?;
        operations.push(operation);
    }
    writer.append(&operations)?;
    writer.close()?;
    Ok(())
}

fn damaged(path: &Path, error: &crate::tree::FoldError) -> Failure {
    let message = format!("{} is damaged: {error}; go back to a backup", path.display());
    Failure::new(Exit::Session, message)
}

/// Prints what the monitors say of sessions together.
///
/// # Errors
/// Returns which session cannot be read.
pub fn monitor(arguments: &ReadingArguments, output: &mut Output) -> Result<Exit, Failure> {
    let mut health = Health::default();
    let files: &[PathBuf] = &arguments.files;
    for path in files {
        health.add(&Grown::read(path)?.tree);
    }
    let report = health.report();
    if arguments.json {
        output.json(&report)?;
        return Ok(Exit::Fine);
    }
    for row in page(&report) {
        output.row(&SafeText::line(&row))?;
    }
    Ok(Exit::Fine)
}
