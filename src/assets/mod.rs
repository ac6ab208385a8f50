//! Files that are compiled into the program.

pub mod prompts;
mod recordings;

pub use recordings::{RECORDINGS, Recording};

/// The embedded model: see `assets/model/README.md`.
pub const MODEL: &[u8] = include_bytes!("../../assets/model/pleach-reasoner.gguf");

/// The question that the embedded model was trained to answer with a rating.
pub const EMBEDDED_RATE: &str = include_str!("../../assets/prompts/embedded/rate.txt");
/// The question that the embedded model was trained to answer with a critique.
pub const EMBEDDED_CRITIQUE: &str = include_str!("../../assets/prompts/embedded/critique.txt");
/// The same with A or B; `{a}` and `{b}` stand for the two next steps.
const EMBEDDED_CHOOSE: &str = include_str!("../../assets/prompts/embedded/choose.txt");

/// The revision of a path, `{critique}` being what is wrong with it.
const EMBEDDED_REVISE: &str = include_str!("../../assets/prompts/embedded/revise.txt");

/// Returns the revision that the embedded model was trained to go on from, after a critique.
#[must_use]
pub fn embedded_revision(critique: &str) -> String {
    let mut letters = critique.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let critique = format!("{first}{}", letters.as_str());
    EMBEDDED_REVISE.trim_end().replace("{critique}", &critique)
}

/// Returns the question that the embedded model was trained to answer with A or B: which of two
/// next steps is better.
#[must_use]
pub fn embedded_choice(a: &str, b: &str) -> String {
    let mut question = String::new();
    for part in EMBEDDED_CHOOSE.trim_end().split_inclusive('}') {
        question.push_str(&match part {
            part if part.ends_with("{a}") => part.replace("{a}", a),
            part if part.ends_with("{b}") => part.replace("{b}", b),
            part => part.to_owned(),
        });
    }
    question
}

/// Returns whether a model's name is the embedded model's, which wants its own questions.
#[must_use]
pub fn is_embedded(model: &str) -> bool {
    model == "pleach-reasoner"
}

/// Problems that the start screen offers, in the form of a problem file.
pub const SAMPLES: &str = include_str!("../../assets/problems/samples.jsonl");

/// Revision signals, one a line; `{step}` stands for the number of the step that is wrong.
pub const SIGNALS: &str = include_str!("../../assets/signals/default.txt");
