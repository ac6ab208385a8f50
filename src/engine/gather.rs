//! Gathering: events that came close together, tokens of a branch in one portion.
//!
//! Responsible for making few events of many, so that what is done for each (an operation, a row of
//! the session) is done a few hundred times a second, however fast a model is. What is not tokens
//! keeps its place between the tokens before and after it. Not responsible for when events are
//! handed on.

use std::collections::VecDeque;

use super::protocol::Event;

/// Events that wait to be handed on.
#[derive(Debug, Default)]
pub struct Gathered {
    events: VecDeque<Event>,
    /// How many of them, from the first on, tokens may not be added to: all after them are tokens.
    closed: usize,
}

impl Gathered {
    /// Adds an event.
    pub fn add(&mut self, event: Event) {
        let Event::Tokens { id, branch, tokens } = event else {
            self.events.push_back(event);
            self.closed = self.events.len();
            return;
        };
        for earlier in self.events.range_mut(self.closed..) {
            if let Event::Tokens { id: own, branch: of, tokens: before } = earlier
                && (*own, *of) == (id, branch)
            {
                before.extend(tokens);
                return;
            }
        }
        self.events.push_back(Event::Tokens { id, branch, tokens });
    }

    /// Returns whether there is nothing that anybody waits for: tokens alone are only looked at.
    #[must_use]
    pub fn can_wait(&self) -> bool {
        self.closed == 0
    }

    /// Returns whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Hands the next event on.
    pub fn take(&mut self) -> Option<Event> {
        self.closed = self.closed.saturating_sub(1);
        self.events.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::protocol::StopReason;
    use crate::tree::Token;

    fn tokens(id: u64, branch: u32, text: &str) -> Event {
        let token = |byte: u8| Token { id: i32::from(byte), logprob: -0.5, bytes: vec![byte] };
        Event::Tokens { id, branch, tokens: text.bytes().map(token).collect() }
    }

    #[test]
    fn tokens_of_a_branch_become_one_portion_up_to_what_is_no_tokens() {
        let mut gathered = Gathered::default();
        let done = |branch| Event::BranchDone { id: 1, branch, stop: StopReason::Step };
        for event in [tokens(1, 0, "a"), tokens(1, 1, "x"), tokens(1, 0, "b"), tokens(2, 0, "-")] {
            gathered.add(event);
        }
        assert!(gathered.can_wait());
        for event in [done(0), tokens(1, 1, "y"), tokens(1, 1, "z"), done(1)] {
            gathered.add(event);
        }
        assert!(!gathered.can_wait());
        let first = [tokens(1, 0, "ab"), tokens(1, 1, "x"), tokens(2, 0, "-"), done(0)];
        let all: Vec<_> = first.into_iter().chain([tokens(1, 1, "yz"), done(1)]).collect();
        gathered.add(tokens(1, 2, "-"));
        for event in all {
            assert!(!gathered.can_wait());
            assert_eq!(gathered.take(), Some(event));
        }
        assert!(gathered.can_wait());
        gathered.add(tokens(1, 2, "-"));
        assert_eq!((gathered.take(), gathered.take()), (Some(tokens(1, 2, "--")), None));
    }
}
