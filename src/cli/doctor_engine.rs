//! What `pleach doctor` finds out about the machine and the model.
//!
//! Responsible for loading the model as every verb would, and for telling with which settings it
//! runs and what a decoding step costs by the number of branches.

use serde::Serialize;

use super::arguments::ModelArguments;
use super::exit::Failure;
use super::loading::{self, Reasoner, gone};
use super::output::Output;
use crate::engine::{Event, Request};

/// Row counts that are shown.
const SHOWN: [usize; 7] = [1, 2, 4, 8, 16, 32, 63];

/// The findings, as `--json` prints them.
#[derive(Debug, Serialize)]
pub struct EngineReport {
    cores: usize,
    model: String,
    architecture: String,
    parameters: u64,
    longest: u32,
    threads: u64,
    context: u64,
    host_memory: u64,
    /// Branches in a step, and tokens per second of processor time.
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    branches: usize,
    tokens_per_second: f64,
}

/// Loads the model and measures it.
///
/// # Errors
/// Returns why the model cannot be loaded.
pub fn examine(arguments: &ModelArguments) -> Result<EngineReport, Failure> {
    let mut reasoner = Reasoner::start(arguments.engine, loading::options(arguments)?)?;
    let info = loop {
        if let Some(info) = reasoner.model() {
            break info.clone();
        }
        let event = reasoner.events.blocking_recv().ok_or_else(gone)?;
        reasoner.notice(&event)?;
    };
    reasoner.send(Request::Count { id: 0 });
    loop {
        let event = reasoner.events.blocking_recv().ok_or_else(gone)?;
        reasoner.notice(&event)?;
        let Event::Counted { counters, costs, .. } = event else { continue };
        let measured = SHOWN.iter().filter_map(|rows| Some((*rows, *costs.get(*rows)?)));
        let rate = |(rows, cost): (usize, f64)| Step {
            branches: rows,
            tokens_per_second: rows as f64 / cost,
        };
        return Ok(EngineReport {
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            model: info.name,
            architecture: info.architecture,
            parameters: info.parameters,
            longest: info.context,
            threads: counters.threads,
            context: counters.context,
            host_memory: counters.host_budget,
            steps: measured.map(rate).collect(),
        });
    }
}

/// Prints the findings in words.
///
/// # Errors
/// Returns that the output is closed.
pub fn tell(report: &EngineReport, output: &mut Output) -> Result<(), Failure> {
    output.row(&format!(
        "Model: {} ({}, {:.1} million parameters, reads {} tokens).",
        report.model,
        report.architecture,
        report.parameters as f64 / 1e6,
        report.longest
    ))?;
    output.row(&format!(
        "Runs on {} of {} cores, with a context of {} tokens and {} MiB of memory for what does not fit.",
        report.threads,
        report.cores,
        report.context,
        report.host_memory >> 20
    ))?;
    output.row("Tokens per second of processor time, by branches that are decoded together:")?;
    for step in &report.steps {
        output.row(&format!("{:>5}  {:>8.0}", step.branches, step.tokens_per_second))?;
    }
    Ok(())
}
