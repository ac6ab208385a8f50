//! The check of a model file says yes or why not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::engine::gguf;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = gguf::inspect_bytes("fuzz.gguf", bytes) {
        assert!(!error.to_string().contains(char::is_control));
    }
});
