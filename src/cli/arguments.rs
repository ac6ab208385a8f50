//! The command line: options and verbs, with the words of their help.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::curation_arguments::{
    CompareArguments, FirstErrorArguments, MarkArguments, ReadingArguments, SpliceArguments,
};
use super::exit;
use super::export_arguments::ExportArguments;
use crate::app::Speed;
use crate::evaluate::{self, Evaluator};
use crate::search::{Policy, Proposer, proposers};

/// The largest seed: 53 bits, which every JSON reader holds.
const LARGEST_SEED: u64 = (1 << 53) - 1;

/// A terminal workbench for reasoning trees.
///
/// A local model grows a tree of reasoning steps and judges them; you watch the scores arrive,
/// prune and keep what is good. Without a verb it opens the start screen. Sessions are saved
/// as they grow.
#[derive(Debug, Parser)]
#[command(name = "pleach", version, after_help = exit::TABLE, max_term_width = 100)]
pub struct Arguments {
    /// Which model answers.
    #[command(flatten)]
    pub model: ModelArguments,
    /// No screen: commands line by line on standard input, sentences on standard output.
    #[arg(long, global = true)]
    pub plain: bool,
    /// What to do; the start screen if absent.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Options of every verb that uses a model.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArguments {
    /// A GGUF model; the small embedded one if absent.
    #[arg(long, global = true, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// A GGUF model in the Hugging Face cache folder, such as Qwen/Qwen3-4B-GGUF:Q4_K_M; nothing
    /// is downloaded.
    #[arg(long, global = true, value_name = "REPO[:NAME]", conflicts_with = "model")]
    pub hf: Option<String>,
    /// A Jinja chat template in place of the model's own.
    #[arg(long, global = true, value_name = "FILE")]
    pub chat_template: Option<PathBuf>,
    /// Tokens of context that all branches share; the default suits the model.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub context: Option<u32>,
    /// Threads to decode with; the default suits the machine.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub threads: Option<u32>,
    /// Layers of the model on the GPU; all that fit if absent.
    #[arg(long, global = true, value_name = "N")]
    pub gpu_layers: Option<u32>,
    /// MiB of memory for what does not fit into the context; an eighth of the machine's if absent.
    #[arg(long, global = true, value_name = "MIB")]
    pub cache: Option<u32>,
    /// How keys and values are stored.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "TYPE")]
    pub cache_type: CacheChoice,
    /// Do without flash attention, which is faster on a processor where few branches are deep.
    #[arg(long, global = true)]
    pub no_flash_attention: bool,
    /// The same tokens for the same seeds on the same machine, whatever else runs; some times
    /// slower, see docs/engine.md.
    #[arg(long, global = true)]
    pub deterministic: bool,
    /// What answers; `scripted` makes up text without a model and is for tests.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "ENGINE")]
    pub engine: EngineChoice,
}

/// How keys and values are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CacheChoice {
    /// 16-bit floating point.
    #[default]
    F16,
    /// 8-bit blocks: half the memory, somewhat slower on a processor.
    Q8,
}

/// What answers requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// A language model.
    #[default]
    Llama,
    /// Made-up text, for tests.
    Scripted,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open a new session on a problem.
    New {
        /// The problem, as the model reads it.
        #[arg(allow_hyphen_values = true)]
        problem: String,
    },
    /// Open a session.
    Open {
        /// The session.
        file: PathBuf,
    },
    /// Grow trees without a screen, one session for each problem of a file.
    Grow(Box<GrowArguments>),
    /// Compare policies at equal token budgets.
    Eval(Box<EvalArguments>),
    /// Write trajectories as data that trainers load.
    Export(Box<ExportArguments>),
    /// Print a session's tree and answers.
    Show(ShowArguments),
    /// Label, flag, tag, note, prune or restore the steps that a query means.
    Mark(Box<MarkArguments>),
    /// Say where the model sees the first error of each wrong trajectory.
    FirstError(FirstErrorArguments),
    /// Say which steps need a person, and why.
    Triage(ReadingArguments),
    /// Show two steps from where their paths part, and record which is better.
    Compare(CompareArguments),
    /// Splice bad trajectories with good ones: error, revision signal, correction.
    Splice(SpliceArguments),
    /// Print how healthy trees are: agreement, success, balance, calibration.
    Monitor(ReadingArguments),
    /// Print a session's operations as JSON Lines.
    Log {
        /// The session.
        file: PathBuf,
        /// JSON Lines, which it prints in any case.
        #[arg(long)]
        json: bool,
    },
    /// Examine a session, and salvage a damaged one into a new one.
    Doctor(DoctorArguments),
    /// Watch a session as it grew.
    Replay(ReplayArguments),
    /// Put two moments of a session, or two sessions of one problem, side by side.
    Diff(DiffArguments),
    /// Check that a session is sound, and whether the model samples it again.
    Verify(VerifyArguments),
    /// Bring in trees that other programs wrote.
    Import(ImportArguments),
    /// Press keys on a session and print the last screen.
    Script(ScriptArguments),
    /// Print the manual page, or write the pages of all verbs into a folder.
    Man {
        /// The folder.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Show where the settings are, print the default ones, or check them.
    Config {
        /// What to do.
        #[arg(value_enum, default_value_t)]
        action: ConfigAction,
    },
    /// Write the reference pages of the book; for developers.
    #[command(hide = true)]
    Reference {
        /// The folder.
        folder: PathBuf,
    },
    /// Answer requests on standard input; pleach starts this itself.
    #[command(hide = true)]
    Engine,
    /// Read another program's file from standard input; pleach starts this itself.
    #[command(hide = true)]
    Reader {
        /// The format, if it is not to be recognised.
        #[arg(long)]
        format: Option<String>,
        /// Whether all trees become one.
        #[arg(long)]
        together: bool,
        /// The time that the operations carry.
        #[arg(long)]
        now: u64,
    },
    /// Ask a model's chat template; pleach starts this itself.
    #[command(hide = true)]
    Renderer,
}

