//! Other programs' trees: every format's fixture is read and held against a count of its own, and the
//! real files in `../shared/fixtures` are, where that folder is beside the repository.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests may fail by panicking
#![allow(clippy::print_stderr)] // what is skipped says so
#![allow(clippy::format_push_string)] // plain words before speed

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pleach::evaluate::SOLVER;
use pleach::import::{Imported, Options, Report, VOTES, import};
use pleach::monitor::{Against, Health, Judge, Word, page};
use pleach::tree::{Label, NodeId, State, Tree};
use serde_json::Value;

fn read(path: &Path, options: Options) -> (Vec<Imported>, Report) {
    let bytes = fs::read(path).unwrap();
    import(Cursor::new(bytes), options)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fixture(name: &str) -> (Vec<Imported>, Report) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name);
    read(&path, Options::default())
}

/// A tree as one line a node: parent, text, state, and what else was said of it.
fn outline(tree: &Tree) -> String {
    let mut lines =
        vec![format!("problem {:?}", tree.problem().map_or("", |problem| &problem.text))];
    for id in tree.ids() {
        let node = tree.node(id);
        let mut line = match node.parent() {
            Some(parent) => format!("{id} < {parent} {:?}", node.text()),
            None => id.to_string(),
        };
        if node.state() != State::Open {
            line.push_str(&format!(" {:?}", node.state()).to_lowercase());
        }
        if let Some(answer) = node.answer() {
            line.push_str(&format!(" answer={answer}"));
        }
        for evaluation in node.evaluations() {
            line.push_str(&format!(" {}={}", evaluation.evaluator, evaluation.raw));
        }
        for name in tree.evaluators() {
            let found = tree.statistics(id, name);
            if found.visits > 0 {
                line.push_str(&format!(" [{name} {}x{:.3}]", found.visits, found.mean));
            }
        }
        if let Some(label) = node.label() {
            line.push_str(&format!(" {}", label.name()));
        }
        let marks = [
            (node.is_first_error(), " first-error"),
            (node.is_flagged(), " flagged"),
            (node.is_pruned(), " pruned"),
        ];
        marks.iter().filter(|(set, _)| *set).for_each(|(_, mark)| line += mark);
        node.tags().iter().for_each(|tag| line.push_str(&format!(" #{tag}")));
        lines.push(line);
    }
    lines.join("\n")
}

/// The trees of a fixture and its report, as text.
fn shown(name: &str) -> String {
    let (trees, report) = fixture(name);
    let outlines: Vec<String> = trees.iter().map(|imported| outline(&imported.tree)).collect();
    format!("{}\n---\n{}", report.lines().join("\n"), outlines.join("\n---\n"))
}

#[test]
fn every_fixture_reads_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 22);
    for name in names {
        insta::assert_snapshot!(format!("import-{}", name.replace('.', "-")), shown(&name));
    }
}

#[test]
fn the_operations_fold_to_the_tree_and_stand_in_a_session() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    for entry in fs::read_dir(folder).unwrap() {
        for imported in read(&entry.unwrap().path(), Options::default()).0 {
            assert_eq!(Tree::fold(&imported.operations).unwrap(), imported.tree);
            let mut lines = Vec::new();
            pleach::session::write_jsonl(&imported.operations, &mut lines).unwrap();
            // A log of this program is itself a format.
            let (again, report) = import(Cursor::new(lines), Options::default()).unwrap();
            assert_eq!(report.format, "pleach log");
            assert_eq!(again, [imported]);
        }
    }
}

#[test]
fn together_all_trees_hang_from_one_root() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import/stepwise.jsonl");
    let (trees, report) = read(&path, Options { together: true, now: 5, ..Options::default() });
    assert_eq!((trees.len(), report.trees), (1, 2));
    let tree = &trees[0].tree;
    let texts: Vec<&str> = tree.children(NodeId::ROOT).map(|id| tree.node(id).text()).collect();
    assert_eq!(texts, ["Half of 42?\n", "Half of 44?\n"]);
    assert!(trees[0].operations.iter().all(|operation| operation.time == 5));
}

