//! The loop: input first, then what is due to be drawn, then the engine.
//!
//! A key is drawn at once; the engine's events are drawn at most every 16 ms; nothing is drawn
//! when nothing happens. After the frame of every key the engine's channel is drained once, so that a
//! held-down key cannot starve it. Tokens are gathered until they are drawn, or until something
//! comes that the search waits for: however fast they come, each branch gets a portion a frame. What
//! is to be saved is handed over after a frame.

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::task::Poll;
use std::time::{Duration, Instant};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::clipboard::Clipboard;
use super::input::read;
use super::runtime::{Arrival, Runtime, now};
use super::terminal::{self, Terminals};
use super::theme::Depth;
use super::{Look, Opening, Options, crash, settings};
use crate::app::{Effect, Model, Msg, begin, tour, update};
#[cfg(debug_assertions)]
use crate::app::{Key, KeyCode};
use crate::engine::{Events, Gathered};
use crate::text::SafeText;

/// The shortest time between two frames that the engine's events cause.
const FRAME: Duration = Duration::from_millis(16);
/// The longest that the engine's events are taken in before keys are looked at.
const SLICE: Duration = Duration::from_millis(1);
/// With so many operations still to be saved the engine waits for the disk.
const UNSAVED: u64 = 100_000;
/// Events taken from the engine at a time.
const EVENTS: usize = 1024;

/// Runs the program on the terminal until it is quit.
///
/// # Errors
/// Returns a sentence if there is no terminal, or if something could not be saved.
pub fn run(options: &Options) -> Result<(), String> {
    let mut terminals = Terminals::enter(options.settings.config.mouse)?;
    let size =
        terminals.screen.size().map_err(|error| format!("the terminal has no size: {error}"))?;
    let mut model = Model::new((size.width, size.height), now());
    options.settings.give_to(&mut model);
    let depth = Depth::of_environment(|name| std::env::var(name).ok());
    let is_light = !model.config.theme_on_light.is_empty() && terminal::is_light();
    let look = Look::new(options.settings.themes.clone(), depth, is_light);
    if model.config.tour && options.opening == Opening::StartScreen && !settings::tour_was_taken() {
        tour::begin(&mut model);
    }
    let (mut runtime, events, arrivals) = Runtime::start(options, Clipboard::System(None))?;
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let reactor = reactor.map_err(|error| format!("pleach cannot wait for events: {error}"))?;
    let work = || {
        reactor.block_on(async {
            let (send, input) = unbounded_channel();
            let (hands, told) = unbounded_channel();
            runtime.lend_terminal(hands);
            let reader = tokio::spawn(read(send, told));
            let first = begin(&mut model, &options.opening);
            let draw = Draw { terminal: &mut terminals.screen, look, framed: true, lent: false };
            let ended =
                drive(&mut model, first, &mut runtime, draw, input, events, arrivals, &mut |_| {})
                    .await;
            reader.abort();
            ended
        })
    };
    // A panic of this thread must not keep the session from being saved to the last operation.
    let ended = panic::catch_unwind(AssertUnwindSafe(work));
    let closed = runtime.close();
    drop(runtime);
    drop(terminals);
    let ended = ended.unwrap_or_else(|_| Err(crash::after_panic()));
    let saved = closed?;
    if let Some(path) = &saved {
        let line = format!("Saved in {}", SafeText::line(&path.display().to_string()));
        let _ = writeln!(io::stdout(), "{line}");
    }
    ended
}

/// Where frames go.
pub struct Draw<'screen, B: Backend> {
    /// The terminal.
    pub terminal: &'screen mut Terminal<B>,
    /// How it looks.
    pub look: Look,
    /// Whether standard output is told where frames begin and end.
    pub framed: bool,
    /// Whether the terminal is another program's at present.
    pub lent: bool,
}

