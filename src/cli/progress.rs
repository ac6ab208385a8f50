//! The progress bar of `grow`, on standard error where that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::text::{SafeText, truncate};
use crate::tree::Tree;

/// Columns of a problem's id beside the bar.
const ID: usize = 24;

/// A progress bar over problems; invisible where there is no terminal.
pub struct Progress {
    bar: ProgressBar,
    id: String,
}

impl Progress {
    /// Makes a bar for so many problems.
    #[must_use]
    pub fn new(problems: usize) -> Self {
        let bar =
            ProgressBar::with_draw_target(Some(problems as u64), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{pos}/{len} [{bar:24}] {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, id: String::new() }
    }

    /// Shows that the model is being loaded.
    pub fn loading(&self, share: f32) {
        self.bar.set_message(format!("loading the model, {:.0} %", share * 100.0));
    }

    /// Begins a problem.
    pub fn begin(&mut self, id: &str) {
        self.id = truncate(&SafeText::line(id), ID).0.into_owned();
        self.bar.set_message(self.id.clone());
    }

    /// Shows how far a problem's tree has grown.
    pub fn grown(&self, tree: &Tree) {
        let (nodes, tokens) = (tree.len() - 1, tree.tokens());
        self.bar.set_message(format!("{}: {nodes} nodes, {tokens} tokens", self.id));
    }

    /// Ends a trial of a policy on a problem.
    pub fn trial(&self, policy: &str, id: &str) {
        let id = truncate(&SafeText::line(id), ID).0.into_owned();
        self.bar.set_message(format!("{policy}: {id}, {} left", left(&self.bar)));
        self.bar.inc(1);
    }

    /// Ends a problem.
    pub fn end(&self) {
        self.bar.inc(1);
    }

    /// Lets something be printed without the bar in its way.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// The time that is left, in words.
fn left(bar: &ProgressBar) -> String {
    indicatif::HumanDuration(bar.eta()).to_string()
}
