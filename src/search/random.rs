//! Random numbers for selectors: small, seeded, and the same on every machine.
//!
//! Responsible for the distributions that Thompson sampling draws from. Not responsible for
//! tokens: those the engine draws, from seeds of its own.

/// A generator of random numbers (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Makes a generator from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Draws from `(0, 1)`, evenly.
    pub fn uniform(&mut self) -> f64 {
        // 53 bits, half a step away from both ends.
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Draws a number below `count`, which is at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        let count = count.max(1);
        let product = u128::from(self.next()) * count as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// Draws an index in proportion to weights; the last if none has any.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        let taken = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        taken.unwrap_or(weights.len().saturating_sub(1))
    }

    /// Draws from the standard normal distribution (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Draws from the gamma distribution with a shape and scale 1 (Marsaglia and Tsang 2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.uniform().powf(1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// Draws from the beta distribution.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        x / (x + y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 20_000;

    /// Mean and variance of many draws.
    fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let mut record = crate::tree::Statistics::default();
        for _ in 0..DRAWS {
            record.add(draw());
        }
        (record.mean, record.variance())
    }

    #[test]
    fn draws_have_the_moments_of_their_distributions() {
        let mut random = Random::new(7);
        let (mean, variance) = moments(|| random.normal());
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        for shape in [0.5, 1.0, 4.5] {
            let (mean, variance) = moments(|| random.gamma(shape));
            assert!((mean - shape).abs() < 0.06, "{shape}: {mean}");
            assert!((variance - shape).abs() < 0.1 * shape + 0.1, "{shape}: {variance}");
        }
        let (mean, variance) = moments(|| random.beta(6.0, 2.0));
        assert!((mean - 0.75).abs() < 0.01 && (variance - 0.020_833).abs() < 0.002);
    }

    #[test]
    fn weights_are_followed_and_indices_stay_in_range() {
        let mut random = Random::new(1);
        let mut counts = [0u32; 3];
        for _ in 0..DRAWS {
            counts[random.weighted(&[1.0, 0.0, 3.0])] += 1;
            assert!(random.below(5) < 5);
        }
        assert_eq!(counts[1], 0);
        assert!((f64::from(counts[2]) / f64::from(DRAWS) - 0.75).abs() < 0.02);
        assert_eq!(random.weighted(&[0.0, 0.0]), 1);
    }
}
