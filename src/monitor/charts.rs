//! Charts of one tree's ratings, as rows of text.

use super::plot::{Dots, bars};
use super::series::{BINS, Offer, offers, progress, spread};
use crate::tree::Tree;

/// Columns of a chart, without the figures at its left.
const WIDE: usize = 60;
/// Rows of a chart.
const HIGH: usize = 6;

/// Returns the charts of a tree, each with its heading; nothing where nothing was rated.
#[must_use]
pub fn charts(tree: &Tree) -> Vec<String> {
    let spread = spread(tree);
    if spread.iter().all(|count| *count == 0) {
        return Vec::new();
    }
    let mut rows = vec![String::new(), "Ratings".to_owned()];
    rows.extend(histogram(&spread, WIDE / BINS - 1, HIGH - 2));
    let found = progress(tree);
    if let Some((tokens, best)) = found.last() {
        rows.push(String::new());
        rows.push(format!("Best answer by tokens spent: {best:.2} after {tokens}"));
        rows.extend(curve(&found, tree.tokens_sampled(), WIDE, HIGH));
    }
    let offers = offers(tree);
    if offers.len() > 1 {
        let best = offers.iter().filter(|offer| offer.is_best);
        let best: Vec<_> = best.map(|offer| format!("{}", offer.node)).collect();
        rows.push(String::new());
        rows.push("Answers by length and rating".to_owned());
        rows.extend(scatter(&offers, WIDE, HIGH));
        rows.push(format!("None is shorter and rated as high as: {}", best.join(", ")));
    }
    rows
}

/// Returns the histogram of ratings with its axis.
#[must_use]
pub fn histogram(spread: &[u64; BINS], columns: usize, rows: usize) -> Vec<String> {
    let most = spread.iter().copied().max().unwrap_or(0);
    let mut lines = bars(spread, columns, rows);
    if let Some(first) = lines.first_mut() {
        let wide = BINS * (columns + 1);
        *first = format!("{first:<wide$}{most}");
    }
    let end = BINS * (columns + 1) - 1;
    lines.push(format!("0{:>1$}", "1", end.saturating_sub(1)));
    lines
}

/// Returns the rating of the best answer over the tokens spent, with its axis.
#[must_use]
pub fn curve(found: &[(u64, f64)], spent: u64, columns: usize, rows: usize) -> Vec<String> {
    let all = spent.max(found.last().map_or(1, |(tokens, _)| *tokens)).max(1);
    let mut points: Vec<_> =
        found.iter().map(|(tokens, value)| (*tokens as f64 / all as f64, *value)).collect();
    points.extend(found.last().map(|(_, value)| (1.0, *value)));
    let mut dots = Dots::new(columns, rows);
    dots.steps(&points);
    framed(&dots, &format!("0 to {all} tokens"))
}

/// Returns answers as dots, longer ones to the right and better ones higher; those that nothing
/// betters are joined.
fn scatter(offers: &[Offer], columns: usize, rows: usize) -> Vec<String> {
    let longest = offers.iter().map(|offer| offer.tokens).max().unwrap_or(1).max(1);
    let place = |offer: &Offer| (offer.tokens as f64 / longest as f64, offer.value);
    let mut dots = Dots::new(columns, rows);
    let best: Vec<_> = offers.iter().filter(|offer| offer.is_best).map(place).collect();
    dots.steps(&best);
    for offer in offers {
        let (across, up) = place(offer);
        dots.set(across, up);
    }
    framed(&dots, &format!("0 to {longest} tokens"))
}

/// Dots with a scale from 0 to 1 at their left and a line below.
fn framed(dots: &Dots, below: &str) -> Vec<String> {
    let rows = dots.rows();
    let last = rows.len().saturating_sub(1);
    let mut lines: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let figure = match at {
                0 => "1",
                at if at == last => "0",
                _ => " ",
            };
            format!("{figure}│{row}").trim_end().to_owned()
        })
        .collect();
    lines.push(format!(" └ {below}"));
    lines
}
