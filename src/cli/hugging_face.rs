//! Models in the Hugging Face cache folder, where other programs left them.
//!
//! Responsible for finding a GGUF there by the name of its repository. Nothing is downloaded.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};

/// Finds a model by `ORG/NAME` or `ORG/NAME:PART`, where the part is in the file's name.
///
/// # Errors
/// Returns a sentence if there is no such file, or if more than one fits.
pub fn find(name: &str) -> Result<PathBuf, Failure> {
    let set = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let cache = set("HF_HUB_CACHE")
        .or_else(|| Some(set("HF_HOME")?.join("hub")))
        .or_else(|| Some(set("HOME")?.join(".cache/huggingface/hub")))
        .unwrap_or_default();
    find_in(&cache, name).map_err(|message| Failure::new(Exit::Input, message))
}

fn find_in(cache: &Path, name: &str) -> Result<PathBuf, String> {
    let (repository, part) = name.split_once(':').unwrap_or((name, ""));
    let folder = cache.join(format!("models--{}", repository.replace('/', "--")));
    let mut found = Vec::new();
    for snapshot in entries(&folder.join("snapshots")) {
        collect(&snapshot, &part.to_lowercase(), 0, &mut found);
    }
    found.sort();
    // Snapshots share files under the same name; the parts of a split model follow its first.
    found.dedup_by(|a, b| a.file_name() == b.file_name());
    match found.as_slice() {
        [] => Err(format!(
            "there is no GGUF of {name} in {}; fetch it with `hf download {repository}`, or name a file with --model",
            cache.display()
        )),
        [one] => Ok(one.clone()),
        several => {
            let names: Vec<_> = several
                .iter()
                .filter_map(|path| Some(path.file_name()?.to_string_lossy()))
                .collect();
            Err(format!(
                "{repository} has several models ({}); add a part of the name, as in --hf {repository}:Q4_K_M",
                names.join(", ")
            ))
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn collect(folder: &Path, part: &str, depth: u32, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() && depth < 3 {
            collect(&path, part, depth + 1, found);
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let later = name.contains("-of-") && !name.contains("-00001-of-");
        let model = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gguf"));
        if model && name.contains(part) && !later && !name.contains("mmproj") {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_its_repository_and_a_part_of_its_name() {
        let cache = tempfile::tempdir().unwrap();
        let snapshot = cache.path().join("models--Org--Tiny-GGUF/snapshots/abc");
        std::fs::create_dir_all(&snapshot).unwrap();
        let files = [
            "tiny-Q4_K_M.gguf",
            "tiny-Q8_0-00001-of-00002.gguf",
            "tiny-Q8_0-00002-of-00002.gguf",
            "mmproj-tiny.gguf",
            "README.md",
        ];
        for file in files {
            std::fs::write(snapshot.join(file), "").unwrap();
        }
        let found = |name: &str| find_in(cache.path(), name);
        assert_eq!(found("Org/Tiny-GGUF:q4_k"), Ok(snapshot.join(files[0])));
        assert_eq!(found("Org/Tiny-GGUF:Q8"), Ok(snapshot.join(files[1])));
        assert!(found("Org/Tiny-GGUF").unwrap_err().contains("several models"));
        assert!(found("Org/Tiny-GGUF:Q5").unwrap_err().contains("hf download"));
        assert!(found("Org/Other").unwrap_err().contains("--model"));
    }
}
