//! The figures at the right of a row of the tree: value, visits, other evaluators, and how the
//! value has moved.

use std::fmt::Write;

use ratatui::Frame;
use ratatui::text::Span;

use super::{put, value_scope};
use crate::app::bar;
use crate::app::layout::Area;
use crate::evaluate::Rating;
use crate::text::{pad, truncate, width};
use crate::tree::{NodeId, Tree};
use crate::ui::theme::Theme;

/// Columns of the line that shows how a value has moved.
const LINE: usize = 8;
/// Of nodes with more visits the line is left out: it would be nearly flat, and costs time.
const VISITS: u64 = 96;

/// Which figures there is room for.
pub struct Figures<'a> {
    bar: bool,
    visits: bool,
    line: bool,
    others: &'a [String],
}

impl<'a> Figures<'a> {
    /// Returns the figures that a tree of so many columns has room for.
    pub fn of(columns: usize, others: &'a [String]) -> Self {
        let room = columns.saturating_sub(54) / 6;
        Self {
            bar: columns >= 60,
            visits: columns >= 30,
            line: columns >= 90 + 6 * others.len(),
            others: &others[..others.len().min(room)],
        }
    }

    /// Returns how many columns they take.
    pub fn columns(&self) -> usize {
        let line = if self.line { LINE + 1 } else { 0 };
        5 + if self.bar { 6 } else { 0 }
            + if self.visits { 6 } else { 0 }
            + line
            + 6 * self.others.len()
    }

    /// Names the figures at the right end of a pane's heading.
    pub fn head(&self, theme: &Theme, frame: &mut Frame, area: Area) {
        if !self.bar {
            return;
        }
        let mut names = String::new();
        for other in self.others {
            let (name, _) = truncate(other, 5);
            let _ = write!(names, " {name:>5}");
        }
        if self.line {
            let _ = write!(names, " {:>LINE$}", "moved");
        }
        names += " value visits ";
        let columns = u16::try_from(width(&names)).unwrap_or(area.width).min(area.width);
        let spans = [Span::styled(names, theme.style("muted"))];
        put(frame, area, 0, area.width - columns, &spans);
    }

    /// Returns the figures of a node.
    pub fn of_node(&self, tree: &Tree, id: NodeId, theme: &Theme) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        for other in self.others {
            let judged = tree.evaluation(id, other).map(|evaluation| evaluation.value);
            let backed_up = Some(tree.statistics(id, other)).filter(|record| record.visits > 0);
            spans.push(match judged.or(backed_up.map(|record| record.mean)) {
                Some(value) => {
                    Span::styled(format!("  {value:.2}"), theme.style(value_scope(value)))
                }
                None => Span::raw(" ".repeat(6)),
            });
        }
        let record = tree.statistics(id, Rating::NAME);
        let columns = self.columns() - 6 * self.others.len();
        if record.visits == 0 {
            spans.push(Span::raw(" ".repeat(columns)));
            return spans;
        }
        let style = theme.style(value_scope(record.mean));
        spans.push(Span::raw(" "));
        if self.line {
            spans.push(Span::styled(line(tree, id, record.visits), theme.style("muted")));
            spans.push(Span::raw(" "));
        }
        if self.bar {
            spans.push(Span::styled(pad(&bar(record.mean, 5), 5), style));
            spans.push(Span::raw(" "));
        }
        spans.push(Span::styled(format!("{:.2}", record.mean), style));
        if self.visits {
            spans
                .push(Span::styled(format!("{:>5} ", visits(record.visits)), theme.style("muted")));
        }
        spans
    }
}

/// How a node's value has moved as values were backed up through it, oldest first: the running
/// mean of what was judged at it and below it, in order of creation.
fn line(tree: &Tree, id: NodeId, visits: u64) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if !(2..=VISITS).contains(&visits) {
        return " ".repeat(LINE);
    }
    let mut judged: Vec<_> = tree
        .subtree(id)
        .take(4 * 96)
        .filter_map(|at| Some((at, tree.evaluation(at, Rating::NAME)?.value)))
        .collect();
    judged.sort_by_key(|(at, _)| *at);
    let mut sum = 0.0;
    let means = judged.iter().zip(1u32..).map(|((_, value), count)| {
        sum += value;
        sum / f64::from(count)
    });
    let means: Vec<f64> = means.collect();
    let columns = means.len().min(LINE);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a value in [0, 1]
    let level = |mean: f64| LEVELS[((mean.clamp(0.0, 1.0) * 8.0) as usize).min(7)];
    let shown: String = (1..=columns)
        .filter_map(|column| means.get(column * means.len() / columns - 1))
        .map(|mean| level(*mean))
        .collect();
    pad(&shown, LINE)
}

fn visits(count: u64) -> String {
    match count {
        0..=9999 => count.to_string(),
        10_000..=999_999 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_take_the_columns_that_they_say() {
        let others = ["verifier".to_owned(), "critic".to_owned()];
        let tree = Tree::default();
        for columns in 10..200 {
            for others in [&others[..], &others[..1], &[]] {
                let figures = Figures::of(columns, others);
                let spans = figures.of_node(&tree, NodeId::ROOT, &Theme::mono());
                let shown: usize = spans.iter().map(|span| width(&span.content)).sum();
                assert_eq!(shown, figures.columns(), "{columns}");
                assert!(figures.columns() <= columns);
            }
        }
    }
}
