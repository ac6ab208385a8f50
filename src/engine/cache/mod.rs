//! The cache: the keys and values of a tree of tokens, so that none is decoded twice.
//!
//! The key-value cache of llama.cpp is flat: cells, each of which belongs to some numbered
//! sequences. Here a *lane* is such a sequence and holds one path from the root. Lanes share the
//! cells of a common prefix. A lane is active while something is decoded in it; afterwards it is
//! retired and stays as long as there is room, because the next request often goes on there.
//! When a retired lane gives way, the spans that only it holds are saved to host memory, and
//! come back from there, root first, when a path needs them: some thousand times cheaper than
//! to decode them again. When host memory is full, the leaf that was used longest ago is
//! forgotten; what is needed again after that is decoded again from its nearest known ancestor.
//!
//! Responsible for which lane holds what, and for making room. Not responsible for decoding.
//!
//! Invariants: every span is held in full by a lane or is saved; a lane's cells are those of
//! its path, and a cell is free when no lane has it. How many hold a span is counted from the
//! lanes, which are few, so no count can go wrong.

mod cells;
mod spans;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::rc::Rc;

pub use cells::Cells;
use spans::{Position, ROOT, Spans};

/// What a key-value cache can do. Lanes are numbered from 0; ranges are of positions.
pub trait Store {
    /// Keys and values outside of the cache.
    type Blob;
    /// Lets a lane share another's cells.
    fn copy(&mut self, from: usize, to: usize, length: usize);
    /// Takes a lane's cells from a position on away from it.
    fn remove(&mut self, lane: usize, start: usize);
    /// Copies keys and values of a range out of the cache, with their size in bytes.
    fn save(&mut self, lane: usize, start: usize, end: usize) -> Option<(Self::Blob, usize)>;
    /// Puts the given range of a blob into free cells of a lane.
    fn restore(&mut self, blob: &Self::Blob, lane: usize, start: usize, end: usize) -> bool;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Active,
    Retired,
}

#[derive(Debug)]
struct Lane {
    state: State,
    at: Position,
    /// Our names for its cells, one a token.
    cells: Vec<usize>,
    used: u64,
}

/// What went out to host memory and came back, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    pub saved: u64,
    pub restored: u64,
}

/// The cache of one context.
#[derive(Debug)]
pub struct Cache<S: Store> {
    pub store: S,
    pub traffic: Traffic,
    spans: Spans<S::Blob>,
    lanes: Vec<Lane>,
    /// How many lanes have each cell.
    holders: Vec<u32>,
    vacant: Vec<usize>,
    /// The most bytes in host memory.
    budget: usize,
    /// Whether what was decoded is used again.
    reuse: bool,
    /// A path that is being brought back, which must not be forgotten meanwhile.
    pinned: Vec<usize>,
    clock: u64,
}

impl<S: Store> Cache<S> {
    pub fn new(store: S, lanes: usize, cells: usize, budget: usize) -> Self {
        let lane = || Lane { state: State::Free, at: ROOT, cells: Vec::new(), used: 0 };
        Self {
            store,
            traffic: Traffic::default(),
            spans: Spans::new(),
            lanes: (0..lanes).map(|_| lane()).collect(),
            holders: vec![0; cells],
            vacant: (0..cells).rev().collect(),
            budget,
            reuse: true,
            pinned: Vec::new(),
            clock: 0,
        }
    }

    /// Returns the cache such that nothing is used again: a lane is empty when it is opened, and
    /// emptied when it is released. Forks share as ever.
    pub fn without_reuse(mut self) -> Self {
        self.reuse = false;
        self
    }

    /// Returns how many cells hold something.
    pub fn cells(&self) -> usize {
        self.holders.len() - self.vacant.len()
    }

    /// Returns the bytes in host memory.
    pub fn bytes(&self) -> usize {
        self.spans.bytes()
    }

    /// Returns the most bytes that host memory may hold.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Returns how many spans are remembered.
    pub fn spans(&self) -> usize {
        self.spans.count()
    }

    /// Returns how many lanes are in use, and how many of them are active.
    pub fn lanes(&self) -> (usize, usize) {
        let count = |state| self.lanes.iter().filter(|lane| lane.state == state).count();
        (count(State::Active) + count(State::Retired), count(State::Active))
    }

    /// Returns how many leading tokens of a sequence are known.
    pub fn known(&self, tokens: &[i32]) -> usize {
        if self.reuse { self.spans.find(tokens).length } else { 0 }
    }

    /// Makes a lane that holds as much of a sequence as is known. Returns the lane and how many
    /// tokens it holds; `None` if all lanes are active.
    pub fn open(&mut self, tokens: &[i32]) -> Option<(usize, usize)> {
        let at = if self.reuse { self.spans.find(tokens) } else { ROOT };
        self.pinned = self.spans.path(at);
        let lane = self.fill(at.length);
        self.pinned.clear();
        lane.map(|lane| (lane, self.lanes[lane].at.length))
    }

