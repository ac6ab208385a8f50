//! `pleach eval`: policies compared at equal token budgets.
//!
//! Responsible for which trials are made, for what is made already, and for what is printed. Not
//! responsible for making them (`trials.rs`) nor for the figures (`score.rs`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::arguments::{EvalArguments, ModelArguments};
use super::curve::{self, Series};
use super::exit::{Exit, Failure};
use super::loading::{self, Reasoner};
use super::output::Output;
use super::problems::read_problems;
use super::progress::Progress;
use super::score::Score;
use super::stop::Stop;
use super::trial::{Key, Outcome, Trial};
use super::trials::{self, End, Prepare};
use crate::evaluate::verify;
use crate::monitor::pass_at;
use crate::search::Policy;
use crate::text::pad;
use crate::tree::Problem;

/// Points of a curve besides the budgets that were asked for.
const POINTS: u64 = 8;
/// The file of outcomes in the folder.
const OUTCOMES: &str = "outcomes.jsonl";
/// The curve in the folder.
const CURVE: &str = "curve.svg";
/// Samples over which "at least one is right" is estimated.
const PASS: u64 = 8;

/// The first line of the file of outcomes: what the outcomes under it are of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Heading {
    model: String,
    budgets: Vec<u64>,
}

/// Compares policies.
///
/// # Errors
/// Returns what keeps the comparison from being made.
pub fn eval(
    model: &ModelArguments,
    arguments: &EvalArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let problems = read_problems(&arguments.problems)?;
    if let Some(problem) = problems.iter().find(|problem| verify::of(problem).is_none()) {
        let message = format!(
            "problem {} has neither an answer nor a verifier, so nobody can tell what is right; give it one",
            problem.id
        );
        return Err(Failure::new(Exit::Input, message));
    }
    let options = loading::options(model)?;
    let reactor =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Failure::new(Exit::Failed, format!("events cannot be waited for: {error}"))
        })?;
    let made = reactor.block_on(async {
        let keys = keys(&arguments.policies, &problems, arguments.seeds);
        let mut progress = Progress::new(keys.len());
        let mut reasoner = Reasoner::start(model.engine, options)?;
        let mut stop = Stop::listen()?;
        reasoner.ready(&mut stop, &mut |share| progress.loading(share)).await?;
        let fingerprint = reasoner.model().map(|model| model.fingerprint.clone());
        let budgets = grid(&arguments.tokens);
        let heading = Heading { model: fingerprint.unwrap_or_default(), budgets };
        let mut record = Record::open(arguments.out.as_deref(), &heading)?;
        let ended =
            make(&keys, &problems, &mut record, &mut reasoner, &mut stop, &mut progress, output)
                .await;
        progress.clear();
        ended.map(|end| (end, record))
    });
    reactor.shutdown_background();
    let (end, record) = made?;
    if end == End::Stopped {
        let message = match &arguments.out {
            Some(_) => "stopped; the same command goes on from here",
            None => "stopped; with --out the same command would go on from here",
        };
        return Err(Failure::new(Exit::Stopped, message));
    }
    report(arguments, &problems, &record.outcomes, output)?;
    Ok(Exit::Fine)
}

/// All trials, problem by problem, so that policies are compared evenly from the start.
fn keys(policies: &[Policy], problems: &[Problem], seeds: u64) -> Vec<Key> {
    let mut keys = Vec::new();
    for seed in 1..=seeds {
        for problem in problems {
            for policy in policies {
                keys.push(Key { policy: policy.name.to_owned(), id: problem.id.clone(), seed });
            }
        }
    }
    keys
}

