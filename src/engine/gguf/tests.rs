//! Tests of the reader of GGUF headers: good, broken, hostile and mutated files.

use std::fs;
use std::time::{Duration, Instant};

use super::sample::{Sample, Tensor, array, float, long, number, text, texts};
use super::{Problem, inspect, inspect_bytes};

fn complaint(sample: &Sample) -> String {
    complaint_about(&sample.bytes())
}

fn complaint_about(bytes: &[u8]) -> String {
    inspect_bytes("m.gguf", bytes).expect_err("it should have been refused").to_string()
}

#[test]
fn describes_a_good_model() {
    let bytes = Sample::good().bytes();
    let model = inspect_bytes("m.gguf", &bytes).unwrap();
    assert_eq!(model.name.as_deref(), Some("Tiny"));
    assert_eq!(model.architecture, "llama");
    assert_eq!(model.context_length, Some(512));
    assert_eq!(model.chat_template.as_deref(), Some("{{ messages }}"));
    assert_eq!(model.license.as_deref(), Some("mit"));
    assert_eq!(model.quantisation, Some("Q4_K_M"));
    assert_eq!(model.parameters, 32 * 5 + 32 + 32 * 5);
    assert_eq!((model.vocabulary, model.layers, model.embedding_length), (5, 2, Some(32)));
    assert_eq!(model.bytes, bytes.len() as u64);
    assert_eq!(model.fingerprint.len(), 64);

    let file = tempfile::Builder::new().suffix(".gguf").tempfile().unwrap();
    fs::write(file.path(), &bytes).unwrap();
    assert_eq!(inspect(file.path()).unwrap(), model);
    let renamed = Sample::good().with("general.name", text("Tony")).bytes();
    assert_ne!(inspect_bytes("m.gguf", &renamed).unwrap().fingerprint, model.fingerprint);
}

