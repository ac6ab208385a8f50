//! `pleach show`: a session's tree and answers as text or JSON.
//!
//! Responsible for rows that fit a terminal and stay whole in a pipe. The session is only
//! read, so it may be open elsewhere.

use super::arguments::ShowArguments;
use super::curation::query;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::report::{Grown, believed};
use super::show_json::Shown;
use crate::aggregate::{Passage, transcript};
use crate::evaluate::{Rating, verify};
use crate::monitor::state_sign;
use crate::text::{SafeText, pad, truncate};
use crate::tree::{NodeId, State, Tree};

/// Columns of an indentation step, and the deepest that is still indented further.
const INDENT: usize = 2;
const DEEPEST: usize = 20;
/// Columns of an answer.
const ANSWER: usize = 36;

/// Prints a session.
///
/// # Errors
/// Returns why the session cannot be read.
pub fn show(arguments: &ShowArguments, output: &mut Output) -> Result<Exit, Failure> {
    let grown = Grown::read(&arguments.file)?;
    let tree = &grown.tree;
    let asked = arguments.query.as_ref().map(|text| query(text, tree)).transpose()?;
    let meant = asked.map(|query| query.select(tree));
    if arguments.json {
        let shown = Shown::of(tree, believed(tree, &grown.ledger));
        output.json(&match &meant {
            Some(nodes) => shown.only(nodes),
            None => shown,
        })?;
        return Ok(Exit::Fine);
    }
    output.block(tree.problem().map_or("There is no problem yet.", |problem| &problem.text))?;
    output.row(&figures(&grown))?;
    if arguments.debates {
        return print_debates(tree, output);
    }
    let columns = output.columns();
    let (mut pruned, mut repeated) = (0, 0);
    if !tree.is_empty() {
        output.row("")?;
        output.row("  state      value visits    id  step")?;
    }
    if let Some(nodes) = meant {
        for id in &nodes {
            print_node(tree, *id, arguments.all, columns, output)?;
        }
        output.row(&format!("{} of {} steps", nodes.len(), tree.len() - 1))?;
        return Ok(Exit::Fine);
    }
    for id in tree.subtree(NodeId::ROOT).skip(1) {
        let out = tree.node(id).parent().is_some_and(|parent| !tree.is_live(parent));
        let repeats = tree.node(id).state() == State::Duplicate;
        if !arguments.all && (out || repeats) {
            pruned += usize::from(out);
            repeated += usize::from(repeats && !out);
            continue;
        }
        print_node(tree, id, arguments.all, columns, output)?;
    }
    if pruned + repeated > 0 {
        let row =
            format!("  … {pruned} more under pruned steps, {repeated} repeated; --all shows them");
        output.row(&row)?;
    }
    print_answers(&grown, output)?;
    Ok(Exit::Fine)
}

/// Prints what was said in the debates.
fn print_debates(tree: &Tree, output: &mut Output) -> Result<Exit, Failure> {
    if tree.debates().is_empty() {
        output.row("")?;
        output.row("There was no debate; pleach grow --debate holds one.")?;
    }
    for (number, debate) in (1..).zip(tree.debates()) {
        output.row("")?;
        output.row(&format!("Debate {number} of {}", tree.debates().len()))?;
        for passage in transcript(tree, debate) {
            match passage {
                Passage::Heading(text) => {
                    output.row("")?;
                    output.row(&SafeText::line(&text))?;
                }
                Passage::Text(text) => output.row(&format!("  {}", SafeText::line(&text)))?,
            }
        }
    }
    Ok(Exit::Fine)
}

fn figures(grown: &Grown) -> String {
    let ledger = &grown.ledger;
    let by = grown.tree.model().map(|model| format!(" by {}", model.name)).unwrap_or_default();
    let under = match ledger.policies.as_slice() {
        [] => String::new(),
        policies => format!(" under {}", policies.join(", ")),
    };
    format!(
        "{} nodes, {} tokens, {:.1} s{by}{under}",
        ledger.nodes,
        ledger.tokens,
        ledger.milliseconds as f64 / 1000.0
    )
}

fn print_node(
    tree: &Tree,
    id: NodeId,
    whole: bool,
    columns: Option<usize>,
    output: &mut Output,
) -> Result<(), Failure> {
    let node = tree.node(id);
    let statistics = tree.statistics(id, Rating::NAME);
    let value = match statistics.visits {
        0 => "-".to_owned(),
        _ => format!("{:.2}", statistics.mean),
    };
    let (glyph, word) = (state_sign(tree, id), standing(tree, id));
    let depth = usize::try_from(node.depth()).unwrap_or(DEEPEST).clamp(1, DEEPEST) - 1;
    let indent = " ".repeat(depth * INDENT);
    let id = id.to_string();
    let head = format!("{glyph} {word:<9}  {value:>5} {:>6} {id:>5}  {indent}", statistics.visits);
    let mut lines = node.text().trim().lines();
    let row = format!("{head}{}", SafeText::line(lines.next().unwrap_or("")));
    output.row(&fitted(&row, columns, whole))?;
    if whole {
        let gap = " ".repeat(crate::text::width(&head));
        for line in lines {
            output.row(&format!("{gap}{}", SafeText::line(line)))?;
        }
    }
    Ok(())
}

/// A row that is no wider than the terminal, if there is one and nothing asks for all of it.
fn fitted(row: &str, columns: Option<usize>, whole: bool) -> String {
    match columns {
        Some(columns) if !whole => truncate(row, columns).0.into_owned(),
        _ => row.to_owned(),
    }
}

/// A node's state as a word, that of the screen.
fn standing(tree: &Tree, id: NodeId) -> &'static str {
    if tree.node(id).is_pruned() {
        return "pruned";
    }
    let verdict = tree.evaluation(id, verify::NAME).map(|verdict| verdict.value > 0.5);
    match (tree.node(id).state(), verdict) {
        (State::Answered, Some(true)) => "right",
        (State::Answered, Some(false)) => "wrong",
        (_, None) if tree.node(id).ends_without_answer() => "end",
        (State::Answered, None) => "answer",
        (State::Growing, _) => "growing",
        (State::Duplicate, _) => "duplicate",
        (State::Interrupted, _) => "stopped",
        (State::Open, _) => "open",
    }
}

fn print_answers(grown: &Grown, output: &mut Output) -> Result<(), Failure> {
    let answers = believed(&grown.tree, &grown.ledger);
    output.row("")?;
    if answers.is_empty() {
        return output.row("There is no answer yet.");
    }
    output.row(&format!("{}  count  confidence  correct", pad("answer", ANSWER)))?;
    for answer in answers {
        let correct = match answer.correct {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        let text = pad(&SafeText::line(&answer.text), ANSWER);
        let share = format!("{:.0} %", answer.confidence * 100.0);
        output.row(&format!("{text}  {:>5}  {share:>10}  {correct}", answer.count))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_on_a_terminal_only() {
        assert_eq!(fitted("a long row", Some(6), false), "a lon…");
        assert_eq!(fitted("a long row", Some(6), true), "a long row");
        assert_eq!(fitted("a long row", None, false), "a long row");
    }
}
