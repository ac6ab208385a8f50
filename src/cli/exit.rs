//! How the program ends: its exit codes, and what goes wrong as a sentence with a code.
//!
//! This is the one place for the numbers; `pleach --help` prints [`TABLE`].

use std::process::ExitCode;

use crate::session;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Fine,
    /// Something failed, or some problems of several could not be grown.
    Failed,
    /// The command line was not understood.
    Usage,
    /// A problem, a problem file or a chat template cannot be used.
    Input,
    /// A model cannot be loaded, or the engine was lost for good.
    Engine,
    /// A session cannot be read, written or had for oneself.
    Session,
    /// Stopped by Ctrl-C or by the system; everything is saved.
    Stopped,
}

/// The exit codes, as the help shows them.
pub const TABLE: &str = "\
Exit codes:
  0    all went well
  1    something failed, or some problems of several could not be grown
  2    the command line was not understood
  3    a problem, a problem file or a chat template cannot be used
  4    the model cannot be loaded, or the engine was lost for good
  5    a session cannot be read or written, or is open elsewhere
  130  stopped by Ctrl-C; everything is saved";

impl Exit {
    /// Returns the number that the system is told.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Engine => 4,
            Self::Session => 5,
            Self::Stopped => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// What went wrong: a sentence with the mend, and how the program ends if nothing catches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// The sentence; empty where nobody is left to read it.
    pub message: String,
}

impl Failure {
    /// Makes a failure.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// Makes the failure of a closed standard output, as under `| head`: the reader has what it
    /// wants, so it is no error.
    #[must_use]
    pub fn nobody_reads() -> Self {
        Self { exit: Exit::Fine, message: String::new() }
    }
}

impl From<session::Error> for Failure {
    fn from(error: session::Error) -> Self {
        Self::new(Exit::Session, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_code() {
        let exits = [
            Exit::Fine,
            Exit::Failed,
            Exit::Usage,
            Exit::Input,
            Exit::Engine,
            Exit::Session,
            Exit::Stopped,
        ];
        let codes: Vec<String> = exits.iter().map(|exit| exit.code().to_string()).collect();
        let table: Vec<&str> =
            TABLE.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(codes, table);
    }
}
