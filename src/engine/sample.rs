//! Drawing a token from raw logits.
//!
//! Responsible for the common sampler chain and for the raw log-probability, which is of the
//! unmodified distribution: temperature 1, nothing truncated. Random numbers are a function
//! of (seed, position), so a branch draws the same tokens whatever runs beside it. A vocabulary
//! may have 150,000 tokens, so nothing is copied or sorted that need not be.

use std::borrow::Cow;
use std::ptr;

use super::exponential::{Weights, log_sum_exp};
use super::protocol::Penalties;
use crate::tree::Sampling;

/// A drawn token and its raw log-probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    pub token: usize,
    pub logprob: f32,
}

/// Why no token was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The logits are not numbers: the model or its arithmetic is broken.
    NotNumbers,
    /// The grammar allows no token of the vocabulary.
    NothingAllowed,
}

/// How often a token that the grammar forbids is put aside and another drawn before the grammar is
/// asked about all at once, which takes milliseconds where there are 150,000.
const REDRAWS: u64 = 4;

/// Something that allows some tokens and forbids others.
pub trait Allow {
    /// Drops what is not allowed.
    fn retain(&mut self, candidates: &mut Vec<(usize, f32)>);
}

/// Where a random number comes from.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The branch's seed.
    pub seed: u64,
    /// The token's position in the sequence.
    pub position: u64,
}

/// Draws a token. `shaped` are the logits after penalties; the log-probability is of `raw`.
///
/// # Errors
/// Returns why there is none to draw.
pub fn draw(
    raw: &[f32],
    shaped: &[f32],
    sampling: &Sampling,
    place: Place,
    grammar: Option<&mut dyn Allow>,
) -> Result<Drawn, Refusal> {
    let unmodified = Weights::new(raw, 1.0);
    let total = unmodified.log_sum().ok_or(Refusal::NotNumbers)?;
    let is_unmodified = ptr::eq(raw, shaped) && sampling.temperature == 1.0;
    let kept = candidates(shaped, sampling);
    let random = uniform(place.seed, place.position);
    let mut token = match &kept {
        Some(kept) => pick(kept, sampling.temperature, random),
        None if is_unmodified => unmodified.pick(random),
        None => Weights::new(shaped, sampling.temperature).pick(random),
    };
    if let Some(grammar) = grammar {
        token = allowed(token, kept, shaped, sampling.temperature, place, grammar)?;
    }
    Ok(Drawn { token, logprob: log_probability(raw[token], total) })
}

/// Returns a token that a grammar allows: the one that was drawn, or one drawn from those that are left
/// when forbidden ones are put aside, which leaves the distribution over what is allowed.
fn allowed(
    mut token: usize,
    mut kept: Option<Vec<(usize, f32)>>,
    shaped: &[f32],
    temperature: f32,
    place: Place,
    grammar: &mut dyn Allow,
) -> Result<usize, Refusal> {
    // Numbers that the first draw did not use.
    let random = |redraw: u64| uniform(!place.seed, place.position ^ (redraw << 48));
    let mut left = Cow::Borrowed(shaped);
    for redraw in 1..=REDRAWS {
        let mut drawn = vec![(token, shaped[token])];
        grammar.retain(&mut drawn);
        if !drawn.is_empty() {
            return Ok(token);
        }
        token = if let Some(kept) = &mut kept {
            kept.retain(|(other, _)| *other != token);
            if kept.is_empty() {
                break;
            }
            pick(kept, temperature, random(redraw))
        } else {
            left.to_mut()[token] = f32::NEG_INFINITY;
            Weights::new(&left, temperature).pick(random(redraw))
        };
    }
    let mut rest = kept.unwrap_or_default();
    grammar.retain(&mut rest);
    if rest.is_empty() {
        rest = all(shaped).collect();
        grammar.retain(&mut rest);
    }
    if rest.is_empty() {
        return Err(Refusal::NothingAllowed);
    }
    Ok(pick(&rest, temperature, random(0)))
}

/// Returns the log-probability of a logit, finite even where f32 has no probability for it.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // a log-probability needs no more than f32
pub fn log_probability(logit: f32, total: f64) -> f32 {
    ((f64::from(logit) - total).min(0.0) as f32).max(-1e4)
}

/// Returns the `count` most probable tokens with their raw log-probabilities, best first.
#[must_use]
pub fn alternatives(raw: &[f32], count: usize) -> Vec<Drawn> {
    let Some(total) = log_sum_exp(raw) else { return Vec::new() };
    let best = largest(raw, count);
    best.into_iter()
        .map(|(token, logit)| Drawn { token, logprob: log_probability(logit, total) })
        .collect()
}

