use std::collections::BTreeMap;

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

use super::super::format::FORMATS;
use super::super::sample::{Sample, rendering, save, small};
use super::*;
use crate::tree::{NodeId, Problem};

/// Sessions of twenty problems, each with a right and a wrong answer; the last is the small
/// sample with its splice.
fn sessions(home: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for number in 0..20 {
        let text = format!("What is {number} + 1?");
        let mut sample = Sample::new(number, Problem { text, ..Problem::default() });
        let right = format!("Answer: {}", number + 1);
        sample.answer(NodeId::ROOT, &right, &(number + 1).to_string(), true);
        sample.answer(NodeId::ROOT, &format!("Answer: {number}"), &number.to_string(), false);
        let path = home.join(format!("{number:02}.pleach"));
        save(&sample.log(), number, &path);
        paths.push(path);
    }
    let path = home.join("small.pleach");
    save(&small().log(), 99, &path);
    paths.push(path);
    paths
}

fn export(
    sources: &[PathBuf],
    names: &[&str],
    options: &Options,
    out: &Path,
) -> Result<Report, Error> {
    let formats: Vec<_> = names.iter().map(|name| Format::named(name).unwrap()).collect();
    let rendering = rendering();
    let mut progress = |_, _| true;
    let mut tools = Tools { rendering: Some(&rendering), tokenizer: None, progress: &mut progress };
    write(sources, &formats, options, out, &mut tools).map(|(report, _)| report)
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn lines(folder: &Path, path: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(path)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_same_sessions_in_any_order_give_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let mut sources = sessions(home.path());
    let options = Options { test_share: 0.2, ..Options::default() };
    let names = ["trl-sft", "trl-dpo", "trl-prompt-completion", "tree"];
    export(&sources, &names, &options, &home.path().join("a")).unwrap();
    sources.reverse();
    export(&sources, &names, &options, &home.path().join("b")).unwrap();
    assert_eq!(files(&home.path().join("a")), files(&home.path().join("b")));
}

#[test]
fn the_manifest_names_every_other_file_with_its_hash() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("set");
    export(&sessions(home.path()), &["trl-sft", "llamafactory-kto"], &Options::default(), &out)
        .unwrap();
    let found = files(&out);
    let manifest: Value = serde_json::from_slice(&found[Path::new("manifest.json")]).unwrap();
    let named: BTreeMap<_, _> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            (PathBuf::from(file["path"].as_str().unwrap()), file["blake3"].as_str().unwrap())
        })
        .collect();
    assert_eq!(named.len() + 1, found.len());
    for (path, hash) in named {
        assert_eq!(blake3::hash(&found[&path]).to_hex().as_str(), hash, "{}", path.display());
    }
}

#[test]
fn splits_share_no_problem_and_provenance_has_every_row() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("set");
    let options = Options { test_share: 0.3, ..Options::default() };
    let report = export(&sessions(home.path()), &["trl-kto"], &options, &out).unwrap();
    assert_eq!((report.problems, report.test_problems), (21, 6));
    let (train, test) =
        (lines(&out, "data/trl-kto/train.jsonl"), lines(&out, "data/trl-kto/test.jsonl"));
    let asked = |rows: &[Value]| -> std::collections::BTreeSet<String> {
        rows.iter().map(|row| row["prompt"][0]["content"].to_string()).collect()
    };
    assert!(asked(&train).is_disjoint(&asked(&test)));
    assert_eq!((train.len(), test.len()), (30, 12));
    let origins = lines(&out, "provenance/trl-kto.jsonl");
    assert_eq!(origins.len(), 42);
    assert_eq!(origins.iter().filter(|origin| origin["split"] == "test").count(), 12);
    assert!(origins.iter().all(|origin| !origin["nodes"].as_array().unwrap().is_empty()));
    assert!(origins.iter().any(|origin| origin["judged_by"] == "verifier"));
}

#[test]
fn parquet_has_the_rows_of_json_lines() {
    let home = tempfile::tempdir().unwrap();
    let sources = sessions(home.path());
    let names: Vec<_> =
        FORMATS.iter().map(|format| format.name).filter(|name| *name != "trl-tokens").collect();
    let plain = export(&sources, &names, &Options::default(), &home.path().join("a")).unwrap();
    let options = Options { encoding: Encoding::Parquet, ..Options::default() };
    export(&sources, &names, &options, &home.path().join("b")).unwrap();
    for table in filled(&plain) {
        let path =
            home.path().join("b").join(data_path(table.format, Split::Train, Encoding::Parquet));
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        let rows = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap();
        assert_eq!(rows, table.train, "{}", table.format);
    }
    assert_eq!(filled(&plain).count(), names.len());
}

