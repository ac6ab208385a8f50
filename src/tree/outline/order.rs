//! The order of siblings, and the buckets of wide parents.
//!
//! Responsible for which sibling comes before which where that is not the order of creation, and
//! for the window of children that a wide parent shows. What comes later stands last until
//! somebody sorts again, so that rows never jump by themselves.

use super::{Outline, hides};
use crate::tree::{NodeId, Tree};

/// Links between siblings where they are sorted; nothing as long as they are not.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Order {
    links: Vec<Links>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Links {
    first: Option<NodeId>,
    last: Option<NodeId>,
    previous: Option<NodeId>,
    next: Option<NodeId>,
}

/// The bucket that a wide parent shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bucket {
    /// Counted from 0.
    number: u32,
    /// The first child in it.
    first: NodeId,
}

impl Order {
    /// Adds a child behind its siblings and returns the one before it.
    pub fn append(&mut self, tree: &Tree, parent: NodeId, id: NodeId) -> Option<NodeId> {
        if self.links.is_empty() {
            return tree.node(id).previous();
        }
        self.links.resize(self.links.len().max(id.index() + 1), Links::default());
        let before = self.links[parent.index()].last.replace(id);
        match before {
            Some(before) => self.links[before.index()].next = Some(id),
            None => self.links[parent.index()].first = Some(id),
        }
        self.links[id.index()].previous = before;
        before
    }
}

impl Outline {
    fn first(&self, tree: &Tree, parent: NodeId) -> Option<NodeId> {
        let links = self.order.links.get(parent.index());
        links.map_or_else(|| tree.node(parent).first_child(), |links| links.first)
    }

    fn after(&self, tree: &Tree, id: NodeId) -> Option<NodeId> {
        let links = self.order.links.get(id.index());
        links.map_or_else(|| tree.node(id).next(), |links| links.next)
    }

    pub(super) fn before(&self, tree: &Tree, id: NodeId) -> Option<NodeId> {
        let links = self.order.links.get(id.index());
        links.map_or_else(|| tree.node(id).previous(), |links| links.previous)
    }

