//! The compare screen: two nodes side by side, until a person says which is better.
//!
//! Responsible for which pair is shown and for recording the choice. In blind mode names, scores and
//! origin are hidden until it is made, and chance decides which node stands on which side. What
//! differs is worked out by the `curate` room.

use super::Effect;
use super::argument::Arguments;
use super::evaluations::value_scope;
use super::model::Model;
use super::overlay::Overlay;
use super::rows::{Row, filled, wrapped};
use super::workbench::change;
use crate::curate::compare::{self, Comparison, Side};
use crate::search::Random;
use crate::text::SafeText;
use crate::tree::{Body, NodeId, Preference, Tree};

/// The compare screen.
#[derive(Debug, Clone)]
pub struct Comparing {
    /// What is compared, in the order in which it is shown.
    pub pairs: Vec<[NodeId; 2]>,
    /// The pair that is shown.
    pub at: usize,
    /// Whether what speaks for either is hidden until the choice is made.
    pub blind: bool,
    /// How many rows the texts are scrolled down.
    pub scrolled: usize,
}

impl Comparing {
    /// Returns the pair that is shown.
    #[must_use]
    pub fn pair(&self) -> Option<[NodeId; 2]> {
        self.pairs.get(self.at).copied()
    }

    /// Returns whether names, scores and origin are hidden at present.
    #[must_use]
    pub fn is_hidden(&self, tree: &Tree) -> bool {
        self.blind && self.pair().is_some_and(|pair| choice(tree, pair).is_none())
    }

    /// Returns how the pair is shown.
    #[must_use]
    pub fn shown(&self, tree: &Tree) -> Shown {
        let chosen = self.pair().and_then(|pair| {
            choice(tree, pair).map(|choice| usize::from(choice.winner != pair[0]))
        });
        Shown { names: ["1", "2"], hidden: self.is_hidden(tree), chosen }
    }

    /// Returns how many of the pairs are decided.
    #[must_use]
    pub fn decided(&self, tree: &Tree) -> usize {
        self.pairs.iter().filter(|pair| choice(tree, **pair).is_some()).count()
    }
}

/// Returns the newest choice between two nodes, if there is one.
#[must_use]
pub fn choice(tree: &Tree, pair: [NodeId; 2]) -> Option<Preference> {
    let between =
        |choice: &&Preference| pair.contains(&choice.winner) && pair.contains(&choice.loser);
    tree.preferences().iter().rev().find(between).copied()
}

/// Opens the compare screen: on the chosen step and what stands beside it, on it and a node that is
/// named, or on two nodes that are named.
pub(super) fn open(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let found = match (arguments.word(0), arguments.word(1)) {
        (None, _) => beside(&bench.tree, bench.cursor),
        (Some(other), None) => named(&bench.tree, other).map(|other| vec![(bench.cursor, other)]),
        (Some(one), Some(other)) => {
            named(&bench.tree, one).and_then(|one| Ok(vec![(one, named(&bench.tree, other)?)]))
        }
    };
    let checked = found.and_then(|pairs| {
        let [(one, other), ..] = pairs[..] else { return Ok(pairs) };
        Comparison::of((&bench.tree, one), (&bench.tree, other)).map(|_| pairs)
    });
    let pairs = match checked {
        Ok(pairs) => pairs,
        Err(message) => {
            model.complain(message);
            return Vec::new();
        }
    };
    let blind = bench.judging.blind;
    let pairs = pairs.into_iter().map(|(one, other)| [one, other]).collect();
    let mut comparing = Comparing { pairs, at: 0, blind, scrolled: 0 };
    if blind {
        shuffle(&mut comparing, bench.tree.sequence());
    }
    model.overlays.push(Overlay::Comparing(comparing));
    Vec::new()
}

fn beside(tree: &Tree, node: NodeId) -> Result<Vec<(NodeId, NodeId)>, String> {
    let pairs = compare::pairs(tree, node);
    if pairs.is_empty() {
        return Err(format!(
            "Nothing stands beside {node} to compare it with; :compare #3 #7 names two steps."
        ));
    }
    Ok(pairs)
}

/// Reads a node such as `#12` or `12`.
fn named(tree: &Tree, word: &str) -> Result<NodeId, String> {
    let number = word.trim_start_matches('#').parse().ok().map(NodeId);
    number.filter(|node| tree.contains(*node)).ok_or_else(|| {
        format!("There is no step {word} in this tree; its last is #{}.", tree.len() - 1)
    })
}

