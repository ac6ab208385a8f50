//! `pleach replay`: a session as it grew, on the screen, as text, or as a recording for a page.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::arguments::{ModelArguments, ReplayArguments};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::screen;
use crate::app::Speed;
use crate::session;
use crate::ui::Watch;
use crate::ui::theme::Theme;

/// Replays a session.
///
/// # Errors
/// Returns why the session cannot be read or the cast cannot be written.
pub fn replay(
    model: &ModelArguments,
    arguments: ReplayArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if !arguments.headless && arguments.cast.is_none() {
        return screen::replay(model, arguments.file, arguments.speed);
    }
    let mut watch = Watch::open(&arguments.file, arguments.size)?;
    if let Some(path) = &arguments.cast {
        cast(&mut watch, path, arguments.speed)?;
        output.tell(&format!("the replay is in {}", path.display()));
    }
    if arguments.headless {
        frames(&mut watch, arguments.frames, output)?;
    }
    Ok(Exit::Fine)
}

/// Prints frames, evenly over the operations; the last is the end.
fn frames(watch: &mut Watch, count: u64, output: &mut Output) -> Result<(), Failure> {
    let failed = |why: String| Failure::new(Exit::Failed, why);
    let length = watch.length();
    for frame in 1..=count.min(length) {
        let at = length * frame / count.min(length);
        watch.press(&format!(":replay {at}<enter>")).map_err(failed)?;
        output.row(&format!("--- operation {at} of {length}"))?;
        output.block(&watch.screen().map_err(failed)?)?;
    }
    Ok(())
}

fn cast(watch: &mut Watch, path: &Path, speed: Speed) -> Result<(), Failure> {
    let failed = |why: String| {
        Failure::new(Exit::Failed, format!("{} cannot be written: {why}", path.display()))
    };
    if path.exists() {
        return Err(session::Error::Exists { path: path.to_owned() }.into());
    }
    let file = File::create_new(path).map_err(|error| failed(error.to_string()))?;
    let theme = Theme::built_in("default");
    watch.cast(speed, &theme, &mut BufWriter::new(file)).map_err(failed)
}
