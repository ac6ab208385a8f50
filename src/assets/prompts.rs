//! Prompts: what models are asked, as templates that a person can put others in place of.
//!
//! Responsible for the table of templates, for the person's own ones, which are read once when the
//! program starts, and for filling in. Not responsible for reading files, nor for what the embedded
//! model is asked: it was trained on those very words.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error};
use serde::Serialize;

/// How many instructions a template may run.
const FUEL: u64 = 100_000;

/// A prompt in the language of minijinja, known by its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name; the person's own is in `prompts/NAME.txt` in the folder of the settings.
    pub name: &'static str,
    /// What comes with the program.
    pub text: &'static str,
}

macro_rules! templates {
    ($($(#[$about:meta])* $constant:ident = $name:literal),* $(,)?) => {
        $(
            $(#[$about])*
            pub static $constant: Template = Template {
                name: $name,
                text: include_str!(concat!("../../assets/prompts/", $name, ".txt")),
            };
        )*
        /// All templates, in the order of their names.
        pub static TEMPLATES: &[&Template] = &[$(&$constant),*];
    };
}

templates! {
    /// The question which answer most solutions agree on.
    AGREE = "agree",
    /// The question for an assessment in words and a number.
    ASSESS = "assess",
    /// The same for the first steps of a path.
    ASSESS_EARLY = "assess_early",
    /// The question which of two next steps is better.
    COMPARE = "compare",
    /// The last question of a debate, over what its agents said.
    CONCLUDE = "conclude",
    /// What the model says before it does a step again; its words.
    CORRECT = "correct",
    /// The question to an agent of a debate.
    DEBATE = "debate",
    /// What is added to the problem for a step in more detail.
    DETAIL = "detail",
    /// What is added to the problem when a step is tried again after feedback.
    FEEDBACK = "feedback",
    /// A hint to try another way, in the model's words, like the other hints.
    HINT_ALTERNATIVE = "hint_alternative",
    /// A hint to calculate with care.
    HINT_CALCULATE = "hint_calculate",
    /// A hint to think more deeply.
    HINT_DEEPER = "hint_deeper",
    /// A hint to check the logic.
    HINT_LOGIC = "hint_logic",
    /// A hint to look back.
    HINT_REFLECT = "hint_reflect",
    /// A hint to write a program.
    HINT_TOOL = "hint_tool",
    /// What is added to the problem for a better version of a step.
    IMPROVE = "improve",
    /// What is added to the problem when a plan is asked for.
    PLAN = "plan",
    /// The question for a rating from 0 to 9, for vocabularies where "10" is several tokens.
    RATE_TO_NINE = "rate_to_nine",
    /// The question for a rating from 0 to 10.
    RATE_TO_TEN = "rate_to_ten",
    /// The question for a revision signal.
    REVISION = "revision",
    /// The question whether a step is good, bad or uncertain.
    STEPS = "steps",
    /// The question whether a path is right.
    TRUE_OR_FALSE = "true_or_false",
}

/// The person's own templates, by name.
static OWN: OnceLock<BTreeMap<String, String>> = OnceLock::new();

/// Puts the person's own templates in place of those of the same names, once, when the program
/// starts. Those that have a [`complaint`] are not to be among them.
pub fn set_own(own: BTreeMap<String, String>) {
    // What is set already stays: no prompt changes under a running search.
    let _ = OWN.set(own);
}

/// Returns what is wrong with a template that is to stand in place of one of the program's, in a
/// sentence without its period.
#[must_use]
pub fn complaint(name: &str, text: &str) -> Option<String> {
    if !TEMPLATES.iter().any(|template| template.name == name) {
        let names: Vec<_> = TEMPLATES.iter().map(|template| template.name).collect();
        return Some(format!("no prompt is named {name}; the prompts are: {}", names.join(", ")));
    }
    let environment = environment().ok()?;
    let error = environment.template_from_str(text).err()?;
    let line = error.line().map(|line| format!("line {line}, ")).unwrap_or_default();
    let detail = error.detail().unwrap_or("it is no template");
    Some(format!("{line}{detail}; the program's own prompt is used until it is mended"))
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_fuel(Some(FUEL));
    Ok(environment)
}

fn rendered(text: &str, context: &impl Serialize) -> Result<String, Error> {
    environment()?.render_str(text, Serde(context))
}

impl Template {
    /// Fills in the template. White space at the end is dropped. One of the person's that fails
    /// gives way to the program's.
    #[must_use]
    pub fn fill(&self, context: &impl Serialize) -> String {
        let own = OWN.get().and_then(|own| own.get(self.name));
        let own = own.and_then(|text| rendered(text, context).ok());
        let text = own.or_else(|| rendered(self.text, context).ok());
        text.unwrap_or_else(|| self.text.to_owned()).trim_end().to_owned()
    }

    /// Returns the text of a template that says the same whatever it is about.
    #[must_use]
    pub fn plain(&self) -> String {
        self.fill(&BTreeMap::<String, String>::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_template_can_be_filled_in_and_names_are_in_order() {
        assert!(TEMPLATES.is_sorted_by_key(|template| template.name));
        for template in TEMPLATES {
            assert_eq!(complaint(template.name, template.text), None);
            let filled = template.plain();
            assert!(!filled.is_empty() && !filled.contains("{{"), "{}: {filled}", template.name);
        }
    }

    #[test]
    fn what_is_filled_in_is_no_template() {
        let filled = FEEDBACK.fill(&json!({ "feedback": ["{{ 7 * 7 }} <b>"] }));
        assert!(filled.contains("{{ 7 * 7 }} <b>"), "{filled}");
    }

    #[test]
    fn a_template_of_a_person_is_looked_at_first() {
        assert!(complaint("nonsense", "").unwrap().contains("rate_to_ten"));
        let why = complaint("debate", "one\n{% for").unwrap();
        assert!(why.contains("line 2"), "{why}");
        assert!(rendered("{% for i in range(100000) %}x{% endfor %}", &json!({})).is_err());
    }
}
