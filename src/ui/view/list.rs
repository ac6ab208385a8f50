//! A list to choose from: what is typed above, what matches below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::overlay::{field, framed, more};
use super::put;
use crate::app::List;
use crate::text::{SafeText, pad, truncate, width};
use crate::ui::theme::Theme;

pub fn draw(list: &List, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let wide = screen.width.min(84);
    // The box keeps its size while the list gets shorter, so that nothing jumps.
    let most = usize::from(screen.height.saturating_sub(3));
    let high = u16::try_from((list.entries.len() + 3).min(most)).unwrap_or(u16::MAX);
    let y = (screen.height.saturating_sub(2) - high) / 3;
    let area = Rect { x: (screen.width - wide) / 2, y, width: wide, height: high };
    let title = SafeText::line(&list.title);
    let count = format!("{title}, {} of {}", list.matches.len(), list.entries.len());
    let inside = framed(theme, frame, &count, area);
    let columns = usize::from(inside.width);
    put(frame, inside, 0, 0, &field(&list.field, theme, columns));
    let room = usize::from(inside.height.saturating_sub(1));
    let names = list.entries.iter().map(|entry| width(&entry.name)).max().unwrap_or(0);
    let names = names.min(columns / 2) + 2;
    let top = (list.chosen + 1).saturating_sub(room);
    for (line, at) in (1..inside.height).zip(top..list.matches.len()) {
        let Some(entry) = list.entries.get(list.matches[at]) else { continue };
        let style = if at == list.chosen { theme.style("selection") } else { Style::new() };
        let aside = SafeText::line(&entry.aside);
        let middle = columns.saturating_sub(names + width(&aside) + 2);
        let (name, note) = (SafeText::line(&entry.name), SafeText::line(&entry.note));
        let (name, _) = truncate(&name, names - 1);
        let (note, _) = truncate(&note, middle);
        let spans = [
            Span::styled(pad(&name, names), style),
            Span::styled(pad(&note, middle + 2), theme.style("muted").patch(style)),
            Span::styled(aside.into_string(), theme.style("key").patch(style)),
        ];
        put(frame, inside, line, 0, &spans);
    }
    more(theme, frame, area, list.matches.len().saturating_sub(top + room));
}
