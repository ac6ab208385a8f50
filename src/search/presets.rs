//! The policies that pleach ships: one line in [`all`] each.
//!
//! Constants that a paper gives stand with its selector; what is set here is how a policy is put
//! together and what it may spend. No policy uses a verifier for anything that it chooses.

use std::sync::Arc;

use super::debate::Rules;
use super::policy::{Judge, On, Policy};
use super::proposers::{Correct, Feedback, Sample};
use super::selector::Selector;
use super::selectors::ab_mcts::AbMcts;
use super::selectors::beam::{Beam, Keep};
use super::selectors::best_first::BestFirst;
use super::selectors::depth_first::DepthFirst;
use super::selectors::hgm::Hgm;
use super::selectors::omega_prm::OmegaPrm;
use super::selectors::pareto::Pareto;
use super::selectors::sampling::{Manual, Sampling as Trajectories};
use super::selectors::swe_search::{Softmax, SweSearch};
use super::selectors::uct::{Bound, Uct};
use crate::evaluate::{Arithmetic, Assessment, Evaluator, Outcome, PTrue, Rating};
use crate::tree::{Budget, Sampling};

/// Returns all policies, those that are always there first.
pub(super) fn all() -> Vec<Policy> {
    vec![
        greedy(),
        best_of_n(),
        self_consistency(),
        swe_search(),
        best_of_n_checked(),
        best_first(),
        swe_search_hybrid(),
        swe_search_paper(),
        rated(
            "swe-search-refactored",
            "SWE-Search with the refactored program's constants",
            SweSearch::REFACTORED,
        ),
        softmax(),
        uct(),
        puct(),
        agent_r(),
        beam("beam", "keeps the four best of each level", Keep::Best(4)),
        beam("dvts", "follows the best step in each of four subtrees", Keep::EachOf(4)),
        beam("tot-bfs", "Tree of Thoughts, breadth first: keeps the five best", Keep::Best(5)),
        tot_dfs(),
        ab_mcts(),
        hgm(),
        rated(
            "pareto",
            "expands what nothing beats in value, likelihood and room",
            Pareto { exploration: 0.0 },
        ),
        sphere(),
        omega_prm(),
        spoc(),
        Policy { enough: None, ..rated("manual", "grows where a person says", Manual) },
    ]
}

fn judge(evaluator: impl Evaluator + 'static, on: On) -> Judge {
    Judge { evaluator: Arc::new(evaluator), on }
}

/// A policy that checks the equations of every step, rates every step, and asks once more before
/// it believes an answer. All policies that judge steps share this, so that they differ in where
/// they grow.
fn rated(name: &'static str, about: &'static str, selector: impl Selector + 'static) -> Policy {
    Policy {
        name,
        about,
        selector: Arc::new(selector),
        proposer: Arc::new(Sample),
        resamples: 0,
        judges: vec![
            judge(Arithmetic, On::Steps),
            judge(Rating, On::Steps),
            judge(PTrue, On::Convincing),
        ],
        values: Rating::NAME,
        vetoes: &[Arithmetic::NAME],
        aggregator: "best",
        branches: 4,
        width: 40,
        depth: 20,
        step_tokens: 256,
        parallel: 1,
        sampling: Sampling { temperature: 0.8, ..Sampling::default() },
        budget: Budget { nodes: Some(60), ..Budget::default() },
        enough: Some(0.91),
        floor: None,
        debate: None,
        confidence: None,
        second: Some((PTrue::NAME, 0.5)),
    }
}

/// SWE-Search in unit scale (Antoniades et al. 2024).
pub(super) fn swe_search() -> Policy {
    rated("swe-search", "SWE-Search in unit scale", SweSearch::UNIT)
}

/// The released program expands a node three times at most. Without that limit it never leaves the
/// root, which its bonus for shallow nodes puts before all others.
fn swe_search_paper() -> Policy {
    Policy {
        branches: 1,
        width: 3,
        ..rated("swe-search-paper", "SWE-Search with the paper's constants", SweSearch::PAPER)
    }
}

/// SWE-Search as it is published: every step is assessed in words and by a number, and a node that
/// is expanded again is told the feedback on its worst child. At the end agents debate the answers.
fn swe_search_hybrid() -> Policy {
    Policy {
        proposer: Arc::new(Feedback::Worst),
        judges: vec![judge(Assessment, On::Steps)],
        values: Assessment::NAME,
        vetoes: &[],
        aggregator: "debate",
        branches: 1,
        enough: None,
        debate: Some(Rules::SWE_SEARCH),
        second: None,
        ..rated(
            "swe-search-hybrid",
            "SWE-Search with written assessments, feedback and a debate",
            SweSearch::REFACTORED,
        )
    }
}

fn greedy() -> Policy {
    Policy {
        judges: Vec::new(),
        vetoes: &[],
        aggregator: "majority",
        branches: 1,
        sampling: Sampling { temperature: 0.0, ..Sampling::default() },
        enough: None,
        ..rated(
            "greedy",
            "the likeliest token each time, once",
            Trajectories { trajectories: Some(1) },
        )
    }
}

