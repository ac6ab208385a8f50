use super::*;

const LOGITS: [f32; 5] = [2.0, 1.0, 0.0, -1.0, 3.0];

fn drawn(sampling: &Sampling, seed: u64, position: u64) -> Drawn {
    draw(&LOGITS, &LOGITS, sampling, Place { seed, position }, None).unwrap()
}

fn frequencies(sampling: &Sampling) -> [f64; 5] {
    let mut counts = [0.0; 5];
    for position in 0..20_000 {
        counts[drawn(sampling, 11, position).token] += 1.0 / 20_000.0;
    }
    counts
}

#[test]
fn zero_temperature_takes_the_best_and_reports_the_raw_probability() {
    let sampling = Sampling { temperature: 0.0, ..Sampling::default() };
    let drawn = drawn(&sampling, 0, 0);
    let total: f64 = LOGITS.iter().map(|logit| f64::from(*logit).exp()).sum();
    assert_eq!(drawn.token, 4);
    assert!((f64::from(drawn.logprob) - (3.0 - total.ln())).abs() < 1e-6);
}

#[test]
fn frequencies_follow_the_softmax_at_the_temperature() {
    let sampling = Sampling { temperature: 0.5, ..Sampling::default() };
    let weights: Vec<f64> = LOGITS.iter().map(|logit| (f64::from(*logit) / 0.5).exp()).collect();
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
    let one: Vec<_> = (0..50).map(|at| drawn(&sampling, 1, at)).collect();
    let again: Vec<_> = (0..50).map(|at| drawn(&sampling, 1, at)).collect();
    let other: Vec<_> = (0..50).map(|at| drawn(&sampling, 2, at)).collect();
    assert_eq!(one, again);
    assert_ne!(one, other);
}

#[test]
fn logits_that_are_not_numbers_are_refused() {
    for broken in [&[f32::NAN, f32::NAN][..], &[0.0, f32::NAN], &[f32::INFINITY, 0.0], &[]] {
        let place = Place { seed: 0, position: 0 };
        let refusal = draw(broken, broken, &Sampling::default(), place, None);
        assert_eq!(refusal, Err(Refusal::NotNumbers), "{broken:?}");
    }
}

/// Allows the tokens that it names.
struct Only(Vec<usize>);

impl Allow for Only {
    fn retain(&mut self, candidates: &mut Vec<(usize, f32)>) {
        candidates.retain(|(token, _)| self.0.contains(token));
    }
}

#[test]
fn a_grammar_leaves_the_distribution_over_what_it_allows() {
    let all = Sampling { temperature: 1.0, ..Sampling::default() };
    let truncated = Sampling { top_k: 4, ..all };
    // Tokens 4, 2 and 3 are forbidden; a vocabulary of many more asks for many redraws.
    let many: Vec<f32> = LOGITS.into_iter().chain([1.5; 20]).collect();
    for (logits, sampling) in [(&LOGITS[..], &all), (&LOGITS, &truncated), (&many, &all)] {
        let mut counts = [0.0f64; 25];
        for position in 0..20_000 {
            let place = Place { seed: 3, position };
            let only = &mut Only(vec![0, 1]);
            let drawn = draw(logits, logits, sampling, place, Some(only)).unwrap();
            counts[drawn.token] += 1.0 / 20_000.0;
        }
        // e^2 / (e^2 + e^1)
        assert!((counts[0] - 0.731).abs() < 0.015, "{counts:?}");
        assert!(counts[2..].iter().all(|share| *share == 0.0), "{counts:?}");
    }
}

#[test]
fn a_grammar_overrules_truncation_and_may_allow_nothing() {
    let place = Place { seed: 3, position: 0 };
    for sampling in [
        Sampling { temperature: 0.0, ..Sampling::default() },
        Sampling { top_k: 2, ..Sampling::default() },
    ] {
        let mut only = Only(vec![3]);
        let drawn = draw(&LOGITS, &LOGITS, &sampling, place, Some(&mut only)).unwrap();
        assert_eq!(drawn.token, 3);
        let nothing = draw(&LOGITS, &LOGITS, &sampling, place, Some(&mut Only(vec![])));
        assert_eq!(nothing, Err(Refusal::NothingAllowed));
    }
}

#[test]
fn penalties_change_what_was_sampled_and_nothing_else() {
    let penalties = Penalties { window: 3, repeat: 2.0, frequency: 0.5, presence: 0.25 };
    // Token 3 lies outside of the window; 0 was sampled twice, 2 once.
    let shaped = penalise(&LOGITS, &penalties, &[3, 0, 2, 0]).unwrap();
    assert_eq!(shaped, vec![2.0 / 2.0 - 0.25 - 1.0, 1.0, -0.25 - 0.5, -1.0, 3.0]);
    assert_eq!(penalise(&LOGITS, &Penalties::default(), &[0, 1]), None);
    assert_eq!(penalise(&LOGITS, &penalties, &[]), None);
    // The raw probability is told whatever the penalties do.
    let sampling = Sampling { temperature: 0.0, ..Sampling::default() };
    let place = Place { seed: 0, position: 0 };
    let drawn = draw(&LOGITS, &[9.0, 0.0, 0.0, 0.0, 0.0], &sampling, place, None).unwrap();
    assert_eq!((drawn.token, drawn.logprob < -1.0), (0, true));
}

#[test]
fn alternatives_are_the_most_probable_tokens_in_order() {
    let tokens: Vec<_> = alternatives(&LOGITS, 3).iter().map(|drawn| drawn.token).collect();
    assert_eq!(tokens, [4, 0, 1]);
    let all = alternatives(&LOGITS, 9);
    let sum: f64 = all.iter().map(|drawn| f64::from(drawn.logprob).exp()).sum();
    assert!(all.len() == 5 && (sum - 1.0).abs() < 1e-6);
}

#[test]
fn the_largest_of_many_are_those_that_sorting_finds() {
    let logits: Vec<f32> = (0..5000u32).map(|at| (mix(u64::from(at)) % 997) as f32).collect();
    let mut sorted: Vec<_> = logits.iter().copied().enumerate().collect();
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    for count in [1, 7, 256, 4999, 5000, 6000] {
        assert_eq!(largest(&logits, count), sorted[..count.min(5000)], "{count}");
    }
}

#[test]
fn a_nucleus_beyond_the_first_guess_is_whole() {
    // 1000 tokens of the same weight: 90 in a hundred are needed.
    let flat = vec![0.5; 1000];
    assert!((900..=901).contains(&nucleus(&flat, None, 0.9).len()));
}
