//! `pleach reader`: the process that reads other programs' files, and whoever starts it.
//!
//! Responsible for both ends of the pipe between them. A stranger's file is parsed where nothing can
//! be written, started or reached, and where memory is bounded; what it gives comes over as logs, and
//! is applied here anew, so that a reader that was taken over can tell of a tree and of nothing else.
//! What is read how is the business of the `import` room.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::process::Child;

use serde::{Deserialize, Serialize};

use super::exit::{Exit, Failure};
use crate::engine::{self, frame};
use crate::import::{self, Imported, Options, Report};
use crate::session;
use crate::tree::Tree;

/// Operations that cross the pipe together.
const TOGETHER: usize = 1000;

/// What the reader tells.
#[derive(Debug, Serialize, Deserialize)]
enum Told {
    /// Operations of a tree, as JSON Lines.
    Operations(Vec<u8>),
    /// The tree has no more.
    Tree,
    /// All trees were told.
    Report(Report),
    /// The file cannot be brought in; why.
    Failed(String),
}

/// Reads the file that is standard input, and tells what is in it on standard output.
///
/// # Errors
/// Returns why nobody can be told.
pub fn serve(options: Options<'_>) -> Result<Exit, Failure> {
    engine::enter();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let told = io::stdin().as_fd().try_clone_to_owned().map_err(|error| error.to_string());
    let told = told
        .and_then(|file| {
            import::import(File::from(file), options).map_err(|error| error.to_string())
        })
        .and_then(|(trees, report)| tell(&trees, &mut out).map(|()| Told::Report(report)))
        .unwrap_or_else(Told::Failed);
    frame::write(&mut out, &told).map_err(|error| {
        Failure::new(Exit::Failed, format!("nobody hears the reader ({error})."))
    })?;
    Ok(Exit::Fine)
}

fn tell(trees: &[Imported], out: &mut impl Write) -> Result<(), String> {
    for imported in trees {
        for some in imported.operations.chunks(TOGETHER) {
            let mut lines = Vec::new();
            session::write_jsonl(some, &mut lines).map_err(|error| error.to_string())?;
            frame::write(out, &Told::Operations(lines)).map_err(|error| error.to_string())?;
        }
        frame::write(out, &Told::Tree).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Has a file read by a process of its own.
///
/// # Errors
/// Returns why the file cannot be brought in.
pub fn read(file: File, options: Options<'_>) -> Result<(Vec<Imported>, Report), String> {
    let failed = |error: io::Error| format!("its reader cannot be started ({error})");
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = engine::helper(&program, "reader");
    command.args(["--now", &options.now.to_string()]);
    if options.together {
        command.arg("--together");
    }
    if let Some(format) = options.format {
        command.args(["--format", format]);
    }
    let talk = |reader: &mut Child| {
        reader.stdout.take().map_or(Ok(None), |pipe| hear(BufReader::new(pipe)))
    };
    let (heard, ended) = engine::consult(command.stdin(file), talk).map_err(failed)?;
    heard?.ok_or_else(|| {
        format!("its reader ended before its time ({ended}); if it is not damaged, split it and try again")
    })
}

/// Hears the reader out; nothing if it ended before it had told all.
fn hear(mut pipe: impl Read) -> Result<Option<(Vec<Imported>, Report)>, String> {
    let (mut trees, mut lines) = (Vec::new(), Vec::new());
    loop {
        match frame::read(&mut pipe) {
            Ok(Some(Told::Operations(more))) => lines.extend(more),
            Ok(Some(Told::Tree)) => {
                let operations =
                    session::read_jsonl(lines.as_slice()).map_err(|error| error.to_string())?;
                let tree = Tree::fold(&operations).map_err(|error| error.to_string())?;
                trees.push(Imported { operations, tree });
                lines.clear();
            }
            Ok(Some(Told::Report(report))) => return Ok(Some((trees, report))),
            Ok(Some(Told::Failed(why))) => return Err(why),
            Ok(None) | Err(_) => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::sample;

    fn told(trees: &[Imported]) -> Vec<u8> {
        let mut bytes = Vec::new();
        tell(trees, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_told_is_heard_and_what_breaks_off_is_not_believed() {
        let (tree, operations) = sample::random_session(7, 60);
        let trees = [Imported { operations, tree }];
        let file = tempfile::NamedTempFile::new().unwrap();
        session::write_jsonl(&trees[0].operations, &mut file.as_file()).unwrap();
        let (_, report) = import::import(file.reopen().unwrap(), Options::default()).unwrap();
        let mut bytes = told(&trees);
        assert_eq!(hear(bytes.as_slice()), Ok(None));
        frame::write(&mut bytes, &Told::Report(report.clone())).unwrap();
        assert_eq!(hear(bytes.as_slice()), Ok(Some((trees.to_vec(), report))));
        for cut in [0, 1, 5, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(hear(&bytes[..cut]), Ok(None));
        }
        // Operations that make no tree.
        let (_, operations) = sample::random_session(7, 60);
        let tail = Imported { operations: operations[5..].to_vec(), ..trees[0].clone() };
        hear(told(&[tail]).as_slice()).unwrap_err();
        let mut bytes = Vec::new();
        frame::write(&mut bytes, &Told::Failed("no".into())).unwrap();
        assert_eq!(hear(bytes.as_slice()), Err("no".to_owned()));
    }
}
