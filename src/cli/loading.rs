//! A reasoner: an engine with a loaded model, for verbs without a screen.
//!
//! Responsible for checking what the command line says of the model, for starting the engine,
//! and for waiting until it is ready. Not responsible for what is asked of it.

use std::path::Path;

use super::arguments::{CacheChoice, EngineChoice, ModelArguments};
use super::exit::{Exit, Failure};
use super::hugging_face;
use super::stop::Stop;
use crate::engine::protocol::{CacheType, ModelOptions, RequestId};
use crate::engine::{Engine, Event, Events, ModelInfo, Request, Script, Scripted, Worker, gguf};

/// Requests of one growth: more than any makes.
const RANGE: u64 = 1 << 32;

/// Reads and checks the options of the model, so that a mistake is told before anything starts.
///
/// # Errors
/// Returns what is wrong with the model's file or the chat template.
pub fn options(arguments: &ModelArguments) -> Result<ModelOptions, Failure> {
    let named = arguments.hf.as_deref().map(hugging_face::find).transpose()?;
    let model = named.or_else(|| arguments.model.clone());
    if let (Some(file), EngineChoice::Llama) = (&model, arguments.engine) {
        gguf::inspect(file).map_err(|error| Failure::new(Exit::Engine, error.to_string()))?;
    }
    let template = arguments.chat_template.as_deref().map(read_template).transpose()?;
    Ok(ModelOptions {
        file: model,
        template,
        context: arguments.context,
        threads: arguments.threads,
        gpu_layers: arguments.gpu_layers,
        cache: arguments.cache,
        cache_type: match arguments.cache_type {
            CacheChoice::F16 => CacheType::F16,
            CacheChoice::Q8 => CacheType::Q8,
        },
        flash_attention: arguments.no_flash_attention.then_some(false),
        deterministic: arguments.deterministic,
    })
}

fn read_template(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        let message =
            format!("the chat template {path} cannot be read ({error}); name a Jinja file");
        Failure::new(Exit::Input, message)
    })
}

/// An engine with its events.
pub struct Reasoner {
    engine: Box<dyn Engine>,
    pub(super) events: Events,
    model: Option<ModelInfo>,
    next_request: RequestId,
}

impl Reasoner {
    /// Starts the engine that the command line names and has it load its model.
    ///
    /// # Errors
    /// Returns a sentence if this very program cannot be found, which the worker runs.
    pub fn start(choice: EngineChoice, options: ModelOptions) -> Result<Self, Failure> {
        let (engine, events): (Box<dyn Engine>, Events) = match choice {
            EngineChoice::Llama => {
                let program = std::env::current_exe().map_err(|error| {
                    let message =
                        format!("pleach cannot find its own program file ({error}); start it anew");
                    Failure::new(Exit::Engine, message)
                })?;
                let (worker, events) = Worker::start(program);
                (Box::new(worker), events)
            }
            EngineChoice::Scripted => {
                let (scripted, events) = Scripted::start(Script::default());
                (Box::new(scripted), events)
            }
        };
        engine.send(Request::Load(options));
        Ok(Self { engine, events, model: None, next_request: RANGE })
    }

    /// Waits until the model is ready. `progress` is told the share that is loaded, in `[0, 1]`.
    ///
    /// # Errors
    /// Returns why the model cannot be loaded, or that the program was asked to stop.
    pub async fn ready(
        &mut self,
        stop: &mut Stop,
        progress: &mut dyn FnMut(f32),
    ) -> Result<(), Failure> {
        let asked = stop.times();
        while self.model.is_none() {
            let event = tokio::select! {
                () = stop.more_than(asked) => {
                    return Err(Failure::new(Exit::Stopped, "stopped before anything was grown"));
                }
                event = self.events.recv() => event,
            };
            let event = event.ok_or_else(gone)?;
            if let Event::Loading { progress: share } = event {
                progress(share);
            }
            self.notice(&event)?;
        }
        Ok(())
    }

    /// Takes note of an event that is about the engine itself.
    ///
    /// # Errors
    /// Returns a sentence if the engine will not answer any more.
    pub fn notice(&mut self, event: &Event) -> Result<(), Failure> {
        match event {
            Event::Loaded(info) => self.model = Some(info.clone()),
            Event::LoadFailed { message } => {
                return Err(Failure::new(Exit::Engine, message.clone()));
            }
            Event::Lost { why, restarting: false } => {
                let message = format!(
                    "the engine was lost again and again ({why}); try another model or a smaller --context"
                );
                return Err(Failure::new(Exit::Engine, message));
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the model that was loaded last.
    #[must_use]
    pub fn model(&self) -> Option<&ModelInfo> {
        self.model.as_ref()
    }

    /// Sends a request.
    pub fn send(&self, request: Request) {
        self.engine.send(request);
    }

    /// Returns the first number of a range of request numbers that nobody else uses.
    pub fn request_range(&mut self) -> RequestId {
        let first = self.next_request;
        self.next_request += RANGE;
        first
    }

    /// Returns which range a request's number is of: the same for all numbers of a range.
    #[must_use]
    pub fn lane(id: RequestId) -> u64 {
        id / RANGE
    }
}

/// The failure of an engine that ended without a word.
pub fn gone() -> Failure {
    Failure::new(Exit::Engine, "the engine has ended; run the command again to go on")
}

/// Does some work with a model that is loaded.
///
/// # Errors
/// Returns why the model cannot be loaded, or what the work returns.
pub fn with_reasoner<T>(
    model: &ModelArguments,
    work: impl AsyncFnOnce(&mut Reasoner, &mut Stop) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let options = options(model)?;
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let reactor = reactor.map_err(|error| {
        Failure::new(Exit::Failed, format!("events cannot be waited for: {error}"))
    })?;
    let ended = reactor.block_on(async {
        let mut stop = Stop::listen()?;
        let mut reasoner = Reasoner::start(model.engine, options)?;
        reasoner.ready(&mut stop, &mut |_| {}).await?;
        work(&mut reasoner, &mut stop).await
    });
    // A verifier that still runs is not waited for.
    reactor.shutdown_background();
    ended
}
