//! The splice screen: what would be trained on, and what would be masked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::{framed, more};
use super::{put, scrolled};
use crate::app::layout::Area;
use crate::app::{SPLICE_HEAD as HEAD, Splicing, Workbench};
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
            format!("then {count} grown on from the error (+ -); the verified are kept")
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
    let below = Area { y: inside.y + HEAD, height: inside.height.saturating_sub(HEAD), ..inside };
    let rows = proposal.rows(&bench.tree, usize::from(inside.width));
    let hidden = scrolled(frame, below, rows, splicing.scrolled, theme);
    more(theme, frame, area, hidden);
}
