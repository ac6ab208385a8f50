//! `pleach compare`: two steps from where their paths part, and which is better.

use super::curation::append;
use super::curation_arguments::CompareArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::report::Grown;
use crate::curate::compare::{Comparison, Side};
use crate::text::SafeText;
use crate::tree::{Actor, Body};

/// Prints two steps side by side, and records a choice if one is given.
///
/// # Errors
/// Returns why they cannot be compared, or the choice cannot be recorded.
pub fn compare(arguments: &CompareArguments, output: &mut Output) -> Result<Exit, Failure> {
    let CompareArguments { file, one, other, prefer, blind, json } = arguments;
    let tree = Grown::read(file)?.tree;
    let refuse = |message: String| Failure::new(Exit::Usage, message);
    for node in [one, other] {
        if !tree.contains(*node) {
            let last = tree.len() - 1;
            return Err(refuse(format!("there is no {node} in this tree; its last is #{last}")));
        }
    }
    let compared = Comparison::of((&tree, *one), (&tree, *other)).map_err(refuse)?;
    if let Some(winner) = *prefer {
        let loser = match winner {
            winner if winner == *one => *other,
            winner if winner == *other => *one,
            _ => return Err(refuse(format!("{winner} is neither {one} nor {other}; prefer one"))),
        };
        let body = Body::Preferred { winner, loser, blind: *blind };
        append(file, std::iter::once((Actor::Person, body)))?;
    }
    if *json {
        output.json(&compared)?;
        return Ok(Exit::Fine);
    }
    output.row(&format!("{} steps are the same; then:", compared.shared))?;
    for (side, mark) in compared.sides.iter().zip(["-", "+"]) {
        output.row(&heading(side))?;
        for line in marked(side).lines() {
            output.row(&format!("{mark} {}", SafeText::line(line)))?;
        }
    }
    if let Some(winner) = prefer {
        output.row(&format!("{winner} is better"))?;
    }
    Ok(Exit::Fine)
}

/// The node and what speaks for it.
fn heading(side: &Side) -> String {
    let verdict = match side.verified {
        Some(true) => "  right",
        Some(false) => "  wrong",
        None => "",
    };
    let values = side.values.iter().map(|(name, value)| format!("  {name} {value:.2}"));
    let values: String = values.collect();
    let token = side.probability.map(|share| format!("  {:.0} % a token", share * 100.0));
    let origin = SafeText::line(&side.origin);
    format!(
        "{}{verdict}{}{}  {origin}",
        side.node,
        SafeText::line(&values),
        token.unwrap_or_default()
    )
}

/// The text with brackets around what the other side lacks.
fn marked(side: &Side) -> String {
    let parts = side.steps.iter().flat_map(|step| &step.parts);
    let bracketed = parts.map(|part| {
        let words = part.text.trim_matches('\n');
        if part.differs && !words.trim().is_empty() {
            part.text.replace(words, &format!("[{words}]"))
        } else {
            part.text.clone()
        }
    });
    bracketed.collect()
}
