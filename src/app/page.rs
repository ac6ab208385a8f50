//! A page of figures over a screen, read from its beginning: the monitors.

use super::Effect;
use super::model::Model;
use super::overlay::Overlay;
use crate::monitor::{self, Health};

/// A page while it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What it is.
    pub title: String,
    /// Its rows.
    pub rows: Vec<String>,
    /// The first row that is shown.
    pub top: usize,
}

impl Page {
    /// Scrolls by rows, upwards if positive, as the reader does; so many rows are seen.
    pub(super) fn scroll(&mut self, by: isize, height: usize) {
        let down = by.checked_neg().unwrap_or(isize::MAX);
        self.top = self.top.saturating_add_signed(down).min(self.rows.len().saturating_sub(height));
    }
}

/// Opens what the monitors say of the tree.
pub(super) fn monitors(model: &mut Model) -> Vec<Effect> {
    let Some(bench) = model.workbench() else { return Vec::new() };
    let mut health = Health::default();
    health.add(&bench.tree);
    let mut rows = monitor::page(&health.report());
    rows.extend(monitor::charts(&bench.tree));
    let tokens = bench.pulse.tokens();
    if let Some(most) = tokens.iter().max() {
        rows.push(String::new());
        rows.push(format!("Tokens a second, at most {most}"));
        rows.push(monitor::spark(&tokens, 60));
    }
    model.overlays.push(Overlay::Page(Page { title: "Monitors".to_owned(), rows, top: 0 }));
    Vec::new()
}