#[test]
fn an_archive_of_inspect_reads_as_its_json_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import/inspect.json");
    let log: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    for method in [zip::CompressionMethod::Zstd, zip::CompressionMethod::Deflated] {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        for (at, sample) in log["samples"].as_array().unwrap().iter().enumerate() {
            archive.start_file(format!("samples/{at}_epoch_1.json"), options).unwrap();
            std::io::Write::write_all(&mut archive, sample.to_string().as_bytes()).unwrap();
        }
        archive.start_file("../../header.json", options).unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        let (trees, report) = import(Cursor::new(bytes), Options::default()).unwrap();
        assert_eq!((report.format.as_ref(), trees.len()), ("Inspect archive", 2));
        let plain = fixture("inspect.json").0;
        for (one, other) in trees.iter().zip(&plain) {
            let texts = |tree: &Tree| {
                tree.ids().map(|id| tree.node(id).text().to_owned()).collect::<Vec<_>>()
            };
            assert_eq!(texts(&one.tree), texts(&other.tree));
        }
    }
}

/// A file of `../shared/fixtures`; none, with a printed reason, where the folder is not.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures").join(name);
    let path = if path.exists() { path } else { Path::new("/work/shared/fixtures").join(name) };
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not in ../shared/fixtures");
    None
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn real_openr_trees_equal_a_count_of_their_own() {
    let Some(path) = shared("openr_math_aps_tree.jsonl") else { return };
    let (trees, _) = read(&path, Options::default());
    let found = lines(&path);
    assert_eq!(trees.len(), found.len());
    let sizes: Vec<usize> = trees.iter().map(|imported| imported.tree.len()).collect();
    assert_eq!(sizes, [143, 90, 24]);
    for (imported, line) in trees.iter().zip(&found) {
        let tree = &imported.tree;
        assert_eq!(tree.problem().unwrap().answer.as_deref(), line["final_answer"].as_str());
        // Both are walked side by side, children in order.
        let mut waiting = vec![(&line["reasoning_steps"], NodeId::ROOT)];
        while let Some((json, id)) = waiting.pop() {
            assert_eq!(
                tree.evaluation(id, "monte-carlo").unwrap().raw,
                json["mc_value"].as_f64().unwrap()
            );
            let children: Vec<NodeId> = tree.children(id).collect();
            assert_eq!(children.len(), json["children"].as_array().unwrap().len());
            for (child, node) in json["children"].as_array().unwrap().iter().zip(children) {
                assert_eq!(
                    tree.node(node).text().trim_end_matches('\n'),
                    child["text"].as_str().unwrap().trim_end_matches('\n')
                );
                waiting.push((child, node));
            }
        }
    }
}

#[test]
fn real_prm800k_rows_equal_a_count_of_their_own() {
    let Some(path) = shared("prm800k_samples.jsonl") else { return };
    let (trees, _) = read(&path, Options::default());
    for (imported, line) in trees.iter().zip(&lines(&path)) {
        let tree = &imported.tree;
        let mut ratings = Vec::new();
        let mut texts = Vec::new();
        for step in line["label"]["steps"].as_array().unwrap() {
            let given = step["completions"].as_array().into_iter().flatten();
            let human = Some(&step["human_completion"]).filter(|human| human.is_object());
            for completion in given.chain(human) {
                texts.push(completion["text"].as_str().unwrap().to_owned());
                ratings.push(completion["rating"].as_i64());
            }
        }
        let of_tree = |id: NodeId| match tree.node(id).label() {
            Some(Label::Good) => Some(1),
            Some(Label::Neutral) => Some(0),
            Some(Label::Bad) => Some(-1),
            None => None,
        };
        assert_eq!(tree.ids().skip(1).map(of_tree).collect::<Vec<_>>(), ratings);
        let found: Vec<&str> =
            tree.ids().skip(1).map(|id| tree.node(id).text().trim_end_matches('\n')).collect();
        assert_eq!(found, texts.iter().map(|text| text.trim_end_matches('\n')).collect::<Vec<_>>());
        // Every alternative of a step hangs from what was chosen at the step before.
        let (mut next, mut parent) = (1u32, Some(NodeId::ROOT));
        for step in line["label"]["steps"].as_array().unwrap() {
            let count = step["completions"].as_array().map_or(0, Vec::len);
            let written = step["human_completion"].is_object();
            for id in next..next + u32::try_from(count + usize::from(written)).unwrap() {
                assert_eq!(tree.node(NodeId(id)).parent(), parent);
            }
            let chosen = step["chosen_completion"].as_u64().map(|at| u32::try_from(at).unwrap());
            let written = written.then_some(u32::try_from(count).unwrap());
            parent = chosen.or(written).map(|at| NodeId(next + at));
            next += u32::try_from(count).unwrap() + u32::from(step["human_completion"].is_object());
        }
        let chosen = line["label"]["steps"].as_array().unwrap().iter().filter(|step| {
            step["chosen_completion"].is_number() || step["human_completion"].is_object()
        });
        let deepest = tree.ids().map(|id| tree.node(id).depth()).max().unwrap() as usize;
        assert!(deepest == chosen.clone().count() || deepest == chosen.count() + 1);
    }
}

