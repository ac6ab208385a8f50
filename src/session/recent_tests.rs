//! Tests of the list of recent sessions.

use std::time::{Duration, SystemTime};

use super::*;
use crate::session::{Fresh, create, open};
use crate::tree::NodeId;
use crate::tree::sample::{Grower, random_session};

fn set_age(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

#[test]
fn sessions_are_listed_newest_first_and_broken_ones_with_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let mut grower = Grower::new("Make 24 from 1, 5, 5, 5");
    grower.add(NodeId::ROOT, "one");
    grower.add(NodeId::ROOT, "two");
    create(&file("old.pleach"), &Fresh::default()).unwrap();
    let (_, mut writer) = open(&file("old.pleach"), Box::new(|_| {})).unwrap();
    writer.append(grower.log.as_slice()).unwrap();
    writer.close().unwrap();
    set_age(&file("old.pleach"), 300);
    create(&file("empty.pleach"), &Fresh::default()).unwrap();
    set_age(&file("empty.pleach"), 200);
    fs::write(file("broken.pleach"), "{}").unwrap();
    set_age(&file("broken.pleach"), 100);
    fs::write(file("notes.txt"), "not listed").unwrap();

    let found = list(directory.path()).unwrap();
    let names: Vec<_> = found.iter().map(|recent| recent.path.file_name().unwrap()).collect();
    assert_eq!(names, ["broken.pleach", "empty.pleach", "old.pleach"]);
    assert!(found[0].summary.as_ref().unwrap_err().contains("JSON"));
    let empty = Summary { problem: String::new(), operations: 0, nodes: Some(1) };
    assert_eq!(found[1].summary, Ok(empty));
    let old = Summary {
        problem: "Make 24 from 1, 5, 5, 5".to_owned(),
        operations: grower.log.len() as u64,
        nodes: Some(3),
    };
    assert_eq!(found[2].summary, Ok(old));
    assert!(found.iter().all(|recent| !recent.unfolded && recent.changed > 0));
}

#[test]
fn a_session_that_is_open_is_looked_into_without_disturbing_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.pleach");
    create(&path, &Fresh::default()).unwrap();
    let (tree, log) = random_session(5, 200);
    let (acks, saved) = std::sync::mpsc::channel();
    let (_, mut writer) = open(&path, Box::new(move |ack| drop(acks.send(ack)))).unwrap();
    writer.append(&log[..100]).unwrap();
    saved.recv().unwrap();
    let found = list(directory.path()).unwrap().remove(0);
    assert!(found.unfolded);
    assert_eq!(found.summary.unwrap().operations, 100);
    writer.append(&log[100..]).unwrap();
    writer.close().unwrap();
    let summary = list(directory.path()).unwrap().remove(0).summary.unwrap();
    assert_eq!(summary.nodes, Some(tree.len() as u64));
}

#[test]
fn a_directory_that_does_not_exist_has_no_sessions() {
    assert_eq!(list(Path::new("/no/such/directory")).unwrap(), []);
    assert!(list(Path::new("/dev/null")).unwrap_err().to_string().contains("/dev/null"));
}