#[test]
fn says_what_other_files_seem_to_be() {
    for (start, words) in [
        (&b"# Notes"[..], r##"m.gguf is not a GGUF model (it starts with "# No"); pass a .gguf"##),
        (b"", "it is empty"),
        (&[0; 64], "unfinished download"),
        (b"\x10\x01\0\0\0\0\0\0{\"__metadata__\"", "safetensors"),
        (b"PK\x03\x04\x14", "PyTorch or zip"),
        (b"\x80\x02\x8a", "PyTorch pickle"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"),
        (b"tjgg\x03\0\0\0", "older than GGUF"),
        (b"\x1b]52;c;aa\x07", "it starts with \"\u{241b}]52\""),
        (b"GGU", "it starts with \"GGU\""),
        (b"GGUF", "cut short in its header"),
        (b"GGUF\x01\0\0\0\0\0\0\0\0\0\0\0", "version 1;"),
        (b"GGUF\x63\0\0\0", "version 99"),
        (b"GGUF\0\0\0\x03", "big-endian"),
    ] {
        let complaint = complaint_about(start);
        assert!(complaint.contains(words), "{complaint}");
    }
}

#[test]
fn refuses_values_that_break_llama_cpp() {
    let huge = array(8, 1 << 62, &[]);
    for (key, value, words) in [
        ("llama.block_count", number(2_000_000_000), "block_count is 2000000000"),
        ("llama.block_count", number(0), "block_count is 0"),
        ("llama.block_count", text("2"), "does not say how many layers"),
        ("llama.context_length", number(u32::MAX), "context_length is 4294967295"),
        ("llama.attention.head_count", number(0), "head_count is 0"),
        ("llama.attention.head_count_kv", number(9), "4 heads, but 9"),
        ("llama.expert_used_count", number(1), "uses 1 of 0 experts"),
        ("llama.attention.layer_norm_rms_epsilon", float(f32::NAN), "epsilon\" is NaN"),
        ("llama.attention.layer_norm_rms_epsilon", float(-1.0), "epsilon\" is -1"),
        ("llama.rope.freq_base", float(f32::INFINITY), "freq_base\" is inf"),
        ("general.alignment", number(0), "alignment is 0"),
        ("general.alignment", number(3), "alignment is 3"),
        ("general.alignment", number(1 << 31), "alignment is 2147483648"),
        ("general.alignment", text("32"), "alignment is not a number"),
        ("general.architecture", number(1), "does not name its architecture"),
        ("general.architecture", text("\u{1b}]52"), "called \"\u{241b}]52\""),
        ("general.architecture", text("clip"), "projector, not a language model"),
        ("general.type", text("adapter"), "LoRA adapter, not a language model"),
        ("tokenizer.ggml.tokens", texts(&[b"x", b"y", b"x"]), "token \"x\" twice"),
        ("tokenizer.ggml.tokens", texts(&[b"x\0y", b"x\0z"]), "token \"x\" twice"),
        ("tokenizer.ggml.tokens", texts(&[b"[EMPTY_1]", b""]), "twice"),
        ("tokenizer.ggml.tokens", texts(&[]), "no vocabulary"),
        ("tokenizer.ggml.tokens", huge, "claims 4611686018427387904 elements"),
        ("tokenizer.ggml.tokens", array(8, 9, &[]), "a token claims"),
        ("tokenizer.ggml.tokens", array(9, 1, &[]), "elements of the type 9"),
        ("tokenizer.ggml.eos_token_id", number(4_000_000), "is 4000000, but it has 5 tokens"),
        ("tokenizer.ggml.token_type", array(0, 5, &[1; 5]), "token_type have the wrong type"),
        ("tokenizer.ggml.scores", array(6, 1, &[0; 4]), "1 scores for 5 tokens"),
        ("tokenizer.ggml.merges", array(4, 0, &[]), "merges have the wrong type"),
        ("tokenizer.chat_template", text(&"x".repeat(300_000)), "claims 300000 bytes"),
        ("general.name", long(0).into_iter().map(|_| 99).collect(), "unknown type"),
        ("\u{1b}\u{202e}", vec![13, 0, 0, 0], "\"\u{241b}<U+202E>\" has the unknown type 13"),
    ] {
        let complaint = complaint(&Sample::good().with(key, value));
        assert!(complaint.contains(words), "{key}: {complaint}");
    }
    let twice = Sample::good();
    let twice = Sample { entries: [&twice.entries[..], &twice.entries[1..2]].concat(), ..twice };
    assert!(complaint(&twice).contains("\"general.name\" twice"));
    let none = Sample::good().without("tokenizer.ggml.tokens");
    assert!(complaint(&none).contains("no vocabulary"));
    for (key, id) in [("bos", u32::MAX), ("padding", 5)] {
        let harmless = Sample::good().with(&format!("tokenizer.ggml.{key}_token_id"), number(id));
        assert!(inspect_bytes("m.gguf", &harmless.bytes()).is_ok());
    }
}

#[test]
fn refuses_tensors_that_cannot_be() {
    let change = |change: fn(&mut Tensor)| complaint(&Sample::good().tensor(1, change));
    for (complaint, words) in [
        (change(|it| it.shape = vec![1 << 40, 1 << 40]), "impossible shape"),
        (change(|it| it.shape = vec![1 << 62]), "larger than any memory"),
        (change(|it| it.shape = vec![0]), "impossible shape"),
        (change(|it| it.shape = vec![1; 5]), "claims 5 dimensions"),
        (change(|it| it.offset = Some(3)), "not aligned to 32 bytes"),
        (change(|it| it.offset = Some(0)), "is at 0 instead of 192"),
        (change(|it| it.offset = Some(1 << 63)), "instead of 192"),
        (change(|it| it.name = "output.weight".into()), "\"output.weight\" twice"),
        (change(|it| it.name = "x".repeat(64)), "claims 64 bytes"),
        (change(|it| (it.kind, it.shape) = (12, vec![100])), "no multiple of 256"),
    ] {
        assert!(complaint.contains(words), "{complaint}");
    }
    for counts in [(1 << 31, 17), (u64::MAX, 17), (3, 1 << 32), (3, 1 << 63)] {
        let sample = Sample { counts: Some(counts), ..Sample::good() };
        assert!(complaint(&sample).contains("it announces"));
    }
    // A type that is newer than this table passes if its neighbours fit.
    let newer = Sample::good().tensor(1, |it| it.kind = 77).bytes();
    assert!(inspect_bytes("m.gguf", &newer).is_ok());
}

#[test]
fn tells_how_much_of_a_cut_file_is_missing() {
    let whole = Sample::good().bytes();
    assert!(inspect_bytes("m.gguf", &whole).is_ok());
    for length in (64..whole.len()).step_by(64) {
        let error = inspect_bytes("m.gguf", &whole[..length]).unwrap_err();
        match error.problem() {
            Problem::HeaderCutShort => {}
            Problem::CutShort { missing, expected } => {
                assert_eq!(missing + length as u64, *expected);
                assert_eq!(*expected, whole.len() as u64);
            }
            other => panic!("{length}: {other}"),
        }
    }
    let error = complaint_about(&whole[..whole.len() - 64]);
    assert!(error.contains("is cut short: 64 of "), "{error}");
    assert!(error.ends_with("bytes are missing; download it again."), "{error}");
}

#[test]
fn survives_mutations_quickly() {
    let whole = Sample::good().bytes();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move || {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let (begin, mut refused) = (Instant::now(), 0);
    for _ in 0..5000 {
        let mut bytes = whole.clone();
        for _ in 0..=random() % 4 {
            let at = usize::try_from(random() % (whole.len() as u64 - 8)).unwrap();
            let value = match random() % 4 {
                0 => u64::MAX,
                1 => 1 << (random() % 64),
                _ => random(),
            };
            let size = [1, 4, 8][usize::try_from(random() % 3).unwrap()];
            bytes[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
        }
        if let Err(error) = inspect_bytes("m.gguf", &bytes) {
            refused += 1;
            let message = error.to_string();
            assert!(!message.contains(char::is_control) && message.ends_with('.'), "{message}");
            assert!(message.len() < 600, "{message}");
        }
    }
    assert!(refused > 1000, "{refused}");
    // No figure of speed: what would take for ever is seen here.
    assert!(begin.elapsed() < Duration::from_mins(1));
}

#[test]
fn reads_split_models() {
    let folder = tempfile::tempdir().unwrap();
    let path = |part: u32| folder.path().join(format!("m-{part:05}-of-00002.gguf"));
    let first = Sample::good().with("split.count", number(2)).with("split.no", number(0));
    fs::write(path(1), first.bytes()).unwrap();
    let missing = inspect(&path(1)).unwrap_err().to_string();
    assert!(missing.contains("\"m-00002-of-00002.gguf\" is not beside it"), "{missing}");
    assert!(matches!(
        inspect_bytes("m", &first.bytes()).unwrap_err().problem(),
        Problem::PartMissing { .. }
    ));

    let second = Sample { entries: Vec::new(), ..Sample::good() }
        .with("split.count", number(2))
        .with("split.no", number(1));
    fs::write(path(2), second.bytes()).unwrap();
    let whole = inspect_bytes("m", &Sample::good().bytes()).unwrap();
    assert_eq!(inspect(&path(1)).unwrap().parameters, 2 * whole.parameters);
    let later = inspect(&path(2)).unwrap_err().to_string();
    assert!(later.contains("is part 2 of 2"), "{later}");

    let far = second.with("split.no", long(u64::MAX));
    fs::write(path(2), far.bytes()).unwrap();
    assert!(inspect(&path(1)).unwrap_err().to_string().contains("it says that it is part"));
    fs::copy(path(1), path(2)).unwrap();
    let wrong = inspect(&path(1)).unwrap_err().to_string();
    assert!(wrong.starts_with("m-00002-of-00002.gguf is damaged"), "{wrong}");
    fs::rename(path(1), folder.path().join("other.gguf")).unwrap();
    let renamed = inspect(&folder.path().join("other.gguf")).unwrap_err().to_string();
    assert!(renamed.contains("does not end in -00001-of-00002.gguf"), "{renamed}");
}

#[test]
fn refuses_what_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = inspect(folder.path()).unwrap_err().to_string();
    assert!(error.contains("is a folder, not a file; pass a .gguf file"), "{error}");
    let nothing = inspect(&folder.path().join("no\u{1b}ne.gguf")).unwrap_err().to_string();
    assert!(nothing.starts_with("no\u{241b}ne.gguf cannot be read ("), "{nothing}");
    #[cfg(unix)]
    {
        let device = inspect(std::path::Path::new("/dev/zero")).unwrap_err().to_string();
        assert_eq!(device, "zero is a pipe or device, not a file; pass a .gguf file with --model.");
        let pipe = folder.path().join("pipe");
        if std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|it| it.success()) {
            assert!(inspect(&pipe).unwrap_err().to_string().contains("is a pipe or device"));
        }
    }
}