fn best_of_n() -> Policy {
    Policy {
        judges: vec![judge(Rating, On::Answers)],
        vetoes: &[],
        branches: 2,
        enough: None,
        ..rated(
            "best-of-n",
            "samples answers and takes the best rated",
            Trajectories { trajectories: None },
        )
    }
}

/// Best-of-n with everything that the best search policy has: the same checks, the same second
/// judge, the same stop.
fn best_of_n_checked() -> Policy {
    let search = swe_search();
    Policy {
        name: "best-of-n-checked",
        about: "best-of-n that drops false equations and stops when convinced",
        judges: vec![
            judge(Arithmetic, On::Steps),
            judge(Rating, On::Answers),
            judge(PTrue, On::Convincing),
        ],
        vetoes: search.vetoes,
        enough: search.enough,
        second: search.second,
        ..best_of_n()
    }
}

fn self_consistency() -> Policy {
    Policy {
        judges: Vec::new(),
        aggregator: "majority",
        ..Policy {
            name: "self-consistency",
            about: "samples answers and takes the commonest",
            ..best_of_n()
        }
    }
}

fn best_first() -> Policy {
    let selector = BestFirst { patience: 0.1, unjudged: 0.7, depth: 0.0, roll_outs: false };
    // One at a time: on the reserved puzzles three found fewer with the same tokens, as siblings that
    // are asked for together cannot learn from one another's ratings.
    Policy {
        branches: 1,
        ..rated("best-first", "the best rated step first; one that disappoints gives way", selector)
    }
}

fn softmax() -> Policy {
    rated(
        "softmax",
        "draws a step by its SWE-Search score",
        Softmax { score: SweSearch::UNIT, temperature: 0.1 },
    )
}

/// A descent that widens with its visits. With four children and the square root a budget of forty
/// steps stays near the top.
fn descent(name: &'static str, about: &'static str, bound: Bound) -> Policy {
    Policy { branches: 2, ..rated(name, about, Uct { bound, width: 2.0, power: 0.65 }) }
}

fn uct() -> Policy {
    descent("uct", "upper confidence bounds with progressive widening", Bound::Ucb(0.3))
}

fn puct() -> Policy {
    let bound = Bound::Puct { initial: 1.25, base: 19_652.0 };
    descent("puct", "upper confidence bounds with the model's own probabilities", bound)
}

/// Agent-R (Yuan et al. 2025): only answers are judged and backed up.
fn agent_r() -> Policy {
    Policy {
        judges: vec![judge(Rating, On::Answers)],
        width: 40,
        sampling: Sampling { temperature: 1.0, ..Sampling::default() },
        ..rated("agent-r", "Agent-R's tree search, which judges answers alone", Uct::AGENT_R)
    }
}

fn beam(name: &'static str, about: &'static str, keep: Keep) -> Policy {
    Policy { ..rated(name, about, Beam { keep }) }
}

fn tot_dfs() -> Policy {
    let selector = DepthFirst { threshold: 0.25 };
    Policy { ..rated("tot-dfs", "Tree of Thoughts, depth first with pruning", selector) }
}

fn ab_mcts() -> Policy {
    Policy {
        branches: 1,
        ..rated("ab-mcts", "AB-MCTS-A: draws whether to go wider or deeper", AbMcts::PRIOR)
    }
}

fn hgm() -> Policy {
    Policy {
        judges: vec![judge(Outcome, On::Answers), judge(Rating, On::Answers)],
        values: Outcome::NAME,
        branches: 1,
        width: 40,
        enough: None,
        ..rated("hgm", "HGM: draws clades by their outcomes, grows or measures", Hgm::RELEASED)
    }
}

/// SPHERE (Singh et al. 2025): 5 samples a step, the best and the worst are kept.
fn sphere() -> Policy {
    Policy {
        branches: 5,
        ..beam("sphere", "keeps the best and the worst of each level", Keep::Extremes)
    }
}

fn omega_prm() -> Policy {
    Policy {
        judges: vec![judge(Outcome, On::Answers)],
        values: Outcome::NAME,
        enough: None,
        ..rated(
            "omega-prm",
            "OmegaPRM: looks for the first error of wrong answers by halving",
            OmegaPrm::PAPER,
        )
    }
}

/// SPOC (Zhao et al. 2025): one pass that critiques every step and retries what is wrong.
fn spoc() -> Policy {
    Policy {
        proposer: Arc::new(Correct),
        judges: vec![judge(Assessment, On::Steps), judge(Rating, On::Answers)],
        vetoes: &[],
        enough: None,
        ..rated(
            "spoc",
            "samples answers, verifies every step and tries again after a mistake",
            Trajectories { trajectories: None },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_the_promised_ones_are_there() {
        let names = Policy::names();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        for name in ["greedy", "best-of-n", "self-consistency", "swe-search"] {
            assert!(names.contains(&name), "{name}");
        }
        let refusal = Policy::named("nonsense").unwrap_err();
        assert!(names.iter().all(|name| refusal.contains(name)), "{refusal}");
    }

    #[test]
    fn no_policy_uses_a_verifier() {
        for policy in all() {
            let name = crate::evaluate::verify::NAME;
            assert!(policy.values != name && !policy.vetoes.contains(&name), "{}", policy.name);
            assert!(policy.second.is_none_or(|(second, _)| second != name), "{}", policy.name);
        }
    }
}