#[test]
fn real_math_shepherd_rows_equal_a_count_of_their_own() {
    let Some(path) = shared("math_shepherd_samples.jsonl") else { return };
    let (trees, _) = read(&path, Options::default());
    for (imported, line) in trees.iter().zip(&lines(&path)) {
        let tree = &imported.tree;
        let steps = line["input"].as_str().unwrap().matches("ки").count();
        assert_eq!(tree.len() - 1, steps);
        // The label is the input with each mark in place of its ки.
        let mut expected = line["input"].as_str().unwrap().to_owned();
        for id in tree.ids().skip(1) {
            let mark =
                if tree.evaluation(id, "math-shepherd").unwrap().raw > 0.5 { "+" } else { "-" };
            expected = expected.replacen("ки", mark, 1);
        }
        assert_eq!(expected, line["label"].as_str().unwrap());
    }
}

#[test]
fn a_real_swe_search_file_keeps_its_header_as_a_note() {
    let Some(path) = shared("moatless_traj_haiku.json") else { return };
    let (trees, report) = read(&path, Options::default());
    assert_eq!((report.format.as_ref(), trees.len(), trees[0].tree.len()), ("SWE-Search", 1, 1));
    let tree = &trees[0].tree;
    assert!(tree.problem().unwrap().text.starts_with("FileBasedCache has_key"));
    let note = tree.node(NodeId::ROOT).note();
    assert!(note.contains("BestFirstSelector") && note.contains("max_iterations: 15"), "{note}");
}

#[test]
fn the_hundred_trees_of_gpt_4_equal_a_count_of_their_own() {
    let Some(path) = shared("tot_game24_gpt4_bfs.json") else { return };
    let began = Instant::now();
    let (trees, report) = read(&path, Options::default());
    let took = began.elapsed();
    assert_eq!((trees.len(), report.nodes), (100, 8412));
    let found: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for (imported, log) in trees.iter().zip(found.as_array().unwrap()) {
        let tree = &imported.tree;
        assert_eq!(tree.problem().unwrap().id, log["idx"].to_string());
        let mut id = 0;
        for step in log["steps"].as_array().unwrap() {
            for (path, value) in
                step["new_ys"].as_array().unwrap().iter().zip(step["values"].as_array().unwrap())
            {
                id += 1;
                let node = NodeId(id);
                let path = path.as_str().unwrap();
                assert_eq!(tree.path_text(node), path);
                match tree.evaluation(node, VOTES) {
                    Some(votes) => assert_eq!(votes.raw, value.as_f64().unwrap()),
                    None => assert_eq!(value.as_f64(), Some(0.0)),
                }
            }
        }
        assert_eq!(tree.len(), id as usize + 1);
    }
    // Generous here, since tests run beside others; `make bench-replay` has the figure.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn the_votes_of_gpt_4_hold_against_the_solver_as_the_dossier_says() {
    let Some(path) = shared("tot_game24_gpt4_bfs.json") else { return };
    let (trees, _) = read(&path, Options::default());
    let mut health = Health::default();
    for imported in &trees {
        health.add(&imported.tree);
    }
    let report = health.report();
    let against = |judge: &&Judge| judge.evaluator == VOTES && judge.against == Against::Solver;
    let votes = report.judges.iter().find(against).unwrap();
    let count = |depth: u32, word: &str| {
        let found = votes.words.iter().find(|said| said.depth == depth && said.word == word);
        found.map_or((0, 0), |Word { right, of, .. }| (*right, *of))
    };
    // After the first step three numbers are left.
    assert_eq!(count(1, "sure"), (119, 123));
    assert_eq!(count(1, "likely"), (99, 709));
    assert_eq!(count(1, "impossible"), (11, 89));
    assert_eq!(count(2, "sure"), (185, 185));
    assert_eq!((count(2, "likely").0, count(2, "impossible").0), (0, 0));
    // The dossier's 2915 are these and 33 steps whose votes nobody could read.
    assert_eq!(count(2, "likely").1 + count(2, "impossible").1, 2915 - 33);
    // What the monitors say of it.
    let rows = page(&report);
    for expected in ["119/123", "99/709", "11/89"] {
        assert!(rows.iter().any(|row| row.ends_with(&format!("  {expected}"))), "{rows:#?}");
    }
    // The counts stand without the monitors too.
    let solved = |depth: u32| {
        let all = trees.iter().flat_map(|imported| {
            let tree = &imported.tree;
            tree.ids().filter(move |id| tree.node(*id).depth() == depth).filter_map(|id| {
                let (votes, solver) = (tree.evaluation(id, VOTES)?, tree.evaluation(id, SOLVER)?);
                Some((votes.raw >= 20.0, solver.value > 0.5))
            })
        });
        let sure = all.filter(|(sure, _)| *sure).map(|(_, solvable)| solvable);
        sure.fold((0, 0), |(right, of), solvable| (right + u32::from(solvable), of + 1))
    };
    assert_eq!((solved(1), solved(2)), ((119, 123), (185, 185)));
}

