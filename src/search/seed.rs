//! Seeds: one for every child of every node and for every choice, from one seed of the session.

use crate::tree::NodeId;

/// Returns the seed of a child, so that a tree can be sampled again whatever else ran.
#[must_use]
pub fn child_seed(session: u64, parent: NodeId, index: u32) -> u64 {
    seed(session, &[&parent.0.to_le_bytes(), &index.to_le_bytes()])
}

/// Returns the seed of a choice in a tree of some age ([`Tree::age`](crate::tree::Tree::age)).
#[must_use]
pub fn choice_seed(session: u64, age: u64) -> u64 {
    seed(session, &[b"choice", &age.to_le_bytes()])
}

fn seed(session: u64, parts: &[&[u8]]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&session.to_le_bytes());
    for part in parts {
        hasher.update(part);
    }
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
        let children = (0..4).flat_map(|s| {
            (0..4).flat_map(move |p| (0..4).map(move |i| child_seed(s, NodeId(p), i)))
        });
        let choices = (0..4).flat_map(|s| (0..4).map(move |at| choice_seed(s, at)));
        let seeds: std::collections::BTreeSet<_> = children.chain(choices).collect();
        assert_eq!(seeds.len(), 64 + 16);
        assert_eq!(child_seed(1, NodeId(2), 3), child_seed(1, NodeId(2), 3));
    }
}
