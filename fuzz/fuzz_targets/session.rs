//! A stranger's session file is read, salvaged or refused.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::session;
use pleach_fuzz::tree::Tree;

fuzz_target!(|bytes: &[u8]| {
    let folder = Path::new("/dev/shm").join(format!("pleach-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder in memory");
    let file = folder.join("a.pleach");
    std::fs::write(&file, bytes).expect("a file in memory");
    if let Ok(log) = session::read(&file) {
        let _ = Tree::fold(&log.operations);
    }
    let into = folder.join("b.pleach");
    if session::salvage(&file, &into).is_ok() {
        let log = session::read(&into).expect("what was salvaged is whole");
        Tree::fold(&log.operations).expect("what was salvaged makes a tree");
    }
    let _ = std::fs::remove_file(&into);
});
