//! Two moments of a session, or two sessions of one problem, side by side over the workbench.
//!
//! Responsible for which two are compared and for what of the difference is in sight. The difference
//! itself is the `monitor` room's; reading another moment or session is the runtime's.

use std::path::PathBuf;

use super::Effect;
use super::argument::Arguments;
use super::comparing::inside;
use super::message::Other;
use super::model::Model;
use super::overlay::Overlay;
use super::workbench::Workbench;
use crate::monitor::{Likeness, Side, TreeDiff};

/// The difference of two trees while it is read.
#[derive(Debug, Clone)]
pub struct Diff {
    /// What is compared.
    pub trees: TreeDiff,
    /// The pairs that have a row, by their place; the root has none.
    pub rows: Vec<usize>,
    /// Whether only pairs that differ have one.
    pub only_differences: bool,
    /// The row at the top.
    pub top: usize,
    /// The row of the difference that the person went to, until they scroll.
    pub at: Option<usize>,
}

impl Diff {
    fn new(trees: TreeDiff) -> Self {
        let mut diff = Self { trees, rows: Vec::new(), only_differences: false, top: 0, at: None };
        diff.list();
        diff
    }

    fn list(&mut self) {
        let differs = |at: &usize| !self.only_differences || self.differs(*at);
        self.rows = (1..self.trees.pairs.len()).filter(differs).collect();
    }

    fn differs(&self, at: usize) -> bool {
        self.trees.likeness(self.trees.pairs[at]) != Likeness::Same
    }

    /// Returns how many rows of a screen with so many inside the frame tell what is compared, with a
    /// gap below them: the titles, and on a screen that is high enough the figures.
    #[must_use]
    pub fn head_rows(&self, rows: u16) -> usize {
        let figures = if rows > 14 { self.trees.figures().len() } else { 0 };
        2 + figures
    }

    /// Scrolls by rows, upwards if positive, as the reader does; so many rows are inside the frame.
    pub(super) fn scroll(&mut self, by: isize, rows: u16) {
        let down = by.checked_neg().unwrap_or(isize::MAX);
        self.at = None;
        self.show(self.top.saturating_add_signed(down), rows);
    }

    /// Brings a row to the top, as far as there are rows below it.
    fn show(&mut self, row: usize, rows: u16) {
        let seen = usize::from(rows).saturating_sub(self.head_rows(rows));
        self.top = row.min(self.rows.len().saturating_sub(seen));
    }
}

/// `c` in a replay and `:diff [OPERATION or FILE]`. Without a word it keeps the moment of a replay, and the
/// second time shows the kept one beside the present one.
pub(super) fn diff(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let word = arguments.text().trim().to_owned();
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    if word.is_empty() {
        return keep_or_show(model);
    }
    let (path, sequence) = match word.parse::<u64>() {
        Ok(sequence) => (bench.path.clone(), Some(sequence)),
        Err(_) => (PathBuf::from(word), None),
    };
    bench.awaits = true;
    if let Some(replay) = &mut bench.replay {
        replay.playing = false;
    }
    vec![Effect::Diff { path, sequence }]
}

fn keep_or_show(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let now = side(bench);
    let Some(replay) = &mut bench.replay else {
        model.complain("Name what to compare with: a session's file, or an operation's number.");
        return Vec::new();
    };
    replay.playing = false;
    match replay.kept.take() {
        Some(kept) if kept.tree.sequence() != now.tree.sequence() => {
            show(model, TreeDiff::new(kept, now, true));
        }
        _ => {
            replay.kept = Some(now);
            model.tell("This moment is kept; c at another one shows both side by side.");
        }
    }
    Vec::new()
}

/// The tree that is shown, as one side.
fn side(bench: &Workbench) -> Side {
    let tree = bench.tree.clone();
    Side { title: Side::name(&bench.path, tree.sequence()), tree }
}

fn show(model: &mut Model, trees: TreeDiff) {
    model.overlays.push(Overlay::Diff(Box::new(Diff::new(trees))));
}

/// Another moment or session came.
pub(super) fn came(model: &mut Model, found: Result<Other, String>) -> Vec<Effect> {
    if let Some(bench) = model.workbench_mut() {
        bench.awaits = false;
    }
    let found = match found {
        Ok(found) => found,
        Err(message) => {
            model.complain(message);
            return Vec::new();
        }
    };
    let Some(bench) = model.workbench() else { return Vec::new() };
    let of_one_session = found.path == bench.path;
    let other = Side { title: Side::name(&found.path, found.tree.sequence()), tree: *found.tree };
    match TreeDiff::of_one_problem(side(bench), other, of_one_session) {
        Ok(trees) => show(model, trees),
        Err(why) => model.complain(why),
    }
    Vec::new()
}

fn shown(model: &mut Model) -> Option<&mut Diff> {
    match model.overlays.last_mut() {
        Some(Overlay::Diff(diff)) => Some(diff),
        _ => None,
    }
}

