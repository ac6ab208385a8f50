//! Messages of a worker that went mad are refused, and whole ones come back as they were.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::engine::frame;
use pleach_fuzz::engine::protocol::{Event, Request};

fuzz_target!(|bytes: &[u8]| {
    let mut pipe = bytes;
    while let Ok(Some(event)) = frame::read::<Event>(&mut pipe) {
        frame::write(&mut Vec::new(), &event).expect("what was read can be written");
    }
    let mut pipe = bytes;
    while let Ok(Some(request)) = frame::read::<Request>(&mut pipe) {
        frame::write(&mut Vec::new(), &request).expect("what was read can be written");
    }
});
