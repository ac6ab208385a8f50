//! The ways in which the keys pressed so far can go on, as soon as a sequence is begun.

use ratatui::Frame;
use ratatui::text::Span;

use super::overlay::{Row, boxed};
use crate::app::{Binding, Model};
use crate::text::{pad, width};
use crate::ui::theme::Theme;

/// Free columns after each column of ways.
const GAP: usize = 2;

/// Keys and what they lead to.
type Way = (String, String);

pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    let pressed: String = model.keys.iter().map(ToString::to_string).collect();
    let (columns, rows) = (usize::from(frame.area().width), usize::from(frame.area().height));
    let (columns, rows) = (columns.saturating_sub(4), rows.saturating_sub(2).max(1));
    // Where the screen is too low for sentences, the commands' names are shorter.
    let mut ways = ways_on(model, Binding::does);
    if ways.len().div_ceil(across(&ways, columns)) > rows {
        ways = ways_on(model, Binding::runs);
    }
    // Every key is seen, if need be beside cut words.
    let across = across(&ways, columns).max(ways.len().div_ceil(rows));
    boxed(theme, frame, &pressed, &table(&ways, across, columns, theme), true);
}

/// The ways on, told in one manner.
fn ways_on(model: &Model, tell: impl Fn(&Binding) -> String) -> Vec<Way> {
    model
        .keymap
        .continuations(model.place(), &model.keys)
        .map(|(rest, binding)| (rest.iter().map(ToString::to_string).collect(), tell(binding)))
        .collect()
}

/// The columns of the longest keys with their gap, and of the longest way with both of its gaps.
fn widest(ways: &[Way]) -> (usize, usize) {
    let keys = ways.iter().map(|(rest, _)| width(rest)).max().unwrap_or(0) + GAP;
    (keys, ways.iter().map(|(_, told)| width(told)).max().unwrap_or(0) + keys + GAP)
}

/// How many ways fit beside each other; few are not torn apart.
fn across(ways: &[Way], columns: usize) -> usize {
    ((columns + GAP) / widest(ways).1).clamp(1, ways.len().div_ceil(4).max(1))
}

/// The ways in so many columns, filled from top to bottom.
fn table(ways: &[Way], across: usize, columns: usize, theme: &Theme) -> Vec<Row> {
    let (keys, widest) = widest(ways);
    let told = widest.min((columns + GAP) / across).saturating_sub(keys + GAP);
    let down = ways.len().div_ceil(across);
    let cell = |(column, (rest, words)): (usize, &Way)| {
        let gap = if column > 0 { " ".repeat(GAP) } else { String::new() };
        let words = if across > 1 { pad(words, told) } else { words.clone() };
        [Span::raw(gap), Span::styled(pad(rest, keys), theme.style("key")), Span::raw(words)]
    };
    (0..down)
        .map(|row| ways.iter().skip(row).step_by(down.max(1)).enumerate().flat_map(cell).collect())
        .collect()
}