#[test]
fn the_card_names_configurations_files_and_features() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("set");
    let options = Options { license: Some("cc0-1.0".to_owned()), ..Options::default() };
    export(&sessions(home.path()), &["trl-sft", "trl-stepwise"], &options, &out).unwrap();
    insta::assert_snapshot!(fs::read_to_string(out.join("README.md")).unwrap());
}

#[test]
fn nothing_to_export_is_said_with_the_reason_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let mut sample = Sample::new(1, Problem { text: "q".to_owned(), ..Problem::default() });
    sample.step(NodeId::ROOT, "a step\n", 0.5);
    let path = home.path().join("one.pleach");
    save(&sample.log(), 1, &path);
    let out = home.path().join("set");
    let error =
        export(std::slice::from_ref(&path), &["trl-sft"], &Options::default(), &out).unwrap_err();
    assert!(error.to_string().contains("grow them to answers first"), "{error}");
    assert!(!out.exists());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn what_only_a_vote_speaks_for_is_left_out_unless_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let mut sample = Sample::new(1, Problem { text: "q".to_owned(), ..Problem::default() });
    let judged = sample.answer(NodeId::ROOT, "Answer: 7", "7", true);
    let parent = sample.step(NodeId::ROOT, "think\n", 0.5);
    sample.unverified(parent, "Answer: 7 again", "7");
    let path = home.path().join("one.pleach");
    save(&sample.log(), 1, &path);
    let options = Options { pseudo_labels: true, ..Options::default() };
    let sources = [path];
    let without =
        export(&sources, &["trl-sft"], &Options::default(), &home.path().join("a")).unwrap();
    assert_eq!((without.formats[0].rows(), without.formats[0].left_out[0].count), (1, 1));
    let with = export(&sources, &["trl-sft"], &options, &home.path().join("b")).unwrap();
    assert_eq!(with.formats[0].judged_by["vote"], 1);
    assert!(with.warnings.iter().any(|warning| warning.contains("pseudo-labels")));
    assert_eq!(judged, NodeId(1));
}

#[test]
fn a_query_takes_what_goes_through_a_step_that_it_means() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("small.pleach");
    save(&small().log(), 1, &path);
    let sources = [path];
    let rows = |query: &str, number: u32| {
        let options = Options { query: Some(Query::parse(query).unwrap()), ..Options::default() };
        let out = home.path().join(number.to_string());
        let names = ["axolotl-chat", "trl-kto", "trl-dpo", "tree"];
        let report = export(&sources, &names, &options, &out).unwrap();
        report.formats.iter().map(Table::rows).collect::<Vec<_>>()
    };
    // A right path, a splice; the right and the wrong one; the pair of both; the session.
    assert_eq!(rows("!pruned", 1), [2, 2, 1, 1]);
    assert_eq!(rows("answered & right", 2), [1, 1, 1, 1]);
    assert_eq!(rows("signal", 3), [1, 0, 0, 1]);
    assert_eq!(rows("first-error", 4), [1, 1, 1, 1]);
    assert_eq!(rows("below #2", 5), [1, 1, 1, 1]);
}

#[test]
fn balance_is_for_formats_that_take_bad_examples() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("small.pleach");
    save(&small().log(), 1, &path);
    let options = Options { balance: Some(1.0), ..Options::default() };
    let names = ["axolotl-chat", "trl-kto", "trl-dpo"];
    let report = export(&[path], &names, &options, &home.path().join("set")).unwrap();
    assert_eq!(report.formats.iter().map(Table::rows).collect::<Vec<_>>(), [2, 2, 1]);
}

#[test]
fn a_query_that_fits_no_session_is_refused_and_one_that_means_nothing_says_so() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("small.pleach");
    save(&small().log(), 1, &path);
    let sources = [path];
    let error = |query: &str| {
        let options = Options { query: Some(Query::parse(query).unwrap()), ..Options::default() };
        export(&sources, &["trl-sft"], &options, &home.path().join("set")).unwrap_err().to_string()
    };
    assert!(error("below #99").contains("fits none of the sessions: there is no #99"));
    assert!(error("depth>50").contains("not meant by the query"), "{}", error("depth>50"));
    assert!(!home.path().join("set").exists());
}

#[test]
fn a_stopped_export_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let sources = sessions(home.path());
    let before = fs::read_dir(home.path()).unwrap().count();
    let mut progress = |done, _| done < 3;
    let mut tools = Tools { rendering: None, tokenizer: None, progress: &mut progress };
    let formats = [Format::named("trl-sft").unwrap()];
    let out = home.path().join("set");
    let stopped = write(&sources, &formats, &Options::default(), &out, &mut tools);
    assert!(matches!(stopped, Err(Error::Stopped)));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), before);
}
