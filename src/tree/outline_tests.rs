//! The outline against a naive one that lists all rows by walking the whole tree.

use proptest::prelude::*;

use super::super::sample::{self, Grower};
use super::*;
use crate::tree::Body;

/// All rows in order, found without any counting.
fn naive(tree: &Tree, outline: &Outline) -> Vec<Row> {
    fn joined(tree: &Tree, outline: &Outline, id: NodeId) -> bool {
        let Some(parent) = tree.node(id).parent() else { return false };
        let shown: Vec<_> =
            outline.children(tree, parent).filter(|child| !outline.is_hidden(*child)).collect();
        outline.joins_chains() && parent != NodeId::ROOT && shown == [id]
    }
    fn walk(tree: &Tree, outline: &Outline, head: NodeId, rows: &mut Vec<Row>) {
        let mut tail = head;
        while !outline.is_folded(tail)
            && let Some(child) =
                outline.children(tree, tail).find(|child| !outline.is_hidden(*child))
            && joined(tree, outline, child)
        {
            tail = child;
        }
        if outline.is_hidden(head) {
            return;
        }
        rows.push(Row { head, tail });
        if !outline.is_folded(tail) {
            outline.children(tree, tail).for_each(|child| walk(tree, outline, child, rows));
        }
    }
    let mut rows = Vec::new();
    walk(tree, outline, NodeId::ROOT, &mut rows);
    rows
}

fn check(tree: &Tree, outline: &Outline) -> Result<(), TestCaseError> {
    let rows = naive(tree, outline);
    prop_assert_eq!(outline.len(), rows.len());
    for (position, row) in rows.iter().enumerate() {
        prop_assert_eq!(outline.row(tree, position), Some(*row));
        prop_assert_eq!(outline.next(tree, *row), rows.get(position + 1).copied());
        prop_assert_eq!(outline.row_of(tree, row.tail), Some(*row));
        prop_assert_eq!(outline.position(tree, row.tail), position);
    }
    prop_assert_eq!(outline.row(tree, rows.len()), None);
    Ok(())
}

proptest! {
    #[test]
    fn counted_rows_equal_walked_rows(
        seed in any::<u64>(),
        steps in 1usize..150,
        folds in prop::collection::vec((any::<u32>(), any::<bool>()), 0..30),
        joins in any::<bool>(),
        filter in prop::option::of((2u32..5, 0usize..150)),
        bucket in prop::sample::select(vec![2u32, 3, 256]),
        sort in prop::option::of(0u64..150),
        goes in prop::collection::vec((0u64..150, any::<u32>()), 0..10),
    ) {
        // The tree grows under the outline while rows are folded and unfolded.
        let (_, log) = sample::random_session(seed, steps);
        let mut tree = Tree::default();
        let mut outline = Outline::with_buckets_of(&tree, bucket, true, |_| false);
        outline.set_joins_chains(&tree, joins);
        let mut folds = folds.into_iter();
        for operation in &log {
            tree.apply(operation).unwrap();
            outline.sync(&tree);
            if let Body::NodeFinished { node, .. } = &operation.body {
                outline.refresh(&tree, *node);
            }
            if let Body::Undone { operation } | Body::Redone { operation } = operation.body {
                for node in tree.concerned(operation) {
                    outline.refresh(&tree, node);
                }
            }
            if let Some((every, at)) = filter
                && operation.sequence == at as u64
            {
                outline.set_filter(&tree, Some(&|id: NodeId| id.0.is_multiple_of(every)));
            }
            if sort == Some(operation.sequence) {
                outline.sort(&tree, Some(&|id: NodeId| f64::from(id.0 % 7)));
            }
            for (_, to) in goes.iter().filter(|(at, _)| *at == operation.sequence) {
                outline.reveal(&tree, NodeId(to % u32::try_from(tree.len()).unwrap()));
            }
            if operation.sequence % 5 == 0
                && let Some((node, folded)) = folds.next()
            {
                let id = NodeId(node % u32::try_from(tree.len()).unwrap());
                outline.set_folded(&tree, id, folded);
            }
        }
        check(&tree, &outline)?;
        // One made at once is as one that grew.
        let mut grown = outline.clone();
        grown.set_filter(&tree, None);
        grown.sort(&tree, None);
        let folds = |id: NodeId| grown.is_folded(id);
        prop_assert_eq!(&Outline::with_buckets_of(&tree, bucket, joins, folds), &grown);
        outline.set_joins_chains(&tree, !joins);
        check(&tree, &outline)?;
        outline.set_all_folded(&tree, true);
        check(&tree, &outline)?;
        // What is in another bucket is turned to.
        let hidden = |id: &NodeId| tree.ancestors(*id).any(|at| outline.is_left_out(&tree, at));
        let shown = tree.ids().filter(|id| !hidden(id));
        let deepest = shown.max_by_key(|id| tree.node(*id).depth()).unwrap();
        outline.reveal(&tree, deepest);
        check(&tree, &outline)?;
        prop_assert!(outline.row_of(&tree, deepest).is_some());
        prop_assert_eq!(outline.rows_within(NodeId::ROOT), outline.len());
        outline.set_filter(&tree, None);
        let window = |id: NodeId| outline.bucket(&tree, id).map_or(u32::MAX, |shown| shown.1 - shown.0 + 1);
        for id in tree.ids() {
            let shown = outline.children(&tree, id).filter(|child| !outline.is_hidden(*child)).count();
            prop_assert!(u32::try_from(shown).unwrap() <= window(id));
        }
        check(&tree, &outline)?;
        prop_assert!(tree.ids().all(|id| !outline.is_filtered(id)));
        // Whatever is gone to, there is a row for it or for what it hangs on.
        for id in tree.ids() {
            let node = outline.showable(&tree, id);
            outline.reveal(&tree, node);
            prop_assert!(tree.ancestors(node).all(|at| !outline.is_hidden(at)));
            prop_assert!(outline.row_of(&tree, node).is_some());
            let is_showable = tree.ancestors(id).all(|at| !outline.is_left_out(&tree, at));
            prop_assert_eq!(node == id, is_showable);
        }
    }
}

