//! What is told of the chosen step: its evaluations, how it was made, and why the search would choose it.
//!
//! Responsible for the words and the rows that they take. Not responsible for judging.

use super::layout::Area;
use super::rows::{Part, Row, bar, wrapped};
use super::shading::Shading;
use super::workbench::Workbench;
use crate::evaluate::verify;
use crate::text::{SafeText, pad};
use crate::tree::{Evaluation, EvaluatorKind, Finish, Node};

/// Columns of an explanation that are made ready to be shown.
const EXPLANATION: usize = 4000;
/// Columns before these rows in the path pane.
pub const INDENT: usize = 3;
/// What stands before the rows of a line.
const HANGING: [Part; 2] = [("", "text"), ("  ", "text")];

/// Returns the scope of a value in `[0, 1]`.
#[must_use]
pub fn value_scope(value: f64) -> &'static str {
    match value {
        value if value >= 0.75 => "value.high",
        value if value >= 0.4 => "value.middle",
        _ => "value.low",
    }
}

impl Workbench {
    /// Returns the rows that a pane of so many columns has on the chosen step: a person's note, its
    /// evaluations, newest first, how it was made, and why the search would choose it.
    #[must_use]
    pub fn evaluations(&self, columns: usize) -> Vec<Row> {
        let node = self.tree.node(self.cursor);
        let newest = node.evaluations().iter().rev();
        let mut rows = Vec::new();
        if !node.note().is_empty() {
            let words = SafeText::row(node.note(), EXPLANATION);
            rows.extend(wrapped(&[("note  ", "muted"), (&words, "text")], HANGING, columns));
        }
        rows.extend(newest.flat_map(|it| evaluation(it, columns)));
        let mut tell = |text: &str, scope| {
            let text = SafeText::line(text);
            rows.extend(wrapped(&[(&text, scope)], HANGING, columns));
        };
        if let Some(made) = made(node) {
            tell(&made, "muted");
        }
        let known = self.entropies(self.cursor).filter(|_| self.sight.shading == Shading::Entropy);
        if let Some((mean, known)) = known.and_then(|known| Some((known.mean()?, known))) {
            tell(&format!("{mean:.2} bits a token, of top {}", known.of), "muted");
        }
        if let Some(ended) = ended(node) {
            tell(&ended, "state.interrupted");
        }
        rows.extend(why(self, columns));
        rows
    }

    /// Returns those rows as they stand below so many rows of text in a path pane with so much inside.
    /// Unless it has the screen to itself, they leave half of it to the text, if that needs it.
    #[must_use]
    pub fn evaluations_below(&self, text: usize, inside: Area, is_zoomed: bool) -> Vec<Row> {
        let columns = usize::from(inside.width).saturating_sub(INDENT);
        let mut rows = self.evaluations(columns);
        let height = usize::from(inside.height);
        let most = height.saturating_sub(text).max(height / 2).max(1);
        if !is_zoomed && rows.len() > most {
            rows.truncate(most);
            if let Some(row) = rows.last_mut() {
                row.push((" …".to_owned(), "muted"));
            }
        }
        rows
    }
}

/// Columns of a term's name and of its bar.
const NAME: usize = 12;
const BAR: usize = 8;

