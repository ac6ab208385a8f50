//! Random messages through `update`: whatever a person, an engine and a disk send, in any order,
//! nothing panics, the cursor stays on a row, and the operations that are saved make the tree.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Instant;

use pleach::app::command::COMMANDS;
use pleach::app::{
    Effect, Key, KeyCode, Model, Mouse, MouseKind, Msg, Opened, Recent, parse_keys, update,
};
use pleach::engine::protocol::{ModelOptions, StopReason};
use pleach::engine::{Event, ModelInfo, Request, Script};
use pleach::tree::{NodeId, Operation, Problem, Token, Tree};
use pleach::ui::theme::Theme;
use pleach::ui::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::renders::{check_cells, hostile_operations};
use super::support::{Random, count_and_seed, hostile_text, on_every_core, operations, variable};

/// Messages of one run of the program.
const RUN: u64 = 2000;
/// A tree larger than this is followed by a new session, so that a run stays quick.
const LARGEST: usize = 300;
/// The screen is drawn every so many messages.
const DRAWN: u64 = 50;

/// The program between an engine that answers when it likes and a disk that saves when it likes.
struct World {
    model: Model,
    script: Script,
    events: VecDeque<Event>,
    log: Vec<Operation>,
    now: u64,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            model: Model::new((100, 30), 0),
            script: Script::default(),
            events: VecDeque::new(),
            log: Vec::new(),
            now: 1_795_490_518_000,
        };
        world.events.extend(world.script.answer(&Request::Load(ModelOptions::default())));
        world
    }

    /// Tells a message and does what follows, as far as the world lets it.
    fn tell(&mut self, message: Msg, random: &mut Random) {
        self.now += random.below(40) as u64;
        if let Msg::Opened(opened) = &message {
            self.log.clone_from(&opened.operations);
        }
        let mut todo = VecDeque::from([message]);
        while let Some(message) = todo.pop_front() {
            for effect in update(&mut self.model, message, self.now) {
                match effect {
                    Effect::Ask(request) => self.events.extend(self.script.answer(&request)),
                    Effect::Save(operations) => {
                        let last = operations.last().map_or(0, |operation| operation.sequence);
                        self.log.extend(operations);
                        if !random.chance(3) {
                            todo.push_back(Msg::Saved(last));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn check(&self, what: &str) {
        let told = self.model.notice.as_ref().map_or("", |notice| notice.text.as_str());
        assert!(!told.contains("An operation was refused"), "{what}: {told}");
        let Some(bench) = self.model.workbench() else { return };
        assert!(bench.tree.contains(bench.cursor), "{what}: the cursor is on no node");
        assert!(!bench.outline.is_hidden(bench.cursor), "{what}: the cursor is on no row");
    }

    /// The log that was saved folds to the tree on the screen.
    fn check_log(&self, what: &str) {
        let Some(bench) = self.model.workbench() else { return };
        let tree = Tree::fold(&self.log).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(tree == bench.tree, "{what}: the log is not the tree");
    }

    fn draw(&self, what: &str) {
        let (columns, rows) = self.model.size;
        if columns == 0 || rows == 0 || u32::from(columns) * u32::from(rows) > 40_000 {
            return;
        }
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal
            .draw(|frame| {
                view::draw(&self.model, &Theme::mono(), &mut view::Cache::default(), frame);
            })
            .unwrap();
        check_cells(terminal.backend().buffer(), what);
    }
}

/// Every key that some command has, and keys that no command has.
fn keys() -> Vec<Key> {
    let known = COMMANDS.iter().flat_map(|command| command.keys.iter());
    known.flat_map(|keys| parse_keys(keys).unwrap()).collect()
}

fn opened(random: &mut Random) -> Opened {
    let (operations, problem) = match random.below(4) {
        0 => (operations(1, random.below(400) as u64 + 1), None),
        1 => (hostile_operations(random), None),
        _ => {
            let text = hostile_text(random, 6);
            let answer = random.chance(2).then(|| "21".to_owned());
            (Vec::new(), Some(Problem { text, answer, ..Problem::default() }))
        }
    };
    let read_only = random.chance(8).then(|| hostile_text(random, 4));
    let path = PathBuf::from(hostile_text(random, 3));
    Opened { path, seed: random.number() >> 11, operations, problem, read_only }
}

/// An event of no request that was made, or out of its order.
fn stray_event(random: &mut Random) -> Event {
    let id = random.below(1 << 34) as u64;
    let branch = random.below(9) as u32;
    match random.below(9) {
        0 => Event::Loading { progress: f32::from_bits(random.number() as u32) },
        1 => Event::Loaded(ModelInfo { name: hostile_text(random, 4), ..ModelInfo::default() }),
        2 => Event::LoadFailed { message: hostile_text(random, 4) },
        3 => {
            let bytes = hostile_text(random, 4).into_bytes();
            Event::Tokens { id, branch, tokens: vec![Token { id: -1, logprob: f32::NAN, bytes }] }
        }
        4 => Event::BranchDone { id, branch, stop: StopReason::Step },
        5 => Event::Labels { id, masses: vec![f64::NAN, -1.0, 1e300], tokens: u32::MAX },
        6 => Event::Failed { id, message: hostile_text(random, 4) },
        _ => Event::Lost { why: hostile_text(random, 4), restarting: random.chance(2) },
    }
}

fn message(random: &mut Random, keys: &[Key]) -> Msg {
    match random.below(40) {
        0..=26 => Msg::Key(*random.pick(keys)),
        27 => {
            let kinds = [
                MouseKind::Press,
                MouseKind::Drag,
                MouseKind::Release,
                MouseKind::ScrollUp,
                MouseKind::ScrollDown,
            ];
            let kind = *random.pick(&kinds);
            Msg::Mouse(Mouse {
                kind,
                x: random.number() as u16 >> random.below(16),
                y: random.number() as u16 >> random.below(16),
            })
        }
        28..=30 => {
            let character = char::from_u32(random.below(0x3000) as u32).unwrap_or(' ');
            let key = Key::from(KeyCode::Char(character));
            Msg::Key(Key { control: random.chance(4), alt: random.chance(8), ..key })
        }
        31 => Msg::Paste(hostile_text(random, 30)),
        32 => {
            let edge =
                |random: &mut Random| *random.pick(&[0, 1, 2, 39, 40, 79, 80, 200, u16::MAX]);
            let usual = |random: &mut Random| random.below(200) as u16;
            if random.chance(3) {
                Msg::Resize(edge(random), edge(random))
            } else {
                Msg::Resize(usual(random), usual(random) / 2)
            }
        }
        33 | 34 => Msg::Engine(stray_event(random)),
        35 => Msg::Saved(random.number() >> random.below(64)),
        36 => match random.below(3) {
            0 => Msg::SaveFailed(hostile_text(random, 4)),
            1 => Msg::OpenFailed(hostile_text(random, 4)),
            _ => Msg::Copied(Err(hostile_text(random, 4))),
        },
        37 => Msg::Verified {
            node: NodeId(random.below(400) as u32),
            verdict: Ok((random.chance(2), hostile_text(random, 4))),
        },
        38 => {
            let recent = |random: &mut Random| Recent {
                path: PathBuf::from(hostile_text(random, 3)),
                title: if random.chance(2) {
                    Ok(hostile_text(random, 6))
                } else {
                    Err(hostile_text(random, 6))
                },
                nodes: random.number(),
                changed: random.number(),
            };
            Msg::Listed((0..random.below(9)).map(|_| recent(random)).collect())
        }
        _ => Msg::Opened(opened(random)),
    }
}

/// One run of the program; returns how many frames were drawn.
fn run(messages: u64, random: &mut Random, what: &str) -> u64 {
    let keys = keys();
    let mut world = World::new();
    let mut frames = 0;
    let is_repeated = variable::<u64>("PLEACH_CASE").is_some();
    for number in 0..messages {
        let what = format!("{what}, message {number}");
        let crowded = world.model.workbench().is_some_and(|bench| bench.tree.len() > LARGEST);
        let message = match world.events.pop_front() {
            _ if crowded => Msg::Opened(opened(random)),
            Some(event) if random.chance(2) => Msg::Engine(event),
            event => {
                // The event stays first; some are lost with an engine that died.
                world.events.extend(event.filter(|_| !random.chance(20)));
                world.events.rotate_right(usize::from(!world.events.is_empty()));
                message(random, &keys)
            }
        };
        if is_repeated {
            let message: String = format!("{message:?}").chars().take(200).collect();
            println!("{number}: {message}");
        }
        world.tell(message, random);
        world.check(&what);
        if number % DRAWN == 0 {
            world.draw(&what);
            frames += 1;
        }
    }
    world.check_log(what);
    frames
}

#[test]
fn no_messages_break_the_program() {
    let (count, seed) = count_and_seed(20_000);
    let begin = Instant::now();
    let frames = on_every_core(count.div_ceil(RUN), |case| {
        run(RUN, &mut Random::of(seed, case), &format!("seed {seed}, run {case}"))
    });
    let frames: u64 = frames.iter().sum();
    println!("{count} messages in {:.0?}, {frames} frames drawn: no panic", begin.elapsed());
}
