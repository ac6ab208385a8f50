//! Files that are compiled into the program.

/// The embedded model: see `assets/model/README.md`.
pub const MODEL: &[u8] = include_bytes!("../assets/model/pleach-reasoner.gguf");

/// The question that the embedded model was trained to answer with a rating.
pub const EMBEDDED_RATE: &str = include_str!("../assets/prompts/embedded/rate.txt");
/// The question that the embedded model was trained to answer with a critique.
pub const EMBEDDED_CRITIQUE: &str = include_str!("../assets/prompts/embedded/critique.txt");
/// The question for an assessment in words and a number, for any other model.
pub const ASSESS: &str = include_str!("../assets/prompts/assess.txt");
/// The same for the first steps of a path.
pub const ASSESS_EARLY: &str = include_str!("../assets/prompts/assess_early.txt");
/// What is added to the problem when a step is tried again after feedback.
pub const FEEDBACK: &str = include_str!("../assets/prompts/feedback.txt");
/// The question whether a path is right, for any other model.
pub const TRUE_OR_FALSE: &str = include_str!("../assets/prompts/true_or_false.txt");
/// The question for a rating from 0 to 10, for any other model.
pub const RATE_TO_TEN: &str = include_str!("../assets/prompts/rate_to_ten.txt");
/// The question for a rating from 0 to 9, for vocabularies where "10" is several tokens.
pub const RATE_TO_NINE: &str = include_str!("../assets/prompts/rate_to_nine.txt");

/// Returns whether a model's name is the embedded model's, which wants its own questions.
#[must_use]
pub fn is_embedded(model: &str) -> bool {
    model == "pleach-reasoner"
}

/// Problems that the start screen offers, in the form of a problem file.
pub const SAMPLES: &str = include_str!("../assets/problems/samples.jsonl");

/// Revision signals, one a line; `{step}` stands for the number of the step that is wrong.
pub const SIGNALS: &str = include_str!("../assets/signals/default.txt");