impl<B: Backend> Draw<'_, B> {
    fn frame(&mut self, model: &Model) -> Result<(), String> {
        if model.is_composing && self.framed {
            self.lent = true;
            return Ok(());
        }
        if std::mem::take(&mut self.lent) {
            return self.resume(model);
        }
        if self.framed {
            terminal::set_mouse(model.config.mouse);
            let _ = queue!(io::stdout(), BeginSynchronizedUpdate);
        }
        let drawn = self.terminal.draw(|frame| self.look.draw(model, frame));
        if self.framed {
            let _ = queue!(io::stdout(), EndSynchronizedUpdate);
            let _ = io::stdout().flush();
        }
        drawn.map(|_| ()).map_err(|error| format!("the terminal cannot be drawn on: {error}"))
    }

    /// Gives the terminal back and stops; goes on here when it is continued.
    fn suspend(&mut self, model: &Model) -> Result<(), String> {
        if self.framed {
            if !self.lent {
                terminal::restore();
            }
            #[cfg(unix)]
            super::signals::stop();
        }
        self.resume(model)
    }

    /// Takes the terminal again, whatever was done to it meanwhile.
    fn resume(&mut self, model: &Model) -> Result<(), String> {
        if !self.framed || self.lent {
            return Ok(());
        }
        terminal::take().map_err(|error| format!("the terminal cannot be used: {error}"))?;
        // Not `Terminal::clear`: it asks the terminal where its cursor is, and waits for keys to
        // answer.
        let cleared = self.terminal.backend_mut().clear();
        cleared.map_err(|error| format!("the terminal cannot be used: {error}"))?;
        self.terminal.swap_buffers();
        self.frame(model)
    }
}

/// A key that was drawn: when it came in and how long its frame took to be out.
#[derive(Debug, Clone, Copy)]
pub struct Latency(pub Duration);

/// Drives the program: messages in, effects and frames out, until it is quit or input ends.
///
/// # Errors
/// Returns a sentence if the terminal is gone.
#[allow(clippy::too_many_arguments)] // the ends of one loop; a struct would only rename them
pub async fn drive<B: Backend>(
    model: &mut Model,
    first: Vec<Effect>,
    runtime: &mut Runtime,
    mut draw: Draw<'_, B>,
    mut input: UnboundedReceiver<Msg>,
    mut events: Events,
    mut arrivals: UnboundedReceiver<Arrival>,
    watch: &mut dyn FnMut(Latency),
) -> Result<(), String> {
    let mut signals = Signals::new();
    let mut going = runtime.perform_all(first);
    let mut drawn = Instant::now();
    draw.frame(model)?;
    let mut dirty = false;
    let mut batch = Vec::with_capacity(EVENTS);
    let mut gathered = Gathered::default();
    while going {
        let due = tokio::time::Instant::from_std(drawn + FRAME);
        tokio::select! { biased;
            message = input.recv() => {
                let came = Instant::now();
                let Some(message) = message else { break };
                #[cfg(debug_assertions)]
                if matches!(message, Msg::Key(Key { code: KeyCode::Function(12), .. })) {
                    crash::on_demand();
                }
                going = tell(model, message, runtime);
                while let Ok(message) = input.try_recv() {
                    going = going && tell(model, message, runtime);
                }
                draw.frame(model)?;
                drawn = Instant::now();
                watch(Latency(came.elapsed()));
                // What came meanwhile is in the next frame.
                for _ in 0..EVENTS {
                    let Ok(event) = events.try_recv() else { break };
                    gathered.add(event);
                }
                dirty = !gathered.is_empty();
                going = going && tell_gathered(model, &mut gathered, runtime, false);
                runtime.hand_over();
            }
            asked = signals.recv() => match asked {
                // It was meant for the editor.
                Asked::Interrupt if model.is_composing => {}
                Asked::End | Asked::Interrupt => going = false,
                Asked::Suspend => {
                    runtime.hand_over();
                    draw.suspend(model)?;
                }
                Asked::Resume => draw.resume(model)?,
                Asked::Resize => {
                    if let Ok(size) = draw.terminal.size() {
                        going = tell(model, Msg::Resize(size.width, size.height), runtime);
                    }
                    draw.frame(model)?;
                }
            },
            () = tokio::time::sleep_until(due), if dirty => {
                going = tell_gathered(model, &mut gathered, runtime, false);
                draw.frame(model)?;
                (drawn, dirty) = (Instant::now(), false);
                runtime.hand_over();
            }
            arrival = arrivals.recv() => {
                if let Some(arrival) = arrival {
                    let message = runtime.take(arrival);
                    going = tell(model, message, runtime);
                    dirty = true;
                }
            }
            () = tokio::task::yield_now(), if !gathered.can_wait() => {
                going = tell_gathered(model, &mut gathered, runtime, true);
            }
            count = events.recv_many(&mut batch, EVENTS), if gathered.can_wait() && listens(model, &events) => {
                dirty |= count > 0;
                batch.drain(..).for_each(|event| gathered.add(event));
            }
        }
    }
    while let Some(event) = gathered.take() {
        tell(model, Msg::Engine(event), runtime);
    }
    runtime.hand_over();
    Ok(())
}

