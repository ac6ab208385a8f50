//! Which cells the same tokens see.

use half::f16;

use super::Layer;

/// The bits of minus infinity.
const UNSEEN: u16 = f16::NEG_INFINITY.to_bits();

/// Cells that the same tokens see.
pub struct Group {
    /// A bit for each token.
    pub tokens: u64,
    pub cells: Vec<u32>,
}

/// The groups of a step, kept from layer to layer, for all layers have the same.
#[derive(Default)]
pub struct Groups {
    mask: Vec<u16>,
    /// For each cell, the tokens that see it.
    seen: Vec<u64>,
    found: Vec<Group>,
}

impl Groups {
    /// Returns the groups of a layer, in the order of their first cells. Cells that nobody sees
    /// are in none.
    pub fn of(&mut self, layer: &Layer<'_>) -> &[Group] {
        let rows = || (0..layer.tokens).map(|token| layer.mask.vector(token, 0, layer.cells));
        let known = self.mask.len() == layer.tokens * layer.cells
            && rows().eq(self.mask.chunks_exact(layer.cells));
        if !known {
            self.mask.clear();
            for row in rows() {
                self.mask.extend_from_slice(row);
            }
            self.find(layer.cells);
        }
        &self.found
    }

    fn find(&mut self, cells: usize) {
        self.seen.clear();
        self.seen.resize(cells, 0);
        for (token, mask) in self.mask.chunks_exact(cells).enumerate() {
            for (seen, mask) in self.seen.iter_mut().zip(mask) {
                *seen |= u64::from(*mask != UNSEEN) << token;
            }
        }
        self.found.clear();
        let mut current = 0;
        for (cell, &tokens) in (0..).zip(&self.seen).filter(|(_, tokens)| **tokens != 0) {
            // Neighbours mostly belong together.
            if self.found.get(current).is_none_or(|group| group.tokens != tokens) {
                let known = self.found.iter().position(|group| group.tokens == tokens);
                current = known.unwrap_or_else(|| {
                    self.found.push(Group { tokens, cells: Vec::new() });
                    self.found.len() - 1
                });
            }
            self.found[current].cells.push(cell);
        }
    }
}
