//! A log as JSON Lines: what is read is written and read again the same, and folds or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::session::{read_jsonl, write_jsonl};
use pleach_fuzz::tree::Tree;

fuzz_target!(|bytes: &[u8]| {
    let Ok(operations) = read_jsonl(bytes) else { return };
    let _ = Tree::fold(&operations);
    let mut written = Vec::new();
    if write_jsonl(&operations, &mut written).is_ok() {
        assert_eq!(read_jsonl(written.as_slice()).expect("it was written here"), operations);
    }
});
