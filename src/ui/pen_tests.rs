use proptest::collection::vec;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::*;
use crate::ui::watch::Kept;

const SIZE: (u16, u16) = (24, 6);

/// A text at a place in a style.
type Piece = (u16, u16, String, Style);

fn styles() -> impl Strategy<Value = Style> {
    let colours = || {
        prop_oneof![
            Just(Color::Reset),
            Just(Color::Green),
            Just(Color::LightCyan),
            Just(Color::Indexed(200)),
            Just(Color::Rgb(1, 20, 255)),
        ]
    };
    (colours(), colours(), 0usize..3, 0usize..8).prop_map(|(fg, bg, weight, bits)| {
        // The terminal of these tests knows bold or dim, not both.
        let (on, off) = [
            (Modifier::empty(), Modifier::empty()),
            (Modifier::BOLD, Modifier::DIM),
            (Modifier::DIM, Modifier::BOLD),
        ][weight];
        let others = [Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED];
        let chosen = others.into_iter().enumerate().filter(|(at, _)| bits & 1 << at != 0);
        let on = chosen.fold(on, |all, (_, one)| all | one);
        Style { fg: Some(fg), bg: Some(bg), ..Style::new() }.add_modifier(on).remove_modifier(off)
    })
}

fn frames() -> impl Strategy<Value = Vec<Vec<Piece>>> {
    let text = prop_oneof!["[a ]{1,24}", "[─日é a\u{301}]{1,8}", " {1,24}", "⠿{1,4}"];
    let piece = (0..SIZE.0, 0..SIZE.1, text, styles());
    vec(vec(piece, 0..12), 1..4)
}

/// Draws frames one after another, each on a blank one, and hands the buffer and what was written.
#[allow(clippy::disallowed_methods)] // the texts are this test's own
fn drawn<B: Backend>(backend: B, frames: &[Vec<Piece>], mut look: impl FnMut(&Buffer))
where
    B::Error: Send + Sync + 'static,
{
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    for pieces in frames {
        let shown = terminal
            .draw(|frame| {
                for (x, y, text, style) in pieces {
                    frame.buffer_mut().set_string(*x, *y, text, *style);
                }
            })
            .unwrap();
        look(shown.buffer);
    }
}

fn cells(count: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(count).unwrap()
}

/// What of a cell can be seen.
fn seen(screen: &vt100::Screen, (x, y): (u16, u16)) -> impl PartialEq + std::fmt::Debug + use<> {
    let cell = screen.cell(y, x).unwrap();
    let text = if cell.contents().is_empty() { " " } else { cell.contents() };
    let on_blanks = (cell.underline(), cell.inverse());
    let is_seen = text != " " || on_blanks != (false, false);
    let ink = is_seen.then(|| (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic()));
    (text.to_owned(), cell.is_wide(), cell.bgcolor(), on_blanks, ink)
}

proptest! {
    #[test]
    fn a_terminal_shows_the_same_as_by_crossterm_alone(frames in frames()) {
        let screens = |written: Vec<Vec<u8>>| {
            let mut screen = vt100::Parser::new(cells(SIZE.1), cells(SIZE.0), 0);
            let after = written.into_iter().map(|bytes| {
                screen.process(&bytes);
                screen.screen().clone()
            });
            after.collect::<Vec<_>>()
        };
        let (own, plain) = (Kept::default(), Kept::default());
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        drawn(Pen::new(own.clone()), &frames, |_| ours.push(own.0.take()));
        drawn(CrosstermBackend::new(plain.clone()), &frames, |_| theirs.push(plain.0.take()));
        for (ours, theirs) in screens(ours).iter().zip(&screens(theirs)) {
            for at in (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y))) {
                prop_assert_eq!(seen(ours, at), seen(theirs, at), "at {:?}", at);
            }
        }
    }

    #[test]
    fn no_frame_is_longer_than_by_crossterm_alone(frames in frames()) {
        let lengths = |written: &Kept| written.0.borrow().len();
        let (own, plain) = (Kept::default(), Kept::default());
        drawn(Pen::new(own.clone()), &frames, |_| {});
        drawn(CrosstermBackend::new(plain.clone()), &frames, |_| {});
        prop_assert!(lengths(&own) <= lengths(&plain), "{} and {}", lengths(&own), lengths(&plain));
    }
}

#[test]
fn a_frame_is_written_in_few_bytes() {
    let written = Kept::default();
    let red = Style::new().fg(Color::Red);
    let pieces = vec![
        (0, 0, "a b".to_owned(), red),
        (3, 0, "c".to_owned(), red.add_modifier(Modifier::BOLD)),
        (0, 1, "d".to_owned(), Style::new()),
        (9, 1, "e".to_owned(), Style::new()),
        (2, 4, "f".to_owned(), Style::new()),
    ];
    let other = vec![(0, 0, "日x".to_owned(), Style::new())];
    let mut sent = Vec::new();
    drawn(Pen::new(written.clone()), &[pieces, other], |_| {
        sent.push(String::from_utf8(written.0.take()).unwrap().replace('\x1b', "^"));
    });
    let first = "^[1H^[31ma b^[1mc\r\n^[md^[8Ce^[5;3Hf^[?25l";
    assert_eq!(sent, [first, "^[1H日^[1;3Hx \r\n ^[8C ^[5;3H ^[?25l"]);
}
