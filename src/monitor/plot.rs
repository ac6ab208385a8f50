//! Plots as text: bars in eighths of a row, and points and lines in braille dots.
//!
//! Responsible for rows of a given number of columns that stand on any terminal. Not responsible
//! for what is plotted, nor for colours.

/// Returns bars beside one another, each so many columns wide with a blank after it, in rows from
/// the top down. The largest value fills all rows; any value above 0 shows.
#[must_use]
pub fn bars(values: &[u64], columns: usize, rows: usize) -> Vec<String> {
    const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let wide = columns.max(1);
    let whole = rows as u64 * 8;
    let heights: Vec<_> = values.iter().map(|value| (value * whole).div_ceil(most)).collect();
    let row = |row: usize| {
        let below = (rows - 1 - row) as u64 * 8;
        let bar = |height: &u64| {
            let eighths = usize::try_from(height.saturating_sub(below).min(8)).unwrap_or(8);
            format!("{} ", EIGHTHS[eighths].repeat(wide))
        };
        heights.iter().map(bar).collect::<String>().trim_end().to_owned()
    };
    (0..rows).map(row).collect()
}

/// Returns one row of bars, a column each: how a figure went, the newest at the right. Of more
/// values than columns the last are shown.
#[must_use]
pub fn spark(values: &[u64], columns: usize) -> String {
    let shown = &values[values.len().saturating_sub(columns)..];
    let most = shown.iter().copied().max().unwrap_or(0).max(1);
    let level = |value: &u64| match (*value * 8).div_ceil(most) {
        0 => ' ',
        eighths => char::from_u32(0x2580 + u32::try_from(eighths).unwrap_or(8)).unwrap_or('█'),
    };
    shown.iter().map(level).collect()
}

/// A field of braille dots, two by four a cell.
#[derive(Debug, Clone)]
pub struct Dots {
    columns: usize,
    rows: usize,
    cells: Vec<u8>,
}

impl Dots {
    /// Makes an empty field.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, cells: vec![0; columns * rows] }
    }

    /// Sets the dot at a place: shares of the width from the left and of the height from the
    /// bottom, in `[0, 1]`.
    pub fn set(&mut self, across: f64, up: f64) {
        const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let (x, y) = (place(across, self.columns * 2), place(1.0 - up, self.rows * 4));
        if let Some(cell) = self.cells.get_mut(y / 4 * self.columns + x / 2) {
            *cell |= BITS[y % 4][x % 2];
        }
    }

    /// Draws steps through points, from left to right: level to the next one's place, then up or
    /// down to it.
    pub fn steps(&mut self, points: &[(f64, f64)]) {
        let (wide, high) = (self.columns * 2, self.rows * 4);
        for pair in points.windows(2) {
            let [(from, level), (to, next)] = [pair[0], pair[1]];
            for x in place(from, wide)..=place(to, wide) {
                self.set(x as f64 / wide.saturating_sub(1).max(1) as f64, level);
            }
            let ends = [place(level, high), place(next, high)];
            for y in ends[0].min(ends[1])..=ends[0].max(ends[1]) {
                self.set(to, y as f64 / high.saturating_sub(1).max(1) as f64);
            }
        }
        if let [(across, up)] = points {
            self.set(*across, *up);
        }
    }

    /// Returns the rows, from the top down.
    #[must_use]
    pub fn rows(&self) -> Vec<String> {
        let glyph = |cell: &u8| match cell {
            0 => ' ',
            bits => char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' '),
        };
        self.cells.chunks(self.columns.max(1)).map(|row| row.iter().map(glyph).collect()).collect()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of a screen
fn place(share: f64, dots: usize) -> usize {
    (share.clamp(0.0, 1.0) * dots.saturating_sub(1) as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_bar_is_full_and_the_smallest_shows() {
        assert_eq!(bars(&[0, 1, 100, 50], 2, 2), ["      ██", "   ▁▁ ██ ██"]);
        assert_eq!(bars(&[0, 0], 1, 1), [""]);
    }

    #[test]
    fn a_spark_shows_the_last_values() {
        assert_eq!(spark(&[9, 0, 1, 8], 3), " ▁█");
        assert_eq!(spark(&[], 3), "");
    }

    #[test]
    fn dots_lie_from_the_lower_left_to_the_upper_right() {
        let mut dots = Dots::new(2, 1);
        dots.set(0.0, 0.0);
        dots.set(1.0, 1.0);
        assert_eq!(dots.rows(), ["⡀⠈"]);
        let mut dots = Dots::new(2, 1);
        dots.steps(&[(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(dots.rows(), ["⣀⣸"]);
    }
}
