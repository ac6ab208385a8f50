//! Internal consistency of the answers (ICSF, Liang et al. 2024): minus their dispersion.
//!
//! A consistent model is not a right one; the authors call that it were a hypothesis.

use serde::Serialize;

/// How much answers agree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Consistency {
    /// How many answers there were.
    pub samples: u32,
    /// How many different ones.
    pub classes: u32,
    /// The share of the commonest.
    pub agreement: f64,
    /// Their entropy, in bits; 0 if all agree.
    pub entropy: f64,
    /// The entropy as a share of the most that so many answers can have.
    pub disorder: f64,
    /// Their variance, if all of them are numbers.
    pub variance: Option<f64>,
}

impl Consistency {
    /// Measures answers, given how often each class was reached and the number that it stands
    /// for, if it is one. Returns nothing without answers.
    #[must_use]
    pub fn of(classes: &[(u32, Option<f64>)]) -> Option<Self> {
        let samples: u32 = classes.iter().map(|(count, _)| count).sum();
        if samples == 0 {
            return None;
        }
        let share = |count: u32| f64::from(count) / f64::from(samples);
        let shares = classes.iter().map(|(count, _)| share(*count)).filter(|share| *share > 0.0);
        let entropy = shares.clone().map(|share| share * share.recip().log2()).sum::<f64>();
        let most = f64::from(samples).log2();
        let numbers: Option<Vec<_>> =
            classes.iter().map(|(count, number)| Some((share(*count), (*number)?))).collect();
        Some(Self {
            samples,
            classes: u32::try_from(classes.len()).unwrap_or(u32::MAX),
            agreement: shares.fold(0.0, f64::max),
            entropy,
            disorder: if most > 0.0 { entropy / most } else { 0.0 },
            variance: numbers.map(|numbers| {
                let mean: f64 = numbers.iter().map(|(share, number)| share * number).sum();
                numbers.iter().map(|(share, number)| share * (number - mean).powi(2)).sum()
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answers: &[f64]) -> Consistency {
        let mut classes: Vec<(u32, Option<f64>)> = Vec::new();
        for answer in answers {
            match classes.iter_mut().find(|(_, known)| *known == Some(*answer)) {
                Some((count, _)) => *count += 1,
                None => classes.push((1, Some(*answer))),
            }
        }
        Consistency::of(&classes).unwrap()
    }

    #[test]
    fn the_figures_are_the_golden_ones() {
        // Golden, `methods.md` 3.
        let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found}");
        for (answers, variance, entropy, agreement) in [
            (&[4.0, 3.0, 3.0, 3.0, 4.0], 0.24, 0.970_950_594_454_668_6, 0.6),
            (&[5.0, 3.0, 3.0, 3.0, 3.0], 0.64, 0.721_928_094_887_362_3, 0.8),
            (&[1.0, 2.0, 3.0, 4.0, 5.0], 2.0, 2.321_928_094_887_362, 0.2),
            (&[7.0, 7.0, 7.0, 7.0, 7.0], 0.0, 0.0, 1.0),
        ] {
            let found = of(answers);
            near(found.variance.unwrap(), variance);
            near(found.entropy, entropy);
            near(found.agreement, agreement);
            assert!(found.entropy.is_sign_positive(), "-0 would be told as such");
        }
        near(of(&[1.0, 2.0, 3.0, 4.0, 5.0]).disorder, 1.0);
    }

    #[test]
    fn words_have_no_variance_and_nothing_has_no_consistency() {
        assert_eq!(Consistency::of(&[(2, Some(3.0)), (1, None)]).unwrap().variance, None);
        assert_eq!(Consistency::of(&[]), None);
        assert_eq!(Consistency::of(&[(1, None)]).unwrap().disorder, 0.0);
    }
}
