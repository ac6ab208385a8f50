//! The verbs that curate: `mark`, `first-error`, `triage`, `splice` and `monitor`.
//!
//! Responsible for opening sessions, for appending what was decided as a person's operations,
//! and for printing. What is decided is worked out by the `curate` and `monitor` rooms.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::ModelArguments;
use super::continuing::{continue_all, judge_all};
use super::curation_arguments::{
    FirstErrorArguments, MarkArguments, ReadingArguments, SpliceArguments,
};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::report::Grown;
use crate::curate::splice::{self, Limits, Pair, Passage};
use crate::curate::{
    Marks, Progress, first_error, outcome, proposal, pruning, reason, rewrite, together,
};
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
    let nodes = match &arguments.query {
        Some(text) => query(text, &tree)?.select(&tree),
        None => pruning::suggested(&tree),
    };
    let mut bodies: Vec<Body> =
        marks(arguments).iter().flat_map(|mark| mark.on(&tree, &nodes)).collect();
    if arguments.accept {
        let open = nodes.iter().filter(|id| tree.node(**id).label().is_none());
        bodies.extend(open.filter_map(|id| {
            let label = Some(proposal(&tree, *id)?);
            Some(Body::Labelled { node: *id, label })
        }));
    }
    let one = || {
        let message = || format!("the query means {} steps where one is marked", nodes.len());
        let only = nodes.first().copied().filter(|_| nodes.len() == 1);
        only.ok_or_else(|| Failure::new(Exit::Usage, message()))
    };
    if arguments.first_error {
        bodies.extend(first_error::mark(&tree, one()?));
    }
    let made = arguments.rewrite.as_ref().map(|text| {
        let made = rewrite(&tree, one()?, text);
        made.map_err(|message| Failure::new(Exit::Usage, message.trim_end_matches('.').to_owned()))
    });
    let made = made.transpose()?.map(|(_, body)| body);
    let changes = bodies.len() + usize::from(made.is_some());
    if !arguments.dry_run {
        let all = together(bodies).into_iter().chain(made);
        append(&arguments.file, all.map(|body| (Actor::Person, body)))?;
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
pub fn first_errors(
    model: &ModelArguments,
    arguments: &FirstErrorArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Printed {
        session: String,
        proposed: Vec<first_error::Proposed>,
        differences: Vec<first_error::Difference>,
    }
    if arguments.judge {
        judge_all(model, &arguments.files)?;
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

/// Prints the steps that need a person, those with a reason of their own first, and how far the
/// labelling is.
///
/// # Errors
/// Returns which session cannot be read.
pub fn triage(arguments: &ReadingArguments, output: &mut Output) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Printed {
        session: String,
        progress: Progress,
        steps: Vec<Needy>,
    }
    #[derive(Serialize)]
    struct Needy {
        step: NodeId,
        why: String,
    }
    for path in &arguments.files {
        let tree = Grown::read(path)?.tree;
        let reasons = tree.ids().filter_map(|id| Some((id, reason(&tree, id)?)));
        let (strong, others): (Vec<_>, Vec<_>) = reasons.partition(|(_, why)| why.is_strong());
        let all = strong.into_iter().chain(others);
        let steps: Vec<_> = all.map(|(step, why)| Needy { step, why: why.to_string() }).collect();
        let (session, progress) = (path.display().to_string(), Progress::of(&tree));
        if arguments.json {
            output.json(&Printed { session, progress, steps })?;
            continue;
        }
        output.row(&format!("{}: {progress}", SafeText::line(&session)))?;
        for Needy { step, why } in steps {
            let text = SafeText::line(tree.node(step).text().trim());
            output.row(&format!("  {step}  {}  {text}", SafeText::line(&why)))?;
        }
    }
    Ok(Exit::Fine)
}

/// Splices the bad trajectories of sessions with the good ones beside them.
///
/// # Errors
/// Returns which session could not be read or written; those before it are done.
pub fn splices(
    model: &ModelArguments,
    arguments: &SpliceArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
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
    if let Some(count) = arguments.go_on {
        return continue_all(model, arguments, usize::from(count), output);
    }
    for path in &arguments.files {
        let tree = Grown::read(path)?.tree;
        let mut planned = planned(&tree, arguments, Meaning::Reset)?;
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
            let outcomes = tree.trajectories().filter_map(|id| outcome(&tree, id));
            let (right, wrong): (Vec<_>, Vec<_>) = outcomes.partition(|right| *right);
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

/// The splices that are proposed, with the signal that was given, if one was.
pub(super) fn planned(
    tree: &Tree,
    arguments: &SpliceArguments,
    meaning: Meaning,
) -> Result<Vec<(Pair, Splice)>, Failure> {
    let limits = Limits { alpha: arguments.alpha, beta: arguments.beta };
    let proposed = splice::propose(tree, limits, meaning);
    let Some(signal) = &arguments.signal else { return Ok(proposed) };
    let again = proposed.into_iter().map(|(pair, Splice { cut, .. })| {
        let words = signal.replace("{step}", &tree.node(cut).depth().to_string());
        Ok((pair, splice::plan(tree, pair, cut, &words, meaning)?))
    });
    again.collect::<Result<_, String>>().map_err(|why| Failure::new(Exit::Usage, why))
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
pub(super) fn append(
    path: &Path,
    bodies: impl Iterator<Item = (Actor, Body)>,
) -> Result<(), Failure> {
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
    writer.append(operations)?;
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
