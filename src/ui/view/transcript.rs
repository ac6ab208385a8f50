//! The transcript of a debate over the screen, wrapped, from its first row on.

use ratatui::Frame;

use super::overlay::{column, framed, more};
use super::scrolled;
use crate::app::{READER_WIDEST as WIDEST, Transcript, Workbench};
use crate::ui::theme::Theme;

pub fn draw(transcript: &Transcript, bench: &Workbench, theme: &Theme, frame: &mut Frame) {
    let area = column(frame.area(), WIDEST);
    let (title, rows) = transcript.rows(bench, usize::from(area.width.saturating_sub(4)));
    let inside = framed(theme, frame, &title, area);
    let hidden = scrolled(frame, inside, rows, transcript.top, theme);
    more(theme, frame, area, hidden);
}
