//! Slots: which sequence of the key-value cache holds which tokens.
//!
//! Responsible for finding the slot that shares the longest prefix with a prompt, and for
//! deciding which idle slot gives way. Not responsible for the cache itself: the decoder does
//! to llama.cpp what is decided here.

/// A sequence of the key-value cache.
#[derive(Debug, Clone, Default)]
struct Slot {
    tokens: Vec<i32>,
    busy: bool,
    used: u64,
}

/// All sequences of a context.
#[derive(Debug)]
pub struct Slots {
    slots: Vec<Slot>,
    clock: u64,
}

/// A sequence that was given to a branch, and how to fill it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The sequence.
    pub sequence: i32,
    /// The sequence to copy the shared prefix from; the same if it is there already.
    pub source: i32,
    /// How many tokens of the prompt are in the cache.
    pub shared: usize,
}

impl Slots {
    pub fn new(count: i32) -> Self {
        Self { slots: (0..count).map(|_| Slot::default()).collect(), clock: 0 }
    }

    /// Returns how many slots are free to lease.
    pub fn idle(&self) -> usize {
        self.slots.iter().filter(|slot| !slot.busy).count()
    }

    /// Leases a slot for a prompt; `None` if all are busy. At least the prompt's last token is
    /// left to decode, since its logits are wanted.
    pub fn lease(&mut self, prompt: &[i32]) -> Option<Lease> {
        let limit = prompt.len().saturating_sub(1);
        let shared = |slot: &Slot| {
            slot.tokens
                .iter()
                .zip(&prompt[..limit])
                .take_while(|(held, asked)| held == asked)
                .count()
        };
        let (source, length) = self
            .slots
            .iter()
            .enumerate()
            .map(|(at, slot)| (at, shared(slot)))
            .max_by_key(|(at, length)| (*length, std::cmp::Reverse(*at)))?;
        let extends = !self.slots[source].busy && self.slots[source].tokens.len() == length;
        let at = if extends { source } else { self.stalest(Some(source))? };
        let slot = &mut self.slots[at];
        slot.tokens = prompt[..length].to_vec();
        self.take(at);
        Some(Lease { sequence: number(at), source: number(source), shared: length })
    }

    /// Leases a slot as a copy of a busy one.
    pub fn fork(&mut self, from: i32) -> Option<i32> {
        let from = usize::try_from(from).ok()?;
        let at = self.stalest(None)?;
        self.slots[at].tokens = self.slots.get(from)?.tokens.clone();
        self.take(at);
        Some(number(at))
    }

    fn take(&mut self, at: usize) {
        self.clock += 1;
        self.slots[at].busy = true;
        self.slots[at].used = self.clock;
    }

    /// The idle slot that was used longest ago; empty ones first, `except` last of all.
    fn stalest(&self, except: Option<usize>) -> Option<usize> {
        (0..self.slots.len()).filter(|at| !self.slots[*at].busy).min_by_key(|at| {
            (Some(*at) == except, !self.slots[*at].tokens.is_empty(), self.slots[*at].used)
        })
    }

    /// Notes that tokens were decoded into a slot.
    pub fn extend(&mut self, sequence: i32, tokens: &[i32]) {
        if let Some(slot) = self.get(sequence) {
            slot.tokens.extend_from_slice(tokens);
        }
    }

    /// Gives a slot back; its tokens stay until it is needed.
    pub fn release(&mut self, sequence: i32) {
        if let Some(slot) = self.get(sequence) {
            slot.busy = false;
        }
    }

    /// Forgets the idle slot that was used longest ago and returns it.
    pub fn evict(&mut self) -> Option<i32> {
        let at = (0..self.slots.len())
            .filter(|at| !self.slots[*at].busy && !self.slots[*at].tokens.is_empty())
            .min_by_key(|at| self.slots[*at].used)?;
        self.slots[at].tokens.clear();
        Some(number(at))
    }

    fn get(&mut self, sequence: i32) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(sequence).ok()?)
    }
}

fn number(at: usize) -> i32 {
    i32::try_from(at).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_shared_prefix_is_found_and_extended_in_place() {
        let mut slots = Slots::new(3);
        let first = slots.lease(&[1, 2, 3]).unwrap();
        assert_eq!(first.shared, 0);
        slots.extend(first.sequence, &[1, 2, 3]);
        slots.release(first.sequence);
        let longer = slots.lease(&[1, 2, 3, 4]).unwrap();
        assert_eq!(longer, Lease { sequence: first.sequence, source: first.sequence, shared: 3 });
        let beside = slots.lease(&[1, 2, 9]).unwrap();
        assert_eq!((beside.source, beside.shared), (first.sequence, 2));
        assert_ne!(beside.sequence, first.sequence);
    }

    #[test]
    fn the_last_token_of_a_known_prompt_is_decoded_again() {
        let mut slots = Slots::new(2);
        let first = slots.lease(&[1, 2, 3]).unwrap();
        slots.extend(first.sequence, &[1, 2, 3]);
        slots.release(first.sequence);
        assert_eq!(slots.lease(&[1, 2, 3]).unwrap().shared, 2);
    }

    #[test]
    fn busy_slots_are_never_taken_or_evicted() {
        let mut slots = Slots::new(2);
        let a = slots.lease(&[1, 2]).unwrap();
        slots.extend(a.sequence, &[1, 2]);
        let b = slots.fork(a.sequence).unwrap();
        assert_ne!(a.sequence, b);
        assert_eq!((slots.lease(&[5]), slots.fork(b), slots.evict()), (None, None, None));
        slots.release(b);
        assert_eq!(slots.evict(), Some(b));
        assert_eq!(slots.idle(), 1);
    }
}
