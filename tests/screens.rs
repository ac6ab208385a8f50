//! Screens, driven by keys through the whole program with the scripted engine, at three sizes.
//!
//! A screen that changes on purpose is reviewed with `cargo insta review`, or accepted with
//! `INSTA_UPDATE=always cargo test --test screens`.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

use std::path::{Path, PathBuf};
use std::process::Command;

use pleach::tree::Problem;
use pleach::ui::{EngineKind, Opening, Options, Sessions, script, styled};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// Runs keys on a new problem in an empty folder and returns the screen.
fn screen(opening: Opening, keys: &str, size: (u16, u16)) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shown = script(&options(folder.path(), opening), keys, size).expect("the script runs");
    without_pace(&shown)
}

/// A screen without the tokens of each second, which no two runs share.
fn without_pace(shown: &str) -> String {
    let mut cut = None;
    let lines = shown.lines().map(|line| {
        let at = line.find("Tokens a second").map(|at| line[..at].chars().count());
        let from = at.or(cut);
        cut = at;
        let kept: String = line.chars().take(from.unwrap_or(usize::MAX)).collect();
        format!("{}\n", kept.trim_end())
    });
    lines.collect()
}

fn options(folder: &Path, opening: Opening) -> Options {
    Options {
        engine: EngineKind::Scripted,
        opening,
        sessions: Sessions { folder: Some(folder.to_owned()), seed: Some(7) },
        ..Options::default()
    }
}

fn problem(text: &str) -> Opening {
    Opening::New(Problem {
        text: text.to_owned(),
        answer: Some("21".to_owned()),
        ..Problem::default()
    })
}

