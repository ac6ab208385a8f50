//! Ctrl-C, and the system's request to end.

use tokio::sync::watch;

use super::exit::{Exit, Failure};

/// Tells whether the program was asked to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<u32>);

impl Stop {
    /// Listens from now on; to be called inside a tokio runtime.
    ///
    /// # Errors
    /// Returns the system's reason why signals cannot be heard.
    pub fn listen() -> Result<Self, Failure> {
        let (asked, stop) = watch::channel(0);
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let heard = |kind| {
                signal(kind).map_err(|error| {
                    Failure::new(Exit::Failed, format!("signals cannot be heard: {error}"))
                })
            };
            let mut interrupt = heard(SignalKind::interrupt())?;
            let mut terminate = heard(SignalKind::terminate())?;
            tokio::spawn(async move {
                loop {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = terminate.recv() => {}
                    }
                    asked.send_modify(|times| *times += 1);
                }
            });
        }
        #[cfg(not(unix))]
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                asked.send_modify(|times| *times += 1);
            }
        });
        Ok(Self(stop))
    }

    /// Returns how often it was asked.
    #[must_use]
    pub fn times(&self) -> u32 {
        *self.0.borrow()
    }

    /// Waits until it is asked once more than so often.
    pub async fn more_than(&mut self, times: u32) {
        if self.0.wait_for(|asked| *asked > times).await.is_err() {
            // Nobody listens any more, so nobody can ask.
            std::future::pending::<()>().await;
        }
    }
}
