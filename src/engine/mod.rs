//! Language models behind one protocol: requests go in, a stream of events comes out.
//!
//! Responsible for sampling, scoring and chat templates, for keeping llama.cpp in a process
//! of its own, and for starting that process again when it dies. Not responsible for what is
//! asked (that is `search` and `evaluate`) or for what becomes of the answers.
//!
//! - [`protocol`]: the requests and events.
//! - [`Worker`]: llama.cpp in a worker process; its inside is [`worker`].
//! - [`Scripted`]: a deterministic, paced engine for the tests of everything else.

#[cfg_attr(not(target_arch = "x86_64"), path = "attention/none.rs")]
mod attention;
mod cache;
mod context;
mod deadline;
mod decoder;
mod exponential;
pub mod frame;
mod gather;
pub mod gguf;
mod grammar;
mod growth;
mod host;
mod llama;
mod pace;
mod process;
pub mod protocol;
mod sample;
mod sandbox;
mod scripted;
mod strand;
pub mod template;
pub mod worker;

pub use deadline::render_in_time;
pub use gather::Gathered;
pub use host::{Worker, consult, helper};
pub use llama::gpus;
pub use protocol::{Event, Generate, ModelInfo, Request};
pub use sandbox::enter;
pub use scripted::{Script, Scripted};

/// Events of an engine. The channel is bounded, so a fast model waits for a slow reader
/// instead of filling memory.
pub type Events = tokio::sync::mpsc::Receiver<Event>;

/// How many events may wait to be read.
pub const EVENT_CAPACITY: usize = 4096;

/// Something that answers requests with events.
pub trait Engine: Send {
    /// Hands a request over. It never blocks; what becomes of the request is told by events.
    fn send(&self, request: Request);
}
