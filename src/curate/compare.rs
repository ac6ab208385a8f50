//! Two nodes side by side, from where their paths part.
//!
//! Responsible for what differs and for what speaks for each: judgements, probabilities, origin.
//! The nodes may be of two trees. Not responsible for which nodes are compared, nor for drawing.

use serde::Serialize;

use crate::evaluate::{path_logprob, verify};
use crate::reasoning::{Part, difference};
use crate::tree::{NodeId, Source, State, Tree};

/// Two nodes side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How many steps both paths begin with.
    pub shared: usize,
    /// Both nodes.
    pub sides: [Side; 2],
}

/// One of two nodes that are compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The node.
    pub node: NodeId,
    /// Its steps from where the paths part.
    pub steps: Vec<Step>,
    /// What the verifier said, if it is a verified answer.
    pub verified: Option<bool>,
    /// The newest judgement of each evaluator, in `[0, 1]`.
    pub values: Vec<(String, f64)>,
    /// The mean probability of a token of its path (geometric), in `[0, 1]`; none without tokens.
    pub probability: Option<f64>,
    /// How its last step was made, in words.
    pub origin: String,
}

/// A step of a side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The step.
    pub node: NodeId,
    /// Its text; what the other side lacks differs.
    pub parts: Vec<Part>,
    /// The newest judgement of each evaluator, in `[0, 1]`.
    pub values: Vec<(String, f64)>,
    /// The mean probability of its tokens (geometric), in `[0, 1]`; none without tokens.
    pub probability: Option<f64>,
}

impl Comparison {
    /// Compares a node of one tree with a node of another, or of the same.
    ///
    /// # Errors
    /// Returns a sentence if nothing differs, or one node lies on the way to the other.
    pub fn of(one: (&Tree, NodeId), other: (&Tree, NodeId)) -> Result<Self, String> {
        let ends = [one, other];
        let (paths, shared) = parting(ends)?;
        let text = |side: usize, id: NodeId| ends[side].0.node(id).text();
        let texts = [0, 1].map(|side| {
            paths[side].iter().skip(shared).map(|id| text(side, *id)).collect::<String>()
        });
        let [left, right] = difference(&texts[0], &texts[1]);
        let side = |at: usize, parts: Vec<Part>| Side::of(ends[at], &paths[at][shared..], parts);
        Ok(Self { shared, sides: [side(0, left), side(1, right)] })
    }
}

/// Compares a step with what it would be rewritten to.
#[must_use]
pub fn rewrite(tree: &Tree, of: NodeId, text: &str) -> Comparison {
    let old = tree.node(of).text().trim_end();
    let sides = difference(old, text).map(|parts| {
        let step = Step { node: of, parts, values: Vec::new(), probability: None };
        let (values, origin) = (Vec::new(), String::new());
        Side { node: of, steps: vec![step], verified: None, values, probability: None, origin }
    });
    let shared = tree.node(of).depth().saturating_sub(1) as usize;
    Comparison { shared, sides }
}

/// The paths to two nodes, without the roots, and how many steps both begin with.
fn parting(ends: [(&Tree, NodeId); 2]) -> Result<([Vec<NodeId>; 2], usize), String> {
    let paths = ends.map(|(tree, node)| tree.path(node).split_off(1));
    let text = |side: usize, id: NodeId| ends[side].0.node(id).text().trim();
    let pairs = paths[0].iter().zip(&paths[1]);
    let shared = pairs.take_while(|(a, b)| text(0, **a) == text(1, **b)).count();
    let [(_, a), (_, b)] = ends;
    match paths.each_ref().map(|path| path.len() == shared) {
        [true, true] => Err(format!("{a} and {b} say the same; choose another step.")),
        [false, false] => Ok((paths, shared)),
        [first, _] => {
            let (above, below) = if first { (a, b) } else { (b, a) };
            Err(format!("{above} lies on the way to {below}; choose steps that part."))
        }
    }
}

