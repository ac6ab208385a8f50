use proptest::prelude::*;
use termina::event::{KeyCode, KeyEvent, Modifiers};

use super::*;

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, Modifiers::NONE))
}

fn typed(text: &str) -> Vec<Event> {
    text.chars().map(|character| key(KeyCode::Char(character))).collect()
}

fn paste(text: &str) -> Event {
    Event::Paste(text.to_owned())
}

/// What comes of bytes when nothing follows.
fn decoded(bytes: &[u8]) -> Vec<Event> {
    let mut typing = Typing::default();
    let mut events = typing.take(bytes);
    events.extend(typing.give_up());
    events
}

#[test]
fn keys_are_read_however_they_are_cut() {
    let bytes = "jé漢\x1b[A\x1b[3~\x1bj\x03\x1b[1;5C\x1b[Z\x1bOP".as_bytes();
    let with = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
    let keys = [
        key(KeyCode::Char('j')),
        key(KeyCode::Char('é')),
        key(KeyCode::Char('漢')),
        key(KeyCode::Up),
        key(KeyCode::Delete),
        with(KeyCode::Char('j'), Modifiers::ALT),
        with(KeyCode::Char('c'), Modifiers::CONTROL),
        with(KeyCode::Right, Modifiers::CONTROL),
        with(KeyCode::BackTab, Modifiers::SHIFT),
        key(KeyCode::Function(1)),
    ];
    assert_eq!(decoded(bytes), keys);
    let mut typing = Typing::default();
    let one_by_one: Vec<_> = bytes.chunks(1).flat_map(|byte| typing.take(byte)).collect();
    assert_eq!(one_by_one, keys);
    assert_eq!(typing.patience(), None);
}

#[test]
fn an_escape_is_a_key_when_nothing_follows_it() {
    let mut typing = Typing::default();
    assert_eq!(typing.take(b"\x1b"), []);
    assert_eq!(typing.patience(), Some(KEY_PATIENCE));
    assert_eq!(typing.give_up(), Some(key(KeyCode::Escape)));
    assert_eq!(typing.patience(), None);
    // Two of them, and one before an arrow, are what they are.
    assert_eq!(decoded(b"\x1b\x1b"), [key(KeyCode::Escape), key(KeyCode::Escape)]);
    assert_eq!(decoded(b"\x1b\x1b[A"), [key(KeyCode::Escape), key(KeyCode::Up)]);
}

#[test]
fn what_is_left_of_a_sequence_means_nothing_and_swallows_nothing() {
    for lost in ["\x1b[1;", "\x1b[<0;3", "\x1b]11;rgb:0000", "\x1bP1$r", "\x1b[200"] {
        let mut typing = Typing::default();
        assert_eq!(typing.take(lost.as_bytes()), []);
        assert_eq!(typing.patience(), Some(PATIENCE));
        assert_eq!(typing.give_up(), None);
        assert_eq!(typing.take(b"q"), typed("q"), "after {lost:?}");
    }
    assert_eq!(decoded(b"\xc3\x1b[B"), [key(KeyCode::Down)]);
    // A terminal's late answer is no key.
    let answers = decoded(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\q");
    assert_eq!(answers.last(), Some(&key(KeyCode::Char('q'))));
    assert!(answers.iter().filter(|event| matches!(event, Event::Key(_))).count() == 1);
}

#[test]
fn a_mouse_may_be_anywhere() {
    for place in ["0;0;0", "0;65535;65535", "64;1;1"] {
        let events = decoded(format!("\x1b[<{place}M").as_bytes());
        assert!(matches!(events.as_slice(), [Event::Mouse(_)]), "{place}: {events:?}");
    }
    assert_eq!(decoded(b"\x1b[<0;99999;1Mq"), typed("q"));
}

#[test]
fn a_paste_is_text_whatever_is_in_it() {
    let text = "ls -la\r\x1b[A\x1b[201\x1b[20\x03漢q";
    let bytes = format!("j\x1b[200~{text}\x1b[201~k");
    let events = [key(KeyCode::Char('j')), paste(text), key(KeyCode::Char('k'))];
    assert_eq!(decoded(bytes.as_bytes()), events);
    assert_eq!(decoded(b"\x1b[200~\x1b[201~"), [paste("")]);
    assert_eq!(decoded(b"\x1b[200~\xff\xfe\x1b[201~"), [paste("\u{fffd}\u{fffd}")]);
}

#[test]
fn a_paste_without_end_ends_when_nothing_comes() {
    let mut typing = Typing::default();
    assert_eq!(typing.take(b"\x1b[200~half of it\x1b[2"), []);
    assert_eq!(typing.patience(), Some(PATIENCE));
    assert_eq!(typing.give_up(), Some(paste("half of it\x1b[2")));
    assert_eq!(typing.patience(), None);
    assert_eq!(typing.take(b"q"), typed("q"));
    // An end mark that comes too late is none.
    assert_eq!(typing.take(b"\x1b[201~q"), typed("q"));
}

#[test]
fn of_a_giant_paste_the_beginning_is_kept() {
    let mut typing = Typing::default();
    typing.take(PASTE_BEGIN);
    for _ in 0..64 {
        assert_eq!(typing.take(&vec![b'x'; 1 << 20]), []);
    }
    let events = typing.take(b"\x1b[201~q");
    let [Event::Paste(text), Event::Key(_)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(text.len(), LONGEST_PASTE);
}

proptest! {
    #[test]
    fn however_bytes_are_cut_they_mean_the_same(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..6),
                Just(PASTE_BEGIN.to_vec()),
                Just(PASTE_END.to_vec()),
                Just(b"\x1b".to_vec()),
                Just(b"\x1b[1;5".to_vec()),
                Just(b"\x1b[<0;3;4M".to_vec()),
                Just("é漢".as_bytes().to_vec()),
            ],
            0..20,
        ),
    ) {
        let bytes = pieces.concat();
        let mut cut = Typing::default();
        let mut events: Vec<_> = pieces.iter().flat_map(|piece| cut.take(piece)).collect();
        events.extend(cut.give_up());
        prop_assert_eq!(&events, &decoded(&bytes));
        // Whatever it was, the next key is heard.
        prop_assert_eq!(cut.patience(), None);
        prop_assert_eq!(cut.take(b"q"), typed("q"));
    }
}
