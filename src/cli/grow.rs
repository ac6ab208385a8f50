//! `pleach grow`: one session for each problem of a file, without a screen.
//!
//! Responsible for the order of problems, for what is grown already, for where sessions go and
//! for what is printed. Not responsible for the growing itself (`headless.rs`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::{GrowArguments, ModelArguments};
use super::exit::{Exit, Failure};
use super::headless::{Growth, Notice, Outcome};
use super::loading::{self, Reasoner};
use super::output::Output;
use super::problems::read_problems;
use super::progress::Progress;
use super::report::{Grown, Line};
use super::stop::Stop;
use crate::engine::protocol::ModelOptions;
use crate::search::debate::Rules;
use crate::search::{Judge, On, Policy};
use crate::session::{self, EXTENSION, Fresh};
use crate::text::{SafeText, width};
use crate::tree::{Budget, Problem};

/// How many verifier commands may run at a time.
const VERIFIERS: usize = 4;
/// The most columns of an id in the table, and the most characters of one in a file name.
const ID_COLUMNS: usize = 24;
const NAME_LENGTH: usize = 80;

/// Grows the problems of a file.
///
/// # Errors
/// Returns what keeps all of them from being grown; what concerns one problem is told, and the
/// others are grown all the same.
pub fn grow(
    model: &ModelArguments,
    arguments: GrowArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let problems = read_problems(&arguments.problems)?;
    let options = loading::options(model)?;
    let folder = arguments.out.display();
    std::fs::create_dir_all(&arguments.out).map_err(|error| {
        let message =
            format!("the folder {folder} cannot be made ({error}); name another with --out");
        Failure::new(Exit::Session, message)
    })?;
    let reactor = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(VERIFIERS)
        .build()
        .map_err(|error| {
            Failure::new(Exit::Failed, format!("events cannot be waited for: {error}"))
        })?;
    let policy = policy_of(&arguments);
    let ended = reactor.block_on(async {
        let widest = problems.iter().map(|problem| width(&SafeText::line(&problem.id))).max();
        let mut verb = Verb {
            model,
            options,
            policy,
            seed: arguments.seed,
            folder: arguments.out,
            json: arguments.json,
            id_columns: widest.unwrap_or(0).clamp(2, ID_COLUMNS),
            output,
            progress: Progress::new(problems.len()),
            reasoner: None,
            stop: Stop::listen()?,
        };
        let ended = verb.all(&problems).await;
        verb.progress.clear();
        ended
    });
    // A verifier that still runs is not waited for.
    reactor.shutdown_background();
    ended
}

/// The policy with what the command line asks for in place of its own.
fn policy_of(arguments: &GrowArguments) -> Policy {
    let GrowArguments { nodes, tokens, seconds, evaluations, policy, debate, .. } = arguments;
    let mut policy = policy.clone();
    if *debate {
        policy.debate = Some(Rules::SWE_SEARCH);
    }
    if arguments.agreement {
        policy.debate = Some(Rules::AGREEMENT);
    }
    policy.confidence = arguments.confidence.or(policy.confidence);
    if let Some(proposer) = &arguments.proposer {
        policy.proposer = Arc::clone(proposer);
    }
    if let Some(resamples) = arguments.resample {
        policy.resamples = resamples;
    }
    for evaluator in &arguments.evaluators {
        if policy.judges.iter().all(|judge| judge.evaluator.name() != evaluator.name()) {
            policy.judges.push(Judge { evaluator: Arc::clone(evaluator), on: On::Steps });
        }
    }
    let budget =
        Budget { nodes: *nodes, tokens: *tokens, seconds: *seconds, evaluations: *evaluations };
    if budget != Budget::default() {
        policy.budget = budget;
    }
    policy
}

/// The verb at work.
struct Verb<'work> {
    model: &'work ModelArguments,
    options: ModelOptions,
    policy: Policy,
    seed: Option<u64>,
    folder: PathBuf,
    json: bool,
    id_columns: usize,
    output: &'work mut Output,
    progress: Progress,
    /// Started when the first problem needs it.
    reasoner: Option<Reasoner>,
    stop: Stop,
}

