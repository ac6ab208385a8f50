//! Safe text is safe, stays so, and fits its rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleach_fuzz::text::{EMOJI_BYTES, SafeText, Wrapped, cells, pad, truncate, width};

fuzz_target!(|input: (u8, &[u8])| {
    let (columns, bytes) = input;
    let (columns, text) = (usize::from(columns % 60) + 1, String::from_utf8_lossy(bytes));
    let safe = SafeText::block(&text);
    assert!(!safe.contains(|each: char| each.is_control() && each != '\n'));
    assert_eq!(SafeText::block(&safe), safe);
    assert!(cells(&safe).all(|cell| cell.text.len() <= EMOJI_BYTES));
    let wrapped = Wrapped::new(&safe, columns);
    for row in 0..wrapped.rows().len() {
        assert!(width(wrapped.row(&safe, row)) <= columns);
    }
    let line = SafeText::line(&text);
    assert!(!line.contains(char::is_control));
    assert!(truncate(&line, columns).1 <= columns);
    assert_eq!(width(&pad(&line, columns)), columns);
});
