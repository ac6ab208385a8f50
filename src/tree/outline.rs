//! The outline: which rows a tree has on a screen, and how to find them fast.
//!
//! Responsible for folds, for showing a chain (a run of only children) as one row, for showing the
//! children of a wide parent a bucket at a time, for the order of siblings, and for counting
//! rows per subtree, so that finding row 500,000 does not walk 500,000 rows. Not responsible
//! for drawing, nor for the tree: an outline is a view, and many can look at one tree.
//!
//! Invariant, for every node: `inner` is the sum of the children's rows; a node's rows are 1
//! (0 if it continues the row of its parent) and, unless folded, `inner`. A hidden node, which
//! repeats a sibling, was withdrawn, or is not in its parent's bucket, has no rows, and neither has
//! anything below it.

use std::collections::HashMap;

use super::arena::Tree;
use super::node::{NodeId, State};

mod order;

use order::{Bucket, Order};

/// The visible rows of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    views: Vec<View>,
    joins_chains: bool,
    /// Whether a filter is on; then what it keeps shows, whatever its bucket.
    filters: bool,
    order: Order,
    /// Wide parents that do not show their first bucket.
    buckets: HashMap<NodeId, Bucket>,
    /// How many children a bucket has.
    bucket: u32,
}

/// How many children of a node are shown at a time.
const BUCKET: u32 = 256;

#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(clippy::struct_excessive_bools)] // facts that hold apart from one another
struct View {
    folded: bool,
    /// Whether the node shares the row of its parent.
    joined: bool,
    /// Whether the node has no row, for any reason but a fold above it.
    hidden: bool,
    /// Whether the node has no row because a filter leaves it out, and all below it.
    filtered: bool,
    /// Whether its parent shows another bucket of its children.
    outside: bool,
    /// How many siblings go before it.
    place: u32,
    inner: u32,
}

impl View {
    fn rows(self) -> u32 {
        if self.hidden {
            return 0;
        }
        u32::from(!self.joined) + if self.folded { 0 } else { self.inner }
    }
}

/// One row: a node, or a chain of only children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The first node of the row.
    pub head: NodeId,
    /// The last node of the row; the same as `head` unless the row is a chain.
    pub tail: NodeId,
}

impl Outline {
    /// Makes an outline of a tree with everything unfolded.
    #[must_use]
    pub fn new(tree: &Tree) -> Self {
        Self::folded(tree, true, |_| false)
    }

    /// Makes an outline of a tree with some nodes folded, and its chains joined or not.
    #[must_use]
    pub fn folded(tree: &Tree, joins_chains: bool, folds: impl Fn(NodeId) -> bool) -> Self {
        Self::with_buckets_of(tree, BUCKET, joins_chains, folds)
    }

    /// Makes an outline that shows so many children of a node at a time, in two passes over the
    /// nodes: one finds which have rows, the other counts them.
    pub(super) fn with_buckets_of(
        tree: &Tree,
        bucket: u32,
        joins_chains: bool,
        folds: impl Fn(NodeId) -> bool,
    ) -> Self {
        let bucket = bucket.max(2);
        let mut views = vec![View::default(); tree.len()];
        // The parent of each node, and how many of its children have a row.
        let mut parents = vec![NodeId::ROOT; tree.len()];
        let mut children = vec![0u32; tree.len()];
        for id in tree.ids() {
            let node = tree.node(id);
            let folded = node.first_child().is_some() && folds(id);
            let place = node.previous().map_or(0, |at| views[at.index()].place + 1);
            let outside = place >= bucket;
            let hidden = node.parent().is_some() && (outside || hides(tree, id));
            views[id.index()] = View { folded, hidden, outside, place, ..View::default() };
            if let Some(parent) = node.parent() {
                parents[id.index()] = parent;
                children[parent.index()] += u32::from(!hidden);
            }
        }
        // Children have the higher numbers.
        for id in tree.ids().rev().take_while(|id| *id != NodeId::ROOT) {
            let parent = parents[id.index()];
            let view = &mut views[id.index()];
            let only = !view.hidden && children[parent.index()] == 1;
            view.joined = joins_chains && parent != NodeId::ROOT && only;
            let rows = view.rows();
            views[parent.index()].inner += rows;
        }
        let (order, buckets) = (Order::default(), HashMap::new());
        Self { views, joins_chains, filters: false, order, buckets, bucket }
    }

