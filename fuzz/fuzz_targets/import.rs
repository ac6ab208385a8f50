//! A foreign tree is brought in as operations that fold to it, or refused.
//!
//! `PLEACH_FORMAT` names the importer that every input is given to; without it the format is recognised,
//! as the program does. A name that is none is answered with the list of names.
#![no_main]

use std::io::Cursor;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::import::{Options, formats, import};
use pleach_fuzz::tree::Tree;

static FORMAT: OnceLock<Option<String>> = OnceLock::new();

fn wanted() -> Option<String> {
    let name = std::env::var("PLEACH_FORMAT").ok()?;
    if !formats().any(|format| format == name) {
        formats().for_each(|format| println!("{format}"));
        std::process::exit(2);
    }
    Some(name)
}

fuzz_target!(init: { FORMAT.get_or_init(wanted); }, |bytes: &[u8]| {
    let format = FORMAT.get_or_init(wanted).as_deref();
    let options = Options { format, together: bytes.len() % 4 == 3, ..Options::default() };
    if let Ok((trees, report)) = import(Cursor::new(bytes), options) {
        assert!(options.together || report.trees == trees.len());
        for tree in trees {
            let folded = Tree::fold(&tree.operations).expect("what was brought in makes a tree");
            assert!(folded == tree.tree, "the operations fold to another tree");
        }
    }
});