impl Side {
    fn of((tree, node): (&Tree, NodeId), steps: &[NodeId], parts: Vec<Part>) -> Self {
        let mut parts = parts.into_iter();
        let mut rest: Option<Part> = None;
        let steps = steps.iter().map(|id| {
            let step = tree.node(*id);
            let mut left = step.text().len();
            let mut own = Vec::new();
            while left > 0
                && let Some(mut part) = rest.take().or_else(|| parts.next())
            {
                if part.text.len() > left {
                    let later = part.text.split_off(left);
                    rest = Some(Part { text: later, differs: part.differs });
                }
                left -= part.text.len();
                own.push(part);
            }
            let count = step.logprobs().len();
            let sum: f64 = step.logprobs().map(f64::from).sum();
            Step { node: *id, parts: own, values: values(tree, *id), probability: mean(sum, count) }
        });
        let steps = steps.collect();
        let (sum, count) = path_logprob(tree, node);
        let verdict = tree.evaluation(node, verify::NAME);
        Self {
            node,
            steps,
            verified: verdict.map(|verdict| verdict.value > 0.5),
            values: values(tree, node),
            probability: mean(sum, count),
            origin: origin(tree, node),
        }
    }

    /// Returns its text from where the paths part.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = self.steps.iter().flat_map(|step| &step.parts);
        parts.map(|part| part.text.as_str()).collect()
    }
}

fn mean(sum: f64, count: usize) -> Option<f64> {
    (count > 0).then(|| (sum / count as f64).exp())
}

/// The newest judgement of each evaluator but the verifier, in the order of their names.
fn values(tree: &Tree, id: NodeId) -> Vec<(String, f64)> {
    let judged = tree.node(id).evaluations();
    let mut names: Vec<_> = judged.iter().map(|judged| judged.evaluator.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != verify::NAME);
    let value = |name: &str| Some((name.to_owned(), tree.evaluation(id, name)?.value));
    names.into_iter().filter_map(value).collect()
}

fn origin(tree: &Tree, id: NodeId) -> String {
    let node = tree.node(id);
    let of = node.of().map_or_else(String::new, |of| format!(" of {of}"));
    match (node.source(), node.origin()) {
        (Source::Written, _) => format!("a rewrite{of}"),
        (Source::Signal, _) => "a revision signal".to_owned(),
        (Source::Spliced, _) => format!("spliced, a copy{of}"),
        (Source::Sampled, Some(origin)) => {
            format!("{}, temperature {}", origin.proposer, origin.sampling.temperature)
        }
        (Source::Sampled, None) => "imported".to_owned(),
    }
}