/// Lets chance decide which node stands on which side.
fn shuffle(comparing: &mut Comparing, seed: u64) {
    let mut random = Random::new(seed);
    for pair in &mut comparing.pairs {
        if random.below(2) == 1 {
            pair.reverse();
        }
    }
}

fn comparing(model: &mut Model) -> Option<&mut Comparing> {
    match model.overlays.last_mut() {
        Some(Overlay::Comparing(comparing)) => Some(comparing),
        _ => None,
    }
}

/// Records that the first of the pair is better, or the second. Of a pair that is not blind the
/// next one follows at once.
pub(super) fn choose(model: &mut Model, side: usize, now: u64) -> Vec<Effect> {
    let Some(Overlay::Comparing(comparing)) = model.overlays.last() else { return Vec::new() };
    let Some(pair) = comparing.pair() else { return Vec::new() };
    let (winner, loser) = (pair[side], pair[1 - side]);
    let mut blind = false;
    let mut done = false;
    let effects = change(model, now, |bench| {
        if choice(&bench.tree, pair).is_some_and(|choice| choice.winner == winner) {
            return Err(format!("{winner} is chosen already; n shows the next pair."));
        }
        blind = bench.judging.blind && choice(&bench.tree, pair).is_none();
        done = true;
        let body = Body::Preferred { winner, loser, blind };
        Ok(bench.timed(vec![body], winner, now))
    });
    if done {
        if !blind {
            step(model, 1);
        }
        let left = left(model);
        let next = if blind { " Enter goes on." } else { "" };
        model.tell(format!("{winner} is better than {loser}; {left} left.{next}"));
    }
    effects
}

/// How many pairs have no choice yet.
fn left(model: &Model) -> usize {
    let (Some(bench), Some(Overlay::Comparing(comparing))) =
        (model.workbench(), model.overlays.last())
    else {
        return 0;
    };
    comparing.pairs.len() - comparing.decided(&bench.tree)
}

/// Shows the next pair, or the one before.
pub(super) fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(comparing) = comparing(model) {
        let count = comparing.pairs.len().max(1);
        comparing.at = (comparing.at + count).saturating_add_signed(by) % count;
        comparing.scrolled = 0;
    }
    Vec::new()
}

/// Scrolls the texts, no further than there is some.
pub(super) fn scroll(model: &mut Model, by: isize) -> Vec<Effect> {
    let (Some(bench), Some(Overlay::Comparing(shown))) = (model.workbench(), model.overlays.last())
    else {
        return Vec::new();
    };
    let tree = &bench.tree;
    let compared =
        shown.pair().and_then(|[one, other]| Comparison::of((tree, one), (tree, other)).ok());
    // A row tells from where the paths part.
    let (columns, rows) = inside(model.size);
    let room = (columns, rows.saturating_sub(1));
    let shown = shown.shown(tree);
    let most = compared.map_or(0, |compared| furthest(&compared, shown, room));
    if let Some(comparing) = comparing(model) {
        comparing.scrolled = comparing.scrolled.saturating_add_signed(by).min(most);
    }
    Vec::new()
}

/// The narrowest inside that has two sides beside each other.
const WIDE: u16 = 60;

/// Columns and rows inside the frame of a screen that has all but the two lines at the bottom.
pub(super) fn inside(size: (u16, u16)) -> (u16, u16) {
    (size.0.saturating_sub(4), size.1.saturating_sub(4))
}

/// How two sides are shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// What the sides are called.
    pub names: [&'static str; 2],
    /// Whether names, scores and origin are left out.
    pub hidden: bool,
    /// The side that was chosen, if one was.
    pub chosen: Option<usize>,
}

/// A side in rows.
#[derive(Debug, Clone, Default)]
pub struct Laid {
    /// Columns and rows that it has.
    pub size: (u16, u16),
    /// What speaks for it.
    pub head: Vec<Row>,
    /// Its text.
    pub rows: Vec<Row>,
}

impl Laid {
    /// Returns how many rows of its text are seen at a time.
    #[must_use]
    pub fn seen(&self) -> usize {
        usize::from(self.size.1).saturating_sub(self.head.len())
    }

    fn furthest(&self) -> usize {
        self.rows.len().saturating_sub(self.seen())
    }
}