#[test]
fn what_is_no_tree_is_refused_in_a_sentence() {
    let refused = |bytes: &[u8]| {
        import(Cursor::new(bytes.to_vec()), Options::default()).unwrap_err().to_string()
    };
    assert!(refused(b"").contains("no record"));
    assert!(refused(b"hello").contains("line 1 is not the JSON"));
    assert!(refused(b"{\"a\": 1}").contains("\"a\""));
    assert!(refused(b"[1, 2]").contains("no format"));
    assert!(refused(b"{\"id\": \"a\", \"problem\": \"How much?\"}").contains("pleach grow"));
    assert!(refused(b"{\"id\": 1, \"parent\": null, \"text\": \"a\"\n\n,").contains("line 3"));
    assert!(refused(&b"[".repeat(100_000)).contains("deeper than"));
    assert!(refused(b"PK\x03\x04rubbish").contains("archive"));
    let deep = format!("{{\"children\": [{}", "{\"text\": \"a\", \"children\": [".repeat(3000));
    assert!(refused(deep.as_bytes()).contains("deeper than"));
    let chain: Vec<String> = (1..6000)
        .map(|at| format!("{{\"id\": {at}, \"parent\": {}, \"text\": \"a\"}}\n", at - 1))
        .collect();
    let chain = chain.concat();
    assert!(refused(chain.as_bytes()).contains("steps in one path"));
}

/// Whatever stands in a file, every reader refuses it or makes trees that fold; none panics. Files are
/// made from the fixtures by cutting, doubling and swapping pieces, and given to every reader.
#[test]
fn no_reader_panics_on_files_that_are_almost_of_its_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    let mut files: Vec<Vec<u8>> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    files.sort();
    let names: Vec<&str> = pleach::import::formats().collect();
    let mut state = 77u64;
    let mut roll = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    let words: [&[u8]; 12] = [
        b"null",
        b"-1",
        b"1e308",
        b"\"\"",
        b"[]",
        b"{}",
        b"true",
        b"\"0.1.2\"",
        b"NaN",
        b"\\ud800",
        b"0.5",
        b"99999999999",
    ];
    let mut made = 0;
    for case in 0..4000 {
        let mut bytes = files[roll(files.len())].clone();
        for _ in 0..=roll(4) {
            let at = roll(bytes.len());
            match roll(5) {
                0 => bytes[at] = u8::try_from(roll(256)).unwrap(),
                1 => {
                    let end = (at + roll(60)).min(bytes.len());
                    bytes.drain(at..end);
                }
                2 => {
                    let end = (at + roll(200)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                3 => {
                    // A value in place of another: after a colon.
                    let colons: Vec<usize> =
                        (0..bytes.len()).filter(|at| bytes[*at] == b':').collect();
                    if let Some(at) = colons.get(roll(colons.len())).copied() {
                        let end =
                            (at..bytes.len()).find(|at| matches!(bytes[*at], b',' | b'}' | b']'));
                        bytes.splice(
                            at + 1..end.unwrap_or(bytes.len()),
                            words[roll(words.len())].to_vec(),
                        );
                    }
                }
                _ => {
                    let other = &files[roll(files.len())];
                    let from = roll(other.len());
                    bytes.truncate(at);
                    bytes.extend_from_slice(&other[from..]);
                }
            }
        }
        let format = (case % 2 == 0).then(|| names[roll(names.len())]);
        let options = Options { format, together: roll(3) == 0, now: 0 };
        if let Ok((trees, _)) = import(Cursor::new(bytes), options) {
            made += usize::from(!trees.is_empty());
            for imported in trees {
                assert_eq!(Tree::fold(&imported.operations).unwrap(), imported.tree);
            }
        }
    }
    assert!(made > 200, "only {made} files were read");
}