/// The budgets that were asked for and the points of the curve, smallest first.
fn grid(asked: &[u64]) -> Vec<u64> {
    let most = asked.iter().copied().max().unwrap_or(0);
    let points = (1..=POINTS).map(|at| most * at / POINTS).filter(|tokens| *tokens > 0);
    asked.iter().copied().chain(points).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Makes the trials that are not made yet.
async fn make(
    keys: &[Key],
    problems: &[Problem],
    record: &mut Record,
    reasoner: &mut Reasoner,
    stop: &mut Stop,
    progress: &mut Progress,
    output: &mut Output,
) -> Result<End, Failure> {
    let by_id: BTreeMap<_, _> = problems.iter().map(|problem| (&problem.id, problem)).collect();
    let budgets = record.budgets.clone();
    let mut waiting: VecDeque<Prepare<'_>> = VecDeque::new();
    for key in keys {
        if record.outcomes.contains_key(key) {
            progress.end();
            continue;
        }
        let (Some(problem), Ok(policy)) = (by_id.get(&key.id), Policy::named(&key.policy)) else {
            continue;
        };
        let budgets = &budgets;
        waiting.push_back(Box::new(move |first| {
            Trial::new(key.clone(), policy, problem, budgets, first)
        }));
    }
    let bar = &*progress;
    let mut done = |outcome: Outcome| {
        bar.trial(&outcome.key.policy, &outcome.key.id);
        record.add(outcome)
    };
    let mut told = |message: String| bar.aside(|| output.tell(&message));
    trials::run(waiting, reasoner, stop, &mut done, &mut told).await
}

/// The outcomes so far, and the file that keeps them.
struct Record {
    budgets: Vec<u64>,
    outcomes: BTreeMap<Key, Outcome>,
    file: Option<(PathBuf, std::fs::File)>,
}

impl Record {
    /// Opens the record in a folder, or one in memory.
    fn open(folder: Option<&Path>, heading: &Heading) -> Result<Self, Failure> {
        let mut record =
            Self { budgets: heading.budgets.clone(), outcomes: BTreeMap::new(), file: None };
        let Some(folder) = folder else { return Ok(record) };
        let path = folder.join(OUTCOMES);
        let failed = |error: std::io::Error| {
            let message = format!(
                "{} cannot be written ({error}); name another folder with --out",
                path.display()
            );
            Failure::new(Exit::Failed, message)
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let file = std::fs::OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(failed)?;
        let mut whole = 0;
        for (at, line) in BufReader::new(&file).split(b'\n').enumerate() {
            let line = line.map_err(failed)?;
            if at == 0 {
                if serde_json::from_slice::<Heading>(&line).ok().as_ref() != Some(heading) {
                    let message = format!(
                        "{} holds outcomes of another model or other budgets; name another folder with --out",
                        path.display()
                    );
                    return Err(Failure::new(Exit::Input, message));
                }
            } else if let Ok(outcome) = serde_json::from_slice::<Outcome>(&line) {
                record.outcomes.insert(outcome.key.clone(), outcome);
            } else {
                // A line that was cut off when the program was ended is made again.
                break;
            }
            whole += line.len() as u64 + 1;
        }
        let length = file.metadata().map_err(failed)?.len();
        file.set_len(whole.min(length)).map_err(failed)?;
        record.file = Some((path, file));
        if whole == 0 {
            record.line(heading)?;
        }
        Ok(record)
    }

    fn add(&mut self, outcome: Outcome) -> Result<(), Failure> {
        self.line(&outcome)?;
        self.outcomes.insert(outcome.key.clone(), outcome);
        Ok(())
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let json = serde_json::to_string(value).unwrap_or_default();
        writeln!(file, "{json}").map_err(|error| {
            let message =
                format!("{} cannot be written ({error}); free some space", path.display());
            Failure::new(Exit::Failed, message)
        })
    }
}

/// Prints the figures and draws the curves.
fn report(
    arguments: &EvalArguments,
    problems: &[Problem],
    outcomes: &BTreeMap<Key, Outcome>,
    output: &mut Output,
) -> Result<(), Failure> {
    let columns =
        arguments.policies.iter().map(|policy| policy.name.len()).max().unwrap_or(0).max(6);
    if !arguments.json {
        output.row(&format!(
            "{}  tokens  chosen  95 % interval   found  tokens per chosen",
            pad("policy", columns)
        ))?;
    }
    let mut curves: Vec<Series> = Vec::new();
    let mut rows = Vec::new();
    for policy in &arguments.policies {
        let of: Vec<_> = outcomes
            .values()
            .filter(|outcome| {
                outcome.key.policy == policy.name && outcome.key.seed <= arguments.seeds
            })
            .filter(|outcome| problems.iter().any(|problem| problem.id == outcome.key.id))
            .collect();
        let score = |tokens| Score::of(policy.name, tokens, problems.len(), arguments.seeds, &of);
        for tokens in &arguments.tokens {
            let score = score(*tokens);
            if arguments.json { output.json(&score)? } else { output.row(&row(&score, columns))? }
        }
        let series: Series = grid(&arguments.tokens).into_iter().map(score).collect();
        rows.push(format!(
            "{}  {}  {}",
            pad(policy.name, columns),
            curve::blocks(&series),
            besides(&of)
        ));
        curves.push(series);
    }
    if !arguments.json {
        output.row("")?;
        let most = arguments.tokens.iter().max().copied().unwrap_or(0);
        output.row(&format!(
            "{}  chosen, from 0 to 100 %, over 0 to {most} tokens",
            pad("", columns)
        ))?;
        for row in rows {
            output.row(&row)?;
        }
    }
    if let Some(folder) = &arguments.out {
        let path = folder.join(CURVE);
        let name = arguments.problems.file_stem().unwrap_or_default().to_string_lossy();
        let title = format!("{name}: right answers chosen");
        std::fs::write(&path, curve::svg(&title, &curves)).map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("{} cannot be written ({error}); free some space", path.display()),
            )
        })?;
    }
    Ok(())
}