    /// Makes an active lane that holds the pinned path up to a length.
    fn fill(&mut self, length: usize) -> Option<usize> {
        let path = self.pinned.clone();
        let stamp = self.spans.touch(&path);
        let source = (0..self.lanes.len())
            .filter(|lane| self.lanes[*lane].state != State::Free)
            .map(|lane| (self.shared(lane, stamp).min(length), lane))
            .filter(|(shared, _)| *shared > 0)
            .max_by_key(|(shared, lane)| (*shared, self.may_extend(*lane, *shared)));
        let lane = match source {
            Some((shared, lane)) if self.may_extend(lane, shared) => lane,
            Some((shared, from)) => {
                let lane = self.vacate(Some(from))?;
                self.share(from, lane, shared);
                self.lanes[lane].at = self.on(&path, shared);
                lane
            }
            None => self.vacate(None)?,
        };
        self.lanes[lane].state = State::Active;
        self.page_in(lane, &path, length);
        Some(lane)
    }

    /// Returns whether a lane may be gone on with in place.
    fn may_extend(&self, lane: usize, shared: usize) -> bool {
        let lane = &self.lanes[lane];
        lane.state == State::Retired && lane.at.length == shared
    }

    /// How much a lane has in common with the path whose spans carry a stamp.
    fn shared(&self, lane: usize, stamp: u64) -> usize {
        let Position { mut span, mut length } = self.lanes[lane].at;
        while span != ROOT.span && self.spans.get(span).used != stamp {
            length = self.spans.get(span).start;
            span = self.spans.get(span).parent;
        }
        length
    }

    /// The place on a path before which `length` tokens lie.
    fn on(&self, path: &[usize], length: usize) -> Position {
        let span = path.iter().find(|span| self.spans.end(**span) >= length);
        span.filter(|_| length > 0).map_or(ROOT, |span| Position { span: *span, length })
    }

    fn share(&mut self, from: usize, to: usize, length: usize) {
        self.store.copy(from, to, length);
        let cells = self.lanes[from].cells[..length].to_vec();
        for cell in &cells {
            self.holders[*cell] += 1;
        }
        self.lanes[to].cells = cells;
    }

    /// Brings what is saved of a path back into a lane, in order, up to a length.
    fn page_in(&mut self, lane: usize, path: &[usize], length: usize) {
        let mut next = 0;
        while self.lanes[lane].at.length < length {
            let start = self.lanes[lane].at.length;
            while self.spans.end(path[next]) <= start {
                next += 1;
            }
            let Some(blob) = self.spans.get(path[next]).blob.clone() else { return };
            // After a split, the spans that follow may lie in the same blob.
            let same = |span: &&usize| {
                self.spans.get(**span).blob.as_ref().is_some_and(|other| Rc::ptr_eq(other, &blob))
            };
            let last = path[next..].iter().take_while(same).last().copied().unwrap_or(path[next]);
            let end = self.spans.end(last).min(length);
            if !self.make_room(blob.end - blob.start)
                || !self.store.restore(&blob.state, lane, start, end)
            {
                return;
            }
            self.traffic.restored += (end - start) as u64;
            for _ in start..end {
                self.take_cell(lane);
            }
            self.lanes[lane].at = self.on(path, end);
        }
    }

    fn take_cell(&mut self, lane: usize) {
        // Room was made before, and the store would have refused without it.
        if let Some(cell) = self.vacant.pop() {
            self.holders[cell] = 1;
            self.lanes[lane].cells.push(cell);
        }
    }

    /// Makes a lane that holds what another holds; `None` if all lanes are active.
    pub fn fork(&mut self, from: usize) -> Option<usize> {
        let lane = self.vacate(Some(from))?;
        let at = self.lanes[from].at;
        self.share(from, lane, at.length);
        self.lanes[lane].at = at;
        self.lanes[lane].state = State::Active;
        Some(lane)
    }

    /// Notes that a token was decoded in an active lane.
    pub fn advance(&mut self, lane: usize, token: i32) {
        self.take_cell(lane);
        let (at, split) = self.spans.advance(self.lanes[lane].at, token);
        self.lanes[lane].at = at;
        let Some(split) = split else { return };
        for (number, other) in self.lanes.iter_mut().enumerate() {
            if number != lane && other.at.span == split.lower && other.at.length <= split.length {
                other.at.span = split.upper;
            }
        }
    }

