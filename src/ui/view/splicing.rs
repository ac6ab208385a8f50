//! The splice screen: what would be trained on, and what would be masked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{Row, framed, more};
use super::put;
use crate::app::{SPLICE_GUTTER as GUTTER, Splicing, Workbench};
use crate::text::{SafeText, Wrapped};
use crate::tree::Meaning;
use crate::ui::theme::Theme;

pub fn draw(splicing: &Splicing, bench: &Workbench, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let area = Rect { height: screen.height.saturating_sub(2), ..screen };
    let title = format!("Splice {} of {}", splicing.at + 1, splicing.proposals.len());
    let inside = framed(theme, frame, &title, area);
    let Some(proposal) = splicing.proposals.get(splicing.at) else { return };
    let muted = theme.style("muted");
    let pair = proposal.pair;
    let ends = [
        Span::styled(format!("bad {} ({:.2})", pair.bad, pair.bad_value), theme.style("wrong")),
        Span::styled(", ", muted),
        Span::styled(format!("good {} ({:.2})", pair.good, pair.good_value), theme.style("right")),
        Span::styled(
            format!("   alpha {}, beta {}", splicing.limits.alpha, splicing.limits.beta),
            muted,
        ),
    ];
    put(frame, inside, 0, 0, &ends);
    let goes_on = match proposal.meaning {
        Meaning::Reset => "then from where they part".to_owned(),
        Meaning::Continue => {
            let count = splicing.continuations;
            format!("then {count} grown on from the error (+ -); those that verify are kept")
        }
    };
    put(
        frame,
        inside,
        1,
        0,
        &[
            Span::styled(format!("cut after {}", proposal.cut), theme.style("accent")),
            Span::styled(format!(", {goes_on}"), muted),
        ],
    );
    let columns = usize::from(inside.width).saturating_sub(GUTTER).max(1);
    let mut rows: Vec<Row> = Vec::new();
    for passage in proposal.passages(&bench.tree) {
        let text = SafeText::block(passage.text.trim());
        let wrapped = Wrapped::new(&text, columns);
        let (word, scope) = if passage.trained { ("train", "text") } else { ("mask", "muted") };
        for at in 0..wrapped.rows().len() {
            let word = if at == 0 { word } else { "" };
            let mark = if passage.trained { "│ " } else { "  " };
            rows.push(vec![
                Span::styled(format!("{word:<5}"), theme.style("key")),
                Span::styled(mark, theme.style("accent")),
                Span::styled(wrapped.row(&text, at).to_owned(), theme.style(scope)),
            ]);
        }
    }
    let height = usize::from(inside.height.saturating_sub(3));
    let top = splicing.scrolled.min(rows.len().saturating_sub(height));
    for (line, row) in (3..inside.height).zip(rows.iter().skip(top)) {
        put(frame, inside, line, 0, row);
    }
    more(theme, frame, area, rows.len().saturating_sub(top + height));
}
