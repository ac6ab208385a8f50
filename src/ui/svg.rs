//! A screen as a picture: SVG, for the book and for bug reports.
//!
//! Responsible for turning a buffer into runs of text and rectangles on a grid of cells. Not
//! responsible for what is on the screen.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::text::width;

/// The size of a cell.
const CELL: (usize, usize) = (9, 19);
/// Space around the screen.
const EDGE: usize = 12;
/// What the terminal's own colours look like in a picture: paper and ink.
const PAPER: &str = "#1b1f1b";
const INK: &str = "#e3e5da";
/// The terminal's sixteen colours.
const SIXTEEN: [&str; 16] = [
    "#2b302b", "#e0705f", "#9cc96b", "#dcb15c", "#7aa5d8", "#c793cf", "#6fc2c0", "#c9ccbf",
    "#7d857a", "#f09182", "#b9e08d", "#f0cd85", "#9fc2ee", "#deb4e4", "#9adedb", "#ffffff",
];

/// Returns the picture of a screen.
#[must_use]
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (wide, high) = (columns * CELL.0 + 2 * EDGE, rows * CELL.1 + 2 * EDGE);
    // The edge goes on with what the screen begins with.
    let paper = buffer.content.first().and_then(|cell| colour(cell.bg)).unwrap_or(PAPER.into());
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\">\n\
         <title>{}</title>\n<rect width=\"{wide}\" height=\"{high}\" rx=\"8\" fill=\"{paper}\"/>\n",
        xml(title)
    );
    for row in 0..buffer.area.height {
        for run in runs(buffer, row) {
            draw(&run, usize::from(row), &mut text);
        }
    }
    text += "</svg>\n";
    text
}

/// Cells of a row that look the same.
struct Run {
    column: usize,
    columns: usize,
    text: String,
    look: (Color, Color, Modifier),
}

fn runs(buffer: &Buffer, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    while column < buffer.area.width {
        let cell: &Cell = &buffer[(column, row)];
        let look = (cell.fg, cell.bg, cell.modifier);
        let columns = width(cell.symbol()).max(1);
        // What does not lie in the middle of the grid by itself gets a run of its own.
        let joins = cell.symbol().is_ascii();
        match runs.last_mut().filter(|run| run.look == look && run.text.is_ascii() && joins) {
            Some(run) => {
                run.text.push_str(cell.symbol());
                run.columns += columns;
            }
            None => runs.push(Run {
                column: usize::from(column),
                columns,
                text: cell.symbol().to_owned(),
                look,
            }),
        }
        column += u16::try_from(columns).unwrap_or(1);
    }
    runs
}

fn draw(run: &Run, row: usize, text: &mut String) {
    let (mut ink, mut paper) = (colour(run.look.0), colour(run.look.1));
    let modifier = run.look.2;
    if modifier.contains(Modifier::REVERSED) {
        (ink, paper) = (Some(paper.unwrap_or(PAPER.into())), Some(ink.unwrap_or(INK.into())));
    }
    let (x, y) = (EDGE + run.column * CELL.0, EDGE + row * CELL.1);
    let wide = run.columns * CELL.0;
    if let Some(paper) = paper {
        let _ = writeln!(
            text,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    let shown = run.text.trim_end();
    if shown.is_empty() {
        return;
    }
    let lead = shown.len() - shown.trim_start().len();
    let shown = shown.trim_start();
    let x = x + lead * CELL.0;
    let wide = width(shown) * CELL.0;
    let mut style = String::new();
    if modifier.contains(Modifier::BOLD) {
        style += " font-weight=\"bold\"";
    }
    if modifier.contains(Modifier::ITALIC) {
        style += " font-style=\"italic\"";
    }
    if modifier.contains(Modifier::UNDERLINED) {
        style += " text-decoration=\"underline\"";
    }
    if modifier.contains(Modifier::DIM) {
        style += " opacity=\"0.6\"";
    }
    let ink = ink.unwrap_or(INK.into());
    let y = y + CELL.1 - 5;
    let _ = writeln!(
        text,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{wide}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{ink}\"{style} \
         xml:space=\"preserve\">{}</text>",
        xml(shown)
    );
}

fn colour(colour: Color) -> Option<String> {
    let named = |index: usize| Some(SIXTEEN[index].to_owned());
    match colour {
        Color::Reset => None,
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
        Color::Indexed(index) => named(usize::from(index % 16)),
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

/// Escapes text for XML and leaves out what XML cannot hold.
#[must_use]
pub fn xml(text: &str) -> String {
    let fit = text.chars().filter(|character| !character.is_control());
    fit.fold(String::new(), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use ratatui::text::Span;
    use ratatui::widgets::Widget;

    use super::*;

    #[test]
    fn text_lies_on_the_grid_and_cannot_end_the_picture() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        let style = Style::new().fg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::REVERSED);
        Span::styled("a</svg> 日b", style).render(buffer.area, &mut buffer);
        let picture = svg(&buffer, "<t>");
        assert_eq!(picture.matches("</svg>").count(), 1);
        assert!(picture.contains("<title>&lt;t&gt;</title>"));
        assert!(picture.contains(">a&lt;/svg&gt;</text>"), "{picture}");
        // The wide character is two cells from the eighth on, and what follows stands behind it.
        assert!(picture.contains("x=\"84\"") && picture.contains("x=\"102\""), "{picture}");
        assert!(picture.contains("fill=\"#010203\""));
    }
}