    /// Takes in the nodes that were added to the tree since the last call.
    pub fn sync(&mut self, tree: &Tree) {
        while self.views.len() < tree.len() {
            let id = NodeId(u32::try_from(self.views.len()).unwrap_or(u32::MAX));
            self.add(tree, id);
        }
    }

    fn add(&mut self, tree: &Tree, id: NodeId) {
        let Some(parent) = tree.node(id).parent() else { return };
        let before = self.order.append(tree, parent, id);
        let place = before.map_or(0, |at| self.views[at.index()].place + 1);
        let outside = place / self.bucket != self.bucket_of(parent);
        // What comes while a filter is on shows where its parent does.
        let filtered = self.views[parent.index()].filtered;
        let hidden = filtered || (outside && !self.filters) || hides(tree, id);
        let is_shown = |at: &NodeId| self.filters || !self.views[at.index()].outside;
        let elders = std::iter::successors(before, |at| self.before(tree, *at));
        let elder = elders.take_while(is_shown).find(|at| !hidden && !self.is_hidden(*at));
        let joined = elder.is_none() && !hidden && self.joins_chains && parent != NodeId::ROOT;
        let view = View { joined, hidden, filtered, outside, place, ..View::default() };
        self.views.push(view);
        let mut more = view.rows();
        if let Some(elder) = elder
            && self.views[elder.index()].joined
        {
            // The elder is an only child no longer, so it gets a row of its own.
            self.views[elder.index()].joined = false;
            more += 1;
        }
        self.climb(tree, parent, i64::from(more));
    }

    /// Takes the row of a node away if the node turned out to repeat a sibling or was withdrawn,
    /// and gives it back if it came back. A sibling that is left alone joins the row of its
    /// parent.
    pub fn refresh(&mut self, tree: &Tree, id: NodeId) {
        let Some(parent) = tree.node(id).parent() else { return };
        let hidden = self.is_to_be_hidden(tree, id);
        if self.is_hidden(id) != hidden {
            self.change(tree, parent, |outline| outline.views[id.index()].hidden = hidden);
        }
    }

    /// Whether a node is to have no row.
    fn is_to_be_hidden(&self, tree: &Tree, id: NodeId) -> bool {
        let view = self.views[id.index()];
        view.filtered || (view.outside && !self.filters) || hides(tree, id)
    }

    /// Changes which children of a node have rows, and counts anew.
    fn change(&mut self, tree: &Tree, parent: NodeId, change: impl FnOnce(&mut Self)) {
        let rows = |outline: &Self| {
            outline
                .shown(tree, parent)
                .map(|at| i64::from(outline.views[at.index()].rows()))
                .sum::<i64>()
        };
        let before = rows(self);
        let joined: Vec<_> = self.shown(tree, parent).collect();
        for child in joined {
            self.views[child.index()].joined = false;
        }
        change(self);
        if let Some(only) = self.only_child(tree, parent) {
            self.views[only.index()].joined = self.joins_chains && parent != NodeId::ROOT;
        }
        let change = rows(self) - before;
        self.climb(tree, parent, change);
    }

    /// The one child that has rows, if there is just one.
    fn only_child(&self, tree: &Tree, parent: NodeId) -> Option<NodeId> {
        let mut shown = self.shown(tree, parent).filter(|child| !self.is_hidden(*child));
        let only = shown.next()?;
        shown.next().is_none().then_some(only)
    }

    /// Returns whether a node has no row, for any reason but a fold above it: it repeats a sibling,
    /// was withdrawn, is filtered out, or is in another bucket than its parent shows.
    #[must_use]
    pub fn is_hidden(&self, id: NodeId) -> bool {
        self.views.get(id.index()).is_some_and(|view| view.hidden)
    }