    /// Ends the work in a lane; its first `keep` tokens stay for those who go on there.
    pub fn release(&mut self, lane: usize, keep: usize) {
        let keep = if self.reuse { keep } else { 0 };
        let path = self.spans.path(self.lanes[lane].at);
        if keep < self.lanes[lane].at.length {
            self.lanes[lane].at = self.on(&path, keep);
            self.drop_cells(lane, keep);
            self.settle(&path);
        }
        self.clock += 1;
        self.lanes[lane].used = self.clock;
        self.lanes[lane].state = State::Retired;
        // A retired lane that holds nothing which this one does not hold is of no use.
        let stamp = self.spans.touch(&self.spans.path(self.lanes[lane].at));
        for other in 0..self.lanes.len() {
            let of = &self.lanes[other];
            let all = of.state == State::Retired && self.shared(other, stamp) >= of.at.length;
            if other != lane && all && of.at.length <= self.lanes[lane].at.length {
                self.empty(other);
            }
        }
        if self.lanes[lane].at == ROOT {
            self.empty(lane);
        }
    }

    fn drop_cells(&mut self, lane: usize, keep: usize) {
        self.store.remove(lane, keep);
        for cell in self.lanes[lane].cells.split_off(keep) {
            self.holders[cell] -= 1;
            if self.holders[cell] == 0 {
                self.vacant.push(cell);
            }
        }
    }

    fn empty(&mut self, lane: usize) {
        self.drop_cells(lane, 0);
        self.lanes[lane].at = ROOT;
        self.lanes[lane].state = State::Free;
    }

    /// After a lane let go of a path: forgets what nobody holds and nobody saved.
    fn settle(&mut self, path: &[usize]) {
        for span in path.iter().rev() {
            if self.spans.get(*span).blob.is_none() {
                let held = self.held(*span);
                if held < self.spans.end(*span) {
                    self.spans.cut(*span, held);
                }
            }
        }
    }

    /// Up to where lanes hold a span.
    fn held(&self, wanted: usize) -> usize {
        let of_lane = |lane: &Lane| {
            let Position { mut span, mut length } = lane.at;
            while span != ROOT.span && span != wanted {
                length = self.spans.get(span).start;
                span = self.spans.get(span).parent;
            }
            if span == wanted { length } else { 0 }
        };
        let most = self.lanes.iter().map(of_lane).max().unwrap_or(0);
        most.max(self.spans.get(wanted).start)
    }

    /// Returns an empty lane; the retired one that was used longest ago gives way, `except` one.
    fn vacate(&mut self, except: Option<usize>) -> Option<usize> {
        let free = self.lanes.iter().position(|lane| lane.state == State::Free);
        free.or_else(|| self.evict(except))
    }

    /// Saves what only the stalest retired lane holds, and empties it.
    fn evict(&mut self, except: Option<usize>) -> Option<usize> {
        let lane = (0..self.lanes.len())
            .filter(|lane| self.lanes[*lane].state == State::Retired && Some(*lane) != except)
            .min_by_key(|lane| self.lanes[*lane].used)?;
        let at = self.lanes[lane].at;
        let path = self.spans.path(at);
        self.lanes[lane].at = ROOT;
        for span in &path {
            let (start, end) = (self.spans.get(*span).start, self.spans.end(*span));
            let alone = end <= at.length && self.held(*span) < end;
            if alone && self.budget > 0 && self.spans.get(*span).blob.is_none() {
                let Some((state, bytes)) = self.store.save(lane, start, end) else { break };
                self.traffic.saved += (end - start) as u64;
                self.spans.save(*span, state, bytes);
            }
        }
        self.empty(lane);
        self.settle(&path);
        self.keep_budget();
        Some(lane)
    }

    /// Forgets the stalest leaves in host memory until it keeps its budget, and an eighth more
    /// so that this is rare.
    fn keep_budget(&mut self) {
        while self.spans.bytes() > self.budget {
            let mut held: BTreeSet<usize> =
                self.lanes.iter().flat_map(|lane| self.spans.path(lane.at)).collect();
            held.extend(&self.pinned);
            let leaves = self.spans.stale_leaves(|span| !held.contains(&span));
            if leaves.is_empty() {
                return;
            }
            for span in leaves {
                if self.spans.bytes() <= self.budget / 8 * 7 {
                    return;
                }
                self.spans.cut(span, 0);
            }
        }
    }

    /// Makes sure of a number of free cells. Returns false if active lanes leave too few.
    pub fn make_room(&mut self, cells: usize) -> bool {
        while self.vacant.len() < cells {
            if self.evict(None).is_none() {
                return false;
            }
        }
        true
    }

    /// Lets retired lanes give way, stalest first, until they alone hold at most `most` cells:
    /// attention looks at every cell that holds something, whether anybody needs it or not.
    pub fn trim(&mut self, most: usize) {
        while self.idle_cells() > most && self.evict(None).is_some() {}
    }

    /// Returns how many cells only retired lanes hold.
    pub fn idle_cells(&self) -> usize {
        let mut busy = vec![false; self.holders.len()];
        let mut count = 0;
        for lane in self.lanes.iter().filter(|lane| lane.state == State::Active) {
            for cell in &lane.cells {
                count += usize::from(!std::mem::replace(&mut busy[*cell], true));
            }
        }
        self.cells() - count
    }
}
