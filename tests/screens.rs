//! Screens, driven by keys through the whole program with the scripted engine, at three sizes.
//!
//! A screen that changes on purpose is reviewed with `cargo insta review`, or accepted with
//! `INSTA_UPDATE=always cargo test --test screens`.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

use std::path::Path;

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

/// Screens whose styles are looked at, with the keys to each: panes, popups, layouts.
const STYLED: [(&str, &str); 24] = [
    ("typing", "nWhat is 6 times 7?"),
    ("found", "/makes<enter>n"),
    ("filtered", "fAnswer: 21<enter>j"),
    ("entropy", "llgtgt"),
    ("tokens", "jlgT"),
    ("alternatives", "jlgT<enter>"),
    ("zoomed-path", "ga++"),
    ("triage", "]"),
    ("selection", "jvjj"),
    ("judging", "jlgj3"),
    ("leader", "<space>"),
    ("help", "?fold"),
    ("line", ":fold<tab>"),
    ("policies", "<space>o"),
    ("columns", ":column verifier<enter>"),
    ("monitors", "gm"),
    ("messages", "jxuZ:nothing<enter><space>m"),
    ("search-log", "<space>lk"),
    ("debate", "gd"),
    ("compare", "gac1N"),
    ("splice", "pm"),
    ("export", "<space>ejjj"),
    ("tour", "<space>?"),
    ("quit", "<c-c>"),
];

/// Each screen once as text, and its styles in two themes and without colours.
#[test]
fn styles_of_every_pane_popup_and_layout() {
    let themes = ["default", "grove-light", "mono"];
    let small = STYLED.map(|(name, keys)| (name, keys, (80, 24)));
    let others = [("columns-of-panes", "ga", (150, 28)), ("one-column", "ga", (40, 12))];
    for (name, keys, size) in small.into_iter().chain(others) {
        let mut all = String::new();
        for theme in themes {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let opening = match name {
                "typing" => Opening::StartScreen,
                _ => problem("How much is half of 42?"),
            };
            let options = options(folder.path(), opening);
            let shown = styled(&options, keys, size, theme).expect("the script runs");
            let lines: Vec<_> = shown.lines().collect();
            let (text, styles) = lines.split_at(usize::from(size.1));
            if all.is_empty() {
                all = without_pace(&text.join("\n"));
            }
            all = [all.as_str(), "\n", theme, &styles.join("\n"), "\n"].concat();
        }
        insta::assert_snapshot!(format!("themes-{name}"), all);
    }
}

/// A replay and two moments side by side, of a session that comes with the program.
#[test]
fn a_replay_and_two_moments_side_by_side() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let recording = pleach::assets::RECORDINGS.iter().find(|it| it.name == "spliced-correction");
    let bytes = recording.expect("it comes with the program").bytes;
    let path = pleach::session::put(folder.path(), "moments", bytes).expect("it is put there");
    snapshot("replay", &Opening::File(path.clone()), "r0<gt>p");
    snapshot("moments", &Opening::File(path), "r0cpc");
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
    snapshot("zoom-tree", &problem("How much is half of 42?"), "ga+");
    snapshot("zoom-path", &problem("How much is half of 42?"), "ga++");
    let once = screen(problem("p"), "ga", (80, 24));
    let all = screen(problem("p"), "ga+++", (80, 24));
    assert_eq!(once, all, "the third time all panes are back");
}

#[test]
fn siblings_that_are_sorted() {
    snapshot("sorted", &problem("How much is half of 42?"), "zs");
}

#[test]
fn the_monitors() {
    snapshot("monitors", &problem("How much is half of 42?"), "gm");
    snapshot("charts", &problem("How much is half of 42?"), "gmG");
}

#[test]
fn what_else_a_step_could_have_said() {
    snapshot("tokens", &problem("How much is half of 42?"), "jlgT");
    snapshot("alternatives", &problem("How much is half of 42?"), "jlgT<enter>");
    snapshot("branched", &problem("How much is half of 42?"), "jlgT<enter><down><enter>");
}

#[test]
fn judging_and_the_lines_for_it() {
    snapshot("judging", &problem("How much is half of 42?"), "jlgj3");
    snapshot("editing", &problem("How much is half of 42?"), "jle");
    snapshot("noting", &problem("How much is half of 42?"), "jlm");
    snapshot("setting", &problem("How much is half of 42?"), ":set co<tab> ");
}

#[test]
fn the_lists_of_policies_columns_and_aggregators() {
    snapshot("policies", &problem("How much is half of 42?"), "<space>o");
    snapshot("aggregators", &problem("How much is half of 42?"), "<space>b");
    snapshot("columns", &problem("How much is half of 42?"), "<space>c");
}

#[test]
fn the_tour() {
    snapshot("tour", &problem("How much is half of 42?"), "<space>?");
}

#[test]
fn formulas_in_unicode() {
    let text = "Solve $x^2 + \\frac{a+1}{2} \\leq 3$, but not $\\begin{matrix}$";
    snapshot("formulas", &problem(text), "");
    let shown = screen(problem(text), ":set formulas false<enter>", (80, 24));
    assert!(shown.contains("\\frac"), "{shown}");
}

#[test]
fn start() {
    snapshot("start", &Opening::StartScreen, "");
}

#[test]
fn typing_a_problem() {
    snapshot("typing", &Opening::StartScreen, "nWhat is 6 times 7? Not 43.<left><left><bs>2");
}

#[test]
fn grown() {
    snapshot("grown", &problem("How much is half of 42?"), "jl");
}

#[test]
fn the_best_answer() {
    snapshot("best", &problem("How much is half of 42?"), "ga");
}

