//! What comes from the terminal: bytes are read when there are some, and turned into messages.
//!
//! Responsible for the one reader of the terminal, a thread, and for leaving the terminal alone while
//! it is another program's. What bytes mean is `typing.rs`'s business; how large the terminal is,
//! `run.rs` is told by a signal. The terminal is never put into a mode in which a read returns at once:
//! it would be in that mode for whoever has it too.

use std::io::{self, PipeReader};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read as read_bytes};
use termina::Event;
use termina::event::{
    KeyCode as TerminalKey, KeyEvent, KeyEventKind, Modifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use super::runtime::Hands;
use super::typing::Typing;
use crate::app::{Key, KeyCode, Mouse, MouseKind, Msg};

/// Bytes read at a time; a terminal holds no more for a program.
const CHUNK: usize = 4096;

/// Reads the terminal's input until the terminal is gone or nobody listens; stops while the
/// terminal is another program's.
pub async fn read(send: UnboundedSender<Msg>, mut told: UnboundedReceiver<Hands>) {
    loop {
        // The reader ends when its end of the pipe does.
        let Ok((stopped, stop)) = io::pipe() else { return };
        let (reads, gone) = oneshot::channel::<()>();
        let to = send.clone();
        let reader = thread::spawn(move || {
            let _reads = reads;
            read_until(&stopped, &to);
        });
        let done = tokio::select! {
            hands = next_off(&mut told) => hands,
            _ = gone => None,
        };
        drop(stop);
        let Some(done) = done else { return };
        // What was begun before the terminal is lent is not gone on with.
        let _ = reader.join();
        let _ = done.send(());
        while let Some(Hands::Off(done)) = told.recv().await {
            let _ = done.send(());
        }
    }
}

/// Waits until the terminal is to be left alone; returns whom to tell that it is.
async fn next_off(told: &mut UnboundedReceiver<Hands>) -> Option<std::sync::mpsc::Sender<()>> {
    loop {
        match told.recv().await? {
            Hands::Off(done) => return Some(done),
            Hands::On => {}
        }
    }
}

/// Reads until the pipe is closed, the terminal is gone or nobody listens.
fn read_until(stopped: &PipeReader, to: &UnboundedSender<Msg>) {
    let terminal = io::stdin();
    let mut typing = Typing::default();
    let mut bytes = [0; CHUNK];
    loop {
        let mut wait = [PollFd::new(&terminal, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        let patience = typing.patience().map(timespec);
        let events = match poll(&mut wait, patience.as_ref()) {
            Err(Errno::INTR) => continue,
            Err(_) => return,
            Ok(0) => typing.give_up().into_iter().collect(),
            Ok(_) if !wait[1].revents().is_empty() => return,
            Ok(_) => match read_bytes(&terminal, &mut bytes) {
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(_) | Ok(0) => return,
                Ok(count) => typing.take(&bytes[..count]),
            },
        };
        for message in events.into_iter().filter_map(message) {
            if to.send(message).is_err() {
                return;
            }
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

/// Turns an event of the terminal into a message.
fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Msg::Key),
        Event::Mouse(mouse) => mouse_of(mouse).map(Msg::Mouse),
        Event::FocusIn => Some(Msg::Focus(true)),
        Event::FocusOut => Some(Msg::Focus(false)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        _ => None,
    }
}

fn mouse_of(mouse: MouseEvent) -> Option<Mouse> {
    let kind = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Press,
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::Up(_) => MouseKind::Release,
        MouseEventKind::ScrollUp => MouseKind::ScrollUp,
        MouseEventKind::ScrollDown => MouseKind::ScrollDown,
        _ => return None,
    };
    Some(Mouse { kind, x: mouse.column, y: mouse.row })
}

fn key_of(key: KeyEvent) -> Option<Key> {
    let code = match key.code {
        TerminalKey::Char(character) => KeyCode::Char(character),
        TerminalKey::Enter => KeyCode::Enter,
        TerminalKey::Escape => KeyCode::Escape,
        TerminalKey::Tab => KeyCode::Tab,
        TerminalKey::BackTab => KeyCode::BackTab,
        TerminalKey::Backspace => KeyCode::Backspace,
        TerminalKey::Delete => KeyCode::Delete,
        TerminalKey::Up => KeyCode::Up,
        TerminalKey::Down => KeyCode::Down,
        TerminalKey::Left => KeyCode::Left,
        TerminalKey::Right => KeyCode::Right,
        TerminalKey::Home => KeyCode::Home,
        TerminalKey::End => KeyCode::End,
        TerminalKey::PageUp => KeyCode::PageUp,
        TerminalKey::PageDown => KeyCode::PageDown,
        TerminalKey::Function(number) => KeyCode::Function(number),
        _ => return None,
    };
    Some(Key {
        code,
        control: key.modifiers.contains(Modifiers::CONTROL),
        alt: key.modifiers.contains(Modifiers::ALT),
    })
}
