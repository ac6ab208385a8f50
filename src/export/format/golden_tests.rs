//! Each format against a file that is known to be loaded as it should be: `make oracles` loads
//! the same files with the trainers' own loaders.
//!
//! `GOLDEN=write cargo test` writes them anew; look at the difference before it is committed.

use std::fs;
use std::path::PathBuf;

use pretty_assertions::assert_eq;

use super::super::example::examples;
use super::super::options::Options;
use super::super::sample::{rendering, small};
use super::*;

/// Makes each byte a token, and each mark of the template one of its own.
fn bytes(text: &str, reading: Reading) -> Result<Vec<i32>, String> {
    let marks = ["<|im_start|>", "<|im_end|>"];
    let mut rest = text;
    let mut tokens = Vec::new();
    while let Some(first) = rest.bytes().next() {
        let mark =
            marks.iter().position(|mark| reading != Reading::Content && rest.starts_with(mark));
        if let Some(mark) = mark {
            tokens.push(300 + i32::try_from(mark).map_err(|error| error.to_string())?);
            rest = &rest[marks[mark].len()..];
        } else {
            tokens.push(first.into());
            rest = rest.get(1..).ok_or("only ASCII here")?;
        }
    }
    Ok(tokens)
}

fn records(format: &'static Format) -> Vec<Result<String, Left>> {
    let (material, rendering) = (small().material(), rendering());
    let fingerprint = &material.tree.model().unwrap().fingerprint;
    let tokenizer = Tokenizer { fingerprint, tokenize: &bytes };
    let kit = Kit { material: &material, rendering: Some(&rendering), tokenizer: Some(tokenizer) };
    let found = examples(&material, format.wants, &Options::default()).into_iter();
    found.map(|example| (format.record)(&example?, &kit)).collect()
}

fn golden(format: &Format) -> PathBuf {
    let name = format!("tests/golden/export/{}.jsonl", format.name);
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn every_format_writes_its_golden_file() {
    for format in FORMATS {
        let text: String =
            records(format).into_iter().flatten().map(|record| record + "\n").collect();
        assert!(!text.is_empty(), "{}", format.name);
        let path = golden(format);
        if std::env::var_os("GOLDEN").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap_or_default(), text, "{}", format.name);
    }
}

#[test]
fn every_record_has_the_shape_that_its_format_promises() {
    for format in FORMATS {
        for record in records(format).into_iter().flatten() {
            let value = serde_json::from_str(&record).unwrap();
            assert!(format.shape.fits(&value), "{}: {record}", format.name);
        }
    }
}

/// What would be learnt of the splice, per format that takes one.
#[test]
fn of_a_splice_exactly_the_signal_and_the_good_continuation_are_learnt() {
    let learnt = "Wait, that is wrong.\n4 + 3 = 7\nAnswer: 7";
    let read = "2 + 2 = 4\n4 + 3 = 8\n";
    let spliced = |name: &str| -> serde_json::Value {
        let all = records(Format::named(name).unwrap()).into_iter().flatten();
        let record = all.last().unwrap();
        serde_json::from_str(&record).unwrap()
    };
    let strings = spliced("trl-prompt-completion");
    assert_eq!(strings["completion"], format!("{learnt}<|im_end|>"));
    assert!(strings["prompt"].as_str().unwrap().ends_with(&format!("assistant\n{read}")));
    let parts = &spliced("axolotl-chat")["messages"][1]["content"];
    assert_eq!((&parts[0]["text"], &parts[0]["train"]), (&read.into(), &false.into()));
    assert_eq!((&parts[1]["text"], &parts[1]["train"]), (&learnt.into(), &true.into()));
    let log = &spliced("agent-r")["revise_log"];
    assert_eq!((&log[1]["content"], &log[1]["loss"]), (&read.trim_end().into(), &false.into()));
    assert_eq!((&log[3]["content"], &log[3]["loss"]), (&learnt.into(), &true.into()));
    let tokens = spliced("trl-tokens");
    let (ids, labels) =
        (tokens["input_ids"].as_array().unwrap(), tokens["labels"].as_array().unwrap());
    let start = labels.iter().position(|label| label != -100).unwrap();
    assert_eq!(ids[start..], labels[start..]);
    // The signal in bytes, the good steps as they were sampled, the end of the turn.
    let (signal, end) = (bytes("Wait, that is wrong.\n", Reading::Content).unwrap(), 301);
    assert_eq!(labels[start..start + signal.len()], signal[..]);
    assert_eq!(labels.last().unwrap(), end);
    assert_eq!(labels.len() - start, signal.len() + 5 + 2 + 1);
}

#[test]
fn formats_without_masks_leave_splices_out() {
    for format in FORMATS.iter().filter(|format| format.masks == Masks::Nothing) {
        let text: String = records(format).into_iter().flatten().collect();
        if format.wants != Wants::Session {
            assert!(!text.contains("Wait, that is wrong."), "{}", format.name);
        }
    }
    let left = records(Format::named("trl-sft").unwrap());
    assert!(left.contains(&Err(Left::NeedsMask)));
}

#[test]
fn characters_at_which_python_would_break_a_line_are_escaped() {
    let record = line(&"a\u{2028}b\u{2029}c\u{85}d\0e").unwrap();
    assert!(record.is_ascii(), "{record}");
    assert_eq!(serde_json::from_str::<String>(&record).unwrap(), "a\u{2028}b\u{2029}c\u{85}d\0e");
}
