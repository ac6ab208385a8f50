//! The cache over a store that remembers what is in every cell, which must at any time be what
//! the cache believes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// A key-value cache in which a cell holds the token that was decoded into it, and every token
/// before it.
#[derive(Default)]
struct Oracle {
    lanes: BTreeMap<usize, Vec<usize>>,
    cells: Vec<Vec<i32>>,
    most: usize,
}

impl Oracle {
    fn decode(&mut self, lane: usize, token: i32) {
        let mut all = self.tokens(lane);
        all.push(token);
        self.put(lane, all);
    }

    fn put(&mut self, lane: usize, all: Vec<i32>) {
        self.cells.push(all);
        let cell = self.cells.len() - 1;
        self.lanes.entry(lane).or_default().push(cell);
        assert!(self.used() <= self.most, "more cells than there are");
    }

    fn tokens(&self, lane: usize) -> Vec<i32> {
        let last = self.lanes.get(&lane).and_then(|cells| cells.last());
        last.map_or_else(Vec::new, |cell| self.cells[*cell].clone())
    }

    fn used(&self) -> usize {
        self.lanes.values().flatten().collect::<BTreeSet<_>>().len()
    }
}

impl Store for Oracle {
    type Blob = (usize, Vec<Vec<i32>>);

    fn copy(&mut self, from: usize, to: usize, length: usize) {
        assert!(self.tokens(to).is_empty(), "a lane is empty before it is filled");
        let cells = self.lanes.entry(from).or_default()[..length].to_vec();
        self.lanes.insert(to, cells);
    }

    fn remove(&mut self, lane: usize, start: usize) {
        self.lanes.entry(lane).or_default().truncate(start);
    }

    fn save(&mut self, lane: usize, start: usize, end: usize) -> Option<(Self::Blob, usize)> {
        let held = self.lanes[&lane][start..end].iter().map(|cell| self.cells[*cell].clone());
        Some(((start, held.collect()), end - start))
    }

    fn restore(&mut self, blob: &Self::Blob, lane: usize, start: usize, end: usize) -> bool {
        assert_eq!(self.tokens(lane).len(), start, "spans come back in order");
        for at in start..end {
            self.put(lane, blob.1[at - blob.0].clone());
        }
        true
    }
}

fn cache(lanes: usize, cells: usize, budget: usize) -> Cache<Oracle> {
    let oracle = Oracle { most: cells, ..Oracle::default() };
    Cache::new(oracle, lanes, cells, budget)
}

impl Cache<Oracle> {
    fn decode(&mut self, lane: usize, token: i32) {
        self.store.decode(lane, token);
        self.advance(lane, token);
    }

    /// Opens a lane on a sequence and decodes what is not known; returns how much was known.
    fn read(&mut self, tokens: &[i32]) -> (usize, usize) {
        let (lane, known) = self.open(tokens).unwrap();
        for token in &tokens[known..] {
            assert!(self.make_room(1));
            self.decode(lane, *token);
        }
        (lane, known)
    }

    /// Forgets everything that no active lane holds.
    fn forget(&mut self) {
        let budget = std::mem::take(&mut self.budget);
        while self.evict(None).is_some() {}
        self.keep_budget();
        self.budget = budget;
    }

    fn check(&self) {
        for (number, lane) in self.lanes.iter().enumerate() {
            let path = self.spans.path(lane.at);
            let whole: Vec<i32> =
                path.iter().flat_map(|span| self.spans.get(*span).tokens.clone()).collect();
            assert_eq!(self.store.tokens(number), whole[..lane.at.length], "lane {number}");
            assert_eq!(lane.cells.len(), lane.at.length, "lane {number}");
            for span in path {
                assert!(self.held(span) == self.spans.end(span) || self.saved(span));
            }
        }
        for span in self.spans.stale_leaves(|_| true) {
            assert!(self.held(span) == self.spans.end(span) || self.saved(span), "{span}");
        }
        assert_eq!(self.store.used(), self.cells(), "cells");
        assert!(self.pinned.is_empty());
    }

    fn saved(&self, span: usize) -> bool {
        self.spans.get(span).blob.is_some()
    }
}

#[test]
fn a_prefix_is_shared_and_a_known_path_is_gone_on_with_in_place() {
    let mut cache = cache(4, 100, 1000);
    let (first, known) = cache.read(&[1, 2, 3]);
    assert_eq!(known, 0);
    cache.release(first, usize::MAX);
    let (longer, known) = cache.read(&[1, 2, 3, 4]);
    assert_eq!((longer, known), (first, 3));
    let (beside, known) = cache.read(&[1, 2, 9]);
    assert_eq!((beside == first, known), (false, 2));
    assert_eq!(cache.cells(), 5);
    cache.check();
}

