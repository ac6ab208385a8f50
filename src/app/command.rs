//! The command table: everything that a person can do, in one place.
//!
//! The keymap, the hints, the help and the manual are made from this table, so none of them
//! can disagree with another.

use super::argument::{Argument, Arguments, anything};
use super::key::{Key, KeyCode};
use super::model::Model;
use super::{
    Effect, alternatives, appearance, asking, comparing, debate, diff, export, find, help, judge,
    limit, line, list, overlay, page, prune, reader, replay, rewriting, searching, selecting,
    shading, sight, signal, splicing, start, tour, update, walking, workbench,
};
use crate::search::debate::Rules;
use crate::session::MarkKind;
use crate::tree::Label;

pub use super::place::Place;

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// What it is told, as far as it is told something.
    pub takes: &'static [Argument],
    /// Its default keys.
    pub keys: &'static [&'static str],
    /// Where it works.
    pub places: &'static [Place],
    /// The group of the help that it stands in.
    pub group: &'static str,
    /// What the line of hints at the bottom calls it; empty if it is not shown there.
    pub hint: &'static str,
    /// Does it.
    pub run: fn(&mut Model, &Arguments, u64) -> Vec<Effect>,
}

impl Command {
    /// Returns its name with those of its arguments; brackets are around what may be absent.
    #[must_use]
    pub fn usage(&self) -> String {
        let arguments = self.takes.iter().map(|Argument { name, is_needed, .. }| {
            if *is_needed { format!(" {name}") } else { format!(" [{name}]") }
        });
        std::iter::once(self.name.to_owned()).chain(arguments).collect()
    }

    /// Returns whether a key sequence may run it at a place. Where text is typed a character is
    /// a character; and the question whether to quit is answered by any, so that only its own
    /// command has some.
    #[must_use]
    pub fn may_have(&self, sequence: &[Key], place: Place) -> bool {
        let is_typing = Place::TEXT.contains(&place);
        let is_asked = place == Place::Quit && self.places.len() > 1;
        !((is_typing || is_asked) && sequence.first().is_some_and(types))
    }

    /// Returns whether it works at a place.
    #[must_use]
    pub fn works_at(&self, place: Place) -> bool {
        let falls_back = place == Place::Replay && self.places.contains(&Place::Workbench);
        falls_back || self.places.contains(&place)
    }
}

/// Returns the commands of a place, in the order of the table; in a replay its own before those of
/// the workbench.
pub fn at(place: Place) -> impl Iterator<Item = &'static Command> {
    // Where the table begins with something else, what works only there comes first.
    let has_own = !matches!(place, Place::Workbench | Place::Start);
    let own = move |command: &&Command| has_own && command.places == [place];
    let first = COMMANDS.iter().filter(own);
    let rest = COMMANDS.iter().filter(move |command| !own(command));
    first.chain(rest).filter(move |command| command.works_at(place))
}

/// Whether a key types a character.
fn types(key: &Key) -> bool {
    matches!(key.code, KeyCode::Char(_)) && !key.control && !key.alt
}

const START: &[Place] = &[Place::Start];
const BENCH: &[Place] = &[Place::Workbench];
const BOTH: &[Place] = &[Place::Start, Place::Workbench];
const REPLAY: &[Place] = &[Place::Replay];
const LINE: &[Place] = &[Place::Line];
const LIST: &[Place] = &[Place::List];
const READER: &[Place] = &[Place::Reader, Place::Diff];
const DIFF: &[Place] = &[Place::Diff];
const READ: &[Place] = &[Place::Reader, Place::Diff, Place::Help];
const ASKED: &[Place] = &[Place::Field, Place::Line, Place::List];
const EXPORT: &[Place] = &[Place::Export];
const HELP: &[Place] = &[Place::Help];
const SPLICE: &[Place] = &[Place::Splice];
const COMPARE: &[Place] = &[Place::Compare];
const REWRITE: &[Place] = &[Place::Rewrite];
const QUIT: &[Place] = &[Place::Quit];

