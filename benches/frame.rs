//! A frame: how long it takes to draw, and how many bytes it is on the terminal.
//!
//! The workbench at 200x60 on a tree of 1,000,000 nodes: rows, rows after a page, and the graph.
//! `cargo bench --bench frame`, or `make bench-frame`; `PLEACH_NODES` changes how large the tree is.
//! The figures of one machine are in `docs/benchmarks.md`.

#![allow(clippy::expect_used, clippy::print_stdout)] // a measurement fails loudly and prints

mod large;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use pleach::app::{Model, Msg, Opened, parse_keys, update};
use pleach::tree::{Actor, Operation};
use pleach::ui::theme::{Depth, Themes};
use pleach::ui::{Look, Pen};
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

const SIZE: (u16, u16) = (200, 60);
const FRAMES: usize = 300;

fn main() {
    let nodes =
        std::env::var("PLEACH_NODES").map_or(1_000_000, |text| text.parse().expect("a number"));
    let mut operations = Vec::new();
    large::tree(nodes, &mut |bodies| {
        for body in bodies {
            let sequence = operations.len() as u64 + 1;
            operations.push(Operation { sequence, time: 0, actor: Actor::Search, body });
        }
    });
    let mut model = Model::new(SIZE, 0);
    let path = PathBuf::from("large.pleach");
    let opened = Opened { path, seed: 7, operations, problem: None, read_only: None };
    let began = Instant::now();
    update(&mut model, Msg::Opened(opened), 0);
    println!(
        "{}x{}, {nodes} nodes, opened in {:.1} s",
        SIZE.0,
        SIZE.1,
        began.elapsed().as_secs_f64()
    );
    println!("| frame | draw p50 ms | p99 ms | drawn whole, bytes | next frame, bytes |");
    println!("|---|---|---|---|---|");
    measure(&mut model, "rows", "", "j");
    measure(&mut model, "rows, half a page on", "<c-d>", "<c-d>");
    measure(&mut model, "rows, from the last", "G", "k");
    measure(&mut model, "graph", "gg<space>g", "j");
}

/// Draws a view again and again, with a key before each frame.
fn measure(model: &mut Model, name: &str, keys: &str, step: &str) {
    let press = |model: &mut Model, keys: &str| {
        for key in parse_keys(keys).expect("keys") {
            update(model, Msg::Key(key), 0);
        }
    };
    press(model, keys);
    let look = || Look::new(Themes::default(), Depth::True, false);
    let bytes = Arc::new(AtomicU64::new(0));
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let backend = Pen::new(Sink(Arc::clone(&bytes)));
    let mut terminal =
        Terminal::with_options(backend, TerminalOptions { viewport }).expect("a terminal");
    let mut shown = look();
    terminal.draw(|frame| shown.draw(model, frame)).expect("a frame");
    let whole = bytes.swap(0, Ordering::Relaxed);
    press(model, step);
    terminal.draw(|frame| shown.draw(model, frame)).expect("a frame");
    let next = bytes.swap(0, Ordering::Relaxed);

    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal");
    let mut times: Vec<f64> = (0..FRAMES)
        .map(|_| {
            press(model, step);
            let mut took = 0.0;
            terminal
                .draw(|frame| {
                    let began = Instant::now();
                    shown.draw(model, frame);
                    took = began.elapsed().as_secs_f64() * 1000.0;
                })
                .expect("a frame");
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (middle, most) = (times[FRAMES / 2], times[FRAMES * 99 / 100]);
    println!("| {name} | {middle:.2} | {most:.2} | {whole} | {next} |");
}

struct Sink(Arc<AtomicU64>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