#[test]
fn pruned_and_undone() {
    snapshot("pruned", &problem("How much is half of 42?"), "jjx");
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
fn folded() {
    snapshot("folded", &problem("How much is half of 42?"), "zM");
}

#[test]
fn help() {
    snapshot("help", &problem("How much is half of 42?"), "?");
}

#[test]
fn found_filtered_and_hoisted() {
    snapshot("finding", &problem("How much is half of 42?"), "/answer: 2");
    snapshot("filtered", &problem("How much is half of 42?"), "fAnswer: 21<enter>j");
    snapshot("hoisted", &problem("How much is half of 42?"), "jjjzo");
}

#[test]
fn the_graph() {
    snapshot("graph", &problem("How much is half of 42?"), "gaga<space>g");
}

#[test]
fn rows_that_were_scrolled() {
    snapshot("sticky", &problem("How much is half of 42?"), "G");
    snapshot("shifted", &problem("How much is half of 42?"), "<gt>");
}

#[test]
fn another_column() {
    snapshot("column", &problem("How much is half of 42?"), ":column verifier<enter>");
}

#[test]
fn shaded_tokens() {
    snapshot("shaded", &problem("How much is half of 42?"), "llgt");
    snapshot("entropy", &problem("How much is half of 42?"), "llgtgt");
    let told = |keys: &str| screen(problem("p"), keys, (120, 40));
    assert!(told(":shade entropy<enter>l").contains("entropy of top 3"), "asked when it is seen");
    let shown = told(":shade entropy<enter>l");
    let saved = |shown: &str| shown.lines().rev().nth(1).map(|row| row[row.len() - 9..].to_owned());
    assert_eq!(saved(&shown), saved(&told("l")), "nothing of it is saved");
}

#[test]
fn help_that_is_narrowed() {
    snapshot("help-found", &problem("How much is half of 42?"), "?fold");
}

#[test]
fn the_line_and_what_could_follow() {
    snapshot("line", &problem("How much is half of 42?"), ":fold<tab><tab>");
    snapshot("line-theme", &problem("How much is half of 42?"), ":theme gro");
}

#[test]
fn the_palette() {
    snapshot("palette", &problem("How much is half of 42?"), "<space><space>");
    snapshot("palette-typed", &problem("How much is half of 42?"), "<space><space>fodl<down>");
}

#[test]
fn the_themes() {
    snapshot("themes", &problem("How much is half of 42?"), ":theme<enter>");
}

#[test]
fn the_messages_and_the_log_of_the_search() {
    snapshot("messages", &problem("How much is half of 42?"), "jxuZ:nothing<enter><space>m");
    snapshot("search-log", &problem("How much is half of 42?"), "<space>lk");
}

#[test]
fn a_debate_and_its_transcript() {
    snapshot("debate", &problem("How much is half of 42?"), "gd");
    snapshot("debate-end", &problem("How much is half of 42?"), "gd<esc>gDG");
    let shown = screen(problem("p"), "gD", (80, 24));
    assert!(shown.contains("There was no debate yet"), "{shown}");
}

#[test]
fn proposers_and_evaluators_by_name() {
    snapshot("proposers", &problem("How much is half of 42?"), "<space>n");
    let told = |keys: &str| screen(problem("How much is half of 42?"), keys, (120, 40));
    assert!(told(":proposer plan<enter>").contains("Steps are proposed by plan"));
    assert!(told("j<space>vpairwise<enter>").contains("pairwise"));
    assert!(told("gEhint-logic<enter>fdoes this follow<enter>").contains("Wait, does this follow"));
    assert!(told(":grow-by nonsense<enter>").contains("no proposer named nonsense"));
}

#[test]
fn judging() {
    snapshot("label", &problem("How much is half of 42?"), "jgj3<enter>");
    snapshot("triage", &problem("How much is half of 42?"), "]");
    snapshot("selection", &problem("How much is half of 42?"), "jvjj");
}

#[test]
fn the_splice_screen() {
    snapshot("splice", &problem("How much is half of 42?"), "p");
    snapshot("splice-continue", &problem("How much is half of 42?"), "pm+");
}

#[test]
fn the_compare_screen() {
    snapshot("compare", &problem("How much is half of 42?"), "gac");
    snapshot("compare-blind", &problem("How much is half of 42?"), "gacb");
    snapshot("compare-chosen", &problem("How much is half of 42?"), "gac1N");
}

#[test]
fn keys_that_can_follow() {
    snapshot("leader", &problem("How much is half of 42?"), "<space>");
    snapshot("following", &problem("How much is half of 42?"), "g");
}

#[test]
fn asking_to_quit() {
    snapshot("quit", &problem("How much is half of 42?"), "<c-c>");
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
fn what_an_export_would_hold() {
    let problem = problem("How much is half of 42?");
    snapshot("export", &problem, "<space>e");
    snapshot("export-pairs", &problem, "<space>ejjj");
    snapshot("export-nothing", &problem, "<space>ejjjjjj");
}

#[test]
fn what_an_export_would_hold_of_a_splice() {
    let problem = problem("How much is half of 42?");
    snapshot("export-splice", &problem, "p<enter>q<space>ejjjjjjjllll");
    snapshot("export-query", &problem, "p<enter>q<space>ejjjjjjjfsignal<enter>");
    snapshot("export-asking", &problem, "<space>efvlaue<lt>2");
}

#[test]
fn a_transcript_is_scrolled_no_further_than_it_goes() {
    let at = |keys: &str| screen(problem("How much is half of 42?"), keys, (40, 12));
    let last = at("gdG");
    assert_ne!(at("gd"), last);
    assert_eq!(at("gdGjjj"), last);
    assert_ne!(at("gdGjjjk"), last);
}
