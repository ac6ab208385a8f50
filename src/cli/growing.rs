//! A growing tree: a tree with its driver, without anything of the outside.
//!
//! Responsible for doing what the driver wants until it waits for the engine, the same for a
//! session on disk (`headless.rs`) and for many trees in memory (`evaluation.rs`).

use super::exit::{Exit, Failure};
use crate::engine::Request;
use crate::search::{Driver, Mode, Turn, Verification};
use crate::tree::{Actor, Body, Operation, Tree};

/// A tree with its driver.
pub struct Growing {
    /// The tree.
    pub tree: Tree,
    /// What grows it.
    pub driver: Driver,
}

/// What a growing tree asks of the outside.
pub trait Outside {
    /// Looks at a change before it is made.
    fn before(&mut self, _: &Tree, _: &Body) {}
    /// Takes an operation that was applied.
    fn applied(&mut self, operation: Operation);
    /// Hands a request to the engine.
    fn send(&mut self, request: Request);
    /// Lets a command verify an answer.
    fn verify(&mut self, tree: &Tree, asked: Verification);
}

impl Growing {
    /// Applies an operation.
    ///
    /// # Errors
    /// Returns that it does not fit, which is a mistake of this program.
    pub fn act(
        &mut self,
        actor: Actor,
        body: Body,
        now: u64,
        outside: &mut dyn Outside,
    ) -> Result<(), Failure> {
        outside.before(&self.tree, &body);
        let operation = Operation { sequence: self.tree.sequence() + 1, time: now, actor, body };
        self.tree.apply(&operation).map_err(|error| {
            let message = format!("{error}; this is a mistake in pleach, please report it");
            Failure::new(Exit::Failed, message)
        })?;
        outside.applied(operation);
        Ok(())
    }

    /// Does what the driver wants, and what it wants next, until it waits for the engine.
    ///
    /// # Errors
    /// Returns that an operation does not fit.
    pub fn take(&mut self, turn: Turn, now: u64, outside: &mut dyn Outside) -> Result<(), Failure> {
        let mut next = turn;
        loop {
            let idle = next.operations.is_empty() && next.requests.is_empty();
            for (actor, body) in next.operations {
                self.act(actor, body, now, outside)?;
            }
            for request in next.requests {
                outside.send(request);
            }
            for asked in next.verifications {
                outside.verify(&self.tree, asked);
            }
            next = self.driver.advance(&self.tree, now);
            let waits = next.operations.is_empty() && next.requests.is_empty();
            if idle && waits && !next.goes_on && next.verifications.is_empty() {
                return Ok(());
            }
        }
    }

    /// Returns whether the search rests and nothing is under way.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.driver.mode() == Mode::Paused && self.driver.is_idle()
    }
}