/// Takes a snapshot of the screen after the keys, at every size.
fn snapshot(name: &str, opening: &Opening, keys: &str) {
    for size in SIZES {
        let name = format!("{name}-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, screen(opening.clone(), keys, size));
    }
}

/// Takes snapshots of a screen with its styles, in two themes and without colours.
fn in_themes(name: &str, keys: &str) {
    for theme in ["grove-dark", "grove-light", "mono"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = options(folder.path(), problem("How much is half of 42?"));
        let shown = styled(&options, keys, (80, 24), theme).expect("the script runs");
        insta::assert_snapshot!(format!("{name}-{theme}"), shown);
    }
}

#[test]
fn styles_in_two_themes_and_without_colours() {
    in_themes("styles", "gajjx");
    in_themes("styles-palette", "<space><space>fold");
    in_themes("styles-shaded", "llgt");
    in_themes("styles-marks", "jl3j1gj:note see<enter>!");
    in_themes("styles-notice", "jx:nothing<enter>");
    in_themes("styles-graph", "gajjx<space>g");
}

/// Every pane, popup, line and layout with the keys to it, on a problem that was searched; those named
/// in `AT_START` on the start screen.
const SCREENS: [(&str, &str); 73] = [
    // The start screen.
    ("start", ""),
    ("typing", "nWhat is 6 times 7? Not 43.<left><left><bs>2"),
    ("start-line", ":"),
    ("start-help", "?"),
    ("home", "ghj"),
    // The panes, and how they are laid out and looked at.
    ("grown", "jl"),
    ("best", "ga"),
    ("zoom-tree", "ga+"),
    ("zoom-path", "ga++"),
    ("graph", "gaga<space>g"),
    ("folded", "zM"),
    ("sorted", "zs"),
    ("sticky", "G"),
    ("shifted", "<gt>"),
    ("column", ":column verifier<enter>"),
    ("shaded", "llgt"),
    ("entropy", "llgtgt"),
    ("hoisted", "jjjzo"),
    ("found", "/makes<enter>n"),
    ("filtered", "fAnswer: 21<enter>j"),
    ("pruned", "jjx"),
    // What a person marks, selects and judges.
    ("label", "jgj3<enter>"),
    ("judging", "jlgj3"),
    ("triage", "]"),
    ("first-error", "gaF"),
    ("marked", "jl3j1j!:note see<enter>"),
    ("selection", "jvjj"),
    ("below", "jV"),
    ("tour", "<space>?"),
    // Popups and lists.
    ("leader", "<space>"),
    ("following", "g"),
    ("following-fold", "z"),
    ("help", "?"),
    ("help-found", "?fold"),
    ("palette", "<space><space>"),
    ("palette-typed", "<space><space>fodl<down>"),
    ("themes", ":theme<enter>"),
    ("policies", "<space>o"),
    ("aggregators", "<space>b"),
    ("proposers", "<space>n"),
    ("quit", "<c-c>"),
    // The line at the bottom, and what it asks for.
    ("line", ":fold<tab><tab>"),
    ("line-theme", ":theme gro"),
    ("setting", ":set co<tab> "),
    ("columns", "<space>c"),
    ("refused", ":nonsense<enter>"),
    ("limits", ":limit<enter>"),
    ("finding", "/answer: 2"),
    ("filtering", "f24"),
    ("editing", "jle"),
    ("noting", "jlm"),
    ("tagging", "jlt"),
    ("signal", "pe"),
    ("export-asking", "<space>efvlaue<lt>2"),
    // Screens over the workbench.
    ("monitors", "gm"),
    ("charts", "gmG"),
    ("messages", "jxuZ:nothing<enter><space>m"),
    ("search-log", "<space>lk"),
    ("debate", "gd"),
    ("debate-end", "gd<esc>gDG"),
    ("tokens", "jlgT"),
    ("alternatives", "jlgT<enter>"),
    ("branched", "jlgT<enter><down><enter>"),
    ("splice", "p"),
    ("splice-continue", "pm+"),
    ("compare", "gac"),
    ("compare-blind", "gacb"),
    ("compare-chosen", "gac1N"),
    ("export", "<space>e"),
    ("export-pairs", "<space>ejjj"),
    ("export-nothing", "<space>ejjjjjj"),
    ("export-splice", "p<enter>q<space>ejjjjjjjllll"),
    ("export-query", "p<enter>q<space>ejjjjjjjfsignal<enter>"),
];

/// The screens that begin at the start screen.
const AT_START: [&str; 4] = ["start", "typing", "start-line", "start-help"];

/// The keys to a screen, and where it begins.
fn way(name: &str) -> (Opening, &'static str) {
    let (_, keys) = SCREENS.iter().find(|(known, _)| *known == name).expect("a screen's name");
    let at_start = AT_START.contains(&name);
    let opening = if at_start { Opening::StartScreen } else { problem("How much is half of 42?") };
    (opening, *keys)
}

/// Does something with each of many names, on as many threads as help.
fn each<T: Sync>(all: &[T], to: impl Fn(&T) + Sync) {
    let to = &to;
    std::thread::scope(|scope| {
        for part in all.chunks(all.len().div_ceil(4)) {
            scope.spawn(move || part.iter().for_each(to));
        }
    });
}

/// At each of three sizes.
#[test]
fn every_pane_popup_line_and_layout() {
    each(&SCREENS, |(name, _)| {
        let (opening, keys) = way(name);
        snapshot(name, &opening, keys);
    });
}

/// Each once as text, and its styles in two themes and without colours.
#[test]
fn styles_of_screens() {
    let themes = ["default", "grove-light", "mono"];
    let small = SCREENS.map(|(name, _)| (name, name, (80, 24)));
    let others = [("columns-of-panes", "best", (150, 28)), ("one-column", "best", (40, 12))];
    let all: Vec<_> = small.into_iter().chain(others).collect();
    each(&all, |(name, screen, size)| {
        let mut all = String::new();
        for theme in themes {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let (opening, keys) = way(screen);
            let options = options(folder.path(), opening);
            let shown = styled(&options, keys, *size, theme).expect("the script runs");
            let lines: Vec<_> = shown.lines().collect();
            let (text, styles) = lines.split_at(usize::from(size.1));
            if all.is_empty() {
                all = without_pace(&text.join("\n"));
            }
            all = [all.as_str(), "\n", theme, &styles.join("\n"), "\n"].concat();
        }
        insta::assert_snapshot!(format!("themes-{name}"), all);
    });
}

/// A replay and two moments side by side, of a session that comes with the program.
#[test]
fn a_replay_and_two_moments_side_by_side() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = recorded(folder.path(), "spliced-correction");
    snapshot("replay", &Opening::File(path.clone()), "r0<gt>p");
    snapshot("moments", &Opening::File(path.clone()), "r0cpc");
    snapshot("differences", &Opening::File(path), "r0cpcdnn");
}

/// A session that comes with the program, in a folder.
fn recorded(folder: &Path, name: &str) -> PathBuf {
    let recording = pleach::assets::RECORDINGS.iter().find(|it| it.name == name);
    let bytes = recording.expect("it comes with the program").bytes;
    pleach::session::put(folder, "moments", bytes).expect("it is put there")
}

/// A rewrite that comes back from the person's editor, which the environment of the program names.
#[test]
fn a_rewrite_from_an_editor() {
    for (columns, rows) in SIZES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shown = Command::new(env!("CARGO_BIN_EXE_pleach"))
            .args(["script", "--keys", "llE", "--size", &format!("{columns}x{rows}")])
            .arg(recorded(folder.path(), "labelled-path"))
            .env("PLEACH_DATA_DIR", folder.path())
            .env("XDG_STATE_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("EDITOR", "sed -i s/=/equals/")
            .env_remove("VISUAL")
            .output()
            .expect("pleach runs");
        let shown = String::from_utf8(shown.stdout).expect("text");
        insta::assert_snapshot!(format!("rewriting-{columns}x{rows}"), shown);
    }
}

