//! The tree of spans: every run of tokens that was decoded and is still remembered.
//!
//! Responsible for finding the longest known prefix of a sequence, for growing and splitting
//! spans, and for what each holds in host memory. Not responsible for the key-value cache
//! (`mod.rs`). Pure.
//!
//! Invariants: span 0 is the root and empty; every other span has tokens; the spans below one
//! span begin with different tokens, so a sequence has one place in the tree.

use std::rc::Rc;

/// A place in the tree: a span, and how many tokens of the sequence lie before the place. It is
/// inside of the span or at its end; at the root it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub span: usize,
    pub length: usize,
}

/// The start of every sequence.
pub const ROOT: Position = Position { span: 0, length: 0 };

/// A run of tokens.
#[derive(Debug)]
pub struct Span<B> {
    pub parent: usize,
    pub children: Vec<usize>,
    /// The position of its first token.
    pub start: usize,
    pub tokens: Vec<i32>,
    /// Its keys and values in host memory, if they were saved.
    pub blob: Option<Rc<Blob<B>>>,
    /// When it was looked for last.
    pub used: u64,
}

/// Keys and values in host memory. Two spans share a blob after one was split.
#[derive(Debug)]
pub struct Blob<B> {
    pub state: B,
    pub bytes: usize,
    pub start: usize,
    pub end: usize,
}

/// A span was cut in two: what lies up to `length` is now `upper`, the rest kept its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    pub lower: usize,
    pub upper: usize,
    pub length: usize,
}

/// The tree.
#[derive(Debug)]
pub struct Spans<B> {
    all: Vec<Option<Span<B>>>,
    vacant: Vec<usize>,
    clock: u64,
    bytes: usize,
}

impl<B> Spans<B> {
    pub fn new() -> Self {
        let root = Span {
            parent: 0,
            children: Vec::new(),
            start: 0,
            tokens: Vec::new(),
            blob: None,
            used: 0,
        };
        Self { all: vec![Some(root)], vacant: Vec::new(), clock: 0, bytes: 0 }
    }

    /// Returns a span. Numbers of removed spans are never kept by callers, so it is there.
    pub fn get(&self, span: usize) -> &Span<B> {
        self.all[span].as_ref().unwrap_or_else(|| unreachable!("span {span} was removed"))
    }

    fn get_mut(&mut self, span: usize) -> &mut Span<B> {
        self.all[span].as_mut().unwrap_or_else(|| unreachable!("span {span} was removed"))
    }

    /// Returns where a span ends.
    pub fn end(&self, span: usize) -> usize {
        let span = self.get(span);
        span.start + span.tokens.len()
    }

    /// Returns the bytes of all blobs.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns how many spans there are, without the root.
    pub fn count(&self) -> usize {
        self.all.len() - self.vacant.len() - 1
    }

    /// Returns the place of the longest known prefix of a sequence.
    pub fn find(&self, tokens: &[i32]) -> Position {
        let mut at = ROOT;
        while let Some(child) = tokens.get(at.length).and_then(|token| self.child(at.span, *token))
        {
            let span = self.get(child);
            let rest = &tokens[at.length..];
            let common = span.tokens.iter().zip(rest).take_while(|(held, asked)| held == asked);
            at = Position { span: child, length: at.length + common.count() };
            if at.length < self.end(child) {
                break;
            }
        }
        at
    }

    fn child(&self, span: usize, token: i32) -> Option<usize> {
        let first = |child: &&usize| self.get(**child).tokens.first() == Some(&token);
        self.get(span).children.iter().find(first).copied()
    }

    /// Returns the spans down to a place, the root left out.
    pub fn path(&self, at: Position) -> Vec<usize> {
        let mut path = Vec::new();
        let mut span = at.span;
        while span != ROOT.span {
            path.push(span);
            span = self.get(span).parent;
        }
        path.reverse();
        path
    }

    /// Notes that a path is of use, and returns a stamp that only its spans carry now.
    pub fn touch(&mut self, path: &[usize]) -> u64 {
        self.clock += 1;
        for span in path {
            self.get_mut(*span).used = self.clock;
        }
        self.clock
    }