    /// Adds rows below `from` and tells the ancestors, as far as it shows.
    fn climb(&mut self, tree: &Tree, from: NodeId, change: i64) {
        let mut at = Some(from);
        while let Some(id) = at
            && change != 0
        {
            let view = &mut self.views[id.index()];
            view.inner = view.inner.saturating_add_signed(i32::try_from(change).unwrap_or(0));
            if view.folded || view.hidden {
                return;
            }
            at = tree.node(id).parent();
        }
    }

    /// Returns the number of visible rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.views.first().map_or(0, |root| root.rows() as usize)
    }

    /// Returns whether there are no rows; an outline that was synced always has the root's.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the row at a position, counted from 0.
    #[must_use]
    pub fn row(&self, tree: &Tree, position: usize) -> Option<Row> {
        let mut left = u32::try_from(position).ok()?;
        let mut at = NodeId::ROOT;
        loop {
            let view = self.views.get(at.index())?;
            if left >= view.rows() {
                return None;
            }
            if !view.joined {
                if left == 0 {
                    return Some(Row { head: at, tail: self.tail(tree, at) });
                }
                left -= 1;
            }
            at = self.shown(tree, at).find(|child| {
                let rows = self.views[child.index()].rows();
                let here = left < rows;
                left -= if here { 0 } else { rows };
                here
            })?;
        }
    }

    /// Returns the row that follows a row.
    #[must_use]
    pub fn next(&self, tree: &Tree, row: Row) -> Option<Row> {
        let tail = row.tail;
        let after = |id: NodeId| tree.ancestors(id).find_map(|at| self.shown_after(tree, at));
        let below = if self.is_folded(tail) { None } else { self.shown(tree, tail).next() };
        let mut head = below.or_else(|| after(tail))?;
        while self.is_hidden(head) {
            head = after(head)?;
        }
        Some(Row { head, tail: self.tail(tree, head) })
    }

    /// Returns the row that shows a node, unfolded or not; `None` if an ancestor's fold hides it.
    #[must_use]
    pub fn row_of(&self, tree: &Tree, id: NodeId) -> Option<Row> {
        let head = self.head(tree, id);
        let mut above = tree.ancestors(id).skip(1);
        let hidden = above.any(|at| self.is_folded(at) || self.is_hidden(at));
        (!hidden).then(|| Row { head, tail: self.tail(tree, head) })
    }

    /// Returns the position of the row that shows a node, or of the fold that hides it.
    #[must_use]
    pub fn position(&self, tree: &Tree, id: NodeId) -> usize {
        let shown = tree.ancestors(id).filter(|at| self.is_folded(*at)).last().unwrap_or(id);
        let mut position = 0u32;
        let mut at = self.head(tree, shown);
        while let Some(parent) = tree.node(at).parent() {
            let before = self.shown(tree, parent).take_while(|id| *id != at);
            position += before.map(|id| self.views[id.index()].rows()).sum::<u32>();
            position += u32::from(!self.views[parent.index()].joined);
            at = parent;
        }
        position as usize
    }

    /// Returns the first node of the row that a node is on.
    #[must_use]
    pub fn head(&self, tree: &Tree, id: NodeId) -> NodeId {
        tree.ancestors(id).find(|at| !self.views[at.index()].joined).unwrap_or(NodeId::ROOT)
    }

    fn tail(&self, tree: &Tree, head: NodeId) -> NodeId {
        let mut tail = head;
        while !self.is_folded(tail)
            && let Some(child) = self.shown(tree, tail).find(|child| !self.is_hidden(*child))
            && self.views[child.index()].joined
        {
            tail = child;
        }
        tail
    }

    /// Returns whether a sibling with a row follows a node.
    #[must_use]
    pub fn has_next(&self, tree: &Tree, id: NodeId) -> bool {
        let later =
            std::iter::successors(self.shown_after(tree, id), |at| self.shown_after(tree, *at));
        later.into_iter().any(|at| !self.is_hidden(at))
    }

    /// Returns the rows above a row that it hangs from, nearest first, by their heads.
    pub fn parents<'a>(
        &'a self,
        tree: &'a Tree,
        head: NodeId,
    ) -> impl Iterator<Item = NodeId> + 'a {
        tree.ancestors(head).skip(1).filter(|at| !self.views[at.index()].joined)
    }

    /// Returns whether the rows below a node are hidden.
    #[must_use]
    pub fn is_folded(&self, id: NodeId) -> bool {
        self.views.get(id.index()).is_some_and(|view| view.folded)
    }

    /// Hides or shows the rows below a node.
    pub fn set_folded(&mut self, tree: &Tree, id: NodeId, folded: bool) {
        let view = &mut self.views[id.index()];
        if view.folded == folded || (folded && tree.node(id).first_child().is_none()) {
            return;
        }
        let before = i64::from(view.rows());
        view.folded = folded;
        let change = i64::from(view.rows()) - before;
        if let Some(parent) = tree.node(id).parent() {
            self.climb(tree, parent, change);
        }
    }

    /// Folds every node that has children, the root excepted, or unfolds all.
    pub fn set_all_folded(&mut self, tree: &Tree, folded: bool) {
        for id in tree.ids().skip(1) {
            self.views[id.index()].folded = folded && tree.node(id).first_child().is_some();
        }
        self.views[0].folded = false;
        self.recount(tree);
    }

    /// Shows only nodes that are kept, and what leads to them; everything if there is no filter.
    pub fn set_filter(&mut self, tree: &Tree, keeps: Option<&dyn Fn(NodeId) -> bool>) {
        self.filters = keeps.is_some();
        let mut kept = vec![keeps.is_none(); tree.len()];
        if let Some(keeps) = keeps {
            kept[0] = true;
            // Children have the higher numbers.
            for id in tree.ids().rev() {
                let Some(parent) = tree.node(id).parent() else { continue };
                kept[id.index()] = !hides(tree, id) && (kept[id.index()] || keeps(id));
                kept[parent.index()] |= kept[id.index()];
            }
        }
        for id in tree.ids().skip(1) {
            self.views[id.index()].filtered = !kept[id.index()];
            self.views[id.index()].hidden = self.is_to_be_hidden(tree, id);
        }
        self.set_joins_chains(tree, self.joins_chains);
    }

    /// Returns whether a filter leaves a node out.
    #[must_use]
    pub fn is_filtered(&self, id: NodeId) -> bool {
        self.views.get(id.index()).is_some_and(|view| view.filtered)
    }

    /// Returns how many rows a node and all below it have.
    #[must_use]
    pub fn rows_within(&self, id: NodeId) -> usize {
        self.views.get(id.index()).map_or(0, |view| view.rows() as usize)
    }

    /// Shows chains as one row each, or every node on its own row.
    pub fn set_joins_chains(&mut self, tree: &Tree, joins: bool) {
        self.joins_chains = joins;
        for id in tree.ids().skip(1) {
            self.views[id.index()].joined = false;
        }
        for parent in tree.ids().skip(1).filter(|_| joins) {
            if let Some(only) = self.only_child(tree, parent) {
                self.views[only.index()].joined = true;
            }
        }
        self.recount(tree);
    }

    /// Returns whether chains share a row.
    #[must_use]
    pub fn joins_chains(&self) -> bool {
        self.joins_chains
    }

    /// Unfolds whatever hides a node, and turns to its bucket.
    pub fn reveal(&mut self, tree: &Tree, id: NodeId) {
        let is_outside = |at: &NodeId| !self.filters && self.views[at.index()].outside;
        let outside: Vec<_> = tree.ancestors(id).filter(is_outside).collect();
        for at in outside {
            self.turn_to(tree, at);
        }
        let folded: Vec<_> = tree.ancestors(id).skip(1).filter(|at| self.is_folded(*at)).collect();
        for at in folded {
            self.set_folded(tree, at, false);
        }
    }

    /// Counts all rows anew, children before parents (children have the higher numbers).
    fn recount(&mut self, tree: &Tree) {
        self.views.iter_mut().for_each(|view| view.inner = 0);
        for id in tree.ids().rev() {
            let rows = self.views[id.index()].rows();
            if let Some(parent) = tree.node(id).parent() {
                self.views[parent.index()].inner += rows;
            }
        }
    }
}

/// Whether a node is to have no row.
fn hides(tree: &Tree, id: NodeId) -> bool {
    tree.node(id).state() == State::Duplicate || tree.node(id).is_withdrawn()
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