impl Verb {
    /// Returns whether this is a process that another pleach started.
    #[must_use]
    pub fn is_helper(&self) -> bool {
        matches!(self, Self::Engine | Self::Reader { .. } | Self::Renderer)
    }
}

/// What `pleach config` does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ConfigAction {
    /// Print the folder of the settings.
    #[default]
    Path,
    /// Print a config.toml with every setting at its default, each with its sentence.
    Default,
    /// Read config.toml, keymap.toml and the themes, and name what is wrong.
    Check,
}

/// What `pleach grow` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Run the same command again to go on where it stopped: what is grown already is not grown again.
Limits that are given replace those of the policy.

A problem file has one problem a line:
  {\"id\": \"a\", \"problem\": \"Use 4, 7, 8 and 8 to make 24.\", \"verifier\": \"countdown\"}
Only `problem` is needed. `answer` is the reference answer; `verifier` is exact, numeric,
countdown or a command; `numbers` and `target` are those of a countdown.")]
pub struct GrowArguments {
    /// The problem file.
    #[arg(value_name = "PROBLEMS.jsonl")]
    pub problems: PathBuf,
    /// How to search; `pleach eval --help` lists the policies.
    #[arg(long, value_name = "POLICY", default_value = "swe-search", value_parser = Policy::named)]
    pub policy: Policy,
    /// The most nodes of a tree.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub nodes: Option<u64>,
    /// The most tokens of a tree, those of judging too.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub tokens: Option<u64>,
    /// The most seconds of growing a tree.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: Option<u64>,
    /// The seed of all randomness; drawn anew for each session if absent.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(..=LARGEST_SEED))]
    pub seed: Option<u64>,
    /// The most judgements of a tree by the model.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub evaluations: Option<u64>,
    /// How steps are proposed, in place of the policy's own way.
    #[arg(long, value_name = "PROPOSER", value_parser = proposers::named)]
    pub proposer: Option<Arc<dyn Proposer>>,
    /// How often a step that repeats another is sampled again.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100))]
    pub resample: Option<u32>,
    /// Evaluators that judge every step besides the policy's own, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = evaluate::named)]
    pub evaluators: Vec<Arc<dyn Evaluator>>,
    /// Let agents debate the answers of each tree before one is believed; its tokens come on top.
    #[arg(long, action = ArgAction::SetTrue)]
    pub debate: bool,
    /// Ask the model on which answer most solutions of a tree agree, before one is believed.
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "debate")]
    pub agreement: bool,
    /// Stop a tree once this share of its answers agree, of four at least; from 0.5 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub confidence: Option<f64>,
    /// The folder for the sessions.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Print one JSON object a problem.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach eval` is told.
#[derive(Debug, Args)]
#[command(after_help = eval_help())]
pub struct EvalArguments {
    /// The problem file; every problem needs an answer or a verifier.
    #[arg(value_name = "PROBLEMS.jsonl")]
    pub problems: PathBuf,
    /// The policies, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',', required = true, value_parser = Policy::named)]
    pub policies: Vec<Policy>,
    /// Tokens a problem, those of judging too; several budgets are separated by commas.
    #[arg(long, value_name = "N,M", value_delimiter = ',', default_value = "500,1000,2000", value_parser = clap::value_parser!(u64).range(1..))]
    pub tokens: Vec<u64>,
    /// How many seeds each problem is tried with.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub seeds: u64,
    /// A folder for the outcome of every trial and the curve; with it the same command goes on
    /// where it stopped.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object a policy and budget.
    #[arg(long)]
    pub json: bool,
}

/// A share of answers that agree.
fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok();
    let fits = share.filter(|share| (0.5..=1.0).contains(share));
    fits.ok_or_else(|| "write a number from 0.5 to 1".to_owned())
}

/// The policies with what they do.
fn eval_help() -> String {
    let names = Policy::names();
    let lines = names
        .iter()
        .filter_map(|name| Some(format!("  {name:<22} {}", Policy::named(name).ok()?.about)));
    let lines: Vec<_> = lines.collect();
    format!(
        "Chosen is the answer that a policy returns, without any verifier; found is that a right answer is\nanywhere in the tree.\n\nPolicies:\n{}",
        lines.join("\n")
    )
}

