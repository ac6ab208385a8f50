//! The real binary in a pseudo-terminal, for the tests that need all of it.
//!
//! Responsible for starting `pleach` on a terminal of a given size, for keeping what it wrote as
//! raw bytes and as a parsed screen, and for keys, sizes and signals. It waits for what the
//! screen shows, never for a fixed time; a test that waits in vain prints the screen.
//!
//! Only whole frames are looked at: a frame that is half written may show what was never meant.

#![allow(dead_code)] // every test program compiles its own copy and uses a part of it
#![allow(clippy::expect_used, clippy::panic)] // tests fail loudly

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pleach::app::layout::{Layout, Panes};
use pleach::app::{KeyCode, parse_keys};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// A size that shows every pane.
pub const LARGE: (u16, u16) = (120, 40);

/// How long a test waits for what must come.
fn patience() -> Duration {
    Duration::from_secs(if std::env::var_os("CI").is_some() { 60 } else { 30 })
}

/// A data directory of its own, removed at the end.
pub struct Home(tempfile::TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The session files, in the order of their names.
    pub fn sessions(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.path().join("sessions")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries
            .map(|entry| entry.expect("a readable entry").path())
            .filter(|path| path.extension().is_some_and(|end| end == "pleach"))
            .collect();
        files.sort();
        files
    }

    /// The one session file.
    pub fn session(&self) -> PathBuf {
        let sessions = self.sessions();
        assert_eq!(sessions.len(), 1, "one session: {sessions:?}");
        sessions.into_iter().next().expect("one")
    }
}

/// What the program has written so far.
struct Output {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// How many bytes of `raw` the parser has seen.
    parsed: usize,
    /// The screen after the last whole frame.
    screen: String,
    /// The largest N of all the `saved N` that were shown.
    saved: u64,
    ended: bool,
}

impl Output {
    fn new((columns, rows): (u16, u16)) -> Self {
        Self {
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
            raw: Vec::new(),
            parsed: 0,
            screen: String::new(),
            saved: 0,
            ended: false,
        }
    }

