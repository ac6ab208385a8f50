//! What commands are told: the arguments that stand after a name, and how they are described.
//!
//! Responsible for cutting a line into a name and its arguments. Not responsible for what an
//! argument means: each command reads its own.

use super::model::Model;

/// The description of an argument, for the help, the manual and completion.
#[derive(Debug, Clone, Copy)]
pub struct Argument {
    /// Its name, in capitals.
    pub name: &'static str,
    /// Whether the command makes no sense without it.
    pub is_needed: bool,
    /// What can be filled in, as far as it can be listed.
    pub values: fn(&Model) -> Vec<String>,
}

impl Argument {
    /// Describes an argument that the command needs. A key that runs the command without it
    /// opens the `:` line with the command's name on it.
    #[must_use]
    pub const fn needed(name: &'static str, values: fn(&Model) -> Vec<String>) -> Self {
        Self { name, is_needed: true, values }
    }

    /// Describes an argument that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str, values: fn(&Model) -> Vec<String>) -> Self {
        Self { name, is_needed: false, values }
    }
}

/// The values of an argument that can be anything.
#[must_use]
pub fn anything(_: &Model) -> Vec<String> {
    Vec::new()
}

/// What stands after a command's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    text: String,
}

impl Arguments {
    /// Takes what stands after a command's name.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_owned() }
    }

    /// Returns all of it, without spaces around it; empty if there is nothing.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the word at a position, counted from 0.
    #[must_use]
    pub fn word(&self, position: usize) -> Option<&str> {
        self.text.split_whitespace().nth(position)
    }
}

/// Cuts a line into a command's name and what stands after it.
#[must_use]
pub fn cut(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    line.split_once(char::is_whitespace).unwrap_or((line, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_arguments() {
        let (name, rest) = cut("  note  the sum  is wrong ");
        let arguments = Arguments::new(rest);
        assert_eq!((name, arguments.text()), ("note", "the sum  is wrong"));
        assert_eq!((arguments.word(1), arguments.word(4)), (Some("sum"), None));
        assert_eq!(cut("undo"), ("undo", ""));
    }
}
