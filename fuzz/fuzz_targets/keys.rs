//! Keys that can be read are written as they were meant.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::app::key::{Key, parse_keys};

fuzz_target!(|text: &str| {
    if let Ok(keys) = parse_keys(text) {
        let written: String = keys.iter().map(Key::to_string).collect();
        assert_eq!(parse_keys(&written), Ok(keys));
    }
});
