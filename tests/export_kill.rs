//! `kill -9` of an export: there is nothing, or there is a whole data set, and the next export
//! to the same place works and gives the same bytes.
//!
//! `PLEACH_KILLS` says how often (10 times if absent; `make kill-export` kills 200 times),
//! `PLEACH_SEED` repeats the moments of an earlier run.

#![cfg(unix)]
#![allow(clippy::expect_used)] // tests fail loudly
#![allow(clippy::print_stdout)] // the seed, to repeat a failure

#[path = "../benches/support/curated.rs"]
mod curated;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn start(sources: &[PathBuf], out: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pleach"));
    command.arg("export").args(sources).arg("--out").arg(out);
    command.args(["--format", "trl-sft,trl-dpo,trl-prompt-completion,tree", "--test", "0.2"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

/// The files of a data set with their hashes.
fn hashes(folder: &Path) -> BTreeMap<PathBuf, blake3::Hash> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a path below").to_owned();
                found.insert(name, blake3::hash(&fs::read(&path).expect("a file")));
            }
        }
    }
    found
}

/// Checks that a data set is all that its manifest says.
fn is_whole(folder: &Path) -> BTreeMap<PathBuf, blake3::Hash> {
    let found = hashes(folder);
    let text = fs::read_to_string(folder.join("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&text).expect("a whole manifest");
    let files = manifest["files"].as_array().expect("files");
    assert_eq!(files.len() + 1, found.len());
    for file in files {
        let path = PathBuf::from(file["path"].as_str().expect("a path"));
        let hash = file["blake3"].as_str().expect("a hash");
        assert_eq!(found[&path].to_hex().as_str(), hash, "{}", path.display());
    }
    found
}

#[test]
fn a_killed_export_leaves_nothing_or_a_whole_data_set() {
    let kills = number("PLEACH_KILLS").unwrap_or(10);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    let seed = number("PLEACH_SEED").unwrap_or(u64::from(clock.subsec_nanos()));
    println!("PLEACH_SEED={seed}");
    let home = tempfile::tempdir().expect("a temporary folder");
    let sources = curated::write(home.path(), 8, 25);
    let out = home.path().join("set");
    let began = Instant::now();
    assert!(start(&sources, &out).wait().expect("an end").success());
    let whole_run = began.elapsed();
    let expected = is_whole(&out);
    let (mut nothing, mut whole) = (0, 0);
    let mut random = seed | 1;
    for _ in 0..kills {
        fs::remove_dir_all(&out).expect("the last data set goes");
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = Duration::from_nanos(1) * u32::try_from(random >> 40).expect("24 bits");
        // From the start to somewhat after the end of a run.
        let after = whole_run.mul_f64(share.as_nanos() as f64 / f64::from(1 << 24) * 1.1);
        let mut child = start(&sources, &out);
        std::thread::sleep(after);
        child.kill().expect("a signal");
        child.wait().expect("an end");
        if out.exists() {
            assert_eq!(is_whole(&out), expected);
            whole += 1;
        } else {
            nothing += 1;
            // The next one is not in the way of what was left.
            assert!(start(&sources, &out).wait().expect("an end").success());
            assert_eq!(is_whole(&out), expected);
        }
    }
    let left = fs::read_dir(home.path()).expect("a folder").count();
    assert_eq!(left, sources.len() + 1, "something was left beside the data set");
    println!("{kills} kills: {nothing} left nothing, {whole} a whole data set");
}
