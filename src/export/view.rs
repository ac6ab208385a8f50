//! Views: a session as a file for other people's viewers, one file each.
//!
//! Responsible for pictures and logs that no trainer reads. They hold what is pruned only where
//! the viewer can mark it.

mod graphviz;
mod inspect;
mod markdown;
mod mermaid;
mod treelog;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::material::Material;
use super::{Error, Tools};
use crate::evaluate::{Rating, verify};
use crate::text::{SafeText, truncate};
use crate::tree::{NodeId, State, Tree};

/// A kind of file for a viewer.
#[derive(Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// Who shows it.
    pub shows: &'static str,
    /// What its file names end in.
    pub ending: &'static str,
    /// Draws a session.
    pub draw: fn(&Material) -> String,
}

/// All views, in the order of the manual.
pub static VIEWS: &[View] =
    &[markdown::VIEW, graphviz::VIEW, mermaid::VIEW, treelog::VIEW, inspect::VIEW];

/// Columns of a step in a picture.
const STEP: usize = 48;

/// Writes a folder with one file for each session and view.
///
/// # Errors
/// Returns why nothing was written; then nothing is at the place that was named.
pub fn write(
    sources: &[PathBuf],
    views: &[&'static View],
    out: &Path,
    tools: &mut Tools,
) -> Result<PathBuf, Error> {
    let mut folder = Folder::begin(out)?;
    let mut names = BTreeSet::new();
    for (index, source) in sources.iter().enumerate() {
        if !(tools.progress)(index, sources.len()) {
            return Err(Error::Stopped);
        }
        let material = Material::read(source)?;
        let stem = Path::new(&material.file).file_stem().unwrap_or_default().to_string_lossy();
        for view in views {
            let mut name = format!("{stem}.{}", view.ending);
            if !names.insert(name.clone()) {
                name = format!("{stem}-{}.{}", material.session, view.ending);
                if !names.insert(name.clone()) {
                    continue;
                }
            }
            folder.write(&name, &(view.draw)(&material))?;
        }
    }
    folder.finish()
}

/// The nodes that are in a picture: those that are not pruned and repeat nothing.
fn shown(tree: &Tree) -> impl Iterator<Item = NodeId> + '_ {
    tree.subtree(NodeId::ROOT)
        .filter(|id| tree.node(*id).state() != State::Duplicate && tree.is_live(*id))
}

/// A step on one line, short enough for a picture.
fn label(material: &Material, id: NodeId) -> String {
    let text = match id {
        NodeId::ROOT => material.problem.text.as_str(),
        _ => material.tree.node(id).text(),
    };
    let line = SafeText::line(text.trim());
    truncate(&line, STEP).0.into_owned()
}

/// The model's rating of a node.
fn rating(tree: &Tree, id: NodeId) -> Option<f64> {
    tree.evaluation(id, Rating::NAME).map(|evaluation| evaluation.value)
}

/// Whether a verifier found the answer of a node right.
fn verdict(tree: &Tree, id: NodeId) -> Option<bool> {
    tree.evaluation(id, verify::NAME).map(|evaluation| evaluation.value > 0.5)
}

#[cfg(test)]
#[path = "view/tests.rs"]
mod tests;
