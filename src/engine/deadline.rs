//! An end for work that may have none.
//!
//! Responsible for ending this process, with a sentence for its last words, when a piece of work takes
//! too long. Only for the processes that pleach starts: whoever started one hears of the death. A thread
//! cannot be ended alone, so there is no milder way.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// The exit status of a process that gave up. Whoever started it need not try again: the same work
/// takes as long once more.
pub const GAVE_UP: i32 = 75;

/// How long a chat template may take; real ones take a millisecond.
const RENDERING: Duration = Duration::from_secs(5);

/// Lets a stranger's chat template do its work, which may have no end.
pub fn render_in_time<T>(work: impl FnOnce() -> T) -> T {
    let sentence = "the model's chat template does not end; pass another with --chat-template FILE";
    within(RENDERING, sentence, work)
}

/// Does a piece of work; if it takes longer than `limit`, the process ends, and `sentence` is the last
/// that its log says.
fn within<T>(limit: Duration, sentence: &'static str, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    #[allow(clippy::disallowed_methods)]
    // such a process has no terminal to restore and no session
    std::thread::spawn(move || {
        if waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            tracing::error!("{sentence}");
            std::process::exit(GAVE_UP);
        }
    });
    let outcome = work();
    drop(done);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_in_time_is_done() {
        for answer in 0..100 {
            assert_eq!(within(Duration::from_mins(1), "never said", || answer), answer);
        }
    }
}
