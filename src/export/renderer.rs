//! `pleach renderer`: the process that asks a stranger's chat template, and whoever starts it.
//!
//! Responsible for both ends of the pipe between them. A template is a program: it may want time and memory
//! without end, which is to harm nothing that holds a person's work. What is asked of it is the
//! business of `rendering`.

use std::io;
use std::process::{Child, Stdio};

use super::Rendering;
use crate::engine::protocol::ModelOptions;
use crate::engine::{self, frame};

/// Answers the one question on standard input, on standard output.
///
/// # Errors
/// Returns an error if nothing is asked, or nobody hears the answer.
pub fn serve_renderer() -> io::Result<()> {
    engine::enter();
    let asked = frame::read(&mut io::stdin().lock())?;
    let options: ModelOptions = asked.ok_or_else(|| io::Error::other("nothing was asked"))?;
    let told = engine::render_in_time(|| Rendering::of_model(&options));
    frame::write(&mut io::stdout().lock(), &told)
}

/// Asks the template of a model, as [`Rendering::of_model`]: our own here, a stranger's in a process of its own.
///
/// # Errors
/// Returns a sentence if the file is no model, or if there is no template, or it fails or does not end.
pub fn ask_template(options: &ModelOptions) -> Result<Rendering, String> {
    if options.file.is_none() && options.template.is_none() {
        return Rendering::of_model(options);
    }
    let failed =
        |error: io::Error| format!("the chat template cannot be asked ({error}); try again");
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = engine::helper(&program, "renderer");
    let talk = |renderer: &mut Child| converse(renderer, options);
    let (told, _) = engine::consult(command.stdin(Stdio::piped()), talk).map_err(failed)?;
    told.unwrap_or_else(|| {
        Err("the model's chat template wants more time or memory than any needs; pass another with --chat-template FILE"
            .to_owned())
    })
}

/// Asks the renderer; nothing if it ends before it has told.
fn converse(renderer: &mut Child, options: &ModelOptions) -> Option<Result<Rendering, String>> {
    let mut question = renderer.stdin.take()?;
    frame::write(&mut question, options).ok()?;
    drop(question);
    frame::read(renderer.stdout.as_mut()?).ok()?
}
