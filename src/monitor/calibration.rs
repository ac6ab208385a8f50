//! Calibration: whether values are probabilities.

use serde::Serialize;

/// How many bins values are sorted into.
const BINS: usize = 10;

/// How far an evaluator's values can be read as probabilities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// How many judgements.
    pub count: u32,
    /// Expected calibration error over ten bins of equal width.
    pub ece: f64,
    /// Mean squared error (Brier); a guess of one half has 0.25.
    pub brier: f64,
    /// The bins, from the lowest values to the highest.
    pub bins: Vec<Bin>,
}

/// Judgements with about the same value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub count: u32,
    /// Their mean value.
    pub said: f64,
    /// The share that turned out right.
    pub right: f64,
}

impl Calibration {
    /// Measures values against outcomes; nothing without any.
    #[must_use]
    pub fn of(judgements: &[(f64, bool)]) -> Option<Self> {
        if judgements.is_empty() {
            return None;
        }
        let mut bins = [Bin::default(); BINS];
        let mut squares = 0.0;
        for (value, right) in judgements {
            let outcome = f64::from(u8::from(*right));
            squares += (value - outcome).powi(2);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let at = (value.clamp(0.0, 1.0) * BINS as f64) as usize;
            let bin = &mut bins[at.min(BINS - 1)];
            bin.count += 1;
            bin.said += value;
            bin.right += outcome;
        }
        for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
            bin.said /= f64::from(bin.count);
            bin.right /= f64::from(bin.count);
        }
        let all = judgements.len() as f64;
        let off = |bin: &Bin| f64::from(bin.count) / all * (bin.said - bin.right).abs();
        Some(Self {
            count: u32::try_from(judgements.len()).unwrap_or(u32::MAX),
            ece: bins.iter().map(off).sum(),
            brier: squares / all,
            bins: bins.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_the_golden_ones() {
        // Golden, `methods.md` C5.
        let said = [0.95, 0.85, 0.75, 0.65, 0.55, 0.15];
        let right = [true, true, false, true, false, false];
        let judgements: Vec<_> = said.into_iter().zip(right).collect();
        let found = Calibration::of(&judgements).unwrap();
        assert!((found.ece - 0.333_333_333_3).abs() < 1e-9, "{}", found.ece);
        assert!((found.brier - 0.1725).abs() < 1e-12, "{}", found.brier);
        assert_eq!(found.bins.iter().map(|bin| bin.count).sum::<u32>(), 6);
        assert_eq!(found.bins[1], Bin { count: 1, said: 0.15, right: 0.0 });
    }

    #[test]
    fn the_ends_of_the_scale_have_a_bin() {
        let found = Calibration::of(&[(1.0, true), (0.0, false)]).unwrap();
        assert_eq!((found.ece, found.brier), (0.0, 0.0));
        assert_eq!((found.bins[0].count, found.bins[9].count), (1, 1));
        assert_eq!(Calibration::of(&[]), None);
    }
}
