//! What the system may do to this process while the terminal is taken.
//!
//! Responsible for giving the terminal back when the process is ended by a fault or a signal
//! that nothing else hears, for a last word on it, and for stopping this process when a person
//! suspends it. Not responsible for polite requests to end (`run.rs` hears those) and for panics
//! (`crash.rs`).
//!
//! This is one of the two modules that may use `unsafe`: signal handlers cannot be had without.
//!
//! Invariant: the handler calls only what POSIX lists as async-signal-safe, allocates nothing
//! and takes no lock.

#![cfg(unix)]
#![allow(unsafe_code)] // see above; each block says why it is sound

use std::ffi::CString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use libc::c_int;

/// Ends every mode that a frame or `terminal.rs` may have begun: synchronised output, pastes,
/// mouse and focus reports, the alternate screen, the hidden cursor, styles.
const RESTORE: &[u8] = b"\x1b[?2026l\x1b[?2004l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\
                         \x1b[?1004l\x1b[?1049l\x1b[?25h\x1b[0m";

/// Signals that end the process and that nothing else handles. The stack overflow of a thread
/// comes as a segmentation fault.
const FATAL: [(c_int, &str); 12] = [
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGSYS, "SIGSYS"),
    (libc::SIGTRAP, "SIGTRAP"),
    (libc::SIGALRM, "SIGALRM"),
    (libc::SIGUSR1, "SIGUSR1"),
    (libc::SIGUSR2, "SIGUSR2"),
    (libc::SIGXCPU, "SIGXCPU"),
    (libc::SIGXFSZ, "SIGXFSZ"),
];

/// Whether the terminal is ours and must be given back.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// The terminal's modes before it was taken.
static MODES: OnceLock<libc::termios> = OnceLock::new();
/// What is said last, on the terminal.
static LAST_WORDS: AtomicPtr<Vec<u8>> = AtomicPtr::new(ptr::null_mut());
/// Where the report goes, and how it begins.
static REPORT: OnceLock<(CString, Vec<u8>)> = OnceLock::new();

/// Notes the terminal's modes, to be called before they are changed, and begins to listen.
pub fn watch() {
    // SAFETY: `termios` is plain data, for which zeros are a value, and `tcgetattr` fills it in.
    let modes = unsafe {
        let mut modes = std::mem::zeroed();
        (libc::tcgetattr(libc::STDIN_FILENO, &raw mut modes) == 0).then_some(modes)
    };
    if let Some(modes) = modes {
        MODES.get_or_init(|| modes);
    }
    for (signal, _) in FATAL {
        // SAFETY: the handler has the signature that is asked for without SA_SIGINFO, and keeps
        // to what a handler may do. Threads have an alternate stack from the standard library,
        // so it also runs when the stack has overflowed.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_fatal as *const () as usize;
            action.sa_flags = libc::SA_ONSTACK | libc::SA_RESETHAND | libc::SA_NODEFER;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

/// Notes whether the terminal is taken.
pub fn set_taken(taken: bool) {
    TAKEN.store(taken, Ordering::SeqCst);
}

/// Notes what to say last; `words` must be safe for a terminal.
pub fn set_last_words(words: &str) {
    let words = Box::into_raw(Box::new(words.as_bytes().to_vec()));
    // The old words are left where they are: a handler may be reading them. They are few.
    LAST_WORDS.store(words, Ordering::SeqCst);
}

/// Notes where a report of a crash is to be written, and how it begins.
pub fn set_report(file: PathBuf, head: &str) {
    if let Ok(file) = CString::new(file.into_os_string().into_vec()) {
        let _ = REPORT.set((file, head.as_bytes().to_vec()));
    }
}

/// Asks for a suspension, as Ctrl-Z at a shell does; `run.rs` hears it. Without a terminal there
/// is nothing to suspend.
pub fn ask_to_suspend() {
    if TAKEN.load(Ordering::SeqCst) {
        // SAFETY: raising a signal touches no memory.
        unsafe { libc::raise(libc::SIGTSTP) };
    }
}

/// Stops this process until somebody continues it.
pub fn stop() {
    // SAFETY: as above; SIGSTOP has no handler.
    unsafe { libc::raise(libc::SIGSTOP) };
}

/// The handler: gives the terminal back, says what happened, and lets the signal do its work.
extern "C" fn on_fatal(signal: c_int) {
    // Only the first one has a terminal to give back.
    if TAKEN.swap(false, Ordering::SeqCst) {
        write(libc::STDOUT_FILENO, RESTORE);
        if let Some(modes) = MODES.get() {
            // SAFETY: `tcsetattr` is async-signal-safe and reads modes that are never changed.
            unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, modes) };
        }
        let name = FATAL.iter().find(|(known, _)| *known == signal).map_or("", |(_, name)| name);
        for part in ["\r\npleach was ended by ", name, ".\r\n"] {
            write(libc::STDERR_FILENO, part.as_bytes());
        }
        // SAFETY: the pointer is null or came from a box that is never freed.
        if let Some(words) = unsafe { LAST_WORDS.load(Ordering::SeqCst).as_ref() } {
            write(libc::STDERR_FILENO, words);
        }
        report(name);
    }
    // SAFETY: the default action is back (SA_RESETHAND), and ends the process.
    unsafe { libc::raise(signal) };
}

fn report(name: &str) {
    let Some((file, head)) = REPORT.get() else { return };
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: `open` and `close` are async-signal-safe; the path ends in a zero.
    unsafe {
        let report = libc::open(file.as_ptr(), flags, 0o600);
        if report >= 0 {
            for part in [head, b"ended by ".as_slice(), name.as_bytes(), b"\n"] {
                write(report, part);
            }
            libc::close(report);
        }
    }
}

fn write(descriptor: c_int, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: `write` is async-signal-safe and reads only the slice.
        let written = unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(written) if written > 0 => bytes = bytes.get(written..).unwrap_or_default(),
            _ => return,
        }
    }
}