impl Verb<'_> {
    async fn all(&mut self, problems: &[Problem]) -> Result<Exit, Failure> {
        if !self.json {
            let heading = Line::heading(self.id_columns);
            self.progress.aside(|| self.output.row(&heading))?;
        }
        let mut failed = Vec::new();
        for problem in problems {
            self.progress.begin(&problem.id);
            match self.one(problem).await {
                Ok(()) => {}
                // These would befall every other problem too.
                Err(failure) if is_fatal(&failure) => return Err(failure),
                Err(failure) => {
                    failed.push(failure.exit);
                    let message = format!("problem {}: {}", problem.id, failure.message);
                    self.progress.aside(|| self.output.tell(&message));
                }
            }
            self.progress.end();
        }
        Ok(match failed.first() {
            None => Exit::Fine,
            // One problem, or all for the same reason: the reason's own code.
            Some(first)
                if failed.len() == problems.len() && failed.iter().all(|exit| exit == first) =>
            {
                *first
            }
            Some(_) => Exit::Failed,
        })
    }

    /// Grows a problem unless it is grown already, and prints its line.
    async fn one(&mut self, problem: &Problem) -> Result<(), Failure> {
        let path = self.folder.join(file_name(&problem.id));
        let mut policy = self.policy.clone();
        if path.symlink_metadata().is_ok() {
            let grown = Grown::read(&path)?;
            self.check(&grown, problem, &path)?;
            if grown.ledger.has_ended(&grown.tree, &policy) {
                return self.print(&grown.line(problem, &path));
            }
            policy.budget = grown.ledger.left(policy.budget);
        }
        self.ready().await?;
        if !path.exists() {
            self.create(&path)?;
        }
        let outcome = self.search(problem, &path, policy).await?;
        if outcome == Outcome::Stopped {
            let message = "stopped; all is saved, and the same command goes on from here";
            return Err(Failure::new(Exit::Stopped, message));
        }
        let grown = Grown::read(&path)?;
        self.print(&grown.line(problem, &path))?;
        match outcome {
            // Nothing was ever sampled: it is the problem that the model cannot read.
            Outcome::Failed(why) if grown.tree.tokens_sampled() == 0 => {
                Err(Failure::new(Exit::Input, why))
            }
            Outcome::Failed(why) => Err(Failure::new(Exit::Failed, why)),
            Outcome::Ended | Outcome::Stopped => Ok(()),
        }
    }

    async fn search(
        &mut self,
        problem: &Problem,
        path: &Path,
        policy: Policy,
    ) -> Result<Outcome, Failure> {
        let Some(reasoner) = &mut self.reasoner else { return Err(loading::gone()) };
        let mut growth = Growth::open(path, problem, policy, reasoner.request_range())?;
        let (progress, output) = (&self.progress, &mut *self.output);
        let mut notice = |notice: Notice<'_>| match notice {
            Notice::Grown(tree) => progress.grown(tree),
            Notice::Told(message) => progress.aside(|| output.tell(&message)),
        };
        let outcome = growth.run(reasoner, &mut self.stop, &mut notice).await;
        let closed = growth.close();
        // What ended the search says more than what its end led to.
        let outcome = outcome?;
        closed.map(|()| outcome)
    }

    /// Refuses a session that another command made: its tree would be half of each.
    fn check(&self, grown: &Grown, problem: &Problem, path: &Path) -> Result<(), Failure> {
        let seed = grown.header.seed();
        let differs = if grown.tree.problem().is_some_and(|its| its != problem) {
            "another problem".to_owned()
        } else if let Some(other) =
            grown.ledger.policies.iter().find(|name| **name != self.policy.name)
        {
            format!("a tree of the policy {other}")
        } else if self.seed.is_some_and(|asked| asked != seed) {
            format!("a tree of the seed {seed}")
        } else {
            return Ok(());
        };
        let message = format!("{} holds {differs}; name another folder with --out", path.display());
        Err(Failure::new(Exit::Session, message))
    }

    /// Starts the engine if nothing needed it so far.
    async fn ready(&mut self) -> Result<(), Failure> {
        if self.reasoner.is_some() {
            return Ok(());
        }
        let mut reasoner = Reasoner::start(self.model.engine, self.options.clone())?;
        let progress = &self.progress;
        reasoner.ready(&mut self.stop, &mut |share| progress.loading(share)).await?;
        self.reasoner = Some(reasoner);
        Ok(())
    }

    fn create(&self, path: &Path) -> Result<(), Failure> {
        let mut facts: BTreeMap<String, String> = BTreeMap::new();
        facts.insert("pleach".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        facts.insert("policy".to_owned(), self.policy.name.to_owned());
        if let Some(seed) = self.seed {
            facts.insert(session::SEED.to_owned(), seed.to_string());
        }
        let created = crate::ui::now();
        session::create(path, &Fresh { identity: session::new_identity()?, created, facts })?;
        Ok(())
    }

    fn print(&mut self, line: &Line) -> Result<(), Failure> {
        let (json, columns) = (self.json, self.id_columns);
        let output = &mut *self.output;
        self.progress
            .aside(|| if json { output.json(line) } else { output.row(&line.row(columns)) })
    }
}

/// Whether a failure would befall every other problem too.
fn is_fatal(failure: &Failure) -> bool {
    matches!(failure.exit, Exit::Engine | Exit::Stopped | Exit::Fine)
}

/// The name of a problem's session: its id where that is fit for a file name, else something
/// like it with a part of its hash, so that no two ids share a file.
fn file_name(id: &str) -> String {
    let fit = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let name: String = id
        .chars()
        .take(NAME_LENGTH)
        .map(|character| if fit(character) { character } else { '-' })
        .collect();
    let name = name.trim_start_matches(['.', '-']);
    if name == id && !id.is_empty() {
        return format!("{id}{EXTENSION}");
    }
    let hash = blake3::hash(id.as_bytes()).to_hex();
    format!("{name}{}{}{EXTENSION}", if name.is_empty() { "" } else { "-" }, &hash[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_and_tell_ids_apart() {
        assert_eq!(file_name("24-easy"), "24-easy.pleach");
        let ids = [
            "a/b",
            "a-b",
            "a b",
            "../a-b",
            "",
            "-",
            ".",
            "木",
            "林",
            &"x".repeat(300),
            &"x".repeat(301),
        ];
        let names: std::collections::BTreeSet<_> = ids.iter().map(|id| file_name(id)).collect();
        assert_eq!(names.len(), ids.len());
        for name in names {
            assert!(
                name.len() < 120 && !name.starts_with(['.', '-']) && !name.contains('/'),
                "{name}"
            );
        }
    }
}
