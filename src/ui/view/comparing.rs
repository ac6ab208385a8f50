//! The compare screen: two nodes beside each other, or above each other where it is narrow, from
//! where their paths part. What the other side lacks stands out.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{framed, more};
use super::{put, scrolled};
use crate::app::layout::Area;
use crate::app::{Comparing, Laid, REWRITING_SHOWN as SHOWN, Rewriting, Shown, Workbench, lay};
use crate::curate::compare::{self, Comparison};
use crate::text::SafeText;
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
    let place = Area { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let how = (comparing.shown(tree), comparing.scrolled);
    let hidden = sides(&compared, how, theme, frame, place);
    more(theme, frame, area, hidden);
}

/// Draws a rewrite beside what it rewrites.
pub fn rewriting(rewriting: &Rewriting, bench: &Workbench, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let area = Rect { height: screen.height.saturating_sub(2), ..screen };
    let inside = framed(theme, frame, &format!("Rewrite {}", rewriting.of), area);
    let compared = compare::rewrite(&bench.tree, rewriting.of, &rewriting.text);
    let hidden = sides(&compared, (SHOWN, rewriting.scrolled), theme, frame, inside);
    more(theme, frame, area, hidden);
}

/// Draws both sides, scrolled down by so many rows; returns how many there are below what is seen.
fn sides(
    compared: &Comparison,
    (shown, top): (Shown, usize),
    theme: &Theme,
    frame: &mut Frame,
    area: Area,
) -> usize {
    let (sides, beside) = lay(compared, shown, (area.width, area.height));
    if beside {
        for row in 0..area.height {
            let column = sides[0].size.0 + 1;
            put(frame, area, row, column, &[Span::styled("│", theme.style("border"))]);
        }
    }
    let mut place = area;
    let mut below = 0;
    for Laid { size, head, rows } in sides {
        place = Area { width: size.0, height: size.1, ..place };
        let high = u16::try_from(head.len()).unwrap_or(u16::MAX).min(size.1);
        scrolled(frame, place, head, 0, theme);
        let text = Area { y: place.y + high, height: size.1 - high, ..place };
        below = below.max(scrolled(frame, text, rows, top, theme));
        if beside {
            place.x += size.0 + 3;
        } else {
            place.y += size.1;
        }
    }
    below
}