    /// Takes bytes in, and looks at the screen after every whole frame.
    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        while let Some(end) = find(&self.raw[self.parsed..], END_FRAME) {
            self.parse_to(self.parsed + end + END_FRAME.len());
        }
        // Outside of frames there is what stands before the first and after the last one.
        if find(&self.raw[self.parsed..], BEGIN_FRAME).is_none() {
            self.parse_to(self.raw.len());
        }
    }

    fn parse_to(&mut self, end: usize) {
        self.parser.process(&self.raw[self.parsed..end]);
        self.parsed = end;
        self.screen = self.parser.screen().contents();
        self.saved = self.saved.max(saved(&self.screen).unwrap_or(0));
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has cells")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The N of `saved N` at the right end of the status line, if a screen shows it.
pub fn saved(screen: &str) -> Option<u64> {
    screen.lines().rev().take(3).find_map(|line| {
        let (_, number) = line.trim_end().rsplit_once(" saved ")?;
        number.parse().ok()
    })
}

/// The program on a terminal.
pub struct Program {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Arc<(Mutex<Output>, Condvar)>,
    settings_before: String,
}

impl Program {
    /// Starts `pleach` with arguments on a terminal of so many columns and rows.
    pub fn start<A: AsRef<OsStr>>(
        home: &Home,
        size: (u16, u16),
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self::start_with(home, size, arguments, &[])
    }

    /// Starts `pleach` with variables in its environment.
    pub fn start_with<A: AsRef<OsStr>>(
        home: &Home,
        size: (u16, u16),
        arguments: impl IntoIterator<Item = A>,
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_pleach"));
        command.args(arguments);
        command.cwd(home.path());
        command.env("PLEACH_DATA_DIR", home.path());
        // The tour of a first run would lie over what the tests look at.
        std::fs::write(home.path().join("config.toml"), "tour = false\n").expect("settings");
        command.env("PLEACH_CONFIG_DIR", home.path());
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        for name in ["NO_COLOR", "COLORTERM", "XDG_CONFIG_HOME", "SSH_TTY", "SSH_CONNECTION"] {
            command.env_remove(name);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let settings_before = settings(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).expect("pleach starts");
        // The program has the only handle on its side, so its end is the end of the output.
        drop(pair.slave);
        let output = Arc::new((Mutex::new(Output::new(size)), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().expect("what pleach writes");
        let shared = Arc::clone(&output);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            loop {
                // Where nobody holds the other side, Linux says so by an error.
                let count = reader.read(&mut buffer).unwrap_or(0);
                let (output, news) = &*shared;
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                output.take(&buffer[..count]);
                output.ended = count == 0;
                news.notify_all();
                if count == 0 {
                    break;
                }
            }
        });
        let writer = pair.master.take_writer().expect("a way to send keys");
        Self { child, master: pair.master, writer, output, settings_before }
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `condition` holds for what was written; panics with the screen if it does
    /// not come about.
    fn wait_until(&self, what: &str, mut condition: impl FnMut(&Output) -> bool) {
        let deadline = Instant::now() + patience();
        let mut output = self.output();
        while !condition(&output) {
            let left = deadline.saturating_duration_since(Instant::now());
            let why = match (output.ended, left.is_zero()) {
                (true, _) => "pleach ended",
                (_, true) => "it did not come in time",
                _ => {
                    let waited = self.output.1.wait_timeout(output, left);
                    output = waited.unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
            };
            let screen = output.screen.clone();
            drop(output);
            panic!("waiting for {what}: {why}; the screen is\n{screen}");
        }
    }

    /// Waits until the screen is as `condition` wants it, and returns the screen.
    #[track_caller]
    pub fn wait_for(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        let mut screen = String::new();
        self.wait_until(what, |output| {
            let holds = condition(&output.screen);
            if holds {
                screen.clone_from(&output.screen);
            }
            holds
        });
        screen
    }

    /// Waits until the screen has a text.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) -> String {
        self.wait_for(text, |screen| screen.contains(text))
    }

    /// Watches the screen for some time and presses the keys that `answer` gives, at most once a
    /// frame. The time is when the test does what it is about, not a wait for something.
    pub fn watch(&mut self, time: Duration, answer: impl Fn(&str) -> Option<&'static str>) {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.output.1.wait_timeout(self.output(), left);
            let keys = answer(&waited.unwrap_or_else(PoisonError::into_inner).0.screen);
            if let Some(keys) = keys {
                self.press(keys);
            }
        }
    }

    /// The screen after the last whole frame.
    pub fn screen(&self) -> String {
        self.output().screen.clone()
    }

    /// The rows of the tree pane.
    pub fn tree_rows(&self) -> Vec<String> {
        let output = self.output();
        let screen = output.parser.screen();
        let (rows, columns) = screen.size();
        let tree = Layout::of((columns.get(), rows.get()), Panes::default()).tree;
        let lines = screen.rows(tree.x, tree.width);
        let lines = lines.skip(usize::from(tree.y) + 1).take(usize::from(tree.height) - 1);
        lines.map(|line| line.trim_end().to_owned()).collect()
    }

    /// Everything that was written, byte by byte.
    pub fn transcript(&self) -> Vec<u8> {
        self.output().raw.clone()
    }

    /// The largest number that was ever shown as saved.
    pub fn saved(&self) -> u64 {
        self.output().saved
    }

    /// Presses keys, written as in `jj<tab>gg<c-d>`.
    pub fn press(&mut self, keys: &str) {
        let mut bytes = Vec::new();
        for key in parse_keys(keys).expect("keys") {
            if key.alt {
                bytes.push(0x1b);
            }
            let sequence = match key.code {
                KeyCode::Char(letter) if key.control => {
                    bytes.push(u8::try_from(letter).expect("an ASCII letter") & 0x1f);
                    continue;
                }
                KeyCode::Char(letter) => {
                    bytes.extend(letter.to_string().bytes());
                    continue;
                }
                KeyCode::Enter => "\r",
                KeyCode::Escape => "\x1b",
                KeyCode::Tab => "\t",
                KeyCode::BackTab => "\x1b[Z",
                KeyCode::Backspace => "\x7f",
                KeyCode::Delete => "\x1b[3~",
                KeyCode::Up => "\x1b[A",
                KeyCode::Down => "\x1b[B",
                KeyCode::Right => "\x1b[C",
                KeyCode::Left => "\x1b[D",
                KeyCode::Home => "\x1b[H",
                KeyCode::End => "\x1b[F",
                KeyCode::PageUp => "\x1b[5~",
                KeyCode::PageDown => "\x1b[6~",
                KeyCode::Function(12) => "\x1b[24~",
                KeyCode::Function(_) => panic!("no test presses it"),
            };
            bytes.extend(sequence.bytes());
        }
        self.send(&bytes);
    }

    /// Pastes a text as a terminal does that was asked to mark what is pasted.
    pub fn paste(&mut self, text: &str) {
        self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).expect("pleach takes keys");
        self.writer.flush().expect("pleach takes keys");
    }

    /// Changes the size of the terminal.
    pub fn resize(&self, size: (u16, u16)) {
        // The parser first, so that no frame of the new size meets the old one.
        self.output().parser.set_size(cells(size.1), cells(size.0));
        self.master.resize(pty_size(size)).expect("the terminal takes a size");
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().expect("pleach has a process id")
    }

    /// The worker: the child process that was started as `pleach engine`.
    #[cfg(target_os = "linux")]
    pub fn worker(&self) -> Option<u32> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process())).ok()?;
        let children = tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
        let processes: Vec<u32> = children
            .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|process| process.parse().ok())
            .collect();
        processes.into_iter().find(|process| {
            let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|argument| argument == b"engine")
        })
    }

    /// Waits until the program has left the alternate screen.
    #[track_caller]
    pub fn wait_for_primary_screen(&self) {
        self.wait_until("the primary screen", |output| !output.parser.screen().alternate_screen());
    }

    /// Waits until the program is stopped, as by Ctrl-Z, or runs again.
    #[cfg(target_os = "linux")]
    pub fn wait_for_stop(&self, stopped: bool) {
        let about = format!("/proc/{}/stat", self.process());
        let deadline = Instant::now() + patience();
        let is_stopped = || {
            let text = std::fs::read_to_string(&about).unwrap_or_default();
            text.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('T'))
        };
        while is_stopped() != stopped {
            assert!(Instant::now() < deadline, "pleach is to be stopped: {stopped}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Sends a signal to the program, by its name.
    pub fn signal(&self, name: &str) {
        signal(name, i64::from(self.process()));
    }

    /// Kills the program and its worker as a power cut would end them: at once.
    pub fn kill(&mut self) {
        signal("KILL", -i64::from(self.process()));
        self.child.wait().expect("pleach is gone");
        self.wait_until("the end of the output", |output| output.ended);
    }

    /// Waits until the program ends, and returns its exit code.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> u32 {
        self.wait_until("the end of pleach", |output| output.ended);
        self.child.wait().expect("pleach is gone").exit_code()
    }

    /// Checks that the terminal is as it was before the program took it over. Returns what
    /// stands on it outside of the alternate screen.
    #[track_caller]
    pub fn check_terminal_is_restored(&self) -> String {
        let output = self.output();
        let screen = output.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pastes are plain again");
        assert_eq!(settings(self.master.as_ref()), self.settings_before, "raw mode is off");
        screen.contents()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Sends a signal to a process, or to a process group by its negative number.
pub fn signal(name: &str, process: i64) {
    let line = format!("kill -s {name} -- {process}");
    let status = Command::new("sh").args(["-c", &line]).status().expect("a shell");
    assert!(status.success(), "{line}");
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// The modes of a terminal, to be compared.
fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("the terminal has settings"))
}

/// Waits until a process that is no child of this one is gone.
pub fn wait_for_process_to_end(process: u32) {
    let about = PathBuf::from(format!("/proc/{process}/stat"));
    let deadline = Instant::now() + patience();
    // A process that ended but was not waited for by its parent is a `Z`ombie.
    let runs = || {
        let text = std::fs::read_to_string(&about).unwrap_or_default();
        text.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
    };
    while runs() {
        assert!(Instant::now() < deadline, "process {process} does not end");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The terminal modes that the program sets: the alternate screen, bracketed paste, frames that
/// are shown as a whole, the cursor, the mouse (clicks, drags, their form), and focus.
const OUR_MODES: [&str; 10] =
    ["?1049", "?2004", "?2026", "?25", "?1000", "?1002", "?1003", "?1006", "?1015", "?1004"];

/// Checks that nothing is in a transcript but text and the control sequences that pleach sends:
/// modes, styles, places of the cursor, erasing. No title, no clipboard, no question.
#[track_caller]
pub fn check_only_our_sequences(transcript: &[u8]) {
    let text = std::str::from_utf8(transcript).expect("only UTF-8 is written");
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        let shown: String = rest.chars().take(20).collect();
        if character == '\x1b' {
            let body = rest.strip_prefix('[').unwrap_or_else(|| panic!("ESC {shown:?}"));
            let end = body.find(|letter: char| letter.is_ascii_alphabetic()).expect("an end");
            let (parameters, last) = (&body[..end], body.as_bytes()[end]);
            let known = match last {
                b'h' | b'l' => OUR_MODES.contains(&parameters),
                b'm' | b'H' | b'J' | b'K' | b'C' | b'X' => {
                    parameters.bytes().all(|byte| byte.is_ascii_digit() || b";:".contains(&byte))
                }
                _ => false,
            };
            assert!(known, "a sequence that is not ours: ESC {shown:?}");
            rest = &body[end + 1..];
            continue;
        }
        // The joiner, U+200D, stays inside of emoji.
        let invisible = matches!(character,
            '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
        let line_end = matches!(character, '\r' | '\n');
        assert!(
            !invisible && (line_end || !character.is_control()),
            "{character:?} before {shown:?} reaches the terminal"
        );
    }
}
