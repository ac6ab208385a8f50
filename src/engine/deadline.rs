//! An end for work that may have none.
//!
//! Responsible for ending this process, with a sentence for its last words, when a piece of work takes
//! too long. Only for the worker: whoever started it hears of the death and its reason. A thread cannot
//! be ended alone, so there is no milder way.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// The exit status of a process that gave up. Whoever started it need not try again: the same work
/// takes as long once more.
pub const GAVE_UP: i32 = 75;

/// Does a piece of work; if it takes longer than `limit`, the process ends, and `sentence` is the last
/// that its log says.
pub fn within<T>(limit: Duration, sentence: &'static str, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    #[allow(clippy::disallowed_methods)] // the worker has no terminal to restore and no session
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
