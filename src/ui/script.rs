//! Scripts: keys in, the last screen out, without a terminal.
//!
//! Responsible for `pleach script` and for the screens of tests and manuals. After every key it
//! waits until nothing is under way, so the same keys give the same screen.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Options;
use super::clipboard::Clipboard;
use super::runtime::{Arrival, Runtime, now};
use super::styles::styles;
use super::svg::svg;
use super::theme::Theme;
use super::view::{self, Cache};
use crate::app::layout::SMALLEST;
use crate::app::{Model, Msg, begin, parse_keys, update};
use crate::engine::Events;

/// How long nothing may happen before a script gives up waiting.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a screen becomes a picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The theme.
    pub theme: String,
    /// What it shows, in a few words.
    pub title: String,
}

/// Runs keys and returns the last screen as plain text, one line a row.
///
/// # Errors
/// Returns a sentence if the keys cannot be read, the size is too small, or the program waits
/// for something that does not come.
pub fn script(options: &Options, keys: &str, size: (u16, u16)) -> Result<String, String> {
    Ok(text_of(&screen(&played(options, keys, size)?, &Theme::mono())?))
}

/// Runs keys and returns the last screen as SVG.
///
/// # Errors
/// As [`script`]; and if there is no such theme.
pub fn picture(
    options: &Options,
    keys: &str,
    size: (u16, u16),
    picture: &Picture,
) -> Result<String, String> {
    let theme = options.settings.themes.load(&picture.theme)?;
    Ok(svg(&screen(&played(options, keys, size)?, &theme)?, &picture.title))
}

/// Runs keys and returns the last screen as plain text, and below it a letter a cell for its style,
/// with what the letters stand for in the words of theme files.
///
/// # Errors
/// As [`script`]; and if there is no such theme.
pub fn styled(
    options: &Options,
    keys: &str,
    size: (u16, u16),
    theme: &str,
) -> Result<String, String> {
    let theme = options.settings.themes.load(theme)?;
    let screen = screen(&played(options, keys, size)?, &theme)?;
    Ok(format!("{}\n{}", text_of(&screen), styles(&screen)))
}

/// Runs keys and returns the model as they left it.
fn played(options: &Options, keys: &str, size: (u16, u16)) -> Result<Model, String> {
    let keys = parse_keys(keys).map_err(|error| error.to_string())?;
    if size.0 == 0 || size.1 == 0 || size.0 > 1000 || size.1 > 1000 {
        return Err(format!(
            "the size {}x{} cannot be drawn; give columns and rows from {}x{} to 1000x1000",
            size.0, size.1, SMALLEST.0, SMALLEST.1
        ));
    }
    let (runtime, events, arrivals) = Runtime::start(options, Clipboard::Nowhere)?;
    let reactor = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let reactor = reactor.map_err(|error| format!("pleach cannot wait for events: {error}"))?;
    let mut model = Model::new(size, now());
    options.settings.give_to(&mut model);
    let mut stage = Stage { model, runtime, events, arrivals };
    reactor.block_on(async {
        let first = begin(&mut stage.model, &options.opening);
        stage.runtime.perform_all(first);
        stage.settle().await?;
        for key in keys {
            let effects = update(&mut stage.model, Msg::Key(key), now());
            if !stage.runtime.perform_all(effects) {
                break;
            }
            stage.settle().await?;
        }
        Ok::<_, String>(())
    })?;
    stage.runtime.close()?;
    Ok(stage.model)
}

/// The program without a terminal.
struct Stage {
    model: Model,
    runtime: Runtime,
    events: Events,
    arrivals: UnboundedReceiver<Arrival>,
}

impl Stage {
    /// Waits until nothing is under way.
    async fn settle(&mut self) -> Result<(), String> {
        loop {
            let message = if let Ok(arrival) = self.arrivals.try_recv() {
                self.runtime.take(arrival)
            } else if let Ok(event) = self.events.try_recv() {
                Msg::Engine(event)
            } else if self.model.is_settled() {
                return Ok(());
            } else {
                let next = async {
                    tokio::select! {
                        Some(arrival) = self.arrivals.recv() => Some(self.runtime.take(arrival)),
                        Some(event) = self.events.recv() => Some(Msg::Engine(event)),
                        else => None,
                    }
                };
                let next = tokio::time::timeout(PATIENCE, next).await.ok().flatten();
                next.ok_or("the program waits for something that does not come")?
            };
            let effects = update(&mut self.model, message, now());
            self.runtime.perform_all(effects);
        }
    }
}

/// Draws the model.
fn screen(model: &Model, theme: &Theme) -> Result<Buffer, String> {
    let backend = TestBackend::new(model.size.0, model.size.1);
    let mut terminal = Terminal::new(backend).map_err(|error| error.to_string())?;
    let mut cache = Cache::default();
    terminal
        .draw(|frame| view::draw(model, theme, &mut cache, frame))
        .map_err(|error| error.to_string())?;
    Ok(terminal.backend().buffer().clone())
}

/// The text of a buffer, without spaces at line ends.
pub fn text_of(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // A wide character covers the cells after it.
            x += u16::try_from(crate::text::width(symbol)).unwrap_or(1).max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
