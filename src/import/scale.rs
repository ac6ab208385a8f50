//! The scale of figures that do not say which they are on.

/// A scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    /// Its least and its most.
    pub range: (f64, f64),
    /// What people call it.
    pub name: String,
}

/// Scales that are in use, the narrowest first.
const KNOWN: [(f64, f64); 5] =
    [(0.0, 1.0), (-1.0, 1.0), (0.0, 10.0), (0.0, 100.0), (-100.0, 100.0)];

impl Scale {
    /// Returns the narrowest scale in use that holds all figures, or the one that they span; none
    /// without figures.
    pub(super) fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut low, mut high, mut any) = (f64::INFINITY, f64::NEG_INFINITY, false);
        for figure in figures.filter(|figure| figure.is_finite()) {
            (low, high, any) = (low.min(figure), high.max(figure), true);
        }
        if !any {
            return None;
        }
        let known = KNOWN.into_iter().find(|(least, most)| *least <= low && high <= *most);
        if let Some(range) = known {
            return Some(Self { range, name: format!("{}..{}", range.0, range.1) });
        }
        let high = if high > low { high } else { low + 1.0 };
        Some(Self { range: (low, high), name: format!("{low}..{high}, as found in the file") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_scale_in_use_is_taken() {
        let name = |figures: &[f64]| Scale::of(figures.iter().copied()).map(|scale| scale.name);
        assert_eq!(name(&[0.2, 1.0]).as_deref(), Some("0..1"));
        assert_eq!(name(&[-0.2, 1.0]).as_deref(), Some("-1..1"));
        assert_eq!(name(&[7.0]).as_deref(), Some("0..10"));
        assert_eq!(name(&[-3.0, 40.0]).as_deref(), Some("-100..100"));
        assert_eq!(name(&[-300.0, 40.0]).as_deref(), Some("-300..40, as found in the file"));
        assert_eq!(name(&[]), None);
        assert_eq!(name(&[f64::NAN]), None);
    }
}