/// Returns the logits with penalties for what a branch sampled, or `None` if they change nothing.
#[must_use]
pub fn penalise(raw: &[f32], penalties: &Penalties, sampled: &[i32]) -> Option<Vec<f32>> {
    let idle = penalties.frequency == 0.0 && penalties.presence == 0.0;
    let window = usize::try_from(penalties.window).unwrap_or(usize::MAX);
    let recent = &sampled[sampled.len().saturating_sub(window)..];
    if (idle && (penalties.repeat <= 0.0 || penalties.repeat == 1.0)) || recent.is_empty() {
        return None;
    }
    let mut shaped = raw.to_vec();
    for (at, token) in recent.iter().enumerate() {
        let Some(logit) = usize::try_from(*token).ok().and_then(|token| shaped.get_mut(token))
        else {
            continue;
        };
        if !recent[..at].contains(token) {
            if penalties.repeat > 0.0 {
                *logit = if *logit > 0.0 {
                    *logit / penalties.repeat
                } else {
                    *logit * penalties.repeat
                };
            }
            *logit -= penalties.presence;
        }
        *logit -= penalties.frequency;
    }
    Some(shaped)
}

/// The tokens that the truncations leave, with their logits; `None` if they leave all.
fn candidates(logits: &[f32], sampling: &Sampling) -> Option<Vec<(usize, f32)>> {
    if sampling.temperature <= 0.0 {
        return Some(largest(logits, 1));
    }
    let limit = usize::try_from(sampling.top_k).unwrap_or(usize::MAX);
    let mut kept = None;
    if (1..logits.len()).contains(&limit) {
        kept = Some(largest(logits, limit));
    }
    if sampling.top_p < 1.0 {
        kept = Some(nucleus(logits, kept, sampling.top_p));
    }
    if sampling.min_p > 0.0 {
        let best = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let floor = best + sampling.min_p.ln();
        kept = Some(match kept {
            Some(kept) => kept.into_iter().filter(|(_, logit)| *logit >= floor).collect(),
            None => all(logits).filter(|(_, logit)| *logit >= floor).collect(),
        });
    }
    kept
}

fn all(logits: &[f32]) -> impl Iterator<Item = (usize, f32)> + '_ {
    logits.iter().copied().enumerate()
}

/// The smallest set, best first, that has the share `top_p` of what `kept` or all tokens weigh.
fn nucleus(logits: &[f32], kept: Option<Vec<(usize, f32)>>, top_p: f32) -> Vec<(usize, f32)> {
    let best = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let share = |logit: f32| f64::from((logit - best).exp());
    let cut = |ordered: &mut Vec<(usize, f32)>, enough: f64| {
        let mut sum = 0.0;
        let last = ordered.iter().position(|(_, logit)| {
            sum += share(*logit);
            sum >= enough
        });
        if let Some(last) = last {
            ordered.truncate(last + 1);
        }
        last.is_some()
    };
    if let Some(mut kept) = kept {
        let whole: f64 = kept.iter().map(|(_, logit)| share(*logit)).sum();
        cut(&mut kept, f64::from(top_p) * whole);
        return kept;
    }
    let enough = f64::from(top_p) * Weights::new(logits, 1.0).total();
    // Few tokens are enough in most places, so few are put in order at first.
    let mut count = 256;
    loop {
        let mut ordered = largest(logits, count);
        if cut(&mut ordered, enough) || count >= logits.len() {
            return ordered;
        }
        count *= 8;
    }
}

/// The tokens with the largest logits, best first.
fn largest(logits: &[f32], count: usize) -> Vec<(usize, f32)> {
    let count = count.min(logits.len());
    if count == 0 {
        return Vec::new();
    }
    let better = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    let mut top: Vec<(usize, f32)> = Vec::with_capacity(2 * count);
    let mut floor = f32::NEG_INFINITY;
    for (token, logit) in all(logits) {
        if logit > floor || top.len() < count {
            top.push((token, logit));
            if top.len() == 2 * count {
                top.select_nth_unstable_by(count - 1, better);
                top.truncate(count);
                floor = top[count - 1].1;
            }
        }
    }
    top.sort_unstable_by(better);
    top.truncate(count);
    top
}

/// Picks by weight at the temperature; the best at temperature 0.
fn pick(candidates: &[(usize, f32)], temperature: f32, random: f64) -> usize {
    let better = |a: (usize, f32), b: (usize, f32)| if b.1 > a.1 { b } else { a };
    let Some((token, best)) = candidates.iter().copied().reduce(better) else { return 0 };
    if temperature <= 0.0 {
        return token;
    }
    let weight = |logit: f32| f64::from(((logit - best) / temperature).exp());
    let mut left = random * candidates.iter().map(|(_, logit)| weight(*logit)).sum::<f64>();
    for (token, logit) in candidates {
        left -= weight(*logit);
        if left < 0.0 {
            return *token;
        }
    }
    token
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
#[path = "sample_tests.rs"]
mod tests;