macro_rules! command {
    ($name:literal $([$($takes:expr),*])?, $does:literal, $keys:expr, $places:expr, $group:literal, $hint:literal, $run:expr) => {
        Command {
            name: $name,
            does: $does,
            takes: &[$($($takes),*)?],
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
    command!("start-previous", "previous entry", ["k", "<up>"], START, "Move", "", |m, _, _| start::step(m, -1)),
    command!("start-next", "next entry", ["j", "<down>"], START, "Move", "", |m, _, _| start::step(m, 1)),
    command!("start-open", "open", ["<enter>", "l", "<right>"], START, "Sessions", "open", |m, _, _| start::open(m)),
    command!("start-replay", "replay as it grew", ["r"], START, "Sessions", "replay", |m, _, _| start::replay(m)),
    command!("new", "new problem", ["n"], START, "Sessions", "new problem", |m, _, _| start::begin_input(m)),
    command!("parent", "go to the parent", ["h", "<left>"], BENCH, "Move", "", |m, _, _| walking::parent(m)),
    command!("next", "next sibling, or the row below", ["j", "<down>"], BENCH, "Move", "", |m, _, _| walking::next(m)),
    command!("previous", "previous sibling, or the row above", ["k", "<up>"], BENCH, "Move", "", |m, _, _| walking::previous(m)),
    command!("child", "go to the child visited last", ["l", "<right>"], BENCH, "Move", "", |m, _, _| walking::child(m)),
    command!("first", "first row", ["gg", "<home>"], BENCH, "Move", "", |m, _, _| walking::go_to_row(m, 0)),
    command!("last", "last row", ["G", "<end>"], BENCH, "Move", "", |m, _, _| walking::go_to_row(m, usize::MAX)),
    command!("half-page-down", "half a page down", ["<c-d>", "<pgdn>"], BENCH, "Move", "", |m, _, _| walking::half_page(m, 1)),
    command!("half-page-up", "half a page up", ["<c-u>", "<pgup>"], BENCH, "Move", "", |m, _, _| walking::half_page(m, -1)),
    command!("far-next", "256 siblings on", ["}"], BENCH, "Move", "", |m, _, _| walking::far_sibling(m, true)),
    command!("far-previous", "256 siblings back", ["{"], BENCH, "Move", "", |m, _, _| walking::far_sibling(m, false)),
    command!("best", "go to the best answer", ["ga"], BENCH, "Move", "", |m, _, _| walking::best_answer(m)),
    command!("scroll-down", "scroll the path down", ["J"], BENCH, "Move", "", |m, _, _| walking::scroll_path(m, 1)),
    command!("scroll-up", "scroll the path up", ["K"], BENCH, "Move", "", |m, _, _| walking::scroll_path(m, -1)),
    command!("fold", "fold or unfold", ["<tab>"], BENCH, "Fold", "", |m, _, _| walking::toggle_fold(m)),
    command!("open", "unfold, or go to the child; while judging, accept", ["<enter>"], BENCH, "Fold", "", |m, _, now| judge::accept(m, now)),
    command!("fold-all", "fold all", ["zM"], BENCH, "Fold", "", |m, _, _| walking::fold_all(m, true)),
    command!("unfold-all", "unfold all", ["zR"], BENCH, "Fold", "", |m, _, _| walking::fold_all(m, false)),
    command!("chains", "chains on one row or on many", ["zz"], BENCH, "Fold", "", |m, _, _| walking::toggle_chains(m)),
    command!("find" [Argument::optional("TEXT", anything)], "find a text", ["/"], BENCH, "Look", "", |m, a, _| find::find(m, a)),
    command!("find-next", "next match", ["n"], BENCH, "Look", "", |m, _, _| find::next(m, true)),
    command!("find-previous", "match before", ["N"], BENCH, "Look", "", |m, _, _| find::next(m, false)),
    command!("filter" [Argument::optional("TEXT", anything)], "show only what a query means or a text is in", ["f"], BENCH, "Look", "", |m, a, now| find::filter(m, a, now)),
    command!("hoist", "show only what is below here, or all", ["zo"], BENCH, "Look", "", |m, _, _| sight::hoist(m)),
    command!("sort" [Argument::optional("ORDER", sight::orders)], "sort siblings by value, visits or creation", ["zs"], BENCH, "Look", "", |m, a, _| sight::sort(m, a)),
    command!("zoom", "the tree alone, the path alone, or all", ["+"], BENCH, "Look", "", |m, _, _| sight::zoom(m)),
    command!("graph", "the tree as a graph, or as rows", ["gv", "<space>g"], BENCH, "Look", "", |m, _, _| sight::graph(m)),
    command!("shade" [Argument::optional("WAY", shading::ways)], "shade tokens by probability, by entropy, or not", ["gt", "<space>p"], BENCH, "Look", "", |m, a, _| shading::shade(m, a)),
    command!("shift-right", "scroll the rows to the right", [">"], BENCH, "Look", "", |m, _, _| sight::shift(m, 8)),
    command!("shift-left", "scroll the rows to the left", ["<lt>"], BENCH, "Look", "", |m, _, _| sight::shift(m, -8)),
    command!("column" [Argument::needed("EVALUATOR", sight::evaluators)], "a column for an evaluator, or none", ["<space>c"], BENCH, "Look", "", |m, a, _| sight::column(m, a)),
    command!("policy" [Argument::optional("NAME", searching::policies)], "choose how to search", ["<space>o"], BENCH, "Grow", "", searching::policy),
    command!("believe" [Argument::optional("NAME", searching::aggregators)], "choose how answers are ranked", ["<space>b"], BENCH, "Look", "", |m, a, _| searching::believe(m, a)),
    command!("limit" [Argument::optional("WHAT", limit::names), Argument::optional("NUMBER", anything)], "what a search may spend, and when it stops", ["<space>i"], BENCH, "Grow", "", |m, a, _| limit::limit(m, a)),
    command!("search", "start or pause the search", ["s"], BENCH, "Grow", "search", |m, _, now| workbench::toggle_search(m, now)),
    command!("step", "search one step", ["."], BENCH, "Grow", "step", |m, _, now| workbench::step(m, now)),
    command!("grow", "grow children here", ["ge"], BENCH, "Grow", "grow", |m, _, now| workbench::expand(m, now)),
    command!("grow-by" [Argument::needed("PROPOSER", asking::proposer_names)], "grow children here by a proposer, once", ["gE"], BENCH, "Grow", "", asking::grow_by),
    command!("proposer" [Argument::optional("NAME", asking::proposer_names)], "choose how steps are proposed", ["<space>n"], BENCH, "Grow", "", |m, a, _| asking::proposer(m, a)),
    command!("evaluate" [Argument::needed("EVALUATOR", asking::evaluator_names)], "ask an evaluator about this node", ["<space>v"], BENCH, "Judge", "", asking::evaluate),
    command!("alternatives" [Argument::optional("TOKEN", anything), Argument::optional("CHOICE", anything)], "what else the step could have said", ["gT"], BENCH, "Grow", "", alternatives::alternatives),
    command!("roll-out", "roll out here to an answer", ["gr"], BENCH, "Grow", "", |m, _, now| workbench::roll_out(m, now)),
    command!("search-here", "start the search below this node", ["gs"], BENCH, "Grow", "", |m, _, now| workbench::search_here(m, now)),
    command!("debate", "let agents debate the answers", ["gd"], BENCH, "Grow", "", |m, _, now| debate::hold(m, Rules::SWE_SEARCH, now)),
    command!("agreement", "ask on which answer most solutions agree", ["gA"], BENCH, "Grow", "", |m, _, now| debate::hold(m, Rules::AGREEMENT, now)),
    command!("transcript" [Argument::optional("NUMBER", debate::numbers)], "what was said in a debate", ["gD"], BENCH, "Look", "", |m, a, _| debate::open(m, a)),
    command!("search-log", "why the search chose its nodes", ["<space>l"], BENCH, "Grow", "", |m, _, _| reader::search_log(m)),
    command!("prune" [Argument::optional("QUERY", anything)], "prune or restore; all that a query means", ["x"], BENCH, "Change", "prune", |m, a, now| prune::prune(m, a, now)),
    command!("edit" [Argument::optional("TEXT", anything)], "rewrite the step, beside it", ["e"], BENCH, "Change", "", |m, a, now| rewriting::edit(m, a, now)),
    command!("edit-outside", "rewrite the step in $EDITOR", ["E"], BENCH, "Change", "", |m, _, _| rewriting::compose(m)),
    command!("suggest-prune", "what RPC would prune; once more prunes it", ["X"], BENCH, "Change", "", |m, _, now| prune::suggest(m, now)),
    command!("splice" [Argument::optional("ALPHA", anything), Argument::optional("BETA", anything)], "splice error, signal and correction", ["p"], BENCH, "Change", "", |m, a, _| splicing::open(m, a)),
    command!("compare" [Argument::optional("STEP", anything), Argument::optional("STEP", anything)], "compare two steps, and choose the better", ["c"], BENCH, "Judge", "", |m, a, _| comparing::open(m, a)),
    command!("bad", "label bad and go on", ["1"], BENCH, "Judge", "", |m, _, now| judge::label(m, Some(Label::Bad), now)),
    command!("neutral", "label neutral and go on", ["2"], BENCH, "Judge", "", |m, _, now| judge::label(m, Some(Label::Neutral), now)),
    command!("good", "label good and go on", ["3"], BENCH, "Judge", "", |m, _, now| judge::label(m, Some(Label::Good), now)),
    command!("unlabel", "take the label away", ["0"], BENCH, "Judge", "", |m, _, now| judge::label(m, None, now)),
    command!("judge", "Enter accepts proposals, or opens", ["gj"], BENCH, "Judge", "", |m, _, _| judge::toggle(m)),
    command!("accept-all", "accept all proposals of this path", ["A"], BENCH, "Judge", "", |m, _, now| judge::accept_all(m, now)),
    command!("first-error", "the first error is here, or not", ["F"], BENCH, "Judge", "", |m, _, now| judge::first_error(m, now)),
    command!("flag", "flag, or take the flag away", ["!"], BENCH, "Judge", "", |m, _, now| judge::flag(m, now)),
    command!("tag" [Argument::needed("TAG", judge::tags)], "give a tag, or take it away", ["t"], BENCH, "Judge", "", |m, a, now| judge::tag(m, a, now)),
    command!("note" [Argument::optional("TEXT", anything)], "write a note; - takes it away", ["m"], BENCH, "Judge", "", |m, a, now| judge::note(m, a, now)),
    command!("triage-next", "next step that needs you, and why", ["]"], BENCH, "Judge", "", |m, _, _| judge::triage(m, true)),
    command!("triage-previous", "the one before that needs you", ["["], BENCH, "Judge", "", |m, _, _| judge::triage(m, false)),
    command!("monitors", "how healthy the tree is", ["gm"], BENCH, "Judge", "", |m, _, _| page::monitors(m)),
    command!("select", "select from here on, for one operation on all", ["v"], BENCH, "Judge", "", |m, _, _| selecting::range(m)),
    command!("select-below", "select this step and all below it", ["V"], BENCH, "Judge", "", |m, _, _| selecting::below(m)),
    command!("select-where" [Argument::needed("QUERY", anything)], "select what a query means", ["gV"], BENCH, "Judge", "", |m, a, now| selecting::meant(m, a, now)),
    command!("undo", "undo", ["u"], BENCH, "Change", "undo", |m, _, now| prune::undo(m, now)),
    command!("redo", "redo", ["<c-r>"], BENCH, "Change", "", |m, _, now| prune::redo(m, now)),
    command!("copy", "copy the step's text", ["y"], BENCH, "Copy", "", |m, _, _| workbench::copy_step(m)),
    command!("copy-path", "copy the problem and the path", ["Y"], BENCH, "Copy", "", |m, _, _| workbench::copy_path(m)),
    command!("replay" [Argument::optional("OPERATION", anything)], "replay from where this node came to be, or from an operation", ["r"], BENCH, "Replay", "", |m, a, _| replay::replay(m, a)),
    command!("play", "play or pause", ["r", "s"], REPLAY, "Replay", "play", |m, _, now| replay::play(m, now)),
    command!("faster", "play faster", [">"], REPLAY, "Replay", "faster", |m, _, _| replay::change_speed(m, true)),
    command!("slower", "play slower", ["<lt>"], REPLAY, "Replay", "", |m, _, _| replay::change_speed(m, false)),
    command!("speed" [Argument::needed("SPEED", replay::speeds)], "play at 0.25 to 64 times the pace, by the clock, or full", ["="], REPLAY, "Replay", "", |m, a, _| replay::set_speed(m, a)),
    command!("search-step", "next step of the search", ["."], REPLAY, "Replay", "step", |m, _, _| replay::jump(m, MarkKind::Step, true)),
    command!("search-step-back", "previous step of the search", [","], REPLAY, "Replay", "back", |m, _, _| replay::jump(m, MarkKind::Step, false)),
    command!("operation", "next operation", [")"], REPLAY, "Replay", "", |m, _, _| replay::step(m, 1)),
    command!("operation-back", "previous operation", ["("], REPLAY, "Replay", "", |m, _, _| replay::step(m, -1)),
    command!("next-evaluation", "next evaluation", ["e"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Evaluation, true)),
    command!("previous-evaluation", "previous evaluation", ["E"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Evaluation, false)),
    command!("next-answer", "next answer", ["a"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Answer, true)),
    command!("previous-answer", "previous answer", ["A"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Answer, false)),
    command!("next-debate", "next statement of a debate", ["d"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Debate, true)),
    command!("previous-debate", "previous statement of a debate", ["D"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Debate, false)),
    command!("next-prune", "next prune or restore", ["x"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Prune, true)),
    command!("previous-prune", "previous prune or restore", ["X"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Prune, false)),
    command!("next-splice", "next splice or rewrite", ["p"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Splice, true)),
    command!("previous-splice", "previous splice or rewrite", ["P"], REPLAY, "Replay", "", |m, _, _| replay::jump(m, MarkKind::Splice, false)),
    command!("beginning", "to the beginning", ["0"], REPLAY, "Replay", "", |m, _, _| replay::go_to(m, 0)),
    command!("end", "to the end", ["$"], REPLAY, "Replay", "", |m, _, _| replay::go_to(m, u64::MAX)),
    command!("branch", "a new session from this moment", ["b"], REPLAY, "Replay", "branch", |m, _, _| replay::branch(m)),
    command!("diff" [Argument::needed("OPERATION or FILE", anything)], "side by side with another moment, or another session", ["<space>d"], BENCH, "Replay", "", |m, a, _| diff::diff(m, a)),
    command!("keep", "keep this moment; then show it beside another", ["c"], REPLAY, "Replay", "compare", |m, a, _| diff::diff(m, a)),
    command!("difference-next", "next difference", ["n"], DIFF, "Replay", "difference", |m, _, _| diff::difference(m, true)),
    command!("difference-previous", "previous difference", ["N"], DIFF, "Replay", "", |m, _, _| diff::difference(m, false)),
    command!("differences", "only what differs, or all", ["d"], DIFF, "Replay", "only differences", |m, _, _| diff::toggle(m)),
    command!("leave-replay", "leave the replay", ["q"], REPLAY, "Replay", "leave", |m, _, _| replay::leave(m)),
    command!("sessions", "back to the start screen", ["gh"], BENCH, "Sessions", "", |m, _, _| update::go_home(m)),
    command!("retry-save", "save again after a failure", ["gw"], BENCH, "Sessions", "save again", |m, _, _| update::retry_save(m)),
    command!("palette", "all commands, to choose from", ["<space><space>", "<a-x>"], Place::ALL, "Program", "", |m, _, _| list::palette(m)),
    command!("line", "type a command", [":"], Place::ALL, "Program", "command", |m, _, _| line::open(m, "")),
    command!("theme" [Argument::optional("NAME", appearance::themes)], "choose a theme", ["<space>t"], BOTH, "Program", "", |m, a, _| appearance::theme(m, a)),
    command!("set" [Argument::needed("SETTING", appearance::settings), Argument::needed("VALUE", appearance::setting_values)], "change a setting until the program ends", ["<space>s"], BOTH, "Program", "", |m, a, _| appearance::set(m, a)),
    command!("messages", "everything that was told", ["<space>m"], BOTH, "Program", "", |m, _, _| reader::messages(m)),
    command!("tour", "a tour of the program", ["<space>?"], BOTH, "Program", "", |m, _, _| tour::begin(m)),
    command!("help", "help", ["?", "<f1>"], Place::ALL, "Program", "help", |m, _, _| help::open(m)),
    command!("stop", "stop growing, then ask to quit", ["<c-c>"], Place::ALL, "Program", "", |m, _, now| update::stop(m, now)),
    command!("escape", "cancel the innermost thing", ["<esc>"], Place::ALL, "Program", "", |m, _, _| overlay::escape(m)),
    command!("accept", "accept", ["<enter>"], ASKED, "Program", "accept", |m, _, now| overlay::accept(m, now)),
    command!("suspend", "back to the shell; fg goes on", ["<c-z>"], BOTH, "Program", "", |_, _, _| vec![Effect::Suspend]),
    command!("quit", "quit; everything is saved", ["q"], BOTH, "Program", "quit", |m, _, _| update::quit(m)),
    command!("complete", "fill in what could follow", ["<tab>"], LINE, "Program", "complete", |m, _, _| line::complete(m, 1)),
    command!("complete-back", "fill in the one before", ["<backtab>"], LINE, "Program", "", |m, _, _| line::complete(m, -1)),
    command!("older", "an older line", ["<up>", "<c-p>"], LINE, "Program", "older", |m, _, _| line::remember(m, 1)),
    command!("newer", "a newer line", ["<down>", "<c-n>"], LINE, "Program", "", |m, _, _| line::remember(m, -1)),
    command!("choose-next", "next entry", ["<down>", "<c-n>", "<tab>"], LIST, "Program", "next", |m, _, _| list::step(m, 1)),
    command!("choose-previous", "previous entry", ["<up>", "<c-p>", "<backtab>"], LIST, "Program", "", |m, _, _| list::step(m, -1)),
    command!("read-down", "scroll down", ["j", "<down>"], READER, "Program", "scroll", |m, _, _| reader::scroll(m, -1)),
    command!("read-up", "scroll up", ["k", "<up>"], READER, "Program", "", |m, _, _| reader::scroll(m, 1)),
    command!("read-page-down", "ten rows down", ["<pgdn>", "<c-d>", "<space>"], READER, "Program", "page", |m, _, _| reader::scroll(m, -10)),
    command!("read-page-up", "ten rows up", ["<pgup>", "<c-u>"], READER, "Program", "", |m, _, _| reader::scroll(m, 10)),
    command!("read-first", "to the beginning", ["g", "<home>"], READER, "Program", "", |m, _, _| reader::scroll(m, isize::MAX)),
    command!("read-last", "to the end", ["G", "<end>"], READER, "Program", "", |m, _, _| reader::scroll(m, isize::MIN)),
    command!("close", "close", ["q", "<enter>"], READ, "Program", "close", |m, _, _| overlay::escape(m)),
    command!("splice-apply", "make this splice", ["<enter>"], SPLICE, "Splice", "splice", |m, _, now| splicing::apply(m, now)),
    command!("splice-pass", "pass it over", ["x"], SPLICE, "Splice", "pass over", |m, _, _| splicing::dismiss(m)),
    command!("splice-next", "next proposal", ["n", "<tab>"], SPLICE, "Splice", "next", |m, _, _| splicing::step(m, 1)),
    command!("splice-previous", "proposal before", ["N", "<backtab>"], SPLICE, "Splice", "", |m, _, _| splicing::step(m, -1)),
    command!("splice-signal", "another revision signal", ["s"], SPLICE, "Splice", "signal", |m, _, _| splicing::signal(m)),
    command!("splice-write", "write the revision signal yourself", ["e"], SPLICE, "Splice", "write", |m, _, _| signal::write(m)),
    command!("splice-ask", "let the model write the revision signal", ["w"], SPLICE, "Splice", "", |m, _, _| signal::ask(m)),
    command!("splice-more", "more continuations", ["+"], SPLICE, "Splice", "", |m, _, _| splicing::continuations(m, 1)),
    command!("splice-fewer", "fewer continuations", ["-"], SPLICE, "Splice", "", |m, _, _| splicing::continuations(m, -1)),
    command!("splice-meaning", "go back, or continue from the error", ["m"], SPLICE, "Splice", "meaning", |m, _, _| splicing::meaning(m)),
    command!("splice-later", "cut a step later", ["]", "l"], SPLICE, "Splice", "cut", |m, _, _| splicing::cut(m, 1)),
    command!("splice-earlier", "cut a step earlier", ["[", "h"], SPLICE, "Splice", "", |m, _, _| splicing::cut(m, -1)),
    command!("splice-down", "scroll down", ["j", "<down>"], SPLICE, "Splice", "", |m, _, _| splicing::scroll(m, 1)),
    command!("splice-up", "scroll up", ["k", "<up>"], SPLICE, "Splice", "", |m, _, _| splicing::scroll(m, -1)),
    command!("splice-close", "close", ["q"], SPLICE, "Splice", "close", |m, _, _| overlay::escape(m)),
    command!("compare-first", "the first is better", ["1", "h", "<left>"], COMPARE, "Compare", "first", |m, _, now| comparing::choose(m, 0, now)),
    command!("compare-second", "the second is better", ["2", "l", "<right>"], COMPARE, "Compare", "second", |m, _, now| comparing::choose(m, 1, now)),
    command!("compare-next", "next pair", ["n", "<enter>", "<tab>"], COMPARE, "Compare", "next", |m, _, _| comparing::step(m, 1)),
    command!("compare-previous", "pair before", ["N", "<backtab>"], COMPARE, "Compare", "", |m, _, _| comparing::step(m, -1)),
    command!("compare-blind", "hide scores and origin until you choose", ["b"], COMPARE, "Compare", "blind", |m, _, _| comparing::blind(m)),
    command!("compare-undo", "take the last choice back", ["u"], COMPARE, "Compare", "undo", |m, _, now| prune::undo(m, now)),
    command!("compare-down", "scroll down", ["j", "<down>"], COMPARE, "Compare", "", |m, _, _| comparing::scroll(m, 1)),
    command!("compare-up", "scroll up", ["k", "<up>"], COMPARE, "Compare", "", |m, _, _| comparing::scroll(m, -1)),
    command!("compare-close", "close", ["q"], COMPARE, "Compare", "close", |m, _, _| overlay::escape(m)),
    command!("rewrite-apply", "make this rewrite", ["<enter>"], REWRITE, "Rewrite", "rewrite", |m, _, now| rewriting::apply(m, now)),
    command!("rewrite-again", "back to the editor", ["E", "e"], REWRITE, "Rewrite", "edit again", |m, _, _| rewriting::again(m)),
    command!("rewrite-down", "scroll down", ["j", "<down>"], REWRITE, "Rewrite", "", |m, _, _| rewriting::scroll(m, 1)),
    command!("rewrite-up", "scroll up", ["k", "<up>"], REWRITE, "Rewrite", "", |m, _, _| rewriting::scroll(m, -1)),
    command!("rewrite-close", "drop it", ["q"], REWRITE, "Rewrite", "drop", |m, _, _| overlay::escape(m)),
    command!("help-down", "scroll down", ["<down>", "<c-n>"], HELP, "Program", "scroll", |m, _, _| help::scroll(m, 1)),
    command!("help-up", "scroll up", ["<up>", "<c-p>"], HELP, "Program", "", |m, _, _| help::scroll(m, -1)),
    command!("help-page-down", "ten rows down", ["<pgdn>", "<c-d>"], HELP, "Program", "", |m, _, _| help::scroll(m, 10)),
    command!("help-page-up", "ten rows up", ["<pgup>"], HELP, "Program", "", |m, _, _| help::scroll(m, -10)),
    command!("export", "what an export would hold, and its records", ["<space>e"], BENCH, "Export", "", |m, _, _| export::open(m)),
    command!("export-as" [Argument::needed("FORMAT", export::formats), Argument::optional("FOLDER", anything)], "write this session as a data set", ["<space>w"], BENCH, "Export", "", |m, a, _| export::write_as(m, a)),
    command!("format-next", "next format", ["j", "<down>"], EXPORT, "Export", "format", |m, _, _| export::choose(m, 1)),
    command!("format-previous", "previous format", ["k", "<up>"], EXPORT, "Export", "", |m, _, _| export::choose(m, -1)),
    command!("record-next", "next record", ["l", "<right>", "<space>"], EXPORT, "Export", "record", |m, _, _| export::turn(m, 1)),
    command!("record-previous", "previous record", ["h", "<left>"], EXPORT, "Export", "", |m, _, _| export::turn(m, -1)),
    command!("record-down", "scroll the record down", ["J", "<pgdn>"], EXPORT, "Export", "", |m, _, _| export::scroll(m, 1)),
    command!("record-up", "scroll the record up", ["K", "<pgup>"], EXPORT, "Export", "", |m, _, _| export::scroll(m, -1)),
    command!("pseudo-labels", "take in what only a vote speaks for", ["v"], EXPORT, "Export", "pseudo-labels", |m, _, _| export::pseudo_labels(m)),
    command!("export-query" [Argument::optional("QUERY", anything)], "take only records with a step that a query means", ["f"], EXPORT, "Export", "query", |m, a, _| export::ask(m, a)),
    command!("copy-record", "copy the record", ["y"], EXPORT, "Export", "copy", |m, _, _| export::copy(m)),
    command!("write-export" [Argument::optional("FOLDER", anything)], "write the data set, into a folder or beside the session", ["w"], EXPORT, "Export", "write", |m, a, _| export::write(m, a)),
    command!("close-export", "close", ["q", "<enter>"], EXPORT, "Export", "close", |m, _, _| overlay::escape(m)),
    command!("quit-now", "quit", ["y", "q", "<enter>"], QUIT, "Program", "quit", |_, _, _| vec![Effect::Quit]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Call, Keymap, Msg, Overlay, Reader, parse_keys, update};

    fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
        let keys = parse_keys(keys).expect("keys");
        keys.into_iter().flat_map(|key| update(model, Msg::Key(key), 1)).collect()
    }

    /// `pleach script` presses keys, so what has a key can be done without a terminal too.
    #[test]
    fn every_command_is_reached_by_key_palette_and_line_wherever_it_works() {
        let (keymap, model) = (Keymap::default(), Model::new((80, 24), 0));
        for place in Place::ALL {
            let palette = list::commands(&keymap, *place);
            let named = line::choices(&model, *place, "");
            let has_key = |name: &str| {
                let command = COMMANDS.iter().find(|command| command.name == name);
                command.is_some_and(|command| !keymap.keys_of(*place, command).is_empty())
            };
            assert!(has_key("palette"), "the palette cannot be opened on {place:?}");
            for command in COMMANDS.iter().filter(|command| command.places.contains(place)) {
                let name = command.name;
                assert!(palette.iter().any(|entry| entry.line == name), "{name}, palette");
                assert!(named.iter().any(|(line, _)| line == name), "{name}, line");
                assert_eq!(Call::read(name).map(|call| call.command.name), Ok(name));
                let can_be_typed = Place::TEXT.contains(place) || *place == Place::Quit;
                assert!(
                    has_key(name) || (can_be_typed && name == "line"),
                    "{name} has no key on {place:?}"
                );
            }
        }
    }

    #[test]
    fn names_are_used_once() {
        let mut names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn palette_and_line_work_over_whatever_lies_over_the_screen() {
        let mut model = Model::new((80, 24), 0);
        let paragraphs = vec![("text".to_owned(), false); 50];
        let reader = Reader { paragraphs, ..Reader::default() };
        model.overlays.push(Overlay::Reader(reader));
        press(&mut model, ":read-up<enter>");
        press(&mut model, "<a-x>read-up<enter>");
        let [Overlay::Reader(reader)] = model.overlays.as_slice() else { panic!("{model:?}") };
        assert_eq!(reader.scrolled, 2, "the line and the palette scrolled a row each");
        press(&mut model, "<a-x>close<enter>");
        assert!(model.overlays.is_empty());
        // A palette over a line fills that line in.
        press(&mut model, ":mess<a-x>complete<enter>");
        let [Overlay::Line(line)] = model.overlays.as_slice() else { panic!("{model:?}") };
        assert_eq!(line.field.text(), "messages");
        // Any character is an answer to the question whether to quit.
        press(&mut model, "<esc>");
        model.overlays.push(Overlay::Quit);
        press(&mut model, ":");
        assert!(model.overlays.is_empty());
        model.overlays.push(Overlay::Quit);
        assert_eq!(press(&mut model, "<a-x>quit-now<enter>"), [Effect::Quit]);
    }
}