/// Why the search would choose the chosen node: a line about the policy, and the terms of its score
/// as bars.
fn why(bench: &Workbench, columns: usize) -> Vec<Row> {
    let terms = bench.terms();
    // Bars compare terms; beside one that is beyond all measure there is nothing to compare.
    let most = terms.iter().map(|term| term.value.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let head = format!("{} scores it", bench.driver.policy().name);
    let mut rows = wrapped(&[(&head, "muted")], HANGING, columns);
    for term in terms.iter().filter(|term| term.value != 0.0) {
        let share = if most.is_finite() { term.value.abs() / most } else { 0.0 };
        let scope = if term.value < 0.0 { "value.low" } else { "accent" };
        if term.value.is_infinite() {
            let words = [(term.name, "text"), (" never judged, so first", "text")];
            rows.extend(wrapped(&words, [("  ", "text"), ("    ", "text")], columns));
            continue;
        }
        rows.push(vec![
            (format!("  {} ", pad(term.name, NAME)), "text"),
            (pad(&bar(share, BAR), BAR), scope),
            (format!(" {:+.3}", term.value), "text"),
        ]);
    }
    rows
}

/// A judgement with what speaks for it.
fn evaluation(evaluation: &Evaluation, columns: usize) -> Vec<Row> {
    let is_verdict = evaluation.evaluator == verify::NAME;
    let (judgement, scope) = match (is_verdict, evaluation.value > 0.5) {
        (true, true) => ("right".to_owned(), "right"),
        (true, false) => ("wrong".to_owned(), "wrong"),
        (false, _) => {
            let top = evaluation.scale.rsplit('.').next().unwrap_or_default();
            (format!("{:.1} of {top}", evaluation.raw), value_scope(evaluation.value))
        }
    };
    let judge = match evaluation.kind {
        EvaluatorKind::Human => "by a person",
        EvaluatorKind::Llm => "by the model",
        EvaluatorKind::Code => "by a program",
    };
    let mass =
        evaluation.mass.map_or(String::new(), |mass| format!(", mass {:.0} %", mass * 100.0));
    let name = SafeText::line(&format!("{} ", evaluation.evaluator));
    let judgement = SafeText::line(&judgement);
    let by = format!(" {judge}{mass}");
    let mut rows =
        wrapped(&[(&name, "text"), (&judgement, scope), (&by, "muted")], HANGING, columns);
    if !evaluation.explanation.is_empty() {
        let why = SafeText::row(&evaluation.explanation, EXPLANATION);
        rows.extend(wrapped(&[(&why, "muted")], [HANGING[1]; 2], columns));
    }
    rows
}

/// How many tokens a step has, and how likely they were.
#[allow(clippy::cast_precision_loss)]
fn made(node: &Node) -> Option<String> {
    let tokens = node.logprobs().len();
    let mean = node.logprobs().sum::<f32>() / tokens as f32;
    let probability = (mean.exp() * 100.0).min(100.0);
    (tokens > 0).then(|| format!("{tokens} tokens, {probability:.0} % on average"))
}

/// How a step ended, where it did not end as steps do.
fn ended(node: &Node) -> Option<String> {
    match node.finish()? {
        Finish::Interrupted { why } => Some(format!("stopped: {why}")),
        Finish::Duplicate { of } => Some(format!("says the same as {of}")),
        Finish::Cancelled => Some("stopped by hand".to_owned()),
        Finish::Length => Some("cut at the limit of tokens".to_owned()),
        Finish::Step | Finish::EndOfTurn => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::tests::opened;
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, NodeId};

    fn text(rows: &[Row]) -> String {
        let row = |row: &Row| row.iter().map(|(part, _)| part.as_str()).collect::<String>();
        rows.iter().map(|each| row(each).trim().to_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn all_of_an_evaluation_and_of_a_note_is_told_however_narrow_the_pane_is() {
        let mut grower = Grower::new("p");
        let node = grower.add(NodeId::ROOT, "a step\n");
        let explanation = "It forgets that a half is less than the whole of it. ".repeat(12);
        let evaluation = Evaluation {
            evaluator: "assessment".into(),
            value: 0.25,
            raw: -50.0,
            scale: "-100..100".into(),
            mass: None,
            explanation: explanation.clone(),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 9,
        };
        grower.act(Actor::Model, Body::Evaluated { node, evaluation });
        grower.act(Actor::Person, Body::Noted { node, note: "to be asked".to_owned() });
        let mut model = opened(grower);
        let bench = model.workbench_mut().unwrap();
        bench.cursor = node;
        for columns in [12, 24, 60] {
            let told = text(&bench.evaluations(columns));
            assert!(told.starts_with("note  to be") && told.contains("asked assessment"), "{told}");
            assert!(told.contains("-50.0 of 100 by the model"), "{told}");
            assert!(told.contains(explanation.trim()), "{told}");
        }
        // Below the text they take what it leaves, and half of the pane in any case.
        let pane = Area { x: 0, y: 1, width: 30, height: 10 };
        let below = |text: usize, zoomed| bench.evaluations_below(text, pane, zoomed).len();
        assert_eq!((below(2, false), below(9, false)), (8, 5));
        assert!(below(9, true) > 20);
        assert!(text(&bench.evaluations_below(9, pane, false)).ends_with('…'));
    }
}
