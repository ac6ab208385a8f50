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

    /// Listens from now on, on a thread of its own; for a verb without a runtime.
    ///
    /// # Errors
    /// Returns the system's reason why signals cannot be heard.
    pub fn listen_aside() -> Result<Self, Failure> {
        let failed =
            |why: &str| Failure::new(Exit::Failed, format!("signals cannot be heard: {why}"));
        let reactor = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error.to_string()))?;
        let (told, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            reactor.block_on(async {
                if told.send(Self::listen()).is_ok() {
                    std::future::pending::<()>().await;
                }
            });
        });
        heard.recv().map_err(|_| failed("their thread has ended"))?
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
