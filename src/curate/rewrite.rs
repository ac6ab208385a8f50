//! Rewrites: what a step becomes when its text is changed.

use crate::reasoning;
use crate::tree::{Body, Finish, NodeId, State, Tree};

/// Returns the new node and the operation that makes it: a sibling of the step, whose text ends as
/// the old one does. An answer stays one.
///
/// # Errors
/// Returns a sentence if there is nothing to rewrite, or nothing changes.
pub fn rewrite(tree: &Tree, of: NodeId, text: &str) -> Result<(NodeId, Body), String> {
    let old = tree.node(of);
    let parent = old.parent().ok_or("The problem cannot be rewritten; go to a step.")?;
    let end = &old.text()[old.text().trim_end().len()..];
    let text = format!("{text}{end}");
    if text == old.text() {
        return Err(format!("{of} says that already; nothing was changed."));
    }
    let ends = old.state() == State::Answered;
    let answer = reasoning::extract(&format!("{}{text}", tree.path_text(parent)));
    let finish = if ends { Finish::EndOfTurn } else { Finish::Step };
    let node = NodeId(u32::try_from(tree.len()).unwrap_or(u32::MAX));
    Ok((node, Body::Edited { node, of, text, finish, answer: answer.filter(|_| ends) }))
}