#[test]
fn what_gives_way_comes_back_from_host_memory() {
    let mut cache = cache(8, 12, 1000);
    for branch in 0..4 {
        let path = [1, 2, 3, 4, 10 + branch, 20, 30, 40];
        let (lane, known) = cache.read(&path);
        assert_eq!(known, if branch == 0 { 0 } else { 4 });
        cache.release(lane, usize::MAX);
        cache.check();
    }
    let before = cache.traffic.restored;
    for branch in 0..4 {
        let (lane, known) = cache.read(&[1, 2, 3, 4, 10 + branch, 20, 30, 40, 50]);
        assert_eq!(known, 8, "branch {branch} is remembered");
        cache.release(lane, 8);
        cache.check();
    }
    assert!(cache.traffic.restored > before);
}

#[test]
fn forks_share_until_they_differ() {
    let mut cache = cache(4, 100, 1000);
    let (one, _) = cache.read(&[1, 2]);
    let other = cache.fork(one).unwrap();
    for (lane, token) in [(one, 3), (other, 3), (one, 4), (other, 5)] {
        cache.decode(lane, token);
        cache.check();
    }
    assert_eq!(cache.cells(), 6);
    cache.release(one, usize::MAX);
    cache.release(other, usize::MAX);
    assert_eq!((cache.known(&[1, 2, 3, 4]), cache.known(&[1, 2, 3, 5, 6])), (4, 4));
    cache.check();
}

#[test]
fn a_question_is_dropped_and_a_repeated_path_takes_one_lane() {
    let mut cache = cache(4, 100, 1000);
    let (lane, _) = cache.read(&[1, 2, 3, 70, 71]);
    cache.release(lane, 3);
    assert_eq!((cache.known(&[1, 2, 3, 70]), cache.cells()), (3, 3));
    let (again, known) = cache.read(&[1, 2, 3, 80]);
    assert_eq!(known, 3);
    cache.release(again, 3);
    assert_eq!(cache.lanes(), (1, 0));
    cache.check();
}

#[test]
fn host_memory_keeps_its_budget_and_the_stalest_leaf_goes_first() {
    let mut cache = cache(8, 16, 24);
    for branch in 0..10 {
        let path: Vec<i32> = [1, 2].into_iter().chain((0..6).map(|at| branch * 10 + at)).collect();
        let (lane, _) = cache.read(&path);
        cache.release(lane, usize::MAX);
        assert!(cache.bytes() <= 24);
        cache.check();
    }
    assert_eq!(cache.known(&[1, 2, 0, 1]), 2, "the oldest is forgotten");
    assert_eq!(cache.known(&[1, 2, 90, 91]), 4);
}

#[test]
fn active_lanes_never_give_way() {
    let mut cache = cache(2, 6, 1000);
    let (one, _) = cache.read(&[1, 2, 3]);
    let (two, _) = cache.read(&[4, 5, 6]);
    assert_eq!((cache.open(&[7]), cache.make_room(1), cache.fork(one)), (None, false, None));
    cache.release(two, usize::MAX);
    assert!(cache.make_room(3));
    cache.check();
    cache.forget();
    assert_eq!((cache.known(&[1, 2, 3]), cache.known(&[4]), cache.bytes()), (3, 0, 0));
    cache.check();
}

proptest! {
    /// Whatever is opened, forked, decoded and released in whatever order, under any shortage:
    /// a lane holds exactly its path, and no cell leaks.
    #[test]
    fn every_lane_holds_its_path(
        steps in prop::collection::vec((0..5u8, 0..8usize, prop::collection::vec(1..4i32, 1..9)), 1..120),
        lanes in 2..7usize,
        cells in 16..60usize,
        budget in 0..80usize,
    ) {
        let mut cache = cache(lanes, cells, budget);
        let mut active: Vec<usize> = Vec::new();
        for (kind, which, tokens) in steps {
            let chosen = (!active.is_empty()).then(|| which % active.len().max(1));
            match (kind, chosen) {
                (0, _) => {
                    if let Some((lane, known)) = cache.open(&tokens) {
                        active.push(lane);
                        for token in &tokens[known..] {
                            if cache.make_room(1) {
                                cache.decode(lane, *token);
                            }
                        }
                    }
                }
                (1, Some(at)) => active.extend(cache.fork(active[at])),
                (2, Some(at)) => {
                    for token in tokens {
                        if cache.make_room(1) {
                            cache.decode(active[at], token);
                        }
                    }
                }
                (3, Some(at)) => {
                    let keep = if which < 4 { usize::MAX } else { which };
                    cache.release(active.swap_remove(at), keep);
                }
                (4, _) => cache.trim(which * 4),
                _ => {}
            }
            cache.check();
        }
        for lane in active {
            cache.release(lane, usize::MAX);
        }
        cache.forget();
        cache.check();
        prop_assert_eq!((cache.cells(), cache.spans(), cache.bytes(), cache.lanes()), (0, 0, 0, (0, 0)));
    }
}
