//! Replay and verify through the real binary and the headless screen.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking

mod common_cli;

use std::fs;
use std::path::{Path, PathBuf};

use common_cli::{code, errors, lines, out, run};
use pleach::session;
use pleach::tree::Tree;
use pleach::ui::Watch;

/// A session that the scripted engine grew.
fn grown(home: &Path) -> PathBuf {
    fs::write(home.join("p.jsonl"), common_cli::FIVE.lines().next().unwrap()).unwrap();
    let grown = lines(&run(
        home,
        "grow p.jsonl --policy swe-search --nodes 30 --seed 3 --engine scripted --out s --json",
    ));
    home.join(grown[0]["session"].as_str().unwrap())
}

#[test]
fn at_full_speed_it_ends_in_the_tree_that_opening_gives() {
    let home = tempfile::tempdir().unwrap();
    let path = grown(home.path());
    let opened = Tree::fold(&session::read(&path).unwrap().operations).unwrap();
    let mut watch = Watch::open(&path, (100, 30)).unwrap();
    assert_eq!(watch.tree().unwrap().sequence(), 0);
    watch.press(":speed full<enter>s").unwrap();
    assert_eq!(watch.tree(), Some(&opened));
    assert_eq!(watch.length(), opened.sequence());
}

#[test]
fn frames_are_printed_evenly_and_a_cast_is_an_asciicast() {
    let home = tempfile::tempdir().unwrap();
    let path = grown(home.path());
    let replay = format!("replay {}", path.display());
    let printed = run(home.path(), &format!("{replay} --headless --frames 3 --size 80x24"));
    assert_eq!(code(&printed), 0, "{}", errors(&printed));
    let text = out(&printed);
    assert_eq!(text.lines().filter(|line| line.starts_with("--- operation")).count(), 3);
    assert!(text.contains("Use 4, 7, 8 and 8 to make 24.") && text.contains("replay ×1"), "{text}");
    let cast = run(home.path(), &format!("{replay} --cast out.cast --speed 64"));
    assert_eq!(code(&cast), 0, "{}", errors(&cast));
    let cast = fs::read_to_string(home.path().join("out.cast")).unwrap();
    let mut events =
        cast.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let header = events.next().unwrap();
    assert_eq!((&header["version"], &header["width"]), (&2.into(), &100.into()));
    let mut last = 0.0;
    let mut screen = vt100::Parser::new(
        std::num::NonZero::new(30).unwrap(),
        std::num::NonZero::new(100).unwrap(),
        0,
    );
    for event in events {
        assert_eq!(event[1], "o");
        assert!(event[0].as_f64().unwrap() >= last);
        last = event[0].as_f64().unwrap();
        screen.process(event[2].as_str().unwrap().as_bytes());
    }
    // What a player ends on is what the headless screen shows at the end.
    let mut watch = Watch::open(&path, (100, 30)).unwrap();
    watch.press(":speed 64<enter>$").unwrap();
    let shown = screen.screen().contents();
    let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
    let expected = watch.screen().unwrap();
    let expected: Vec<&str> = expected.lines().map(str::trim_end).collect();
    assert_eq!(shown[1..20], expected[1..20]);
    let again = run(home.path(), &format!("{replay} --cast out.cast"));
    assert_eq!(code(&again), 5, "an existing file is not written over");
}

#[test]
fn a_sound_session_verifies_and_a_changed_one_is_refused_where_it_was_changed() {
    let home = tempfile::tempdir().unwrap();
    let path = grown(home.path());
    let verify = format!("verify {}", path.display());
    let found = lines(&run(home.path(), &format!("{verify} --json")));
    assert_eq!((&found[0]["sound"], &found[0]["nodes"]), (&true.into(), &30.into()));
    let again = run(home.path(), &format!("{verify} --regenerate --engine scripted --json"));
    let again = lines(&again);
    let regenerated = &again[0]["regenerated"];
    assert_eq!(regenerated["differences"], serde_json::json!([]));
    assert_eq!((&regenerated["steps"], &regenerated["equal"]), (&30.into(), &30.into()));
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute("UPDATE operation SET time = time + 1 WHERE sequence = 12", []).unwrap();
    drop(connection);
    let refused = run(home.path(), &verify);
    assert_eq!(code(&refused), 5);
    assert!(errors(&refused).contains("12"), "{}", errors(&refused));
}
