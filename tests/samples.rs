//! The sessions that come with the program: each opens, is what its title says, and replays to the
//! tree that opening it gives. Nothing here asks a model, so they hold whatever model is embedded.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

use std::path::PathBuf;

use pleach::assets::RECORDINGS;
use pleach::evaluate::verify;
use pleach::session;
use pleach::tree::{Label, NodeId, Source, Tree};
use pleach::ui::{EngineKind, Opening, Options, Sessions, Watch, script};

/// The most bytes that a sample may have.
const LARGEST: usize = 300_000;

/// A sample in a folder of its own.
fn sample(name: &str) -> (tempfile::TempDir, PathBuf, Tree) {
    let folder = tempfile::tempdir().unwrap();
    let recording = RECORDINGS.iter().find(|recording| recording.name == name).unwrap();
    let path = session::put(folder.path(), name, recording.bytes).unwrap();
    let tree = Tree::fold(&session::read(&path).unwrap().operations).unwrap();
    (folder, path, tree)
}

fn is_right(tree: &Tree, id: NodeId) -> bool {
    tree.evaluation(id, verify::NAME).is_some_and(|verdict| verdict.value > 0.5)
}

#[test]
fn every_sample_is_small_and_grown_by_the_embedded_model() {
    for recording in RECORDINGS {
        let (_folder, _, tree) = sample(recording.name);
        assert!(recording.bytes.len() < LARGEST, "{} is too large", recording.name);
        assert_eq!(tree.model().unwrap().name, "pleach-reasoner", "{}", recording.name);
        assert!(!recording.title.is_empty() && recording.look.ends_with('.'));
    }
}

#[test]
fn at_full_speed_every_sample_ends_in_the_tree_that_opening_gives() {
    for recording in RECORDINGS {
        let (_folder, path, tree) = sample(recording.name);
        let mut watch = Watch::open(&path, (100, 30)).unwrap();
        assert_eq!(watch.tree().unwrap().sequence(), 0);
        watch.press(":speed full<enter>s").unwrap();
        assert_eq!(watch.tree(), Some(&tree), "{}", recording.name);
    }
}

#[test]
fn frames_at_three_marks() {
    for recording in RECORDINGS {
        let (_folder, path, _) = sample(recording.name);
        let mut watch = Watch::open(&path, (100, 30)).unwrap();
        for third in 1..=3 {
            let at = watch.length() * third / 3;
            watch.press(&format!(":replay {at}<enter>")).unwrap();
            let name = format!("sample-{}-{third}", recording.name);
            insta::assert_snapshot!(name, watch.screen().unwrap());
        }
    }
}

#[test]
fn the_solved_tree_is_solved() {
    let (_folder, _, tree) = sample("solved-tree");
    assert!(tree.trajectories().any(|id| is_right(&tree, id)));
    assert!(tree.len() > 20, "{} nodes", tree.len());
}

#[test]
fn the_debate_has_rounds_and_somebody_who_goes_over() {
    let (_folder, _, tree) = sample("debate");
    assert!(!tree.debates().is_empty());
}

#[test]
fn the_spliced_correction_goes_from_an_error_over_a_signal_to_a_right_answer() {
    let (_folder, _, tree) = sample("spliced-correction");
    let right = tree.trajectories().find(|id| {
        let sources: Vec<Source> =
            tree.path(*id).iter().map(|at| tree.node(*at).source()).collect();
        sources.contains(&Source::Signal) && sources.contains(&Source::Spliced)
    });
    assert!(is_right(&tree, right.unwrap()));
}

#[test]
fn the_labelled_path_is_good_up_to_its_first_error() {
    let (_folder, _, tree) = sample("labelled-path");
    let error = tree.ids().find(|id| tree.node(*id).is_first_error()).unwrap();
    let path = tree.path(error);
    assert!(path.len() > 2, "a good step comes before it");
    for id in &path[1..path.len() - 1] {
        assert_eq!(tree.node(*id).label(), Some(Label::Good), "{id}");
    }
    assert_eq!(tree.node(error).label(), Some(Label::Bad));
    assert!(!tree.node(error).note().is_empty());
}

#[test]
fn the_long_search_is_long() {
    let (_folder, _, tree) = sample("long-search");
    assert!(tree.len() > 150, "{} nodes", tree.len());
    assert!(!tree.trajectories().any(|id| is_right(&tree, id)));
}

/// Presses keys on the start screen of an empty folder.
fn start(keys: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        engine: EngineKind::Scripted,
        opening: Opening::StartScreen,
        sessions: Sessions { folder: Some(folder.path().to_owned()), seed: Some(7) },
        ..Options::default()
    };
    script(&options, keys, (120, 40)).unwrap()
}

#[test]
fn every_sample_opens_from_the_start_screen_and_says_what_to_look_at() {
    let shown = start("");
    for (recording, at) in RECORDINGS.iter().zip(1..) {
        assert!(shown.contains(recording.title), "{shown}");
        // The samples follow the problems and the field.
        let keys = "j".repeat(3 + at);
        let opened = start(&format!("{keys}<enter>"));
        assert!(opened.contains(recording.look), "{opened}");
        // Looking at it changes nothing.
        let (_folder, _, tree) = sample(recording.name);
        assert!(opened.contains(&format!("saved {}", tree.sequence())), "{opened}");
        let replayed = start(&format!("{keys}r"));
        assert!(replayed.contains("replay ×1"), "{replayed}");
        let back = start(&format!("{keys}rq"));
        assert!(back.contains("Try a sample") && back.contains("Open again"), "{back}");
    }
}
