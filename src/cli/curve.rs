//! Curves of policies over budgets: one row of blocks each in the terminal, and an SVG.

use std::fmt::Write as _;

use super::score::Score;
use crate::ui::xml;

/// A policy's scores over budgets, the smallest first.
pub type Series = Vec<Score>;

const BLOCKS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Returns the chosen share over budgets as a row of blocks, from 0 to 100 %.
#[must_use]
pub fn blocks(series: &Series) -> String {
    let block = |score: &Score| {
        let height = (score.chosen * 8.0).ceil().clamp(1.0, 8.0);
        BLOCKS
            .iter()
            .zip(1u8..)
            .find(|(_, at)| f64::from(*at) >= height)
            .map_or("█", |(block, _)| block)
    };
    series.iter().map(block).collect()
}

// A palette that people with any colour vision can tell apart (Okabe and Ito), and dashes besides.
const COLOURS: [&str; 7] =
    ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
const DASHES: [&str; 3] = ["", "7 3", "2 3"];
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 560.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 392.0;

/// Returns the curves as an SVG: the chosen share with its interval over tokens.
#[must_use]
pub fn svg(title: &str, all: &[Series]) -> String {
    let most = all.iter().flatten().map(|score| score.tokens).max().unwrap_or(1) as f64;
    let x = |tokens: u64| LEFT + (RIGHT - LEFT) * tokens as f64 / most;
    let y = |share: f64| BOTTOM - (BOTTOM - TOP) * share;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n<text x=\"{LEFT}\" y=\"20\" font-size=\"15\">{}</text>\n",
        xml(title)
    );
    for percent in (0..=100u8).step_by(20) {
        let at = y(f64::from(percent) / 100.0);
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#dddddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{} %</text>",
            LEFT - 6.0,
            at + 4.0,
            percent
        );
    }
    for fifth in 0..=4u64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a budget, rounded
        let tokens = (most * fifth as f64 / 4.0) as u64;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tokens}</text>",
            x(tokens),
            BOTTOM + 18.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">tokens a problem, those of judging too</text>",
        f64::midpoint(LEFT, RIGHT),
        BOTTOM + 38.0
    );
    for (at, series) in all.iter().enumerate() {
        let (colour, dash) =
            (COLOURS[at % COLOURS.len()], DASHES[(at / COLOURS.len()) % DASHES.len()]);
        let point = |score: &Score, share: f64| format!("{:.1},{:.1}", x(score.tokens), y(share));
        let upper = series.iter().map(|score| point(score, score.chosen_high));
        let lower = series.iter().rev().map(|score| point(score, score.chosen_low));
        let band: Vec<_> = upper.chain(lower).collect();
        let line: Vec<_> = series.iter().map(|score| point(score, score.chosen)).collect();
        let name = series.first().map_or("", |score| score.policy.as_str());
        let row = TOP + 18.0 * at as f64;
        let _ = writeln!(
            svg,
            "<polygon points=\"{}\" fill=\"{colour}\" opacity=\"0.12\"/><polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/><line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{row:.1}\" y2=\"{row:.1}\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            band.join(" "),
            line.join(" "),
            RIGHT + 12.0,
            RIGHT + 36.0,
            RIGHT + 42.0,
            row + 4.0,
            xml(name)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(tokens: u64, chosen: f64) -> Score {
        Score {
            policy: "a & b".into(),
            tokens,
            problems: 1,
            seeds: 1,
            chosen,
            chosen_low: chosen,
            chosen_high: chosen,
            found: chosen,
            tokens_per_chosen: None,
        }
    }

    #[test]
    fn curves_rise_with_the_share() {
        let series: Series =
            (0..=8).map(|at| score(at, f64::from(u32::try_from(at).unwrap()) / 8.0)).collect();
        assert_eq!(blocks(&series), "▁▁▂▃▄▅▆▇█");
    }

    #[test]
    fn the_drawing_holds_every_policy_with_its_points() {
        let drawn = svg("<t>", &[vec![score(500, 0.0), score(1000, 1.0)]]);
        assert!(drawn.contains("&lt;t&gt;") && drawn.contains("a &amp; b"));
        assert!(drawn.contains(">0 %<") && drawn.contains(">100 %<"), "{drawn}");
        assert!(drawn.contains("points=\"308.0,392.0 560.0,36.0\""), "{drawn}");
    }
}