/// Returns what a step can be compared with, each as a pair whose first is the step or the nearest
/// one above it that has siblings: its siblings, and the other answers if it is an answer. Steps
/// that say the same, still grow or are pruned are left out.
#[must_use]
pub fn pairs(tree: &Tree, node: NodeId) -> Vec<(NodeId, NodeId)> {
    let fit = |id: NodeId| {
        matches!(tree.node(id).state(), State::Open | State::Answered) && tree.is_live(id)
    };
    let siblings = |id: NodeId| -> Vec<NodeId> {
        let parent = tree.node(id).parent();
        let all = parent.into_iter().flat_map(|parent| tree.children(parent));
        all.filter(|other| *other != id && fit(*other)).collect()
    };
    let answers = |id: NodeId| {
        let is_one = tree.node(id).state() == State::Answered;
        tree.trajectories().filter(move |_| is_one)
    };
    let mut pairs: Vec<(NodeId, NodeId)> = Vec::new();
    let mut add = |one: NodeId, other: NodeId| {
        let differ = || parting([(tree, one), (tree, other)]).is_ok();
        if one != other && !pairs.contains(&(one, other)) && differ() {
            pairs.push((one, other));
        }
    };
    siblings(node).into_iter().chain(answers(node)).for_each(|other| add(node, other));
    if pairs.is_empty() {
        let mut above = tree.ancestors(node).skip(1);
        let forked =
            above.find_map(|at| Some((at, siblings(at))).filter(|(_, all)| !all.is_empty()));
        if let Some((at, all)) = forked {
            let differ = |other: &NodeId| parting([(tree, at), (tree, *other)]).is_ok();
            pairs.extend(all.into_iter().filter(differ).map(|other| (at, other)));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::super::proposal::tests::{answer, step};
    use super::*;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body};

    fn differing(side: &Side) -> Vec<String> {
        let parts = side.steps.iter().flat_map(|step| &step.parts);
        parts.filter(|part| part.differs).map(|part| part.text.trim().to_owned()).collect()
    }

    #[test]
    fn it_begins_where_the_paths_part_and_marks_words() {
        let mut grower = Grower::new("p");
        let first = step(&mut grower, NodeId::ROOT, "6 - 2 = 4\n", 0.9);
        let one = step(&mut grower, first, "4 * 6 = 24\n", 0.8);
        let one = answer(&mut grower, one, "24", 0.9, true);
        // Another path that begins with the same words.
        let again = step(&mut grower, NodeId::ROOT, "6 - 2 = 4\n", 0.9);
        let other = step(&mut grower, again, "4 + 6 = 10\n", 0.2);
        let compared = Comparison::of((&grower.tree, one), (&grower.tree, other)).unwrap();
        assert_eq!(compared.shared, 1);
        assert_eq!(differing(&compared.sides[0]), ["*", "24", "24"]);
        assert_eq!(differing(&compared.sides[1]), ["+", "10"]);
        let [left, right] = &compared.sides;
        assert_eq!((left.verified, right.verified), (Some(true), None));
        assert_eq!((left.text().as_str(), left.steps.len()), ("4 * 6 = 24\n24", 2));
        assert_eq!(left.steps[1].values, [("rating".to_owned(), 0.9)]);
        assert!(right.probability.is_some() && right.origin.contains("temperature"));
    }

    #[test]
    fn two_trees_can_be_compared() {
        let (mut here, mut there) = (Grower::new("p"), Grower::new("p"));
        let one = step(&mut here, NodeId::ROOT, "a b\n", 0.9);
        let other = step(&mut there, NodeId::ROOT, "a c\n", 0.9);
        let compared = Comparison::of((&here.tree, one), (&there.tree, other)).unwrap();
        assert_eq!(differing(&compared.sides[1]), ["c"]);
    }

    #[test]
    fn what_does_not_part_is_refused() {
        let mut grower = Grower::new("p");
        let one = step(&mut grower, NodeId::ROOT, "a\n", 0.9);
        let two = step(&mut grower, one, "b\n", 0.9);
        let refused = |a, b| Comparison::of((&grower.tree, a), (&grower.tree, b)).unwrap_err();
        assert_eq!(refused(one, two), "#1 lies on the way to #2; choose steps that part.");
        assert_eq!(refused(two, one), "#1 lies on the way to #2; choose steps that part.");
        assert_eq!(refused(two, two), "#2 and #2 say the same; choose another step.");
    }

    #[test]
    fn siblings_are_beside_a_step_and_other_answers_beside_an_answer() {
        let mut grower = Grower::new("p");
        let one = step(&mut grower, NodeId::ROOT, "a\n", 0.9);
        let other = step(&mut grower, NodeId::ROOT, "b\n", 0.9);
        let out = step(&mut grower, NodeId::ROOT, "c\n", 0.9);
        grower.act(Actor::Person, Body::Pruned { node: out });
        let inner = step(&mut grower, one, "d\n", 0.9);
        let right = answer(&mut grower, inner, "24", 0.9, true);
        let wrong = answer(&mut grower, other, "25", 0.9, false);
        assert_eq!(pairs(&grower.tree, one), [(one, other)]);
        assert_eq!(pairs(&grower.tree, inner), [(one, other)], "the fork above it");
        assert_eq!(pairs(&grower.tree, right), [(right, wrong)]);
        assert_eq!(pairs(&grower.tree, NodeId::ROOT), []);
    }
}