/// Goes to the next or the previous row that differs: from the one that the person went to, or from
/// what is seen.
pub(super) fn difference(model: &mut Model, forwards: bool) -> Vec<Effect> {
    let rows = inside(model.size).1;
    let Some(diff) = shown(model) else { return Vec::new() };
    let differs = |row: &usize| diff.differs(diff.rows[*row]);
    let found = if forwards {
        (diff.at.map_or(diff.top, |at| at + 1)..diff.rows.len()).find(differs)
    } else {
        (0..diff.at.unwrap_or(diff.top)).rfind(differs)
    };
    match found {
        Some(row) => {
            diff.show(row, rows);
            diff.at = found;
        }
        None => model.tell("There is no other difference that way."),
    }
    Vec::new()
}

/// Shows all steps, or only those that differ.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    let rows = inside(model.size).1;
    let Some(diff) = shown(model) else { return Vec::new() };
    let top = diff.rows.get(diff.at.unwrap_or(diff.top)).copied().unwrap_or(0);
    diff.only_differences = !diff.only_differences;
    diff.list();
    diff.at = None;
    diff.show(diff.rows.partition_point(|row| *row < top), rows);
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Screen;
    use crate::app::{Key, Msg, parse_keys, update};
    use crate::search::Driver;
    use crate::session::Moment;
    use crate::tree::Tree;
    use crate::tree::sample::random_session;

    fn model(tree: Tree) -> Model {
        let mut model = Model::new((100, 30), 0);
        let driver = Driver::new(model.policy.clone(), 7, 0);
        let bench =
            Workbench::of(Moment { tree, ..Moment::default() }, "s.pleach".into(), None, driver);
        model.screen = Screen::Workbench(Box::new(bench));
        model
    }

    fn keys(model: &mut Model, keys: &str) -> Vec<Effect> {
        let keys: Vec<Key> = parse_keys(keys).unwrap();
        keys.into_iter().flat_map(|key| update(model, Msg::Key(key), 0)).collect()
    }

    #[test]
    fn another_moment_is_asked_for_and_shown_beside_this_one() {
        let (tree, log) = random_session(3, 200);
        let mut model = model(tree);
        let asked = keys(&mut model, ":diff 40<enter>");
        assert_eq!(asked, [Effect::Diff { path: "s.pleach".into(), sequence: Some(40) }]);
        let tree = Box::new(Tree::fold(&log[..40]).unwrap());
        update(&mut model, Msg::Diffed(Ok(Other { path: "s.pleach".into(), tree })), 0);
        let all = shown(&mut model).unwrap().rows.len();
        keys(&mut model, "d");
        let diff = shown(&mut model).unwrap();
        assert!(diff.only_differences && diff.rows.len() < all && !diff.rows.is_empty());
        assert!(diff.rows.iter().all(|row| diff.differs(*row)));
        keys(&mut model, "dnjNGq");
        assert!(model.overlays.is_empty());
    }

    #[test]
    fn a_page_stays_full_to_the_end_and_every_difference_is_reached() {
        let (tree, log) = random_session(3, 400);
        let mut model = model(tree);
        keys(&mut model, ":diff 40<enter>");
        let tree = Box::new(Tree::fold(&log[..40]).unwrap());
        update(&mut model, Msg::Diffed(Ok(Other { path: "s.pleach".into(), tree })), 0);
        let seen = |diff: &Diff| 26 - diff.head_rows(26);
        keys(&mut model, "Gj");
        let diff = shown(&mut model).unwrap();
        assert!(diff.rows.len() > seen(diff), "{} rows do not fill a page", diff.rows.len());
        assert_eq!(diff.top, diff.rows.len() - seen(diff));
        keys(&mut model, "g");
        let mut reached = 0;
        loop {
            keys(&mut model, "n");
            let diff = shown(&mut model).unwrap();
            let Some(at) = diff.at.filter(|at| *at >= reached) else { break };
            assert!((diff.top..diff.top + seen(diff)).contains(&at), "{at} is seen");
            if at + 1 == reached {
                break;
            }
            reached = at + 1;
        }
        let diff = shown(&mut model).unwrap();
        let last = (0..diff.rows.len()).rfind(|row| diff.differs(diff.rows[*row]));
        assert_eq!(diff.at, last);
        keys(&mut model, "N");
        assert!(shown(&mut model).unwrap().at < last);
        keys(&mut model, "k");
        assert_eq!(shown(&mut model).unwrap().at, None);
    }

    #[test]
    fn sessions_of_two_problems_are_not_compared() {
        let (tree, _) = random_session(3, 20);
        let mut model = model(tree);
        let asked = keys(&mut model, ":diff other.pleach<enter>");
        assert_eq!(asked, [Effect::Diff { path: "other.pleach".into(), sequence: None }]);
        let other = Other { path: "other.pleach".into(), tree: Box::default() };
        update(&mut model, Msg::Diffed(Ok(other)), 0);
        assert!(model.overlays.is_empty());
        assert!(model.notice.as_ref().unwrap().text.contains("problem"));
    }
}