fn row(score: &Score, columns: usize) -> String {
    let per = score.tokens_per_chosen.map_or("-".to_owned(), |tokens| format!("{tokens:.0}"));
    format!(
        "{}  {:>6}  {:>4.1} %  {:>4.1} to {:>5.1} %  {:>4.1} %  {per:>17}",
        pad(&score.policy, columns),
        score.tokens,
        score.chosen * 100.0,
        score.chosen_low * 100.0,
        score.chosen_high * 100.0,
        score.found * 100.0,
    )
}

/// What else is known of a policy's trials: pass@k over their trajectories, and time.
fn besides(of: &[&Outcome]) -> String {
    let count = of.len().max(1) as f64;
    let passed = |k| {
        of.iter().map(|one| pass_at(k, one.trajectories.1, one.trajectories.0)).sum::<f64>() / count
    };
    let seconds = of.iter().map(|one| one.milliseconds as f64 / 1000.0).sum::<f64>() / count;
    format!(
        "pass@1 {:.0} %, pass@{PASS} {:.0} %, {seconds:.1} s a trial",
        passed(1) * 100.0,
        passed(PASS) * 100.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_has_the_budgets_that_were_asked_for() {
        assert_eq!(grid(&[500, 2000]), [250, 500, 750, 1000, 1250, 1500, 1750, 2000]);
        assert_eq!(grid(&[3]), [1, 2, 3]);
    }

    #[test]
    fn a_record_goes_on_behind_its_last_whole_line_and_refuses_another_model() {
        let folder = tempfile::tempdir().unwrap();
        let heading = Heading { model: "m".into(), budgets: vec![5] };
        let key = |seed| Key { policy: "p".into(), id: "a".into(), seed };
        let outcome = |seed| Outcome {
            key: key(seed),
            at: Vec::new(),
            trajectories: (0, 0),
            milliseconds: 1,
        };
        let mut record = Record::open(Some(folder.path()), &heading).unwrap();
        record.add(outcome(1)).unwrap();
        record.add(outcome(2)).unwrap();
        let path = folder.path().join(OUTCOMES);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 9]).unwrap();
        let mut record = Record::open(Some(folder.path()), &heading).unwrap();
        assert_eq!(record.outcomes.keys().collect::<Vec<_>>(), [&key(1)]);
        record.add(outcome(2)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        let other = Heading { model: "n".into(), ..heading };
        assert!(Record::open(Some(folder.path()), &other).is_err());
    }
}
