//! The command table: everything that a person can do, in one place.
//!
//! The keymap, the hints, the help and the manual are made from this table, so none of them
//! can disagree with another.

use super::model::Model;
use super::{Effect, start, update, workbench};

/// Where a command works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The start screen.
    Start,
    /// The workbench.
    Workbench,
}

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// Its default keys.
    pub keys: &'static [&'static str],
    /// Where it works.
    pub places: &'static [Place],
    /// The group of the help that it stands in.
    pub group: &'static str,
    /// What the line of hints at the bottom calls it; empty if it is not shown there.
    pub hint: &'static str,
    /// Does it.
    pub run: fn(&mut Model, u64) -> Vec<Effect>,
}

const START: &[Place] = &[Place::Start];
const BENCH: &[Place] = &[Place::Workbench];
const BOTH: &[Place] = &[Place::Start, Place::Workbench];

macro_rules! command {
    ($name:literal, $does:literal, $keys:expr, $places:expr, $group:literal, $hint:literal, $run:expr) => {
        Command {
            name: $name,
            does: $does,
            keys: &$keys,
            places: $places,
            group: $group,
            hint: $hint,
            run: $run,
        }
    };
}

/// All commands, in the order of the help.
#[rustfmt::skip] // a table is read in columns
pub static COMMANDS: &[Command] = &[
    command!("start-previous", "previous entry", ["k", "<up>"], START, "Move", "", |m, _| start::step(m, -1)),
    command!("start-next", "next entry", ["j", "<down>"], START, "Move", "", |m, _| start::step(m, 1)),
    command!("start-open", "open", ["<enter>", "l", "<right>"], START, "Sessions", "open", |m, _| start::open(m)),
    command!("new", "new problem", ["n"], START, "Sessions", "new problem", |m, _| start::begin_input(m)),
    command!("parent", "go to the parent", ["h", "<left>"], BENCH, "Move", "", |m, _| workbench::parent(m)),
    command!("next", "next sibling, or the row below", ["j", "<down>"], BENCH, "Move", "", |m, _| workbench::next(m)),
    command!("previous", "previous sibling, or the row above", ["k", "<up>"], BENCH, "Move", "", |m, _| workbench::previous(m)),
    command!("child", "go to the child visited last", ["l", "<right>"], BENCH, "Move", "", |m, _| workbench::child(m)),
    command!("first", "first row", ["gg", "<home>"], BENCH, "Move", "", |m, _| workbench::go_to_row(m, 0)),
    command!("last", "last row", ["G", "<end>"], BENCH, "Move", "", |m, _| workbench::go_to_row(m, usize::MAX)),
    command!("half-page-down", "half a page down", ["<c-d>", "<pgdn>"], BENCH, "Move", "", |m, _| workbench::half_page(m, 1)),
    command!("half-page-up", "half a page up", ["<c-u>", "<pgup>"], BENCH, "Move", "", |m, _| workbench::half_page(m, -1)),
    command!("best", "go to the best answer", ["ga"], BENCH, "Move", "", |m, _| workbench::best_answer(m)),
    command!("scroll-down", "scroll the path down", ["J"], BENCH, "Move", "", |m, _| workbench::scroll_path(m, 1)),
    command!("scroll-up", "scroll the path up", ["K"], BENCH, "Move", "", |m, _| workbench::scroll_path(m, -1)),
    command!("fold", "fold or unfold", ["<tab>"], BENCH, "Fold", "", |m, _| workbench::toggle_fold(m)),
    command!("open", "unfold, or go to the child", ["<enter>"], BENCH, "Fold", "", |m, _| workbench::open(m)),
    command!("fold-all", "fold all", ["zM"], BENCH, "Fold", "", |m, _| workbench::fold_all( m, true )),
    command!("unfold-all", "unfold all", ["zR"], BENCH, "Fold", "", |m, _| workbench::fold_all( m, false )),
    command!("chains", "chains on one row or on many", ["zz"], BENCH, "Fold", "", |m, _| workbench::toggle_chains(m)),
    command!("search", "start or pause the search", ["s"], BENCH, "Grow", "search", workbench::toggle_search),
    command!("step", "search one step", ["."], BENCH, "Grow", "step", workbench::step),
    command!("grow", "grow children here", ["ge"], BENCH, "Grow", "grow", workbench::expand),
    command!("roll-out", "roll out here to an answer", ["gr"], BENCH, "Grow", "", workbench::roll_out),
    command!("search-here", "start the search below this node", ["gs"], BENCH, "Grow", "", workbench::search_here),
    command!("prune", "prune or restore", ["x"], BENCH, "Change", "prune", workbench::prune),
    command!("undo", "undo", ["u"], BENCH, "Change", "undo", workbench::undo),
    command!("redo", "redo", ["<c-r>"], BENCH, "Change", "", workbench::redo),
    command!("copy", "copy the step's text", ["y"], BENCH, "Copy", "", |m, _| workbench::copy_step(m)),
    command!("copy-path", "copy the problem and the path", ["Y"], BENCH, "Copy", "", |m, _| workbench::copy_path(m)),
    command!("sessions", "back to the start screen", ["gh"], BENCH, "Sessions", "", |m, _| update::go_home(m)),
    command!("retry-save", "save again after a failure", ["gw"], BENCH, "Sessions", "", |m, _| update::retry_save(m)),
    command!("help", "help", ["?", "<f1>"], BOTH, "Program", "help", |m, _| update::open_help(m)),
    command!("escape", "cancel the innermost thing", ["<esc>"], BOTH, "Program", "", |m, _| update::escape(m)),
    command!("stop", "stop growing, then ask to quit", ["<c-c>"], BOTH, "Program", "", update::stop),
    command!("quit", "quit; everything is saved", ["q"], BOTH, "Program", "quit", |m, _| update::quit(m)),
];