/// Lays both sides out in so many columns and rows: beside each other, with three columns between
/// them, or above each other. Returns whether they stand beside each other, too.
#[must_use]
pub fn lay(compared: &Comparison, shown: Shown, (columns, rows): (u16, u16)) -> ([Laid; 2], bool) {
    let beside = columns >= WIDE;
    let places = if beside {
        [((columns - 3) / 2, rows); 2]
    } else {
        [(columns, rows / 2), (columns, rows - rows / 2)]
    };
    let mut sides = [0, 1].map(|at| {
        let side = &compared.sides[at];
        let columns = usize::from(places[at].0);
        let head = head(side, at, shown, columns);
        Laid { size: places[at], head, rows: text(side, shown.hidden, columns) }
    });
    // Both texts begin on one row. Where there is little room, they go before what is told of them.
    let most = if beside { sides.iter().map(|side| side.head.len()).max() } else { None };
    for side in &mut sides {
        let room = usize::from(side.size.1 / 2).max(1);
        let is_cut = side.head.iter().skip(room).any(|row| !row.is_empty());
        side.head.resize(most.unwrap_or(side.head.len()).min(room), Row::new());
        if let Some(last) = side.head.last_mut().filter(|_| is_cut) {
            last.push(("  …".to_owned(), "muted"));
        }
    }
    (sides, beside)
}

/// Which side it is and what speaks for it.
fn head(side: &Side, at: usize, shown: Shown, columns: usize) -> Vec<Row> {
    let mut name = vec![(shown.names[at].to_owned(), "key")];
    if shown.hidden {
        return vec![name];
    }
    name.push((format!("  {}", side.node), "title"));
    match side.verified {
        Some(true) => name.push(("  ✓ right".to_owned(), "right")),
        Some(false) => name.push(("  ✗ wrong".to_owned(), "wrong")),
        None => {}
    }
    if shown.chosen == Some(at) {
        name.push(("  ★ better".to_owned(), "accent"));
    }
    let mut rows = vec![name];
    let mut figures = figures(&side.values, side.probability);
    if figures.is_empty() {
        figures.push(vec![("not judged".to_owned(), "muted")]);
    }
    rows.extend(filled(figures, "", columns));
    let origin = SafeText::line(&side.origin);
    rows.extend(wrapped(&[(&origin, "muted")], [("", "text"); 2], columns));
    rows.push(Row::new());
    rows
}

/// Judgements and the probability of a token.
fn figures(values: &[(String, f64)], probability: Option<f64>) -> Vec<Row> {
    let mut items = Vec::new();
    let mut add = |name: &str, figure: String, scope| {
        items.push(vec![(format!("{} ", SafeText::line(name)), "muted"), (figure, scope)]);
    };
    for (name, value) in values {
        add(name, format!("{value:.2}"), value_scope(*value));
    }
    if let Some(probability) = probability {
        add("a token", format!("{:.0} %", probability * 100.0), "text");
    }
    items
}

/// The steps of a side, each with its figures below it if there are several.
fn text(side: &Side, hidden: bool, columns: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for step in &side.steps {
        let scope = |differs| if differs { "match" } else { "text" };
        let mut parts: Vec<_> =
            step.parts.iter().map(|part| (part.text.as_str(), scope(part.differs))).collect();
        while let Some(last) = parts.last_mut() {
            last.0 = last.0.trim_end();
            if !last.0.is_empty() {
                break;
            }
            parts.pop();
        }
        rows.extend(wrapped(&parts, [("", "text"); 2], columns));
        if !hidden && side.steps.len() > 1 {
            let mut items = vec![vec![(step.node.to_string(), "muted")]];
            items.extend(figures(&step.values, step.probability));
            rows.extend(filled(items, "  ", columns));
        }
    }
    rows
}

/// Returns how far both sides can be scrolled.
pub(super) fn furthest(compared: &Comparison, shown: Shown, room: (u16, u16)) -> usize {
    lay(compared, shown, room).0.iter().map(Laid::furthest).max().unwrap_or(0)
}

/// Hides what speaks for either until the choice is made, or shows it.
pub(super) fn blind(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    bench.judging.blind = !bench.judging.blind;
    let (blind, seed) = (bench.judging.blind, bench.tree.sequence());
    if let Some(comparing) = comparing(model) {
        comparing.blind = blind;
        if blind {
            shuffle(comparing, seed);
        }
    }
    model.tell(if blind {
        "Names, scores and origin are hidden until you choose; chance decides who stands where."
    } else {
        "Names, scores and origin are shown."
    });
    Vec::new()
}

#[cfg(test)]
#[path = "comparing_tests.rs"]
mod tests;
