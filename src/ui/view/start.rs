//! The start screen.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Span;

use super::{beyond, put, status};
use crate::app::layout::Area;
use crate::app::{EngineState, Entry, Model, Recent, Start};
use crate::assets;
use crate::text::{SafeText, Wrapped, pad, width};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, start: &Start, theme: &Theme, frame: &mut Frame) {
    let screen = frame.area();
    let wide = screen.width.min(92);
    let area = Area {
        x: (screen.width - wide) / 2 + 1,
        y: u16::from(screen.height > 16),
        width: wide - 2,
        height: screen.height - 1 - u16::from(screen.height > 16),
    };
    let name = [
        Span::styled("pleach", theme.style("title")),
        Span::styled("  a workbench for reasoning trees", theme.style("muted")),
    ];
    put(frame, area, 0, 0, &name);
    put(frame, area, 1, 0, &engine(model, theme));
    list(model, start, theme, frame, area);
    let bottom = Area { x: 0, y: screen.height - 1, width: screen.width, height: 1 };
    status::hints(model, theme, frame, bottom);
}

fn engine(model: &Model, theme: &Theme) -> Vec<Span<'static>> {
    let (text, scope) = match &model.engine {
        EngineState::Loading(share) => {
            (format!("loading the model, {:.0} %", share * 100.0), "accent")
        }
        EngineState::Restarting(_) => {
            ("the engine is being started again".to_owned(), "notice.error")
        }
        EngineState::Failed(why) => (format!("no model: {}", SafeText::line(why)), "notice.error"),
        EngineState::Ready(info) => {
            let size = match info.parameters {
                0 => String::new(),
                count @ ..1_000_000 => format!(", {} thousand parameters", count / 1000),
                count @ ..1_000_000_000 => {
                    format!(", {} million parameters", (count + 500_000) / 1_000_000)
                }
                #[allow(clippy::cast_precision_loss)]
                count => format!(", {:.1} billion parameters", count as f64 / 1e9),
            };
            (format!("model {}{size}", SafeText::line(&info.name)), "muted")
        }
    };
    vec![Span::styled(text, theme.style(scope))]
}

/// One line of the list: a heading, an entry, or the field.
enum Item {
    Heading(&'static str),
    Entry(usize),
    Field(String),
    Space,
}

fn list(model: &Model, start: &Start, theme: &Theme, frame: &mut Frame, area: Area) {
    let columns = usize::from(area.width).saturating_sub(4);
    let mut items = Vec::new();
    let mut heading = "";
    for (index, entry) in start.entries.iter().enumerate() {
        let above = match entry {
            Entry::Sample(_) => "Try a sample",
            Entry::New => "Ask your own",
            Entry::Recording(_) => "Watch how one grew",
            Entry::Recent(_) => "Open again",
        };
        if above != heading {
            heading = above;
            items.extend([Item::Space, Item::Heading(above)]);
        }
        match (&start.input, entry) {
            (Some(input), Entry::New) => {
                let (before, after) = input.halves();
                let typed = format!("{}▏{}", SafeText::line(before), SafeText::line(after));
                let wrapped = Wrapped::new(&typed, columns.max(1));
                let rows = 0..wrapped.rows().len();
                items.extend(rows.map(|row| Item::Field(wrapped.row(&typed, row).to_owned())));
            }
            _ => items.push(Item::Entry(index)),
        }
    }
    let chosen = |item: &Item| match item {
        Item::Entry(index) => start.input.is_none() && *index == start.cursor,
        Item::Field(_) => true,
        Item::Heading(_) | Item::Space => false,
    };
    let height = usize::from(area.height.saturating_sub(3));
    let entries = |items: &[Item]| {
        items.iter().filter(|item| matches!(item, Item::Entry(_) | Item::Field(_))).count()
    };
    let at = items.iter().rposition(chosen).unwrap_or(0);
    let top = (at + 2).saturating_sub(height);
    let end = (top + height).min(items.len());
    let more = beyond(entries(&items[..top]), entries(&items[end..]));
    let more = Span::styled(more, theme.style("muted"));
    put(frame, area, area.height.saturating_sub(1), 1, &[more]);
    for (row, item) in (2..area.height - 1).zip(items.iter().skip(top)) {
        let spans = match item {
            Item::Space => Vec::new(),
            Item::Heading(text) => vec![Span::styled(*text, theme.style("title"))],
            Item::Field(text) => vec![
                Span::styled("  ", Style::new()),
                Span::styled(text.clone(), theme.style("accent")),
            ],
            Item::Entry(index) => {
                entry(model, &start.entries[*index], theme, columns, chosen(item))
            }
        };
        put(frame, area, row, 0, &spans);
    }
}

fn entry(
    model: &Model,
    entry: &Entry,
    theme: &Theme,
    columns: usize,
    chosen: bool,
) -> Vec<Span<'static>> {
    let mark = if chosen { "▌ " } else { "  " };
    let style = if chosen { theme.style("selection") } else { theme.style("text") };
    let (text, note) = match entry {
        Entry::Sample(problem) => (SafeText::line(&problem.text).into_string(), String::new()),
        Entry::New => ("type a problem".to_owned(), String::new()),
        Entry::Recording(at) => {
            assets::RECORDINGS.get(*at).map_or_else(Default::default, |sample| {
                (format!("{}: {}", sample.title, sample.look), String::new())
            })
        }
        Entry::Recent(recent) => recent_texts(recent, model.now),
    };
    let room = columns.saturating_sub(width(&note));
    vec![
        Span::styled(mark, theme.style("accent")),
        Span::styled(pad(&text, room), style),
        Span::styled(note, theme.style("muted").patch(if chosen { style } else { Style::new() })),
    ]
}

fn recent_texts(recent: &Recent, now: u64) -> (String, String) {
    match &recent.title {
        Ok(title) => {
            let nodes = if recent.nodes == 1 {
                "1 node".to_owned()
            } else {
                format!("{} nodes", recent.nodes)
            };
            (
                SafeText::line(title).into_string(),
                format!("  {nodes}, {}", ago(now.saturating_sub(recent.changed))),
            )
        }
        Err(why) => {
            let name = recent
                .path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            (
                format!("{}: {}", SafeText::line(&name), SafeText::line(why)),
                "  unreadable".to_owned(),
            )
        }
    }
}

fn ago(milliseconds: u64) -> String {
    match milliseconds / 60_000 {
        0 => "just now".to_owned(),
        minutes @ 1..=59 => format!("{minutes} min ago"),
        minutes @ 60..=2879 => format!("{} h ago", minutes / 60),
        minutes => format!("{} days ago", minutes / 1440),
    }
}
