//! The compare screen: two nodes beside each other, or above each other where it is narrow, from
//! where their paths part. What the other side lacks stands out.
//!
//! [`sides`] draws any two sides, also of two trees.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{Row, framed, more};
use super::{put, value_scope};
use crate::app::layout::Area;
use crate::app::{Comparing, Rewriting, Workbench, choice, halves, head_rows};
use crate::curate::compare::{self, Comparison, Side};
use crate::text::{SafeText, Wrapped};
use crate::ui::theme::Theme;

pub fn draw(comparing: &Comparing, bench: &Workbench, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let area = Rect { height: screen.height.saturating_sub(2), ..screen };
    let decided = comparing.decided(&bench.tree);
    let blind = if comparing.blind { ", blind" } else { "" };
    let count = comparing.pairs.len();
    let title = format!("Compare {} of {count}, {decided} chosen{blind}", comparing.at + 1);
    let inside = framed(theme, frame, &title, area);
    let tree = &bench.tree;
    let Some(pair) = comparing.pair() else { return };
    let compared = match Comparison::of((tree, pair[0]), (tree, pair[1])) {
        Ok(compared) => compared,
        Err(message) => {
            let row = Span::styled(message, theme.style("notice.error"));
            return put(frame, inside, 0, 0, &[row]);
        }
    };
    let problem = tree.problem().map_or("", |problem| problem.text.as_str());
    let last = tree.path(pair[0]).get(compared.shared).map_or("", |id| tree.node(*id).text());
    let context = match compared.shared {
        0 => SafeText::line(problem.trim()).into_string(),
        shared => format!("after step {shared}: {}", SafeText::line(last.trim())),
    };
    put(frame, inside, 0, 0, &[Span::styled(context, theme.style("muted"))]);
    let chosen = choice(tree, pair).map(|choice| usize::from(choice.winner != pair[0]));
    let place = Area { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let (names, scrolled) = (["1", "2"], comparing.scrolled);
    let shown = Shown { names, hidden: comparing.is_hidden(tree), chosen, scrolled };
    let hidden = sides(&compared, shown, theme, frame, place);
    more(theme, frame, area, hidden);
}

/// Draws a rewrite beside what it rewrites.
pub fn rewriting(rewriting: &Rewriting, bench: &Workbench, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let area = Rect { height: screen.height.saturating_sub(2), ..screen };
    let inside = framed(theme, frame, &format!("Rewrite {}", rewriting.of), area);
    let compared = compare::rewrite(&bench.tree, rewriting.of, &rewriting.text);
    let (names, scrolled) = (["as it is", "rewritten"], rewriting.scrolled);
    let shown = Shown { names, hidden: true, chosen: None, scrolled };
    let hidden = sides(&compared, shown, theme, frame, inside);
    more(theme, frame, area, hidden);
}

/// How two sides are shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// What the sides are called.
    pub names: [&'static str; 2],
    /// Whether names, scores and origin are left out.
    pub hidden: bool,
    /// The side that was chosen, if one was.
    pub chosen: Option<usize>,
    /// How many rows both texts are scrolled down.
    pub scrolled: usize,
}

/// Draws both sides; returns how many rows there are below what is seen.
pub fn sides(
    compared: &Comparison,
    shown: Shown,
    theme: &Theme,
    frame: &mut Frame,
    area: Area,
) -> usize {
    let ([first, second], beside) = halves((area.width, area.height));
    let (right, down) = if beside { (first.0 + 3, 0) } else { (0, first.1) };
    let places = [
        Area { width: first.0, height: first.1, ..area },
        Area { x: area.x + right, y: area.y + down, width: second.0, height: second.1 },
    ];
    if beside {
        for row in 0..area.height {
            put(frame, area, row, places[0].width + 1, &[Span::styled("│", theme.style("border"))]);
        }
    }
    let mut below = 0;
    for (at, place) in places.into_iter().enumerate() {
        let side = &compared.sides[at];
        let mut head = head(side, at, shown, theme);
        head.truncate(head_rows(shown.hidden, place.height));
        let rows = rows(side, shown.hidden, usize::from(place.width), theme);
        let room = usize::from(place.height).saturating_sub(head.len());
        let top = shown.scrolled.min(rows.len().saturating_sub(room));
        below = below.max(rows.len().saturating_sub(top + room));
        for (line, row) in (0..place.height).zip(head.iter().chain(rows.iter().skip(top))) {
            put(frame, place, line, 0, row);
        }
    }
    below
}

/// Which side it is and what speaks for it.
fn head(side: &Side, at: usize, shown: Shown, theme: &Theme) -> Vec<Row> {
    let muted = theme.style("muted");
    let mut name = vec![Span::styled(shown.names[at], theme.style("key"))];
    if shown.hidden {
        return vec![name];
    }
    name.push(Span::styled(format!("  {}", side.node), theme.style("title")));
    match side.verified {
        Some(true) => name.push(Span::styled("  right", theme.style("right"))),
        Some(false) => name.push(Span::styled("  wrong", theme.style("wrong"))),
        None => {}
    }
    if shown.chosen == Some(at) {
        name.push(Span::styled("  ★ better", theme.style("accent")));
    }
    let mut figures = figures(&side.values, side.probability, theme);
    if figures.is_empty() {
        figures.push(Span::styled("not judged", muted));
    }
    let origin = SafeText::line(&side.origin).into_string();
    vec![name, figures, vec![Span::styled(origin, muted)], Vec::new()]
}

/// Judgements and the probability of a token.
fn figures(values: &[(String, f64)], probability: Option<f64>, theme: &Theme) -> Row {
    let mut row = Row::new();
    let mut add = |name: &str, figure: String, scope: &str| {
        let gap = if row.is_empty() { "" } else { "  " };
        let name = SafeText::line(name);
        row.push(Span::styled(format!("{gap}{} ", name.as_str()), theme.style("muted")));
        row.push(Span::styled(figure, theme.style(scope)));
    };
    for (name, value) in values {
        add(name, format!("{value:.2}"), value_scope(*value));
    }
    if let Some(probability) = probability {
        add("a token", format!("{:.0} %", probability * 100.0), "text");
    }
    row
}

/// The steps of a side, each with its figures below it if there are several.
fn rows(side: &Side, hidden: bool, columns: usize, theme: &Theme) -> Vec<Row> {
    let mut rows = Vec::new();
    for step in &side.steps {
        let mut ends = Vec::new();
        let mut raw = String::new();
        for part in &step.parts {
            raw.push_str(&part.text);
            ends.push(raw.len());
        }
        let kept = raw.trim_end().len();
        for end in &mut ends {
            *end = kept.min(*end);
        }
        let (text, ends) = SafeText::block_with_offsets(&raw[..kept], &ends);
        let wrapped = Wrapped::new(&text, columns.max(1));
        for row in wrapped.rows() {
            let mut from = row.start;
            let mut spans = Row::new();
            for (part, end) in step.parts.iter().zip(&ends) {
                let to = (*end).min(row.end);
                if to > from {
                    let scope = if part.differs { "match" } else { "text" };
                    spans.push(Span::styled(text[from..to].to_owned(), theme.style(scope)));
                    from = to;
                }
            }
            rows.push(spans);
        }
        if !hidden && side.steps.len() > 1 {
            let mut row = vec![Span::styled(format!("  {}  ", step.node), theme.style("muted"))];
            row.extend(figures(&step.values, step.probability, theme));
            rows.push(row);
        }
    }
    rows
}
