//! The plain mode: lines in, sentences out, without a screen.
//!
//! Responsible for people who hear their terminal, for logs and for pipes: every line is a command
//! as on the `:` line, and what follows is told in sentences. Nothing is drawn and nothing moves.

use std::io::{self, BufRead, Write};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Options;
use super::clipboard::Clipboard;
use super::runtime::{Runtime, now};
use crate::app::command;
use crate::app::{Effect, Model, Msg, Overlay, Workbench, begin, describe, update};
use crate::search::Mode;
use crate::text::SafeText;

/// Reads commands from standard input until it ends or the program is quit.
///
/// # Errors
/// Returns a sentence if nothing can be printed, or if something could not be saved.
pub fn plain(options: &Options) -> Result<(), String> {
    let (mut runtime, mut events, mut arrivals) = Runtime::start(options, Clipboard::System(None))?;
    let reactor = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let reactor = reactor.map_err(|error| format!("pleach cannot wait for events: {error}"))?;
    let mut model = Model::new((120, 40), now());
    options.settings.give_to(&mut model);
    let mut lines = typed();
    say(
        "pleach, plain mode. A line is a command; help lists them, an empty line tells where you are.",
    )?;
    let told = reactor.block_on(async {
        let first = begin(&mut model, &options.opening);
        runtime.perform_all(first);
        let (mut settled, mut ended) = (false, false);
        loop {
            let mut asked = false;
            let message = tokio::select! { biased;
                Some(arrival) = arrivals.recv() => runtime.take(arrival),
                Some(event) = events.recv() => Msg::Engine(event),
                line = lines.recv(), if !ended && is_ready(&model) => match line {
                    None => {
                        ended = true;
                        Msg::Line(String::new())
                    }
                    Some(line) if line.trim() == "help" => {
                        commands(&model)?;
                        continue;
                    }
                    Some(line) => {
                        asked = true;
                        Msg::Line(line)
                    }
                },
                else => return Ok(()),
            };
            let effects = update(&mut model, message, now());
            let asks = matches!(model.overlays.last(), Some(Overlay::Quit));
            let quits = asks || effects.contains(&Effect::Quit);
            runtime.perform_all(effects);
            if let Some(notice) = model.notice.take() {
                say(&notice.text)?;
            }
            if quits || (ended && model.is_settled()) {
                return Ok::<_, String>(());
            }
            if asked || (model.is_settled() && !settled) {
                for sentence in describe(&model) {
                    say(&sentence)?;
                }
                model.overlays.clear();
            }
            settled = model.is_settled();
        }
    });
    let closed = runtime.close();
    told?;
    if let Some(path) = closed? {
        say(&format!("Saved in {}", path.display()))?;
    }
    Ok(())
}

/// Whether a command makes sense now: not before what the one before it began is done, unless that
/// is a search.
fn is_ready(model: &Model) -> bool {
    let searching = |bench: &Workbench| bench.driver.mode() == Mode::Running;
    model.is_settled() || model.workbench().is_some_and(searching)
}

/// The lines of standard input, read by a thread of their own.
fn typed() -> UnboundedReceiver<String> {
    let (send, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

fn commands(model: &Model) -> Result<(), String> {
    let place = model.place();
    for command in command::at(place) {
        say(&format!("{}: {}", command.usage(), command.does))?;
    }
    Ok(())
}

fn say(text: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{}", SafeText::block(text))
        .map_err(|error| format!("standard output cannot be written to: {error}"))
}
