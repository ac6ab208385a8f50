//! A foreign tree is brought in as operations that fold, or refused.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::import::{Options, import};
use pleach_fuzz::tree::Tree;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((trees, _)) = import(Cursor::new(bytes), Options::default()) {
        for tree in trees {
            Tree::fold(&tree.operations).expect("what was brought in makes a tree");
        }
    }
});