/// What `pleach doctor` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
The session itself is never changed. Exit code 0 says that it is whole; 5 that it was damaged, and
what could be saved of it is in the new session. Without a session, the model is loaded and
measured: how it runs here, and what its branches cost together.")]
pub struct DoctorArguments {
    /// The session; the machine and the model if absent.
    pub file: Option<PathBuf>,
    /// Where to put what is salvaged; beside the session if absent.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach show` is told.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The session.
    pub file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Show what is pruned or repeated too, and every step with its whole text.
    #[arg(long, action = ArgAction::SetTrue)]
    pub all: bool,
    /// Show only the steps that a query means, such as 'value<0.2 & visits>3'.
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Show the transcripts of the debates instead of the tree.
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "query")]
    pub debates: bool,
}

/// What `pleach replay` is told.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// The session.
    pub file: PathBuf,
    /// How fast: 0.25 to 64 times the pace at which it happened, `clock` (with all pauses) or `full`.
    #[arg(long, value_name = "S", default_value = "1", value_parser = replay_speed)]
    pub speed: Speed,
    /// Print frames as text instead of taking the screen.
    #[arg(long)]
    pub headless: bool,
    /// How many frames to print, evenly over the operations.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub frames: u64,
    /// Write what a terminal would show as an asciicast (version 2).
    #[arg(long, value_name = "OUT.cast")]
    pub cast: Option<PathBuf>,
    /// The size of the screen.
    #[arg(long, value_name = "COLSxROWS", default_value = "100x30", value_parser = size)]
    pub size: (u16, u16),
}

fn replay_speed(text: &str) -> Result<Speed, String> {
    Speed::read(text).ok_or_else(|| "give a number from 0.25 to 64, or clock, or full".to_owned())
}

/// What `pleach diff` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Between the halves stands ≠ where a step's state, text or label differs, < and > where only one side
has it. Steps of one session are the same by their number, those of two by their text.")]
pub struct DiffArguments {
    /// The left session.
    pub left: PathBuf,
    /// The right session; the left one at another moment if absent.
    pub right: Option<PathBuf>,
    /// The moment of the left side, as an operation's number; the end if absent.
    #[arg(long, value_name = "N")]
    pub at: Option<u64>,
    /// The moment of the right side; the end if absent.
    #[arg(long, value_name = "N")]
    pub with: Option<u64>,
    /// Only the steps that differ.
    #[arg(long)]
    pub differences: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach verify` is told.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The session.
    pub file: PathBuf,
    /// Sample every grown step again from its stored seed, and say where the tokens differ.
    #[arg(long)]
    pub regenerate: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach import` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
The format is recognised by what is in the file. docs/import.md lists all of them; one
{\"id\", \"parent_id\", \"text\"} a line always works.")]
pub struct ImportArguments {
    /// The file.
    pub file: PathBuf,
    /// The folder for the sessions; that of all sessions if absent.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The format, where it is not to be recognised; docs/import.md has the names.
    #[arg(long, value_name = "NAME", value_parser = format_name)]
    pub format: Option<String>,
    /// Make one session of all trees, each problem a child of the root.
    #[arg(long)]
    pub together: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// What `pleach script` is told.
#[derive(Debug, Args)]
pub struct ScriptArguments {
    /// The session; the start screen if absent.
    pub file: Option<PathBuf>,
    /// The keys, as the help names them, such as `jj<Enter>`.
    #[arg(long, value_name = "KEYS")]
    pub keys: String,
    /// The size of the screen.
    #[arg(long, value_name = "COLSxROWS", default_value = "80x24", value_parser = size)]
    pub size: (u16, u16),
    /// The seed of new sessions, so that the same keys give the same screen.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(..=LARGEST_SEED))]
    pub seed: Option<u64>,
    /// Print a picture (SVG) in place of text.
    #[arg(long)]
    pub svg: bool,
    /// Print below the text which style each cell has.
    #[arg(long, conflicts_with = "svg")]
    pub styles: bool,
    /// The theme of the picture or the styles.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub theme: String,
}

fn format_name(text: &str) -> Result<String, String> {
    let mut names = crate::import::formats();
    let known = names.any(|name| name == text);
    let list = || crate::import::formats().collect::<Vec<_>>().join(", ");
    if known { Ok(text.to_owned()) } else { Err(format!("the formats are: {}", list())) }
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let read = || {
        let (columns, rows) = text.split_once('x')?;
        Some((columns.parse().ok()?, rows.parse().ok()?))
    };
    read().ok_or_else(|| "give columns and rows, such as 120x40".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_are_columns_and_rows() {
        assert_eq!(size("120x40"), Ok((120, 40)));
        assert!(size("120").is_err() && size("ax3").is_err() && size("99999x3").is_err());
    }

    #[test]
    fn the_help_names_every_policy() {
        let mut command = Arguments::command();
        let help = command.find_subcommand_mut("eval").unwrap().render_help().to_string();
        for name in Policy::names() {
            assert!(help.contains(name), "{name}");
        }
    }
}
