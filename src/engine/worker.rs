//! The inside of the worker process: requests on standard input, events on standard output.
//!
//! Responsible for the loop of `pleach engine`. It ends when standard input does, so it dies
//! with the program that started it. Whatever llama.cpp does to this process, the terminal
//! and the tree are in another.

use std::io;
use std::sync::mpsc::{self, Receiver};

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};

use super::decoder::Decoder;
use super::frame;
use super::llama::Model;
use super::protocol::{Event, ModelOptions, Request};
use super::sandbox;

/// Serves requests until standard input ends.
///
/// # Errors
/// Returns an error if llama.cpp cannot start or standard output is closed.
pub fn run() -> io::Result<()> {
    sandbox::enter();
    // The default logger prints a stranger's model metadata raw, so it must never run.
    send_logs_to_tracing(LogOptions::default());
    let backend = LlamaBackend::init().map_err(io::Error::other)?;
    let requests = read_requests();
    let mut next = requests.recv().ok();
    while let Some(request) = next {
        next = match request {
            Request::Load(options) => serve(&backend, &options, &requests),
            other => {
                if let Some(id) = other.awaited() {
                    send(&Event::Failed { id, message: "no model is loaded".to_owned() });
                }
                requests.recv().ok()
            }
        };
    }
    Ok(())
}

fn read_requests() -> Receiver<Request> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(request)) = frame::read(&mut input) {
            if sender.send(request).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Sends an event. Without a reader there is nobody to work for, so a closed pipe is not an
/// error: standard input ends too, and with it the process.
fn send(event: &Event) {
    let _ = frame::write(&mut io::stdout().lock(), event);
}

/// Loads a model and serves it. Returns the request that ends its time: another load, or none
/// at the end of input.
fn serve(
    backend: &LlamaBackend,
    options: &ModelOptions,
    requests: &Receiver<Request>,
) -> Option<Request> {
    let model = Model::load(backend, options, |progress| send(&Event::Loading { progress }));
    let model = match model {
        Ok(model) => model,
        Err(message) => {
            send(&Event::LoadFailed { message });
            return requests.recv().ok();
        }
    };
    let mut decoder = match Decoder::new(backend, &model, options) {
        Ok(decoder) => decoder,
        Err(message) => {
            send(&Event::LoadFailed { message });
            return requests.recv().ok();
        }
    };
    send(&Event::Loaded(model.info.clone()));
    let mut out = |event: Event| send(&event);
    loop {
        let request = if decoder.is_idle() {
            Some(requests.recv().ok()?)
        } else {
            match requests.try_recv() {
                Ok(request) => Some(request),
                Err(mpsc::TryRecvError::Empty) => None,
                Err(mpsc::TryRecvError::Disconnected) => return None,
            }
        };
        match request {
            Some(request @ Request::Load(_)) => return Some(request),
            Some(request) => decoder.accept(request, &mut out),
            None => decoder.step(&mut out),
        }
    }
}
