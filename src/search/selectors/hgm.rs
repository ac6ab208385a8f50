//! HGM (Wang et al. 2025): Thompson sampling by clades, with growing and measuring apart.
//!
//! A node's worth for expansion is the pooled outcome of its clade (its metaproductivity). A
//! measurement is one roll-out, graded by the judge: a success from one half on. The tree grows
//! while `measurements^alpha` is at least its size, and is measured else.

use super::super::choice::{Action, Choice, Term, term};
use super::super::frontier::Frontier;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::{NodeId, State, Statistics};

/// Clade Thompson sampling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hgm {
    /// How fast the tree grows with its measurements.
    pub alpha: f64,
    /// The quantile by which a node is believed in the end.
    pub quantile: f64,
}

/// Successes and failures.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Counts {
    successes: f64,
    failures: f64,
}

impl From<Statistics> for Counts {
    fn from(seen: Statistics) -> Self {
        Self { successes: seen.sum(), failures: seen.visits as f64 - seen.sum() }
    }
}

impl Hgm {
    /// The constants of the released program.
    pub const RELEASED: Self = Self { alpha: 0.6, quantile: 0.01 };

    /// Returns whether the tree is to grow after so many measurements.
    #[must_use]
    pub fn grows(&self, measurements: u64, nodes: u64) -> bool {
        (measurements as f64).powf(self.alpha) >= nodes as f64
    }

    /// Nodes that can be measured or grown: those that a search made as steps of their own. What a
    /// roll-out left behind is evidence, not a candidate, until the tree grows into it.
    fn candidates(view: &View<'_>) -> Vec<NodeId> {
        view.reach()
            .filter(|id| view.tree.node(*id).state() == State::Open)
            .filter(|id| view.tree.node(*id).depth() < view.policy.depth)
            .filter(|id| !is_rolled_out(view, *id))
            .collect()
    }
}

/// Whether a node was made by a roll-out.
fn is_rolled_out(view: &View<'_>, id: NodeId) -> bool {
    view.tree.node(id).origin().is_some_and(|origin| origin.proposer == "roll-out")
}

impl Selector for Hgm {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        let candidates = Self::candidates(view);
        let mut random = view.random();
        let measured = view.with_virtual_loss(view.top).visits;
        let grows = self.grows(measured, candidates.len() as u64);
        let mut draw = |node: NodeId| {
            // In a tree a roll-out below a node is evidence for it, so both draws go by clades;
            // a measurement prefers what was measured less by its wider spread.
            let counts = Counts::from(view.with_virtual_loss(node));
            random.beta(1.0 + counts.successes, 1.0 + counts.failures)
        };
        let fits = |node: &NodeId| !grows || view.may_expand(*node);
        let drawn: Vec<_> =
            candidates.into_iter().filter(fits).map(|node| (draw(node), node)).collect();
        let (belief, node) = drawn.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let action = if grows { Action::Expand } else { Action::RollOut(1) };
        let name = if grows { "clade draw, grow" } else { "clade draw, measure" };
        Some(Choice { node, action, terms: vec![term(name, belief)] })
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        let counts = Counts::from(view.statistics(node));
        let (a, b) = (1.0 + counts.successes, 1.0 + counts.failures);
        vec![
            term("clade mean", a / (a + b)),
            term("surely at least", beta_quantile(a, b, self.quantile)),
        ]
    }
}

/// Returns the quantile of a beta distribution.
#[must_use]
pub fn beta_quantile(a: f64, b: f64, quantile: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if beta_share(a, b, middle) < quantile { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The share of a beta distribution below `x`: the regularised incomplete beta function, by its
/// continued fraction (Lentz's method).
#[allow(clippy::many_single_char_names)] // as in the formula
fn beta_share(a: f64, b: f64, x: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_share(b, a, 1.0 - x);
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b)).exp() / a;
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..200 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for numerator in [even, odd] {
            d = 1.0 / (1.0 + numerator * d);
            c = 1.0 + numerator / c;
            fraction *= c * d;
        }
        if (fraction - before).abs() < 1e-15 * fraction.abs() {
            break;
        }
    }
    front * fraction
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Returns the logarithm of the gamma function (Lanczos, g = 7).
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let mut series = 0.999_999_999_999_809_9;
    for (at, coefficient) in (1u32..).zip(COEFFICIENTS) {
        series += coefficient / (x + f64::from(at));
    }
    let t = x + 7.5;
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + series.ln()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;
    use crate::search::Policy;

    #[test]
    fn quantiles_are_the_golden_ones() {
        // Golden, `methods.md` 40: 1 % quantiles of Beta(1 + S, 1 + F).
        for ((s, f), golden) in [
            ((1.0, 1.0), 0.058_903_135_778),
            ((5.0, 1.0), 0.356_635_439_870),
            ((8.0, 2.0), 0.427_677_185_675),
            ((0.0, 3.0), 0.002_509_430_066),
        ] {
            let found = beta_quantile(1.0 + s, 1.0 + f, 0.01);
            assert!((found - golden).abs() < 1e-9, "({s}, {f}): {found}");
        }
    }

    #[test]
    fn the_tree_grows_with_its_measurements() {
        // Golden, `methods.md` 40: 10 measurements allow 3.98 nodes, 30 7.70, 100 15.85.
        for (measurements, allowed) in [(10.0, 3.98), (30.0, 7.70), (100.0, 15.85)] {
            // The dossier gives two digits.
            assert!((f64::powf(measurements, Hgm::RELEASED.alpha) - allowed).abs() < 0.005);
        }
        for (measurements, nodes) in [(10, 3), (30, 7), (100, 15)] {
            assert!(Hgm::RELEASED.grows(measurements, nodes));
            assert!(!Hgm::RELEASED.grows(measurements, nodes + 1));
        }
    }

    #[test]
    fn a_clade_that_succeeds_is_preferred_and_one_without_success_is_not_lost() {
        let policy = Policy { values: "rating", ..Policy::named("hgm").unwrap() };
        let mut scene = Scene::new();
        let (good, poor) = (scene.add(NodeId::ROOT, "good"), scene.add(NodeId::ROOT, "poor"));
        for _ in 0..10 {
            scene.back_up(good, 1.0);
            scene.back_up(poor, 0.0);
        }
        let draws = scene.draws(&policy, 400);
        let count = |node| draws.iter().filter(|drawn| **drawn == node).count();
        assert!(count(good) > 300, "{}", count(good));
        assert_eq!(draws.len(), 400);
    }
}