    /// Goes on by a token, into a span that begins so or into a new one.
    pub fn advance(&mut self, at: Position, token: i32) -> (Position, Option<Split>) {
        let length = at.length + 1;
        if at.length < self.end(at.span) {
            let span = self.get(at.span);
            if span.tokens[at.length - span.start] == token {
                return (Position { span: at.span, length }, None);
            }
            let upper = self.split(at.span, at.length);
            let span = self.add(upper, at.length, token);
            let split = Split { lower: at.span, upper, length: at.length };
            return (Position { span, length }, Some(split));
        }
        if let Some(span) = self.child(at.span, token) {
            return (Position { span, length }, None);
        }
        let span = self.get_mut(at.span);
        if at.span != ROOT.span && span.children.is_empty() && span.blob.is_none() {
            span.tokens.push(token);
            return (Position { span: at.span, length }, None);
        }
        (Position { span: self.add(at.span, at.length, token), length }, None)
    }

    fn add(&mut self, parent: usize, start: usize, token: i32) -> usize {
        let used = self.clock;
        let tokens = vec![token];
        let span = Span { parent, children: Vec::new(), start, tokens, blob: None, used };
        let number = self.put(span);
        self.get_mut(parent).children.push(number);
        number
    }

    fn put(&mut self, span: Span<B>) -> usize {
        if let Some(number) = self.vacant.pop() {
            self.all[number] = Some(span);
            return number;
        }
        self.all.push(Some(span));
        self.all.len() - 1
    }

    /// Cuts a span in two at a place inside of it; the lower part keeps its number.
    fn split(&mut self, lower: usize, length: usize) -> usize {
        let span = self.get_mut(lower);
        let (parent, start, used) = (span.parent, span.start, span.used);
        let rest = span.tokens.split_off(length - start);
        let tokens = std::mem::replace(&mut span.tokens, rest);
        span.start = length;
        let blob = span.blob.clone();
        let upper = self.put(Span { parent, children: vec![lower], start, tokens, blob, used });
        self.get_mut(lower).parent = upper;
        for child in &mut self.get_mut(parent).children {
            if *child == lower {
                *child = upper;
            }
        }
        upper
    }

    /// Keeps a span's keys and values.
    pub fn save(&mut self, span: usize, state: B, bytes: usize) {
        let end = self.end(span);
        let span = self.get_mut(span);
        span.blob = Some(Rc::new(Blob { state, bytes, start: span.start, end }));
        self.bytes += bytes;
    }

    /// Forgets what of a span lies at and after a place, and everything below it. A span that
    /// is left without tokens is removed.
    pub fn cut(&mut self, span: usize, length: usize) {
        for child in std::mem::take(&mut self.get_mut(span).children) {
            self.drop_below(child);
        }
        if length > self.get(span).start {
            let start = self.get(span).start;
            self.get_mut(span).tokens.truncate(length - start);
        } else {
            let parent = self.get(span).parent;
            self.get_mut(parent).children.retain(|child| *child != span);
            self.drop_below(span);
        }
    }

    fn drop_below(&mut self, top: usize) {
        let mut doomed = vec![top];
        while let Some(number) = doomed.pop() {
            let Some(span) = self.all[number].take() else { continue };
            self.vacant.push(number);
            doomed.extend(span.children);
            if let Some(blob) = span.blob.filter(|blob| Rc::strong_count(blob) == 1) {
                self.bytes -= blob.bytes;
            }
        }
    }

    /// Returns the spans without spans below them for which `free` holds, stalest first.
    pub fn stale_leaves(&self, free: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut leaves: Vec<_> = self
            .all
            .iter()
            .enumerate()
            .skip(1)
            .filter_map(|(number, span)| Some((span.as_ref()?, number)))
            .filter(|(span, number)| span.children.is_empty() && free(*number))
            .map(|(span, number)| (span.used, number))
            .collect();
        leaves.sort_unstable();
        leaves.into_iter().map(|(_, number)| number).collect()
    }
}
