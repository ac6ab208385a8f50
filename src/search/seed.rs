//! Seeds: one for every child of every node, from one seed of the session.

use crate::tree::NodeId;

/// Returns the seed of a child, so that a tree can be sampled again whatever else ran.
#[must_use]
pub fn child_seed(session: u64, parent: NodeId, index: u32) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&session.to_le_bytes());
    hasher.update(&parent.0.to_le_bytes());
    hasher.update(&index.to_le_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    // SQLite and JSON readers hold 63 and 53 bits; 53 are plenty.
    u64::from_le_bytes(bytes) >> 11
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ_by_session_parent_and_index() {
        let seeds: std::collections::BTreeSet<_> = (0..4)
            .flat_map(|s| {
                (0..4).flat_map(move |p| (0..4).map(move |i| child_seed(s, NodeId(p), i)))
            })
            .collect();
        assert_eq!(seeds.len(), 64);
        assert_eq!(child_seed(1, NodeId(2), 3), child_seed(1, NodeId(2), 3));
    }
}
