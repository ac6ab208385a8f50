//! The evaluations of the chosen node, and what is known of how it was made.

use ratatui::Frame;
use ratatui::text::Span;

use super::{beyond, inside, pane, put, value_scope};
use crate::app::layout::Area;
use crate::app::{Shading, Workbench};
use crate::evaluate::verify;
use crate::text::SafeText;
use crate::tree::{EvaluatorKind, Finish};
use crate::ui::theme::Theme;

pub fn draw(bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let lines: Vec<_> =
        lines(bench, theme).into_iter().chain(super::why::lines(bench, theme)).collect();
    let below = lines.len().saturating_sub(usize::from(inside(area).height));
    let area = pane(theme, frame, area, &format!("Evaluations{}", beyond(0, below)));
    for (row, line) in (0..area.height).zip(lines) {
        put(frame, area, row, 0, &line);
    }
}

/// Columns of an explanation that are made ready to be shown.
const EXPLANATION: usize = 400;

/// Two lines an evaluation, newest first, then one about the step itself.
pub fn lines(bench: &Workbench, theme: &Theme) -> Vec<Vec<Span<'static>>> {
    let node = bench.tree.node(bench.cursor);
    let muted = theme.style("muted");
    let mut lines: Vec<Vec<Span<'static>>> = Vec::new();
    for evaluation in node.evaluations().iter().rev() {
        let is_verdict = evaluation.evaluator == verify::NAME;
        let (judgement, style) = match (is_verdict, evaluation.value > 0.5) {
            (true, true) => ("right".to_owned(), theme.style("right")),
            (true, false) => ("wrong".to_owned(), theme.style("wrong")),
            (false, _) => {
                let top = evaluation.scale.rsplit('.').next().unwrap_or_default();
                let scope = value_scope(evaluation.value);
                (format!("{:.1} of {top}", evaluation.raw), theme.style(scope))
            }
        };
        let judge = match evaluation.kind {
            EvaluatorKind::Human => "by a person",
            EvaluatorKind::Llm => "by the model",
            EvaluatorKind::Code => "by a program",
        };
        let mass =
            evaluation.mass.map_or(String::new(), |mass| format!(", mass {:.0} %", mass * 100.0));
        lines.push(vec![
            Span::raw(format!("{} ", SafeText::line(&evaluation.evaluator))),
            Span::styled(SafeText::line(&judgement).into_string(), style),
            Span::styled(format!(" {judge}{mass}"), muted),
        ]);
        if !evaluation.explanation.is_empty() {
            let why = SafeText::row(&evaluation.explanation, EXPLANATION).into_string();
            lines.push(vec![Span::raw("  "), Span::styled(why, muted)]);
        }
    }
    let tokens = node.logprobs().len();
    if tokens > 0 {
        let mean =
            f64::from(node.logprobs().sum::<f32>()) / f64::from(u32::try_from(tokens).unwrap_or(1));
        let probability = (mean.exp() * 100.0).min(100.0);
        let made = format!("{tokens} tokens, {probability:.0} % on average");
        lines.push(vec![Span::styled(made, muted)]);
        let known =
            bench.entropies(bench.cursor).filter(|_| bench.sight.shading == Shading::Entropy);
        if let Some((mean, known)) = known.and_then(|known| Some((known.mean()?, known))) {
            let told = format!("{mean:.2} bits a token, of top {}", known.of);
            lines.push(vec![Span::styled(told, muted)]);
        }
    }
    let ended = match node.finish() {
        Some(Finish::Interrupted { why }) => format!("stopped: {why}"),
        Some(Finish::Duplicate { of }) => format!("says the same as {of}"),
        Some(Finish::Cancelled) => "stopped by hand".to_owned(),
        Some(Finish::Length) => "cut at the limit of tokens".to_owned(),
        Some(Finish::Step | Finish::EndOfTurn) | None => String::new(),
    };
    if !ended.is_empty() {
        lines.push(vec![Span::styled(
            SafeText::line(&ended).into_string(),
            theme.style("state.interrupted"),
        )]);
    }
    lines
}
