//! Marks on many steps at once, as the operations that they come to.

use super::pruning::tops;
use crate::tree::{Body, Label, NodeId, Tree};

/// What is to be marked on steps; what a step has already is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marks {
    /// A label, or none.
    Label(Option<Label>),
    /// A flag, or none.
    Flag(bool),
    /// A tag, set or taken away.
    Tag(String, bool),
    /// A note, in place of the one before.
    Note(String),
    /// Pruned, or restored.
    Prune(bool),
}

impl Marks {
    /// Returns the changes that mark the steps so.
    #[must_use]
    pub fn on(&self, tree: &Tree, nodes: &[NodeId]) -> Vec<Body> {
        let steps: Vec<_> = nodes.iter().copied().filter(|id| *id != NodeId::ROOT).collect();
        // Below something pruned there is nothing more to prune.
        let steps = if *self == Self::Prune(true) { tops(tree, &steps) } else { steps };
        steps.into_iter().filter_map(|node| self.of(tree, node)).collect()
    }

    fn of(&self, tree: &Tree, node: NodeId) -> Option<Body> {
        let known = tree.node(node);
        match self {
            Self::Label(label) => {
                (known.label() != *label).then_some(Body::Labelled { node, label: *label })
            }
            Self::Flag(flagged) => (known.is_flagged() != *flagged)
                .then_some(Body::Flagged { node, flagged: *flagged }),
            Self::Tag(tag, set) => (known.tags().contains(tag) != *set).then(|| Body::Tagged {
                node,
                tag: tag.clone(),
                set: *set,
            }),
            Self::Note(words) => {
                (known.note() != words).then(|| Body::Noted { node, note: words.clone() })
            }
            Self::Prune(true) => Some(Body::Pruned { node }),
            Self::Prune(false) => known.is_pruned().then_some(Body::Restored { node }),
        }
    }
}

/// Makes one operation of changes, undone at once; nothing of none.
#[must_use]
pub fn together(mut bodies: Vec<Body>) -> Option<Body> {
    match bodies.len() {
        0 | 1 => bodies.pop(),
        _ => Some(Body::Together { bodies }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Actor;
    use crate::tree::sample::Grower;
    use proptest::prelude::*;

    /// What a person sees of a step.
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Seen {
        label: Option<Label>,
        flagged: bool,
        tagged: bool,
        pruned: bool,
    }

    fn seen(tree: &Tree) -> Vec<Seen> {
        let of = |id| {
            let node = tree.node(id);
            Seen {
                label: node.label(),
                flagged: node.is_flagged(),
                tagged: !node.tags().is_empty(),
                pruned: node.is_pruned(),
            }
        };
        tree.ids().map(of).collect()
    }

    proptest! {
        /// 200 labels, 50 splices and 50 prunes in a random order with undo and redo between
        /// them, beside a naive list of states.
        #[test]
        fn marks_splices_and_prunes_are_undone_and_redone_as_in_a_list_of_states(
            mut rolls in prop::collection::vec(any::<u32>(), 300..301)
        ) {
            let mut grower = Grower::new("p");
            let mut parent = NodeId::ROOT;
            for at in 0..30 {
                let node = grower.add(parent, &format!("step {at}\n"));
                parent = if at % 6 == 5 { NodeId::ROOT } else { node };
            }
            let mut past = vec![seen(&grower.tree)];
            let mut future: Vec<Vec<Seen>> = Vec::new();
            // A splice adds nodes that stay, withdrawn, when it is undone.
            let alike = |past: &[Seen], now: &[Seen]| {
                past == &now[..past.len()] && now[past.len()..].iter().all(|seen| *seen == Seen::default() || seen.pruned)
            };
            for (turn, roll) in rolls.iter_mut().enumerate() {
                let node = NodeId(1 + *roll % 30);
                let label = [None, Some(Label::Bad), Some(Label::Neutral), Some(Label::Good)][*roll as usize / 30 % 4];
                let nodes = [node, NodeId(1 + *roll / 7 % 30)];
                let before = grower.tree.sequence();
                match turn % 6 {
                    0..=3 => {
                        let bodies = Marks::Label(label).on(&grower.tree, if *roll % 2 == 0 { &nodes[..1] } else { &nodes[..] });
                        // The same step twice would say the same twice.
                        if nodes[0] != nodes[1] && let Some(body) = together(bodies) {
                            grower.act(Actor::Person, body);
                        }
                    }
                    4 => grower.splice(node),
                    _ => {
                        let bodies = Marks::Prune(true).on(&grower.tree, &[node]);
                        if let Some(body) = together(bodies) {
                            grower.act(Actor::Person, body);
                        }
                    }
                }
                if grower.tree.sequence() > before {
                    past.push(seen(&grower.tree));
                    future.clear();
                }
                for _ in 0..*roll % 3 {
                    if *roll % 5 < 3 && past.len() > 1 {
                        let (operation, _) = grower.tree.next_undo().unwrap();
                        grower.act(Actor::Person, Body::Undone { operation });
                        future.extend(past.pop());
                    } else if let Some(next) = future.pop() {
                        let (operation, _) = grower.tree.next_redo().unwrap();
                        grower.act(Actor::Person, Body::Redone { operation });
                        past.push(next);
                    }
                    prop_assert!(alike(past.last().unwrap(), &seen(&grower.tree)));
                }
            }
            while past.len() > 1 {
                let (operation, _) = grower.tree.next_undo().unwrap();
                grower.act(Actor::Person, Body::Undone { operation });
                past.pop();
                prop_assert!(alike(past.last().unwrap(), &seen(&grower.tree)));
            }
            prop_assert_eq!(grower.tree.next_undo(), None);
            prop_assert_eq!(&Tree::fold(&grower.log).unwrap(), &grower.tree);
        }
    }

    #[test]
    fn only_what_differs_becomes_an_operation() {
        let mut grower = Grower::new("p");
        let one = grower.add(NodeId::ROOT, "a\n");
        let two = grower.add(one, "b\n");
        let all = [NodeId::ROOT, one, two];
        grower.act(Actor::Person, Body::Labelled { node: one, label: Some(Label::Bad) });
        let bad = Marks::Label(Some(Label::Bad)).on(&grower.tree, &all);
        assert_eq!(bad, [Body::Labelled { node: two, label: Some(Label::Bad) }]);
        let tag = Marks::Tag("hard".to_owned(), true).on(&grower.tree, &all);
        grower.act(Actor::Person, together(tag).unwrap());
        assert_eq!(grower.tree.node(two).tags(), ["hard"]);
        grower.act(Actor::Person, Body::Pruned { node: one });
        assert_eq!(Marks::Prune(true).on(&grower.tree, &all), []);
        assert_eq!(Marks::Prune(false).on(&grower.tree, &all), [Body::Restored { node: one }]);
        assert_eq!(together(Vec::new()), None);
    }
}
