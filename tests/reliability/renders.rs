//! Hostile text on the screen: nothing panics, nothing but our own control sequences comes out,
//! and no cell holds more than 64 bytes.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use pleach::app::{Model, Msg, Opened, update};
use pleach::text::{EMOJI_BYTES, SafeText, Wrapped, pad, truncate};
use pleach::tree::{
    Actor, Body, Evaluation, EvaluatorKind, Finish, NodeId, Operation, Origin, Problem, Sampling,
    Token,
};
use pleach::ui::theme::Theme;
use pleach::ui::{Pen, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::pty::check_only_our_sequences;
use super::support::{Random, count_and_seed, hostile_text, on_every_core};

/// Renders of a case; one of them is of a whole screen, through the terminal's backend.
const CASE: u64 = 200;

/// Checks that every cell is one that a terminal shows and nothing more.
pub fn check_cells(buffer: &Buffer, what: &str) {
    for cell in buffer.content() {
        let symbol = cell.symbol();
        assert!(symbol.len() <= EMOJI_BYTES, "{what}: a cell of {} bytes", symbol.len());
        let hidden = |character: char| {
            character.is_control()
                || matches!(character,
                    '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                    | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
        };
        assert!(!symbol.contains(hidden), "{what}: {symbol:?} is in a cell");
    }
}

/// Puts a text on one row, or on several, as the views do.
fn render(random: &mut Random, what: &str) {
    let width = match random.below(3) {
        0 => 1 + random.below(3),
        1 => 1 + random.below(20),
        _ => 1 + random.below(120),
    };
    let area = Rect::new(0, 0, u16::try_from(width).unwrap(), 1);
    let text = hostile_text(random, 8);
    let put = |row: &str| {
        let mut buffer = Buffer::empty(area);
        Line::from(row).render(area, &mut buffer);
        check_cells(&buffer, what);
    };
    match random.below(3) {
        0 => put(&truncate(&SafeText::line(&text), width).0),
        1 => put(&pad(&SafeText::line(&text), width)),
        _ => {
            let text = SafeText::block(&text);
            let wrapped = Wrapped::new(&text, width);
            (0..wrapped.rows().len()).for_each(|row| put(wrapped.row(&text, row)));
        }
    }
}

/// A session in which every text is hostile.
pub fn hostile_operations(random: &mut Random) -> Vec<Operation> {
    let mut bodies = vec![Body::ProblemSet {
        problem: Problem { text: hostile_text(random, 12), ..Problem::default() },
    }];
    let mut open = vec![NodeId::ROOT];
    for number in 1..=random.below(12) as u32 + 1 {
        let (node, parent) = (NodeId(number), *random.pick(&open));
        let origin = Origin {
            proposer: hostile_text(random, 3).into(),
            seed: 1,
            sampling: Sampling::default(),
        };
        bodies.push(Body::NodeAdded { node, parent, origin });
        let mut bytes = hostile_text(random, 20).into_bytes();
        if random.chance(2) {
            // Not UTF-8: raw C1 bytes, an overlong escape, a lone continuation, a cut tail.
            bytes.extend_from_slice(b"\x9b31m\xc0\x9b\x80\xed\xa0\x80\xf0\x9f");
        }
        let cut = random.below(bytes.len());
        let token = |bytes: &[u8]| Token { id: 1, logprob: -0.5, bytes: bytes.to_vec() };
        let tokens = vec![token(&bytes[..cut]), token(&bytes[cut..])];
        bodies.push(Body::TokensAppended { node, tokens });
        let finish = match random.below(3) {
            0 => Finish::Interrupted { why: hostile_text(random, 4) },
            1 => Finish::EndOfTurn,
            _ => Finish::Step,
        };
        open.extend(matches!(finish, Finish::Step).then_some(node));
        let answer = matches!(finish, Finish::EndOfTurn).then(|| hostile_text(random, 4));
        bodies.push(Body::NodeFinished { node, finish, answer });
        let evaluation = Evaluation {
            evaluator: hostile_text(random, 3).into(),
            value: 0.5,
            raw: 5.0,
            scale: hostile_text(random, 3).into(),
            mass: Some(0.5),
            explanation: hostile_text(random, 20),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 1,
        };
        bodies.push(Body::Evaluated { node, evaluation });
    }
    bodies.push(Body::SearchStopped { reason: hostile_text(random, 6) });
    let operation = |(sequence, body)| Operation { sequence, time: 0, actor: Actor::Model, body };
    (1..).zip(bodies).map(operation).collect()
}

/// What the terminal's backend writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Draws a hostile session as the program does, and reads what would reach the terminal.
fn render_screen(random: &mut Random, what: &str) {
    let size = (40 + random.below(160) as u16, 10 + random.below(50) as u16);
    let mut model = Model::new(size, 0);
    let opened = Opened {
        path: PathBuf::from(hostile_text(random, 3)),
        seed: 1,
        operations: hostile_operations(random),
        problem: None,
        read_only: random.chance(2).then(|| hostile_text(random, 6)),
    };
    update(&mut model, Msg::Opened(opened), 1);
    let written = Written::default();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, size.0, size.1)) };
    let backend = Pen::new(written.clone());
    let mut terminal = Terminal::with_options(backend, options).unwrap();
    let mut draw = |model: &Model| {
        let frame = terminal
            .draw(|frame| view::draw(model, &Theme::default(), &mut view::Cache::default(), frame))
            .unwrap();
        check_cells(frame.buffer, what);
    };
    draw(&model);
    for key in pleach::app::parse_keys("jjl?").unwrap() {
        update(&mut model, Msg::Key(key), 2);
        draw(&model);
    }
    let written = written.0.lock().unwrap_or_else(PoisonError::into_inner);
    check_only_our_sequences(&written);
}

#[test]
fn hostile_text_reaches_no_terminal() {
    let (count, seed) = count_and_seed(20_000);
    let begin = Instant::now();
    let cases = count.div_ceil(CASE);
    on_every_core(cases, |case| {
        let what = format!("seed {seed}, case {case}");
        let mut random = Random::of(seed, case);
        (1..CASE).for_each(|_| render(&mut random, &what));
        render_screen(&mut random, &what);
    });
    println!(
        "{count} hostile renders in {:.0?}, {cases} of them whole screens through the terminal's backend: no panic, no foreign control sequence, no cell over {EMOJI_BYTES} bytes",
        begin.elapsed()
    );
}
