//! `pleach engine`: the worker process that another pleach started.

use super::exit::{Exit, Failure};
use crate::engine;

/// Serves requests from standard input until it ends.
///
/// # Errors
/// Returns why llama.cpp cannot start.
pub fn serve() -> Result<Exit, Failure> {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .init();
    ignore_interrupt();
    engine::worker::run().map(|()| Exit::Fine).map_err(|error| {
        Failure::new(
            Exit::Engine,
            format!("the engine cannot serve ({error}); install pleach anew"),
        )
    })
}

/// Ctrl-C at a terminal reaches every process that it started. Only pleach itself is to stop:
/// it closes the sessions, and then this worker's standard input.
fn ignore_interrupt() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        if let Ok(runtime) = runtime {
            let _inside = runtime.enter();
            // Once listened to, the signal no longer ends the process, whoever hears it.
            let _ = signal(SignalKind::interrupt());
        }
    }
}
