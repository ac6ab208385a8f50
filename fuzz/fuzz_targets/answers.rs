//! Answers are found, read and compared whatever a model wrote.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::reasoning::{classify, extract_or_whole};

fuzz_target!(|text: &str| {
    let answer = extract_or_whole(text);
    assert_eq!(classify(&answer), classify(&answer));
});
