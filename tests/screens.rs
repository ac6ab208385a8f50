//! Screens, driven by keys through the whole program with the scripted engine, at three sizes.
//!
//! A screen that changes on purpose is reviewed with `cargo insta review`, or accepted with
//! `INSTA_UPDATE=always cargo test --test screens`.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

use pleach::tree::Problem;
use pleach::ui::{EngineKind, Opening, Options, Sessions, script};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// Runs keys on a new problem in an empty folder and returns the screen.
fn screen(opening: Opening, keys: &str, size: (u16, u16)) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        engine: EngineKind::Scripted,
        opening,
        sessions: Sessions { folder: Some(folder.path().to_owned()), seed: Some(7) },
        ..Options::default()
    };
    script(&options, keys, size).expect("the script runs")
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