/// Returns whether the engine is listened to: until it is gone, and while the disk keeps up.
fn listens(model: &Model, events: &Events) -> bool {
    let is_there = !events.is_closed() || !events.is_empty();
    is_there && model.workbench().is_none_or(|bench| bench.unsaved_count() < UNSAVED)
}

/// Tells the model what was gathered, or what of it cannot wait, for as long as a key may wait.
/// Returns false if the program is to end.
fn tell_gathered(
    model: &mut Model,
    gathered: &mut Gathered,
    runtime: &mut Runtime,
    only_due: bool,
) -> bool {
    let until = Instant::now() + SLICE;
    while !(only_due && gathered.can_wait())
        && let Some(event) = gathered.take()
    {
        if !tell(model, Msg::Engine(event), runtime) {
            return false;
        }
        if Instant::now() >= until {
            break;
        }
    }
    true
}

/// Tells the model a message and does what follows. Returns false if the program is to end.
fn tell(model: &mut Model, message: Msg, runtime: &mut Runtime) -> bool {
    let effects = update(model, message, now());
    runtime.perform_held(effects)
}

/// What is asked for from outside.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// To end, as `q` does: SIGTERM and SIGHUP.
    End,
    /// The same, from the keyboard of whoever has the terminal: SIGINT and SIGQUIT.
    Interrupt,
    /// To give the terminal back and stop: SIGTSTP.
    Suspend,
    /// To take the terminal again: SIGCONT, also after a stop that could not be heard.
    Resume,
    /// To look how large the terminal is now: SIGWINCH.
    Resize,
}

/// The signals that are heard.
struct Signals {
    #[cfg(unix)]
    streams: Vec<(Asked, tokio::signal::unix::Signal)>,
}

impl Signals {
    fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let kinds = [
                (Asked::End, SignalKind::terminate()),
                (Asked::End, SignalKind::hangup()),
                (Asked::Interrupt, SignalKind::interrupt()),
                (Asked::Interrupt, SignalKind::quit()),
                (Asked::Suspend, SignalKind::from_raw(libc::SIGTSTP)),
                (Asked::Resume, SignalKind::from_raw(libc::SIGCONT)),
                (Asked::Resize, SignalKind::window_change()),
            ];
            let streams = kinds.into_iter();
            Self {
                streams: streams
                    .filter_map(|(asked, kind)| Some((asked, signal(kind).ok()?)))
                    .collect(),
            }
        }
        #[cfg(not(unix))]
        Self {}
    }

    async fn recv(&mut self) -> Asked {
        #[cfg(unix)]
        {
            std::future::poll_fn(|context| {
                let mut heard = Poll::Pending;
                for (asked, stream) in &mut self.streams {
                    if heard.is_pending() && stream.poll_recv(context).is_ready() {
                        heard = Poll::Ready(*asked);
                    }
                }
                heard
            })
            .await
        }
        #[cfg(not(unix))]
        std::future::pending().await
    }
}
