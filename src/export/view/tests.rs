use super::super::sample::small;
use super::*;

fn drawn(name: &str) -> String {
    let view = VIEWS.iter().find(|view| view.name == name).unwrap();
    (view.draw)(&small().material())
}

#[test]
fn graphviz_has_every_step_and_marks_what_is_right() {
    insta::assert_snapshot!(drawn("graphviz"));
}

#[test]
fn mermaid_escapes_what_it_would_read() {
    insta::assert_snapshot!(drawn("mermaid"));
}

#[test]
fn markdown_says_what_is_read_and_not_learnt() {
    insta::assert_snapshot!(drawn("markdown"));
}

#[test]
fn a_treelog_has_every_node_and_the_edge_to_it() {
    let log: serde_json::Value = serde_json::from_str(&drawn("treelog")).unwrap();
    let picture = log["logs"].as_array().unwrap().last().unwrap();
    let count = small().material().tree.len();
    assert_eq!(picture["nodes"].as_object().unwrap().len(), count);
    assert_eq!(picture["edges"].as_object().unwrap().len(), count - 1);
    assert_eq!(picture["edges"]["5"]["source"], 4);
}

#[test]
fn an_inspect_log_has_a_sample_for_each_trajectory() {
    let log: serde_json::Value = serde_json::from_str(&drawn("inspect")).unwrap();
    let samples = log["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 3);
    assert_eq!(samples[0]["scores"]["verifier"]["value"], 1.0);
    assert_eq!(
        samples[1]["output"]["choices"][0]["message"]["content"],
        samples[1]["messages"][1]["content"]
    );
}

#[test]
fn sessions_of_one_name_become_files_of_two() {
    let home = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (1..3)
        .map(|number| {
            let folder = home.path().join(number.to_string());
            std::fs::create_dir(&folder).unwrap();
            let path = folder.join("same.pleach");
            super::super::sample::save(&small().log(), number, &path);
            path
        })
        .collect();
    let mut progress = |_, _| true;
    let mut tools = Tools { rendering: None, tokenizer: None, progress: &mut progress };
    let out = write(&paths, &[&VIEWS[1]], &home.path().join("out"), &mut tools).unwrap();
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 2);
}