    /// Returns the children of a node in the order of their rows, those without one too.
    pub fn children<'a>(
        &'a self,
        tree: &'a Tree,
        parent: NodeId,
    ) -> impl Iterator<Item = NodeId> + 'a {
        std::iter::successors(self.first(tree, parent), |at| self.after(tree, *at))
    }

    /// Returns the nearest sibling before or after a node that has a row or would have one in
    /// another bucket.
    #[must_use]
    pub fn sibling(&self, tree: &Tree, id: NodeId, forwards: bool) -> Option<NodeId> {
        let to = |at: NodeId| if forwards { self.after(tree, at) } else { self.before(tree, at) };
        std::iter::successors(to(id), |at| to(*at)).find(|at| !self.is_left_out(tree, *at))
    }

    /// Returns whether a node has no row whatever bucket is shown.
    #[must_use]
    pub fn is_left_out(&self, tree: &Tree, id: NodeId) -> bool {
        self.is_filtered(id) || hides(tree, id)
    }

    /// Returns the node, or what it hangs on if it repeats a sibling or was withdrawn, as what can
    /// be brought to a row by unfolding and by ending a filter.
    #[must_use]
    pub fn showable(&self, tree: &Tree, id: NodeId) -> NodeId {
        let hidden = tree.ancestors(id).filter(|at| hides(tree, *at)).last();
        hidden.and_then(|at| tree.node(at).parent()).unwrap_or(id)
    }

    /// The number of the bucket that a node shows.
    pub(super) fn bucket_of(&self, parent: NodeId) -> u32 {
        self.buckets.get(&parent).map_or(0, |bucket| bucket.number)
    }

    /// The children of a node that are in its bucket, or all if a filter is on, with or without a
    /// row.
    pub(super) fn shown<'a>(
        &'a self,
        tree: &'a Tree,
        parent: NodeId,
    ) -> impl Iterator<Item = NodeId> + 'a {
        let bucket = self.buckets.get(&parent).filter(|_| !self.filters);
        let first = bucket.map_or_else(|| self.first(tree, parent), |bucket| Some(bucket.first));
        std::iter::successors(first, |at| self.shown_after(tree, *at))
    }

    /// The next sibling that is in the bucket.
    pub(super) fn shown_after(&self, tree: &Tree, id: NodeId) -> Option<NodeId> {
        self.after(tree, id).filter(|at| {
            let view = self.views.get(at.index());
            view.is_some_and(|view| self.filters || !view.outside)
        })
    }

    /// Shows the bucket that a node is in. No filter is on.
    pub(super) fn turn_to(&mut self, tree: &Tree, id: NodeId) {
        let Some(parent) = tree.node(id).parent() else { return };
        let (size, number) = (self.bucket, self.views[id.index()].place / self.bucket);
        let is_in = |outline: &Self, at: NodeId| outline.views[at.index()].place / size == number;
        let mut first = id;
        while let Some(before) = self.before(tree, first).filter(|at| is_in(self, *at)) {
            first = before;
        }
        let rows = |outline: &Self, ids: &[NodeId]| {
            ids.iter().map(|at| i64::from(outline.views[at.index()].rows())).sum::<i64>()
        };
        let old: Vec<_> = self.shown(tree, parent).collect();
        let gone = rows(self, &old);
        for at in old {
            let view = &mut self.views[at.index()];
            (view.outside, view.hidden, view.joined) = (true, true, false);
        }
        self.buckets.insert(parent, Bucket { number, first });
        let all = std::iter::successors(Some(first), |at| self.after(tree, *at));
        let new: Vec<_> = all.take_while(|at| is_in(self, *at)).collect();
        for at in &new {
            self.views[at.index()].outside = false;
            self.views[at.index()].hidden = self.is_to_be_hidden(tree, *at);
        }
        if let Some(only) = self.only_child(tree, parent) {
            self.views[only.index()].joined = self.joins_chains && parent != NodeId::ROOT;
        }
        let came = rows(self, &new);
        self.climb(tree, parent, came - gone);
    }

    /// Returns which children of a wide parent are shown, counted from 1, and how many it has;
    /// nothing where all are.
    #[must_use]
    pub fn bucket(&self, tree: &Tree, parent: NodeId) -> Option<(u32, u32, u32)> {
        let all = tree.node(parent).child_count();
        if all <= self.bucket || self.filters {
            return None;
        }
        let first = self.bucket_of(parent) * self.bucket;
        Some((first + 1, (first + self.bucket).min(all), all))
    }

    /// Returns the sibling that is a bucket further on, or the last one before that; a bucket back
    /// if not forwards.
    #[must_use]
    pub fn far_sibling(&self, tree: &Tree, id: NodeId, forwards: bool) -> Option<NodeId> {
        let to = |at: &NodeId| self.sibling(tree, *at, forwards);
        std::iter::successors(to(&id), to).take(self.bucket as usize).last()
    }

    /// Sorts siblings by a number, the highest first and equals as they were created; by creation
    /// without one.
    pub fn sort(&mut self, tree: &Tree, key: Option<&dyn Fn(NodeId) -> f64>) {
        self.order.links.clear();
        self.buckets.clear();
        if key.is_some() {
            self.order.links.resize(tree.len(), Links::default());
        }
        for parent in tree.ids().filter(|id| tree.node(*id).first_child().is_some()) {
            let mut children: Vec<_> = tree.children(parent).collect();
            if let Some(key) = key {
                let mut keyed: Vec<_> = children.iter().map(|id| (key(*id), *id)).collect();
                keyed.sort_by(|one, other| other.0.total_cmp(&one.0));
                children = keyed.into_iter().map(|(_, id)| id).collect();
            }
            for (place, child) in (0u32..).zip(&children) {
                if key.is_some() {
                    self.order.append(tree, parent, *child);
                }
                let view = &mut self.views[child.index()];
                (view.place, view.outside) = (place, place >= self.bucket);
                self.views[child.index()].hidden = self.is_to_be_hidden(tree, *child);
            }
        }
        self.set_joins_chains(tree, self.joins_chains);
    }
}
