//! Crashes of this program: what a person is told, and the report for its authors.
//!
//! Responsible for panics: the terminal is given back if the thread that draws panicked, and
//! stays taken if another did, for the program goes on. Responsible for a report file without
//! secrets: versions, place and call stack; never texts of a session, keys or the environment.
//! Not responsible for signals (`signals.rs`).

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::terminal;
use crate::text::SafeText;

/// The last report that was written.
static LAST: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Begins to watch for panics, and for the signals of crashes once the terminal is taken.
/// Reports go into `folder`; without one there are none.
pub fn watch(folder: Option<PathBuf>) {
    #[cfg(unix)]
    if let Some(folder) = &folder {
        super::signals::set_report(
            folder.join(format!("crash-{}.txt", std::process::id())),
            &head(),
        );
    }
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        let report = folder.as_deref().and_then(|folder| write_report(folder, panic, &place));
        // A panic after a panic keeps the first one's report.
        LAST.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| report.unwrap_or_default());
        match terminal::owner() {
            Some(owner) if owner == std::thread::current().id() => terminal::restore(),
            Some(_) => tracing::error!("a thread panicked at {place}"),
            // Nobody draws, so nothing is drawn over.
            None => {
                let _ = writeln!(io::stderr(), "pleach: {}.", SafeText::line(&sentence(&place)));
            }
        }
    }));
}

/// Notes the session that is open: its name is the last that is said if the process is ended.
pub fn note_session(path: &Path) {
    let path = SafeText::line(&path.display().to_string());
    #[cfg(unix)]
    super::signals::set_last_words(&format!("What was shown as saved is in {path}\r\n"));
}

/// Returns what a person is told after the drawing thread has panicked.
#[must_use]
pub fn after_panic() -> String {
    sentence("the place that the report names")
}

fn sentence(place: &str) -> String {
    let report = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let report = report.filter(|path| !path.as_os_str().is_empty());
    let report = report.map_or_else(
        || format!("please report it: {place}"),
        |path| {
            format!(
                "please report it with {}, which holds nothing of your sessions",
                path.display()
            )
        },
    );
    format!("pleach made a mistake and had to stop; {report}")
}

/// What every report begins with.
fn head() -> String {
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("pleach {} on {system} {processor}\n", env!("CARGO_PKG_VERSION"))
}

fn write_report(folder: &Path, panic: &PanicHookInfo, place: &str) -> Option<PathBuf> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let path = folder.join(format!("crash-{seconds}-{}.txt", std::process::id()));
    let said = panic.payload_as_str().unwrap_or("no message");
    let mut text = head();
    let thread = std::thread::current();
    let _ =
        writeln!(text, "panicked at {place}, thread {}", thread.name().unwrap_or("without name"));
    let _ = writeln!(text, "{}\n\n{}", without_quotes(said), Backtrace::force_capture());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(&path).ok()?.write_all(text.as_bytes()).ok()?;
    Some(path)
}

/// Leaves out what a message quotes, since that may be text of a session.
fn without_quotes(message: &str) -> String {
    let mut kept = String::new();
    let mut quote = None;
    for character in message.chars() {
        match quote {
            Some(end) if character == end => quote = None,
            Some(_) => {}
            None if matches!(character, '`' | '"' | '\'') => {
                quote = Some(character);
                kept.push('…');
            }
            None => kept.push(if character.is_control() { ' ' } else { character }),
        }
    }
    kept
}

/// Crashes as `PLEACH_TEST_CRASH` asks. It is how tests of the real program see that the terminal
/// comes back, and is not in an optimised program.
///
/// # Panics
/// If it is asked to.
#[cfg(debug_assertions)]
pub fn on_demand() {
    fn overflow(depth: u64) -> u64 {
        let filler = std::hint::black_box([depth; 512]);
        if depth == u64::MAX { 0 } else { overflow(depth + 1) + filler.iter().sum::<u64>() }
    }
    match std::env::var("PLEACH_TEST_CRASH").as_deref() {
        Ok("panic") => panic!("a test asked for it, and said `secret`"),
        Ok("thread") => drop(std::thread::spawn(|| panic!("a test asked for it")).join()),
        Ok("overflow") => drop(std::hint::black_box(overflow(0))),
        Ok("thread-overflow") => {
            drop(std::thread::spawn(|| std::hint::black_box(overflow(0))).join());
        }
        #[allow(clippy::disallowed_methods)] // an abort is what is to be survived
        Ok("abort") => std::process::abort(),
        #[allow(clippy::disallowed_methods)]
        Ok("thread-abort") => drop(std::thread::spawn(|| std::process::abort()).join()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_quotes_nothing() {
        let message =
            "byte index 3 is not a char boundary; it is inside 'é' (bytes 2..4) of `a secret`";
        let kept = without_quotes(message);
        assert!(!kept.contains("secret") && kept.starts_with("byte index 3"), "{kept}");
        assert_eq!(without_quotes("Err(\"sk-123\")\u{1b}[2J"), "Err(…) [2J");
    }
}
