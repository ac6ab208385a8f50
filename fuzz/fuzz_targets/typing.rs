//! Whatever a terminal sends, in whatever pieces and pauses, the next key is heard.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::ui::typing::Typing;
use termina::Event;
use termina::event::KeyCode;

fuzz_target!(|input: (Vec<u8>, Vec<(u8, bool)>)| {
    let (bytes, cuts) = input;
    let mut typing = Typing::default();
    let mut rest = bytes.as_slice();
    for (length, pauses) in cuts {
        let (piece, after) = rest.split_at(rest.len().min(length.into()));
        typing.take(piece);
        rest = after;
        if pauses {
            typing.give_up();
            assert_eq!(typing.patience(), None);
        }
    }
    typing.take(rest);
    typing.give_up();
    let events = typing.take(b"q");
    assert!(matches!(events.as_slice(), [Event::Key(key)] if key.code == KeyCode::Char('q')));
});
