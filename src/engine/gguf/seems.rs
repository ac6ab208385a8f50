//! What a file that is not GGUF seems to be.

use super::problem::{Problem, quoted};

/// How files of other kinds begin, and what to call them.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "it seems to be a PyTorch or zip archive"),
    (b"\x80\x02", "it seems to be a PyTorch pickle"),
    (b"\x1f\x8b", "it seems to be compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "it seems to be compressed with zstd"),
    (b"\xfd7zXZ", "it seems to be compressed with xz"),
    (b"BZh", "it seems to be compressed with bzip2"),
    (b"7z\xbc\xaf", "it seems to be a 7z archive"),
    (b"lmgg", "it seems to be a GGML model, older than GGUF"),
    (b"fmgg", "it seems to be a GGML model, older than GGUF"),
    (b"tjgg", "it seems to be a GGML model, older than GGUF"),
    (b"algg", "it seems to be a GGML adapter, older than GGUF"),
    (b"version https://git-lfs", "it is a Git LFS pointer: run git lfs pull"),
    (b"SQLite format 3\0", "it seems to be a session or database: try pleach open"),
    (b"\x89HDF", "it seems to be an HDF5 or Keras model"),
    (b"\x7fELF", "it seems to be a program"),
    (b"%PDF", "it seems to be a PDF"),
    (b"{", "it seems to be JSON"),
];

/// Names the problem of a file that begins with these bytes.
pub(super) fn like(start: &[u8]) -> Problem {
    Problem::NotGguf(kind(start))
}

fn kind(start: &[u8]) -> String {
    if start.is_empty() {
        return "it is empty".into();
    }
    if start.iter().all(|byte| *byte == 0) {
        return "it begins with zeros, as an unfinished download does".into();
    }
    // Safetensors: a length in eight bytes, then a JSON object.
    if start.get(8) == Some(&b'{') && start.get(6..8) == Some(&[0, 0]) {
        return "it seems to be a safetensors model: convert it first".into();
    }
    let text = start.trim_ascii_start().to_ascii_lowercase();
    if text.starts_with(b"<!doctype html") || text.starts_with(b"<html") {
        return "it seems to be a web page: the download may have asked for a login".into();
    }
    for (beginning, name) in BEGINNINGS {
        if start.starts_with(beginning) {
            return (*name).into();
        }
    }
    format!("it starts with {}", quoted(start.get(..4).unwrap_or(start)))
}
