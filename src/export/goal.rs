//! What an export makes: records for trainers, or files for viewers.

use std::fmt::Write;

use super::format::{FORMATS, Format};
use super::view::{VIEWS, View};

/// What an export makes.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Records for trainers, in a dataset folder.
    Records(&'static Format),
    /// A file for viewers, one a session.
    View(&'static View),
}

impl Goal {
    /// Returns the goal of a name.
    ///
    /// # Errors
    /// Returns a sentence with the names that exist.
    pub fn named(name: &str) -> Result<Self, String> {
        let format = FORMATS.iter().find(|format| format.name == name).map(Self::Records);
        let view = || VIEWS.iter().find(|view| view.name == name).map(Self::View);
        format.or_else(view).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(Self::name).collect();
            format!("there is no format named {name}; the formats are: {}", names.join(", "))
        })
    }

    /// Returns all goals, in the order of the manual.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(Self::Records).chain(VIEWS.iter().map(Self::View))
    }

    /// Returns the names of all goals with what each is for, as the help shows them.
    #[must_use]
    pub fn manual() -> String {
        let mut text = String::from(
            "Nothing rests on a vote unless --pseudo-labels asks for it, and a step without a label is\n\
             never guessed at unless --threshold does.\n\nFor trainers:\n",
        );
        for format in FORMATS {
            let _ = writeln!(text, "  {:<22} {}", format.name, format.loads);
        }
        text.push_str("\nFor viewers:\n");
        for view in VIEWS {
            let _ = writeln!(text, "  {:<22} {}", view.name, view.shows);
        }
        text
    }

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Records(format) => format.name,
            Self::View(view) => view.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_exist_is_answered_with_those_that_do() {
        let sentence = Goal::named("trl").unwrap_err();
        for name in ["trl-sft", "axolotl-chat", "mermaid"] {
            assert!(sentence.contains(name), "{sentence}");
        }
    }

    #[test]
    fn every_name_is_there_once() {
        let mut names: Vec<_> = Goal::all().map(Goal::name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