#[test]
fn a_run_of_only_children_is_one_row_until_it_forks() {
    let mut grower = Grower::new("p");
    let a = grower.add(NodeId::ROOT, "a");
    let b = grower.add(a, "b");
    let c = grower.add(b, "c");
    let mut outline = Outline::new(&grower.tree);
    assert_eq!(outline.len(), 2);
    assert_eq!(outline.row(&grower.tree, 1), Some(Row { head: a, tail: c }));
    let d = grower.add(b, "d");
    outline.sync(&grower.tree);
    assert_eq!(outline.len(), 4);
    assert_eq!(outline.row(&grower.tree, 1), Some(Row { head: a, tail: b }));
    assert_eq!(outline.row(&grower.tree, 3), Some(Row { head: d, tail: d }));
}

#[test]
fn a_wide_parent_shows_a_bucket_at_a_time_and_siblings_can_be_sorted() {
    let mut grower = Grower::new("p");
    let children: Vec<_> = (0..7).map(|_| grower.add(NodeId::ROOT, "s")).collect();
    let tree = &grower.tree;
    let mut outline = Outline::with_buckets_of(tree, 3, true, |_| false);
    let shown = |outline: &Outline| -> Vec<_> {
        (1..outline.len()).map(|at| outline.row(tree, at).unwrap().head).collect()
    };
    assert_eq!(shown(&outline), children[..3]);
    assert_eq!(outline.bucket(tree, NodeId::ROOT), Some((1, 3, 7)));
    assert_eq!(outline.sibling(tree, children[2], true), Some(children[3]));
    outline.reveal(tree, children[6]);
    assert_eq!(shown(&outline), children[6..]);
    assert_eq!(outline.bucket(tree, NodeId::ROOT), Some((7, 7, 7)));
    assert_eq!(outline.far_sibling(tree, children[6], false), Some(children[3]));
    outline.sort(tree, Some(&|id: NodeId| f64::from(id.0 / 2)));
    assert_eq!(shown(&outline), [children[5], children[6], children[3]]);
    outline.sort(tree, None);
    assert_eq!(shown(&outline), children[..3]);
}
