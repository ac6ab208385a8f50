//! The formats, one file each, and what they have in common.
//!
//! A format is a function from an example to one JSON object, with a shape that all its records
//! have. A new one is a file in `format/` and a line in [`FORMATS`].

mod agent_r;
mod axolotl_chat;
mod axolotl_dpo;
mod axolotl_segments;
mod llamafactory_dpo;
mod llamafactory_kto;
mod llamafactory_sft;
mod math_shepherd;
mod openai_dpo;
mod openai_sft;
mod prm800k;
mod processbench;
mod soft_prm;
mod step_dpo;
mod tree;
mod trl_dpo;
mod trl_dpo_step;
mod trl_kto;
mod trl_prompt_completion;
mod trl_sft;
mod trl_stepwise;
mod trl_tokens;
mod ultrafeedback;

use serde::Serialize;

use super::example::{Example, Left, Wants};
use super::material::Material;
use super::pairs::Pair;
use super::rendering::Rendering;
use super::shape::Shape;
use super::steps::Steps;
use super::trajectory::Trajectory;
use crate::engine::protocol::Reading;

/// A format of records.
#[derive(Debug)]
pub struct Format {
    /// Its name, also that of its configuration in the data set.
    pub name: &'static str,
    /// Who loads it, and for what.
    pub loads: &'static str,
    /// What its records are made of.
    pub wants: Wants,
    /// How it masks the wrong part of a splice.
    pub masks: Masks,
    /// What it needs besides the sessions.
    pub needs: Needs,
    /// The shape of its records.
    pub shape: Shape,
    /// Makes the record of an example.
    pub record: fn(&Example, &Kit) -> Result<String, Left>,
}

/// How a format masks text that is only read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masks {
    /// Not at all: everything that the model says is learnt.
    Nothing,
    /// By turns, so a splice becomes several turns.
    Turns,
    /// Anywhere, so a splice stays one answer.
    Anywhere,
}

/// What a format needs besides the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The model's chat template.
    Template,
    /// The model's chat template and its tokenizer.
    Tokenizer,
}

/// The tokens of a text, or in words why there are none.
pub type Tokens = Result<Vec<i32>, String>;

/// Turns text into a model's tokens.
#[derive(Clone, Copy)]
pub struct Tokenizer<'a> {
    /// Identifies the model, as sessions name it.
    pub fingerprint: &'a str,
    /// Does it.
    pub tokenize: &'a dyn Fn(&str, Reading) -> Tokens,
}

/// What records are made with.
#[derive(Clone, Copy)]
pub struct Kit<'a> {
    /// The session that the example is from.
    pub material: &'a Material,
    /// The chat template, if the format needs one.
    pub rendering: Option<&'a Rendering>,
    /// The tokenizer, if the format needs one.
    pub tokenizer: Option<Tokenizer<'a>>,
}

impl Kit<'_> {
    /// Returns the question.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.material.problem.text
    }

    fn rendering(&self) -> Result<&Rendering, Left> {
        self.rendering.ok_or_else(|| Left::Unfit("without the model's chat template".to_owned()))
    }

    fn tokens(&self, text: &str, reading: Reading) -> Result<Vec<i32>, Left> {
        let missing = || Left::Unfit("without the model's tokenizer".to_owned());
        let Tokenizer { fingerprint, tokenize } = self.tokenizer.ok_or_else(missing)?;
        let model = self.material.tree.model();
        if model.is_some_and(|model| model.fingerprint != fingerprint) {
            let why = "grown by another model than that of the tokenizer; name theirs with --model";
            return Err(Left::Unfit(why.to_owned()));
        }
        tokenize(text, reading).map_err(Left::Unfit)
    }
}

/// All formats that trainers load, in the order of the manual.
pub static FORMATS: &[Format] = &[
    trl_sft::FORMAT,
    trl_prompt_completion::FORMAT,
    trl_tokens::FORMAT,
    trl_dpo::FORMAT,
    trl_dpo_step::FORMAT,
    trl_kto::FORMAT,
    trl_stepwise::FORMAT,
    axolotl_chat::FORMAT,
    axolotl_segments::FORMAT,
    axolotl_dpo::FORMAT,
    llamafactory_sft::FORMAT,
    llamafactory_dpo::FORMAT,
    llamafactory_kto::FORMAT,
    openai_sft::FORMAT,
    openai_dpo::FORMAT,
    agent_r::FORMAT,
    prm800k::FORMAT,
    math_shepherd::FORMAT,
    processbench::FORMAT,
    step_dpo::FORMAT,
    ultrafeedback::FORMAT,
    soft_prm::FORMAT,
    tree::FORMAT,
];

impl Format {
    /// Returns the format of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// A turn of a conversation.
#[derive(Debug, Clone, Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

fn user(content: &str) -> Message<'_> {
    Message { role: "user", content }
}

fn assistant(content: &str) -> Message<'_> {
    Message { role: "assistant", content }
}

/// What the person says between the wrong part of a splice and its revision, where a format
/// has turns: Agent-R's word.
const GO_ON: &str = "ok.";

/// Returns a trajectory, or why there is none for this format.
fn path<'a>(example: &'a Example, format: &Format) -> Result<&'a Trajectory, Left> {
    match example {
        Example::Path(path) if path.is_spliced() && format.masks == Masks::Nothing => {
            Err(Left::NeedsMask)
        }
        Example::Path(path) => Ok(path),
        _ => Err(other_kind()),
    }
}

fn pair(example: &Example) -> Result<&Pair, Left> {
    match example {
        Example::Pair(pair) => Ok(pair),
        _ => Err(other_kind()),
    }
}

fn steps(example: &Example) -> Result<&Steps, Left> {
    match example {
        Example::Steps(steps) => Ok(steps),
        _ => Err(other_kind()),
    }
}

fn other_kind() -> Left {
    Left::Unfit("of another kind than this format holds".to_owned())
}

/// Writes a record as one line of JSON, without its line break.
fn line(record: &impl Serialize) -> Result<String, Left> {
    let json = serde_json::to_string(record)
        .map_err(|error| Left::Unfit(format!("not expressible in JSON ({error})")))?;
    // Python's `splitlines` would break a record at these, which JSON allows as they are.
    if json.contains(['\u{2028}', '\u{2029}', '\u{85}']) {
        let json = json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        return Ok(json.replace('\u{85}', "\\u0085"));
    }
    Ok(json)
}

#[cfg(test)]
#[path = "format/golden_tests.rs"]
mod golden_tests;
