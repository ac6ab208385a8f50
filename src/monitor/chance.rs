//! Chances, estimated from samples: pass@k without bias, and intervals of shares.

/// Returns the chance that at least one of `k` samples is right, where `right` of `of` were: the
/// estimate without bias.
#[must_use]
pub fn pass_at(k: u64, right: u64, of: u64) -> f64 {
    let wrong = of.saturating_sub(right);
    let miss: f64 =
        (0..k.min(of)).map(|at| wrong.saturating_sub(at) as f64 / (of - at) as f64).product();
    if right == 0 { 0.0 } else { 1.0 - miss }
}

/// Returns the chance that at least `least` of `k` samples are right (B-STaR's pass@K-S).
#[must_use]
pub fn pass_at_least(least: u64, k: u64, right: u64, of: u64) -> f64 {
    let wrong = of.saturating_sub(right);
    let all = choose_ln(of, k.min(of));
    let fewer = |hits: u64| {
        let misses = k.min(of).checked_sub(hits).filter(|misses| *misses <= wrong);
        let misses = misses.filter(|_| hits <= right);
        misses.map_or(0.0, |misses| (choose_ln(right, hits) + choose_ln(wrong, misses) - all).exp())
    };
    (1.0 - (0..least).map(fewer).sum::<f64>()).clamp(0.0, 1.0)
}

/// The logarithm of a binomial coefficient.
fn choose_ln(of: u64, some: u64) -> f64 {
    (0..some).map(|at| ((of - at) as f64 / (at + 1) as f64).ln()).sum()
}

/// Returns the 95 % interval of a share (Wilson 1927).
#[must_use]
pub fn wilson(successes: usize, of: usize) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (of as f64, successes as f64 / of as f64);
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}

/// Returns how many samples it takes until something that comes up with a probability is seen at
/// least once, with a certainty, both in `(0, 1)`; nothing where it never or always comes up.
/// (Sharpening, Huang et al. 2024: what is seen with 0.02 takes 149 samples at 95 %.)
#[must_use]
pub fn samples_to_see(probability: f64, certainty: f64) -> Option<u64> {
    let samples = ((1.0 - certainty).ln() / (1.0 - probability).ln()).ceil();
    // Where it is so, the number fits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (probability > 0.0 && (1.0..1e15).contains(&samples)).then_some(samples as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_wilson() {
        // R: prop.test(74, 100, correct = FALSE) and prop.test(0, 10, correct = FALSE).
        let (low, high) = wilson(74, 100);
        assert!((low - 0.646_333).abs() < 1e-4 && (high - 0.816_033).abs() < 1e-3, "{low} {high}");
        let (low, high) = wilson(0, 10);
        assert!(low == 0.0 && (high - 0.277_533).abs() < 1e-4, "{high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn samples_to_see_are_the_golden_ones() {
        // Golden, `methods.md` 18: ln .05 / ln .98 = 148.3.
        let exact = 0.05f64.ln() / 0.98f64.ln();
        assert!((exact - 148.283_704).abs() < 1e-6, "{exact}");
        assert_eq!(samples_to_see(0.02, 0.95), Some(149));
        assert_eq!(samples_to_see(0.5, 0.95), Some(5));
        assert_eq!((samples_to_see(0.0, 0.95), samples_to_see(1.0, 0.95)), (None, None));
    }

    #[test]
    fn pass_at_k_is_the_golden_one() {
        // Golden, `methods.md` 12.
        assert!((pass_at(4, 4, 16) - 0.728_021_978_0).abs() < 1e-9);
        assert_eq!((pass_at(1, 0, 5), pass_at(9, 5, 5), pass_at(3, 0, 0)), (0.0, 1.0, 0.0));
    }

    #[test]
    fn pass_at_k_of_several_is_the_golden_one() {
        // Golden, `methods.md` 12: n 16, c 8, K 8, S 2.
        assert!((pass_at_least(2, 8, 8, 16) - 0.994_949_494_9).abs() < 1e-9);
        for (k, right, of) in [(4, 4, 16), (3, 1, 3), (5, 0, 9), (2, 9, 9)] {
            assert!((pass_at_least(1, k, right, of) - pass_at(k, right, of)).abs() < 1e-9);
        }
        assert!(pass_at_least(3, 8, 2, 16) < 1e-9);
    }
}
