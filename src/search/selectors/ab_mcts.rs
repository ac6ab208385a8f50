//! AB-MCTS-A (TreeQuest): at every node, Thompson sampling decides between wider (a new child)
//! and deeper (an old one).
//!
//! Scores are taken as normal with unknown mean and variance, under a normal-inverse-chi-squared
//! prior (`search_systems.md` 4.2). The new child's arm knows the own values of the children, the
//! old children's arm all values from below them, and each child its clade.

use super::super::choice::{Choice, Term, term};
use super::super::frontier::Frontier;
use super::super::random::Random;
use super::super::selector::Selector;
use super::super::view::View;
use crate::tree::{NodeId, Statistics};

/// The prior: mean, its weight, variance, and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AbMcts {
    /// Prior mean.
    pub mean: f64,
    /// How many observations the prior mean is worth.
    pub kappa: f64,
    /// Prior variance.
    pub variance: f64,
    /// How many observations the prior variance is worth.
    pub nu: f64,
}

/// What is believed of an arm's scores.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Posterior {
    mean: f64,
    kappa: f64,
    variance: f64,
    nu: f64,
}

impl AbMcts {
    /// The prior of the released program.
    pub const PRIOR: Self = Self { mean: 0.0, kappa: 1.0, variance: 0.1, nu: 1.0 };

    fn posterior(&self, seen: &Statistics) -> Posterior {
        let n = seen.visits as f64;
        let (kappa, nu) = (self.kappa + n, self.nu + n);
        let distance = self.mean - seen.mean;
        let squares =
            self.nu * self.variance + seen.m2 + n * self.kappa * distance * distance / kappa;
        let mean = (self.kappa * self.mean + n * seen.mean) / kappa;
        Posterior { mean, kappa, variance: squares / nu, nu }
    }

    /// All values from below the children of a node, the children's own left out.
    fn arms(view: &View<'_>, node: NodeId) -> (Statistics, Statistics) {
        let (mut wider, mut deeper) = (Statistics::default(), Statistics::default());
        for child in view.children(node) {
            if let Some(own) = view.own(child) {
                wider.add(own);
            }
            for below in view.children(child) {
                deeper.merge(&view.with_virtual_loss(below));
            }
        }
        for _ in 0..view.busy.below(node) {
            wider.add(0.0);
        }
        (wider, deeper)
    }
}

impl Posterior {
    /// Draws a variance, then a mean.
    fn draw(&self, random: &mut Random) -> f64 {
        let variance = self.nu * self.variance / 2.0 / random.gamma(self.nu / 2.0);
        self.mean + random.normal() * (variance / self.kappa).sqrt()
    }
}

impl Selector for AbMcts {
    fn select(&self, view: &View<'_>, _: &mut Frontier) -> Option<Choice> {
        let open = view.openings();
        let mut at = view.top;
        if !open[at.index()] {
            return None;
        }
        let mut random = view.random();
        loop {
            let children: Vec<_> = view.children(at).filter(|child| open[child.index()]).collect();
            let (wider, deeper) = Self::arms(view, at);
            let wider = self.posterior(&wider).draw(&mut random);
            let deeper = self.posterior(&deeper).draw(&mut random);
            if children.is_empty() || (wider > deeper && view.may_expand(at)) {
                let terms = vec![term("wider", wider), term("than deeper by", wider - deeper)];
                return Some(Choice::expand(at, terms));
            }
            let draws = children.iter().map(|child| {
                let seen = view.with_virtual_loss(*child);
                (self.posterior(&seen).draw(&mut random), *child)
            });
            at = draws.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(at, |(_, child)| child);
        }
    }

    fn explain(&self, view: &View<'_>, node: NodeId) -> Vec<Term> {
        let (wider, deeper) = Self::arms(view, node);
        vec![
            term("wider", self.posterior(&wider).mean),
            term("deeper", self.posterior(&deeper).mean),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;
    use crate::search::Policy;

    #[test]
    fn the_posterior_is_that_of_the_formula() {
        let mut seen = Statistics::default();
        for value in [0.2, 0.4, 0.9] {
            seen.add(value);
        }
        let posterior = AbMcts::PRIOR.posterior(&seen);
        // kappa 4, nu 4, mean 1.5 / 4; squares 0.1 + 0.26 + 3 * 0.25 / 4 = 0.5475.
        assert_eq!((posterior.kappa, posterior.nu), (4.0, 4.0));
        assert!((posterior.mean - 0.375).abs() < 1e-12);
        assert!((posterior.variance - 0.136_875).abs() < 1e-12);
    }

    #[test]
    fn good_children_draw_deeper_and_poor_ones_wider() {
        let policy = Policy::named("ab-mcts").unwrap();
        let share = |own: f64, below: f64| {
            let mut scene = Scene::new();
            for at in 0..6 {
                let child = scene.add(NodeId::ROOT, &at.to_string());
                scene.judge(child, own);
                let grandchild = scene.add(child, "on");
                scene.judge(grandchild, below);
            }
            let draws = scene.draws(&policy, 300);
            draws.iter().filter(|node| **node == NodeId::ROOT).count()
        };
        assert!(share(0.8, 0.1) > 240 && share(0.1, 0.8) < 60);
    }
}
