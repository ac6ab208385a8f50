//! Drawing a token from raw logits.
//!
//! Responsible for the common sampler chain and for the raw log-probability, which is of the
//! unmodified distribution: temperature 1, nothing truncated. Random numbers are a function
//! of (seed, position), so a branch draws the same tokens whatever runs beside it.

use crate::tree::Sampling;

/// A drawn token and its raw log-probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    pub token: usize,
    pub logprob: f32,
}

/// Returns the natural logarithm of the sum of the exponentials, or `None` if a logit is not a
/// number, which means that the model or its arithmetic is broken.
#[must_use]
pub fn log_sum_exp(logits: &[f32]) -> Option<f64> {
    let best = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if !best.is_finite() {
        return None;
    }
    let sum: f64 = logits.iter().map(|logit| f64::from((logit - best).exp())).sum();
    sum.is_finite().then(|| f64::from(best) + sum.ln())
}

/// Draws a token.
///
/// `position` is the token's position in the sequence. Returns `None` if the logits are not
/// numbers.
#[must_use]
pub fn draw(logits: &[f32], sampling: &Sampling, seed: u64, position: u64) -> Option<Drawn> {
    let total = log_sum_exp(logits)?;
    let token = if sampling.temperature <= 0.0 {
        best(logits)
    } else {
        pick(&candidates(logits, sampling), sampling.temperature, uniform(seed, position))
    };
    #[allow(clippy::cast_possible_truncation)] // a log-probability needs no more than f32
    let logprob = (f64::from(logits[token]) - total).min(0.0) as f32;
    // A token of probability 0 in f32 still was drawn: keep the figure finite for the files.
    Some(Drawn { token, logprob: logprob.max(-1e4) })
}

fn best(logits: &[f32]) -> usize {
    let better = |best: usize, at: usize| if logits[at] > logits[best] { at } else { best };
    (1..logits.len()).fold(0, better)
}

/// The tokens that the truncations leave, with their logits, most probable first if any
/// truncation asked for an order.
fn candidates(logits: &[f32], sampling: &Sampling) -> Vec<(usize, f32)> {
    let mut all: Vec<(usize, f32)> = logits.iter().copied().enumerate().collect();
    let limit = usize::try_from(sampling.top_k).unwrap_or(usize::MAX);
    let ordered = sampling.top_p < 1.0 || (1..all.len()).contains(&limit);
    if ordered {
        let by_logit = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if (1..all.len()).contains(&limit) {
            all.select_nth_unstable_by(limit - 1, by_logit);
            all.truncate(limit);
        }
        all.sort_unstable_by(by_logit);
    }
    let best = all.iter().map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
    if sampling.top_p < 1.0 {
        let share = |logit: f32| f64::from((logit - best).exp());
        let enough =
            f64::from(sampling.top_p) * all.iter().map(|(_, logit)| share(*logit)).sum::<f64>();
        let mut sum = 0.0;
        let kept = all.iter().take_while(|(_, logit)| {
            let needed = sum < enough;
            sum += share(*logit);
            needed
        });
        let kept = kept.count().max(1);
        all.truncate(kept);
    }
    if sampling.min_p > 0.0 {
        let floor = best + sampling.min_p.ln();
        all.retain(|(_, logit)| *logit >= floor);
    }
    all
}

fn pick(candidates: &[(usize, f32)], temperature: f32, random: f64) -> usize {
    let best = candidates.iter().map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
    let weight = |logit: f32| f64::from(((logit - best) / temperature).exp());
    let mut left = random * candidates.iter().map(|(_, logit)| weight(*logit)).sum::<f64>();
    for (token, logit) in candidates {
        left -= weight(*logit);
        if left < 0.0 {
            return *token;
        }
    }
    candidates.last().map_or(0, |(token, _)| *token)
}

/// A number in `[0, 1)` that depends on nothing but the seed and the position (SplitMix64).
#[allow(clippy::cast_precision_loss)] // 53 bits fit
fn uniform(seed: u64, position: u64) -> f64 {
    (mix(seed ^ mix(position)) >> 11) as f64 / (1u64 << 53) as f64
}

fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 5] = [2.0, 1.0, 0.0, -1.0, 3.0];

    fn frequencies(sampling: &Sampling) -> [f64; 5] {
        let mut counts = [0.0; 5];
        for position in 0..20_000 {
            counts[draw(&LOGITS, sampling, 11, position).unwrap().token] += 1.0 / 20_000.0;
        }
        counts
    }

    #[test]
    fn zero_temperature_takes_the_best_and_reports_the_raw_probability() {
        let sampling = Sampling { temperature: 0.0, ..Sampling::default() };
        let drawn = draw(&LOGITS, &sampling, 0, 0).unwrap();
        let total: f64 = LOGITS.iter().map(|logit| f64::from(*logit).exp()).sum();
        assert_eq!(drawn.token, 4);
        assert!((f64::from(drawn.logprob) - (3.0 - total.ln())).abs() < 1e-6);
    }

    #[test]
    fn frequencies_follow_the_softmax_at_the_temperature() {
        let sampling = Sampling { temperature: 0.5, ..Sampling::default() };
        let weights: Vec<f64> =
            LOGITS.iter().map(|logit| (f64::from(*logit) / 0.5).exp()).collect();
        let total: f64 = weights.iter().sum();
        for (seen, weight) in frequencies(&sampling).iter().zip(weights) {
            assert!((seen - weight / total).abs() < 0.015, "{seen} against {}", weight / total);
        }
    }

    #[test]
    fn truncations_keep_what_they_should() {
        let base = Sampling { temperature: 1.0, ..Sampling::default() };
        let top_k = frequencies(&Sampling { top_k: 2, ..base });
        assert!(top_k[4] > 0.0 && top_k[0] > 0.0 && top_k[1] + top_k[2] + top_k[3] == 0.0);
        // Softmax: .636, .234, .086, .032, .012; the first two reach 0.8.
        let top_p = frequencies(&Sampling { top_p: 0.8, ..base });
        assert!(top_p[4] > 0.0 && top_p[0] > 0.0 && top_p[1] + top_p[2] + top_p[3] == 0.0);
        let min_p = frequencies(&Sampling { min_p: 0.1, ..base });
        assert!(min_p[1] > 0.0 && min_p[2] + min_p[3] == 0.0);
    }

    #[test]
    fn a_draw_depends_on_seed_and_position_only() {
        let sampling = Sampling::default();
        let one: Vec<_> = (0..50).map(|at| draw(&LOGITS, &sampling, 1, at)).collect();
        let again: Vec<_> = (0..50).map(|at| draw(&LOGITS, &sampling, 1, at)).collect();
        let other: Vec<_> = (0..50).map(|at| draw(&LOGITS, &sampling, 2, at)).collect();
        assert_eq!(one, again);
        assert_ne!(one, other);
    }

    #[test]
    fn logits_that_are_not_numbers_are_refused() {
        assert_eq!(draw(&[f32::NAN, f32::NAN], &Sampling::default(), 0, 0), None);
        assert_eq!(draw(&[f32::INFINITY, 0.0], &Sampling::default(), 0, 0), None);
        assert_eq!(draw(&[], &Sampling::default(), 0, 0), None);
    }
}
