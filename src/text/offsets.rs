//! Where offsets of a text are found after the text was rewritten.
//!
//! Responsible for carrying ascending byte offsets (token borders) from raw to safe text.

use std::ops::Range;

/// Ascending offsets that are carried along while a text is rewritten piece by piece.
pub(super) struct Offsets {
    offsets: Vec<usize>,
    next: usize,
}

impl Offsets {
    /// Starts with the offsets in the text before the rewriting.
    pub(super) fn new(offsets: Vec<usize>) -> Self {
        Self { offsets, next: 0 }
    }

    /// Notes that a piece of the input became a piece of the output.
    ///
    /// Offsets inside keep their place if the piece kept its length; otherwise they go to
    /// its end, so that what replaced a character belongs to the token that has it.
    pub(super) fn piece(&mut self, input: &Range<usize>, output: &Range<usize>) {
        while let Some(offset) = self.offsets.get_mut(self.next).filter(|at| **at < input.end) {
            let inside = offset.saturating_sub(input.start);
            let kept = inside == 0 || input.len() == output.len();
            *offset = if kept { output.start + inside } else { output.end };
            self.next += 1;
        }
    }

    /// Returns how many offsets were carried so far.
    pub(super) fn position(&self) -> usize {
        self.next
    }

    /// Moves the offsets carried since `position` back to where the output was cut.
    pub(super) fn no_later_than(&mut self, position: usize, cut: usize) {
        let carried = self.offsets.iter_mut().take(self.next).skip(position);
        carried.for_each(|offset| *offset = cut.min(*offset));
    }

    /// Returns the offsets in the output; those past the input's end are its end.
    pub(super) fn finish(mut self, output: &str) -> Vec<usize> {
        for offset in self.offsets.iter_mut().skip(self.next) {
            *offset = output.len();
        }
        for offset in &mut self.offsets {
            *offset = output.floor_char_boundary(*offset);
        }
        self.offsets
    }
}