#[test]
fn a_session_that_is_open_elsewhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = recorded(folder.path(), "labelled-path");
    let held = pleach::session::open(&path, Box::new(|_| {})).expect("it is had");
    for size in SIZES {
        let shown = screen(Opening::File(path.clone()), "lx", size);
        // How far the notice goes, depends on the length of this process's number.
        let (shown, notice) = shown.trim_end().rsplit_once('\n').expect("rows");
        assert!(notice.starts_with("! This session is read-only"), "{notice}");
        insta::assert_snapshot!(format!("read-only-{}x{}", size.0, size.1), shown);
    }
    drop(held);
}

#[test]
fn a_wide_screen_has_three_columns() {
    let shown = screen(problem("How much is half of 42?"), "ga", (200, 60));
    insta::assert_snapshot!("wide-200x60", shown);
    let shown = screen(problem("How much is half of 42?"), "ga", (150, 28));
    insta::assert_snapshot!("wide-150x28", shown);
}

#[test]
fn a_pane_alone() {
    let once = screen(problem("p"), "ga", (80, 24));
    let all = screen(problem("p"), "ga+++", (80, 24));
    assert_eq!(once, all, "the third time all panes are back");
}

#[test]
fn formulas_in_unicode() {
    let text = "Solve $x^2 + \\frac{a+1}{2} \\leq 3$, but not $\\begin{matrix}$";
    snapshot("formulas", &problem(text), "");
    let shown = screen(problem(text), ":set formulas false<enter>", (80, 24));
    assert!(shown.contains("\\frac"), "{shown}");
}

#[test]
fn pruned_and_undone() {
    let tree = |keys: &str| {
        let screen = screen(problem("p"), keys, (120, 40));
        screen
            .lines()
            .skip(2)
            .take(30)
            .map(|line| line.chars().take(60).collect())
            .collect::<Vec<String>>()
    };
    assert_ne!(tree("jj"), tree("jjx"));
    assert_eq!(tree("jj"), tree("jjxu"), "undo brings the tree back");
    assert_eq!(tree("jjx"), tree("jjxu<c-r>"), "redo prunes again");
}

#[test]
fn shaded_tokens() {
    let told = |keys: &str| screen(problem("p"), keys, (120, 40));
    assert!(told(":shade entropy<enter>l").contains("entropy of top 3"), "asked when it is seen");
    let shown = told(":shade entropy<enter>l");
    let saved = |shown: &str| shown.lines().rev().nth(1).map(|row| row[row.len() - 9..].to_owned());
    assert_eq!(saved(&shown), saved(&told("l")), "nothing of it is saved");
}

#[test]
fn a_debate_and_its_transcript() {
    let shown = screen(problem("p"), "gD", (80, 24));
    assert!(shown.contains("There was no debate yet"), "{shown}");
}

#[test]
fn proposers_and_evaluators_by_name() {
    let told = |keys: &str| screen(problem("How much is half of 42?"), keys, (120, 40));
    assert!(told(":proposer plan<enter>").contains("Steps are proposed by plan"));
    assert!(told("j<space>vpairwise<enter>").contains("pairwise"));
    assert!(told("gEhint-logic<enter>fdoes this follow<enter>").contains("Wait, does this follow"));
    assert!(told(":grow-by nonsense<enter>").contains("no proposer named nonsense"));
}

#[test]
fn text_that_would_command_the_terminal_is_shown_as_marks() {
    let evil =
        "a\u{1b}]52;c;ZXZpbA==\u{7}b \u{1b}[31mred \u{202e}desrever \u{200b}zero\tTab 数を足す";
    snapshot("evil", &problem(evil), "");
}

#[test]
fn a_terminal_that_is_too_small_says_so() {
    insta::assert_snapshot!("small-32x8", screen(problem("p"), "", (32, 8)));
    for size in [(1, 1), (2, 40), (39, 10), (40, 9), (400, 3)] {
        screen(problem("p"), "jx?", size);
    }
}

#[test]
fn a_key_that_means_nothing_says_so_and_nothing_breaks() {
    let shown = screen(problem("p"), "Q", (80, 24));
    assert!(shown.contains("Q does nothing here"), "{shown}");
}

#[test]
fn the_root_is_not_pruned_and_nothing_is_undone_on_a_fresh_tree() {
    assert!(screen(problem("p"), "ggx", (80, 24)).contains("cannot be pruned"));
    assert!(screen(problem("p"), "u", (80, 24)).contains("nothing to undo"));
}

#[test]
fn a_transcript_is_scrolled_no_further_than_it_goes() {
    let at = |keys: &str| screen(problem("How much is half of 42?"), keys, (40, 12));
    let last = at("gdG");
    assert_ne!(at("gd"), last);
    assert_eq!(at("gdGjjj"), last);
    assert_ne!(at("gdGjjjk"), last);
}
