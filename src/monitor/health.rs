//! The figures of all monitors over trees.

use std::collections::BTreeMap;

use serde::Serialize;

use super::attempts::{Attempts, judges, verdict};
use super::balance::Balance;
use super::calibration::Calibration;
use super::chance::pass_at;
use super::confusion::Confusion;
use super::consistency::Consistency;
use super::revision::{Revisions, pairs};
use super::words::{Word, Words};
use crate::evaluate::SOLVER;
use crate::tree::{Label, Tree};

/// How many samples pass@k is given for.
const SAMPLES: [u64; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// What an evaluator said: values with whether they turned out right, and words.
type Judgements = (Vec<(f64, bool)>, Words);

/// Gathers what the monitors need, tree by tree.
#[derive(Debug, Default)]
pub struct Health {
    trees: u32,
    nodes: u64,
    consistencies: Vec<Consistency>,
    successes: Vec<(u64, u64)>,
    verified: Vec<Vec<(f64, bool)>>,
    unverified: Vec<Vec<(f64, bool)>>,
    revisions: Vec<(f64, f64)>,
    judgements: BTreeMap<(String, Against), Judgements>,
}

/// What an evaluator is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// A person's labels: good and bad; neutral steps are left out.
    Labels,
    /// The verifier's verdicts on trajectories.
    Verifier,
    /// An exact solver: whether the problem can still be solved after a step.
    Solver,
}

/// How far an evaluator can be believed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judge {
    /// The evaluator.
    pub evaluator: String,
    /// What it is measured against.
    pub against: Against,
    /// Whether its values are probabilities.
    pub calibration: Calibration,
    /// What it calls good and bad.
    pub confusion: Confusion,
    /// Share of agreement.
    pub agreement: f64,
    /// Agreement beyond chance (Cohen's kappa), where that means something.
    pub kappa: Option<f64>,
    /// What it said in words, where its scale has words.
    pub words: Vec<Word>,
}

/// The chance of success with some samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pass {
    /// How many samples.
    pub k: u64,
    /// The mean chance that one of them is right.
    pub chance: f64,
    /// Over how many problems: those with as many verified trajectories.
    pub problems: u32,
}

/// What the monitors say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How many trees.
    pub trees: u32,
    /// How many steps.
    pub nodes: u64,
    /// How many trajectories were verified, and how many are right.
    pub verified: (u64, u64),
    /// Agreement of the answers: means over trees with at least two, but counts in all.
    pub consistency: Option<Consistency>,
    /// The chance of success for growing numbers of samples.
    pub pass: Vec<Pass>,
    /// What a threshold on the rating would select.
    pub balance: Option<Balance>,
    /// What revisions change.
    pub revisions: Option<Revisions>,
    /// How far each evaluator can be believed.
    pub judges: Vec<Judge>,
}

impl Health {
    /// Takes a tree in.
    pub fn add(&mut self, tree: &Tree) {
        self.trees += 1;
        self.nodes += tree.len() as u64 - 1;
        let attempts = Attempts::of(tree);
        let consistency = Consistency::of(&attempts.classes);
        self.consistencies.extend(consistency.filter(|found| found.samples > 1));
        if attempts.verified > 0 {
            self.successes.push((attempts.right, attempts.verified));
        }
        let kept = if attempts.pseudo { &mut self.unverified } else { &mut self.verified };
        kept.push(attempts.selected);
        self.revisions.extend(pairs(tree));
        for name in judges(tree) {
            for id in tree.ids().skip(1) {
                let Some(judged) = tree.evaluation(id, name) else { continue };
                let good = match tree.node(id).label() {
                    Some(Label::Good) => Some(true),
                    Some(Label::Bad) => Some(false),
                    Some(Label::Neutral) | None => None,
                };
                let solvable = tree.evaluation(id, SOLVER).map(|solved| solved.value > 0.5);
                let outcomes = [
                    (Against::Labels, good),
                    (Against::Verifier, verdict(tree, id)),
                    (Against::Solver, solvable.filter(|_| name != SOLVER)),
                ];
                for (against, outcome) in outcomes {
                    if let Some(good) = outcome {
                        let key = (name.to_owned(), against);
                        let (values, words) = self.judgements.entry(key).or_default();
                        values.push((judged.value, good));
                        words.add(tree.node(id).depth(), judged, good);
                    }
                }
            }
        }
    }

    /// Returns the figures over all trees that were taken in.
    #[must_use]
    pub fn report(&self) -> Report {
        let pseudo = self.verified.iter().all(Vec::is_empty);
        let balance = Balance::of(if pseudo { &self.unverified } else { &self.verified }, pseudo);
        let (right, verified) =
            self.successes.iter().fold((0, 0), |sum, (right, of)| (sum.0 + right, sum.1 + of));
        Report {
            trees: self.trees,
            nodes: self.nodes,
            verified: (verified, right),
            consistency: self.consistency(),
            pass: SAMPLES.into_iter().map_while(|k| self.pass(k)).collect(),
            balance,
            revisions: Revisions::of(&self.revisions),
            judges: self.judgements.iter().filter_map(|(key, found)| judge(key, found)).collect(),
        }
    }

    fn pass(&self, k: u64) -> Option<Pass> {
        let enough = self.successes.iter().filter(|(_, of)| *of >= k);
        let chances: Vec<f64> = enough.map(|(right, of)| pass_at(k, *right, *of)).collect();
        let problems = u32::try_from(chances.len()).unwrap_or(u32::MAX);
        let chance = chances.iter().sum::<f64>() / f64::from(problems.max(1));
        (problems > 0).then_some(Pass { k, chance, problems })
    }

    /// The means over trees; the counts are sums.
    fn consistency(&self) -> Option<Consistency> {
        let all = &self.consistencies;
        if all.is_empty() {
            return None;
        }
        let mean = |of: fn(&Consistency) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        let variances: Option<Vec<f64>> = all.iter().map(|found| found.variance).collect();
        Some(Consistency {
            samples: all.iter().map(|found| found.samples).sum(),
            classes: all.iter().map(|found| found.classes).sum(),
            agreement: mean(|found| found.agreement),
            entropy: mean(|found| found.entropy),
            disorder: mean(|found| found.disorder),
            variance: variances.map(|found| found.iter().sum::<f64>() / found.len() as f64),
        })
    }
}

fn judge((evaluator, against): &(String, Against), (found, words): &Judgements) -> Option<Judge> {
    let confusion = Confusion::of(found);
    Some(Judge {
        evaluator: evaluator.clone(),
        against: *against,
        calibration: Calibration::of(found)?,
        confusion,
        agreement: confusion.agreement(),
        kappa: confusion.kappa(),
        words: words.counts(),
    })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
